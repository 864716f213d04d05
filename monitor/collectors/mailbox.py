"""A mailbox over IMAP, read and left as it was. EDGE.

The newest mail is read first, at most so much a pass; what is left is remembered as ranges of UIDs, so that a flood, a
first contact or a broken connection costs no mail and delays the next one little. A mail is known again by its
headers, wherever it is moved to and whatever its UID becomes. The agency's answers are mails in the folder ``sent``
that name what they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from monitor import dates
from monitor.bymail import KEYED, MAIL, MAIL_IN_PART, Answer, Letter
from monitor.collectors import bylines, mailtext, mime, structure
from monitor.collectors.imap import Mark, Session
from monitor.collectors.mailmemory import Folder, Memory
from monitor.collectors.mime import Part
from monitor.errors import CollectError
from monitor.model import Collected, Cursor, Fetched, Item, Platform

MAX_MAILS = 1_000  # a pass
MAX_SAID = 32_000_000  # bytes of mails a pass
TIME_KEPT = 45.0  # seconds of a session in which nothing more is begun
TOGETHER = 100  # mails whose sizes are asked at once
GROUP = 3_000_000  # bytes of mails that are fetched at once
WHOLE = 1_000_000  # bytes; of a larger mail only the texts are fetched
PART = 200_000  # bytes of one of these
PARTS = 30
SINGLY = 3  # times that a mail is asked for by itself where the connection always breaks

_DAY = timedelta(days=1)

Open = Callable[[Platform], AbstractContextManager[Session]]


def collect(open_: Open, platform: Platform, cursor: Cursor, _fetch: Callable[..., Fetched]) -> Collected:
    """The mails that were read in this pass, and the answers.

    What stops a pass is never raised: what was read before is good, and where it stopped is remembered.
    """
    memory = Memory.read(cursor.memory)
    reading = _Reading(platform, cursor, memory)
    trouble: CollectError | None = None
    try:
        with open_(platform) as session:
            reading.run(session)
    except CollectError as error:
        trouble = error
        reading.remember_break()
    if trouble is None and reading.refused:
        trouble = CollectError("mail_unreadable", f"{reading.refused}")
    return Collected(
        tuple(reading.items.values()),
        cursor.passed(memory.written(), had_items=bool(reading.items)),
        trouble=trouble,
        behind=trouble is None and memory.is_behind,
        answers=tuple(reading.answers),
        spots=frozenset(reading.spots) if trouble is None and reading.listed else None,
    )


@dataclass(frozen=True, slots=True)
class _Mail:
    """``partly``: not everything it says was fetched."""

    uid: int
    mark: Mark
    part: Part
    partly: bool = False


@dataclass(slots=True)
class _Reading:
    """One pass: what it has read so far."""

    platform: Platform
    cursor: Cursor
    memory: Memory
    items: dict[str, Item] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    spots: set[str] = field(default_factory=set)
    listed: bool = False  # whether ``spots`` are all, and every answer has been read
    mails: int = 0
    size: int = 0
    refused: int = 0  # mails that the server can't give
    asked: tuple[Folder, list[int]] | None = None  # what the server is busy with

    def run(self, session: Session) -> None:
        mailbox = self.platform.mailbox
        assert mailbox is not None
        self.memory.keep_only({*mailbox.folders, mailbox.sent})
        answered = mailbox.sent and self.platform.answer_within is not None
        if answered:  # looked at first: what was answered by now had come before
            self._look(session, mailbox.sent)
        for name in mailbox.folders:
            folder = self._look(session, name)
            self._read(session, name, folder, self._take)
            if answered:
                self.spots |= {_spot(name, folder, uid) for uid in session.search(1, None, self._listed_since(session))}
        if not answered or self.memory.is_behind_in(mailbox.folders):
            return
        self._read(session, mailbox.sent, self.memory.folder(mailbox.sent, session.examine(mailbox.sent)), self._answer)
        self.listed = self.memory.listed = not self.memory.is_behind

    def _look(self, session: Session, name: str) -> Folder:
        """Open a folder and see what is new in it."""
        folder = self.memory.folder(name, session.examine(name))
        since = None if folder.top else self._first_day(session)
        folder.found(session.search(folder.top + 1, None, since))
        return folder

    def _first_day(self, session: Session) -> date:
        """How far back a folder is read that was not known; servers count days in zones of their own."""
        assert self.platform.mailbox is not None
        first = session.today - self.platform.mailbox.back - _DAY
        return min(first, self.cursor.reach.date() - 2 * _DAY) if self.cursor.reach else first

    def _listed_since(self, session: Session) -> date:
        """From when on it matters whether a mail is still there: somebody may be waiting since then."""
        first = self._first_day(session)
        return self.cursor.reach.date() - 2 * _DAY if self.memory.listed and self.cursor.reach else first

    def may_go_on(self, session: Session) -> bool:
        return self.mails < MAX_MAILS and self.size < MAX_SAID and session.seconds_left > TIME_KEPT

    def _read(self, session: Session, name: str, folder: Folder, take: Callable[[str, Folder, _Mail], None]) -> None:
        """From the newest mail that has not been read backwards, as far as a pass may."""
        while folder.unread and self.may_go_on(session):
            low, high = folder.unread[0]
            uids = session.search(low, high) if low <= high else []
            while uids and self.may_go_on(session):
                batch = folder.next_of(uids, TOGETHER)
                for mail in self._fetched(session, folder, batch):
                    take(name, folder, mail)
                del uids[-len(batch) :]
                folder.read_down_to(batch[0])
            if not uids:
                folder.unread.pop(0)

    def _fetched(self, session: Session, folder: Folder, uids: list[int]) -> Iterator[_Mail]:
        self.asked = (folder, uids)
        missing = set(uids)
        marks = session.marks(uids)
        large = [uid for uid, mark in marks.items() if mark.size > WHOLE]
        for group in _groups({uid: mark.size for uid, mark in marks.items() if mark.size <= WHOLE}):
            for uid, raw in sorted(self._whole(session, group).items(), reverse=True):
                missing.discard(uid)
                self.size += len(raw)
                if len(raw) >= WHOLE:  # the server was wrong about its size
                    large.append(uid)
                else:
                    yield _Mail(uid, marks[uid], mime.parse(raw))
        for uid in sorted(large, reverse=True):
            missing.discard(uid)
            yield self._large(session, uid, marks[uid])
        if missing:  # most have been moved or deleted meanwhile
            self.refused += len(missing & {*session.search(min(missing), max(missing))})
        self.mails += len(uids)
        self.asked = None

    def _whole(self, session: Session, uids: Sequence[int]) -> dict[int, bytes]:
        """Mails by UID. One that the server refuses to give keeps back no other."""
        try:
            return session.beginnings(uids, WHOLE)
        except CollectError as error:
            if error.code != "mail_refused":
                raise
        if len(uids) == 1:
            return {}
        return {uid: raw for each in uids for uid, raw in self._whole(session, [each]).items()}

    def _large(self, session: Session, uid: int, mark: Mark) -> _Mail:
        """The headers and the texts of a mail; its beginning where the server can't tell its parts apart."""
        sizes: list[int] = []

        def fetch(section: str) -> bytes:
            got = session.section(uid, section, PART) if len(sizes) < PARTS else b""
            sizes.append(len(got))
            return got

        try:
            head = mime.parse(session.section(uid, "HEADER", PART))
            told = session.structure(uid)
            texts = structure.outline(told, fetch)
            self.size += sum(sizes)
            if any(sizes) or (told and not sizes):  # or it has no text at all
                partly = max(sizes, default=0) >= PART or len(sizes) > PARTS
                return _Mail(uid, mark, Part({**head.fields, **texts.fields}, texts.body, texts.parts), partly)
        except CollectError as error:
            if error.code not in {"mail_refused", "mail_protocol"}:
                raise
        raw = self._whole(session, [uid]).get(uid, b"")
        self.size += len(raw)
        return _Mail(uid, mark, mime.parse(raw), partly=len(raw) >= WHOLE)

    def _take(self, name: str, folder: Folder, mail: _Mail) -> None:
        assert self.platform.mailbox is not None
        own = self.platform.mailbox.username.lower()
        said = mailtext.said(mail.part, own if "@" in own else "")
        if said.ours or not mail.part.fields:
            return
        arrived = self._arrived(mail)
        shown = f" {arrived.astimezone(self.platform.zone):%Y-%m-%d %H:%M}" if arrived else ""
        item = Item(
            external_id=KEYED + said.identity,
            title=said.title,
            text=said.text,
            link=f"{MAIL_IN_PART if mail.partly else MAIL}{name}{shown}",
            published_at=arrived,
            message=self.platform.messages and not said.automatic,
            letter=Letter(_spot(name, folder, mail.uid), said.name),
        )
        self.items.setdefault(item.external_id, item)

    def _answer(self, _name: str, _folder: Folder, mail: _Mail) -> None:
        said = mailtext.said(mail.part, by_agency=True)
        if said.names and not said.automatic and not said.ours:
            self.answers.append(Answer(said.names, self._arrived(mail), bylines.out_of_reply(said.text)))

    def _arrived(self, mail: _Mail) -> datetime | None:
        """When it came to the server, as the server says; a mail that was moved to another server came earlier.

        The uppermost "Received" is the server's own as well. The writer's clock counts only where nothing else does.
        """
        zone = self.platform.zone
        received = mail.part.raw("received").decode("latin-1").rpartition(";")[2]
        found = [dates.parse(raw, zone) for raw in (mail.mark.arrived.replace("-", " ", 2), received)]
        known = [moment for moment in found if moment is not None]
        return min(known) if known else dates.parse(mail.part.raw("date").decode("latin-1"), zone)

    def remember_break(self) -> None:
        """The session ended in the middle of something: what the server was busy with is asked for singly next time."""
        if self.asked is not None:
            folder, uids = self.asked
            self.refused += folder.broke_at(uids, SINGLY)


def _spot(name: str, folder: Folder, uid: int) -> str:
    return f"{name}/{folder.validity}/{uid}"


def _groups(sizes: dict[int, int]) -> Iterator[list[int]]:
    """UIDs, the newest first, in groups that are not too large together."""
    group: list[int] = []
    total = 0
    for uid in sorted(sizes, reverse=True):
        if group and total + sizes[uid] > GROUP:
            yield group
            group, total = [], 0
        group.append(uid)
        total += sizes[uid]
    if group:
        yield group
