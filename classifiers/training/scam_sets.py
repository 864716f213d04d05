"""What models/scam.npz is learned from: public sets made lifelike, and messages put together from invented wording."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from random import Random

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from classifiers import credential, likeness, page, personal_data
from classifiers.finding import Document, Kind
from classifiers.reporting import report
from classifiers.training import composing, lifelike

PARTS = composing.PARTS
EACH, LINES, JOINED, FRAMED, REACHED, STORIES, MACHINE, PLANTED = 800, 3, 2500, 600, 16, 1500, 2500, 1200
MOST = {  # texts of a set that has more than are needed
    "sentiment-shopping": 4000,
    "sentiment-waimai": 2500,
    "sentiment-hotel": 2500,
    "spam-sms normal": 10000,
    "spam-sms spam": 8000,
    "news-headlines": 13000,
}

SCAM = {
    "IL:Gambling": "gambling",
    "IL:Escort_service": "escort",
    "IL:Fake_ID_and_invoice": "fake_papers",
    "FR:Phishing(Bank)": "phishing",
    "FR:Phishing(Other)": "phishing",
    "FR:Other": "fraud",
    "AD:Loan": "loan",
}
VALUES = re.compile("[A-Z]{2,}|[0-9x]+")
NAMED = re.compile("URL|PHONE|WECHAT|QQ|DIGIT")
HOSTS = {"news-headlines", "sentiment-hotel", "sentiment-waimai", "teddy-replies reply", "hotline-river reply", "lines"}
EMBEDDED = {"IL:Gambling", "IL:Escort_service", "IL:Fake_ID_and_invoice", "AD:Loan"}
INSIDE = 400  # of each part


@dataclass(frozen=True, slots=True)
class Text:
    source: str
    text: str
    rule: str  # "" for clean
    part: int  # of ``PARTS``: near copies share it


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _hash(text: str) -> int:
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big")


def public(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Source, text, rule of every row of the public sets, placeholders and all."""
    for row in rows(folder / "fbs-sms/train.jsonl.gz"):
        label = row["label"]
        if label == "FR:Other" and ("BANK" in row["text"] or not NAMED.search(row["text"])):
            continue  # a bare account number or half a sentence: somebody else's could look the same
        yield (label if label in SCAM else f"fbs {label}"), row["text"], SCAM.get(label, "")
    for row in rows(folder / "spam-sms/train.jsonl.gz"):
        yield f"spam-sms {row['label']}", row["text"], ""
    for name in ("teddy", "teddy-unlabelled", "hotline-river", "teddy-replies", "emergency-news"):
        for row in rows(folder / name / "train.jsonl.gz"):
            yield name, f"{row.get('title', '')}\n{row['text']}", ""
            if row.get("reply"):
                yield f"{name} reply", row["reply"], ""
    for name in ("news-headlines", "sentiment-hotel", "sentiment-waimai", "sentiment-shopping"):
        for row in rows(folder / name / "train.jsonl.gz"):
            yield name, row["text"], ""


def invented(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Cases of the other kinds as they are stored behind the door, as far as they are not kept for measuring; of pages
    with hidden links only clean ones."""
    paths = [folder / "opinions.jsonl", *sorted(folder.glob("*_*.jsonl"))]
    learned = (path for path in paths if not path.name.startswith("scam") and not path.stem.endswith("_held"))
    for line in chain.from_iterable(path.read_text(encoding="utf-8").splitlines() for path in learned):
        row = json.loads(line)
        if Kind.HIDDEN_LINK not in row["expect"]:
            _, read = page.shown(Document(row.get("text", ""), html=row.get("html")))
            yield "cases", report(read, personal_data.see, credential.see)[1].get("text", ""), ""


def families(written: Sequence[str]) -> list[int]:
    """A number for each text that its near copies share, whatever stands in their placeholders and digits.

    What is learned from one must not be asked about another.
    """
    plain = [VALUES.sub("", text) for text in written]
    places = {text: place for place, text in enumerate(dict.fromkeys(plain))}
    pairs = likeness.copies([("", text) for text in places]).T
    links = coo_matrix((np.ones(pairs.shape[1]), pairs), shape=(len(places), len(places)))
    _, family = connected_components(links, directed=False)
    least: dict[int, int] = {}
    for text, place in places.items():
        least[family[place]] = min(_hash(text), least.get(family[place], 1 << 32))
    return [least[family[places[text]]] for text in plain]


def texts(folder: Path, cases: Path, draw: int = 0) -> list[Text]:
    """What is learned from; each ``draw`` puts other messages together out of the same wording."""
    chosen: list[tuple[str, str, str]] = []
    taken: dict[str, int] = {}
    for source, text, rule in chain(public(folder), invented(cases)):
        taken[source] = taken.get(source, 0) + 1
        if taken[source] <= MOST.get(source, 10**9):
            chosen.append((source, text, rule))
    found: list[Text] = []
    for (source, text, rule), key in zip(chosen, families([text for _, text, _ in chosen]), strict=True):
        fill = lifelike.unhidden if source.startswith("spam-sms") else lifelike.filled
        found.append(Text(source, fill(text, Random(_hash(text))), rule, key % PARTS))
    luck = Random(7 + draw)
    lines = (
        *composing.scams(EACH, luck),
        *composing.clean(LINES, JOINED, FRAMED, luck),
        *composing.reached(REACHED, luck),
        *composing.stories(STORIES, luck),
        *composing.machine(MACHINE, luck),
        *composing.planted(PLANTED, luck),
    )
    found.extend(Text(line.source, line.text, line.rule, line.part) for line in lines)
    return [*found, *embedded(found, luck)]


def embedded(texts: list[Text], luck: Random) -> Iterator[Text]:
    """Advertisements, and mentions of them, inside longer clean text; the same clean text without any."""
    for part in range(PARTS):
        own = [text for text in texts if text.part == part]
        hosts = [text.text for text in own if text.source in HOSTS]
        scams = [text for text in own if text.rule and text.source in {"composed", *EMBEDDED}]
        for said in (*luck.sample(scams, INSIDE), *luck.sample([t for t in own if t.source == "framed"], INSIDE)):
            before, after = ([luck.choice(hosts)[:400] for _ in range(luck.randint(0, 2))] for _ in range(2))
            whole = luck.choice(("\n", "", " ")).join([*before, said.text, *after[: luck.randint(0, 2)]])
            yield Text("inside scam" if said.rule else "inside clean", whole, said.rule, part)
        for _ in range(INSIDE):
            whole = luck.choice(("\n", " ")).join(luck.choice(hosts)[:400] for _ in range(luck.randint(2, 8)))
            yield Text("inside clean", whole, "", part)
