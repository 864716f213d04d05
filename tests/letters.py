"""Letters for tests: a record, the wording, and what a reader sees of a page."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from classifiers.finding import Kind
from monitor import messages
from monitor.letter import Code, Facts, Items, Letter, Link, Paragraph, Phone, Table, Value, clean, render
from monitor.model import Contact, Escalation, Reason, Seen, Severity, State
from monitor.summary import PlatformHealth
from monitor.words import Words

CONFIG = Path(__file__).resolve().parents[1] / "config"
WORDS = {
    language: Words(language, tomllib.loads((CONFIG / f"words.{language}.toml").read_text(encoding="utf-8")))
    for language in ("zh", "en")
}
ZH, EN = WORDS["zh"], WORDS["en"]
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
DUTY = Contact(name="duty", title="值班员", mail="duty@agency.example")
CONTEXT = messages.Context(
    agency="青岚县示例局",
    zone=ZONE,
    now=NOW,
    titles={"duty": "值班员", "leader": "分管领导"},
    platforms={"board": "市民留言板"},
    told=("duty",),
    next_tell=("leader",),
)
RECORD = Escalation(
    id=7,
    number="2026-0007",
    kind=Kind.PERSONAL_DATA,
    severity=Severity.SERIOUS,
    state=State.OPEN,
    platform="board",
    item=3,
    subject="补贴名单公示",
    locator="https://board.agency.example/m/3",
    owner="duty",
    opened_at=NOW - timedelta(minutes=31),
    deadline=NOW + timedelta(hours=8),
    next_step_at=NOW + timedelta(minutes=30),
    published_at=NOW - timedelta(days=3),
)
SEEN = Seen(kind=Kind.PERSONAL_DATA, rule="mobile", score=0.965, excerpt="联系电话 138****0000")
BROKEN = PlatformHealth(
    name="board",
    title="市民留言板",
    last_good_at=NOW - timedelta(hours=2),
    failures=6,
    error="became_html",
    detail="text/html, 18213 bytes",
    items=63,
)
HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\t\0\x1b\u202e\u2028\ud800<>&\"'{}|中文 Bcc: x")), max_size=80
)


def alert(
    record: Escalation = RECORD,
    seen: tuple[Seen, ...] = (SEEN,),
    *,
    reason: Reason = Reason.OPENED,
    context: messages.Context = CONTEXT,
    words: Words = ZH,
) -> Letter:
    return messages.alert(record, seen, reason=reason, contact=DUTY, context=context, words=words)


def text_of(letter: Letter, words: Words = ZH) -> str:
    return render(letter, words).text


class Page(HTMLParser):
    """What a reader sees of a page, one line a block, and everything it would load or lead to."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self._hidden = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._hidden = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.shown.append(data)


def plain(value: Value) -> str:
    match value:
        case Link(shown) | Code(shown) | Phone(shown):
            return shown
    return value


def values(letter: Letter) -> list[str]:
    """Everything a letter says, in its order."""
    said = [letter.first]
    for section in letter.sections:
        said.append(section.title)
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    said.append(text)
                case Items(entries):
                    said += entries
                case Facts(pairs):
                    said += [plain(part) for pair in pairs for part in pair]
                case Table(head, rows):
                    said += [cell for row in (head, *rows) for cell in row]
    return [clean(each) for each in (*said, letter.footer) if clean(each)]


def agrees(letter: Letter, words: Words) -> None:
    """The HTML shows exactly the letter, the text every part of it but the heads of first columns."""
    message = render(letter, words)
    tables = [block for section in letter.sections for block in section.blocks if isinstance(block, Table)]

    assert Page(message.html).shown == values(letter)
    assert {each for each in values(letter) if each not in message.text} <= {table.head[0] for table in tables}
