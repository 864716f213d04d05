"""Items per second through the whole path, and each stage's share, beside a plain afternoon's script.

Ours: feed bytes -> decoded, parsed, masked, stored with versions, classified, judged, mailed into a folder. The peer:
feedparser, jieba, a TF-IDF + logistic regression model of scikit-learn, SQLAlchemy's ORM, one commit a feed; it masks
nothing, keeps no versions and tells nobody. Interleaved rounds in one process, medians; the texts are made up.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import feedparser
import jieba
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sqlalchemy import Integer, Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from monitor import daemon, keys, proof, settings
from monitor.cli import wiring
from monitor.house import House
from monitor.model import Fetched, Platform
from monitor.store import passes, views

ITEMS = 500
ROUNDS = 5
NOW = datetime(2026, 11, 4, 2, tzinfo=UTC)
PARTS = (
    "我们小区的路灯坏了半个月，晚上走路很不方便，希望尽快修好。",
    "请问公租房今年什么时候开始申请，需要带哪些材料？",
    "物业收了费却不做事，垃圾堆在楼道口没人清，意见很大。",
    "感谢窗口的工作人员，一次就把手续办好了，态度也好。",
    "地铁施工的围挡占了人行道，接送孩子只能走机动车道。",
    "房产证办了两年还没有下来，每次问都说在走流程。",
    "暖气只有十五度，打电话没有人接，交的费用却一分没少。",
    "建议在学校门口加装红绿灯，早晚高峰太挤。",
)


def feed(seed: int) -> bytes:
    """An RSS feed of ITEMS messages of some 200 characters."""
    luck = random.Random(seed)
    entries = []
    for n in range(ITEMS):
        text = "".join(luck.choices(PARTS, k=7)) + f"（{seed}-{n}）"
        entries.append(
            f"<item><guid>{seed}-{n}</guid><title>{text[:20]}</title><description>{escape(text)}</description></item>"
        )
    body = "".join(entries)
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{body}</channel></rss>'.encode()


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    guid: Mapped[str] = mapped_column(Text, unique=True)
    text: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)


class Script:
    """What one writes in an afternoon."""

    def __init__(self, folder: Path) -> None:
        self._engine = create_engine(f"sqlite:///{folder / 'peer.db'}")
        Base.metadata.create_all(self._engine)
        self._vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None)
        self._model = LogisticRegression().fit(
            self._vectorizer.fit_transform(PARTS), [n % 4 for n in range(len(PARTS))]
        )

    def run(self, body: bytes) -> None:
        entries = feedparser.parse(body).entries
        labels = self._model.predict(self._vectorizer.transform([entry.summary for entry in entries]))
        with Session(self._engine) as session:
            for entry, label in zip(entries, labels, strict=True):
                if session.query(Row).filter_by(guid=entry.id).first() is None:
                    session.add(Row(guid=entry.id, text=entry.summary, label=str(label)))
            session.commit()


class Ours:
    """The real stages on a real database; only the web is handed in."""

    def __init__(self, folder: Path) -> None:
        path = folder / "huiyin.toml"
        path.write_text(settings.shipped("huiyin.toml").replace('""  ', '"0000-5550100"  '), encoding="utf-8")
        loaded = settings.load(path)
        keys.create(loaded.key_file)
        self._house: House = wiring.house(loaded, migrate=True)
        self._round = 0

    def run(self, body: bytes) -> dict[str, float]:
        """Seconds spent in each stage."""
        now = NOW.replace(hour=2 + self._round)
        self._round += 1
        house = replace(
            self._house,
            fetch=lambda _platform, url, **_validators: Fetched(url=url, status=200, body=body),
            fetch_once=lambda at, url: Fetched(url=url, status=200, body=self._token(at)),
        )
        with house.store.write() as tx:
            passes.register(tx, house.settings.platforms, now)
        spent = {}
        for name, (stage, _) in daemon.STAGES.items():
            began = time.perf_counter()
            while stage(house, lambda: now):
                pass
            spent[name] = time.perf_counter() - began
        return spent

    def _token(self, at: Platform) -> bytes:
        """The verification file."""
        return proof.token(self._house.key, at.prefixes[0]).encode()

    def records(self) -> int:
        with self._house.store.read() as tx:
            return len(views.open_records(tx, closed_too=True, limit=ITEMS * ROUNDS))


def main() -> None:
    jieba.setLogLevel(60)
    folder = Path(tempfile.mkdtemp())
    script, ours = Script(folder), Ours(folder)
    peer_times, our_times = [], []
    for n in range(ROUNDS):
        body = feed(n)
        began = time.perf_counter()
        script.run(body)
        peer_times.append(time.perf_counter() - began)
        our_times.append(ours.run(body))
    totals = [sum(spent.values()) for spent in our_times]
    peer, total = statistics.median(peer_times), statistics.median(totals)
    print(f"whole path, {ITEMS} new items a round, medians of {ROUNDS} rounds")
    print(f"  script {ITEMS / peer:7.0f} items/s")
    print(f"  huiyin {ITEMS / total:7.0f} items/s   huiyin / script: {peer / total:.2f}")
    print(f"    {ours.records()} records opened in all: each is told of by mail, which the script does not do")
    for name in daemon.STAGES:
        share = statistics.median(spent[name] / sum(spent.values()) for spent in our_times)
        print(f"    {name:9} {share:5.1%}")


if __name__ == "__main__":
    main()
