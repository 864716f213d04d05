"""A session with a mail server that only reads. EDGE: the only module that speaks IMAP.

What is sent: CAPABILITY, STARTTLS, LOGIN, ID, EXAMINE, UID SEARCH, UID FETCH with BODY.PEEK, LIST, LOGOUT. None of them
marks, moves or deletes anything. Connections go through the guard; every line and literal is bounded, and so are the
time and the bytes of a pass.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from monitor import __version__, guard
from monitor.collectors import imapwords
from monitor.collectors.imapwords import Word, broken
from monitor.errors import CollectError
from monitor.model import Platform
from monitor.transport import Backend, Connection, Resolve, Watch, resolve, translated

PASS_LIMIT = timedelta(seconds=90)  # for everything a session does
MAX_BYTES = 96_000_000  # that a server may say in one session
MAX_LINE = 16_000_000  # of one line: all numbers of a million mails stand in one
MAX_LITERAL = 4_000_000
MAX_LINES = 200_000  # answers to one command
MAX_SAID = 200  # characters of what a server says that are passed on
MAX_FOLDERS = 40  # named in an error
GOODBYE = 2.0  # seconds

_LITERAL = re.compile(rb"~?\{(\d{1,10})\+?\}$")
_CODE = re.compile(r"\[(\w[\w-]*)(?: ([^\]]*))?\]")
_READ = 65_536

# What servers say instead of letting one in, in small letters, and the code of the error; the first that fits counts.
_REFUSALS = (
    ("mail_unsafe_login", ("unsafe login",)),
    ("mail_app_password", ("authorized code", "authorization code", "授权码", "app password", "application-specific")),
    ("mail_service_off", ("not enabled", "service is not open", "imap is disabled", "未开启", "unavailable for this")),
    ("mail_busy", ("too many", "too frequent", "frequency", "rate limit", "overquota", "bandwidth")),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of a mail before it is read; ``arrived`` is raw."""

    size: int
    arrived: str


class Door:
    """Opens sessions. ``clock`` tells which day it is; ``resolve`` is how names become addresses."""

    def __init__(
        self, *, clock: Callable[[], datetime], resolve: Resolve = resolve, limit: timedelta = PASS_LIMIT
    ) -> None:
        self._clock = clock
        self._resolve = resolve
        self._limit = limit

    @contextmanager
    def open(self, platform: Platform) -> Iterator[Session]:
        """A session that has logged in, and is over at the end of the ``with`` block.

        Raises CollectError: as ``Fetcher.get`` for everything about the connection, "mail_protocol", "mail_login",
        "mail_app_password", "mail_service_off", "mail_unsafe_login", "mail_busy".
        """
        target = guard.parse(platform.url, guard.MAIL_PORTS)
        watch = Watch(self._limit, MAX_BYTES)
        with translated(watch):
            connection = Backend(platform.networks, self._resolve, watch).connect_tcp(target.host, target.port)
            session = Session(_Wire(connection), watch, platform.secret, self._clock().date())
            try:
                session.begin(target, platform)
                yield session
                session.end()
            finally:
                session.close()


@cache
def _trusted(ca_file: str) -> ssl.SSLContext:
    """Made once: reading the certificates takes forty milliseconds."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise CollectError("tls", "the file of root certificates (ca_file) can't be read") from error


class _Wire:
    """Lines and literals out of a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._waiting = bytearray()

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def send(self, data: bytes) -> None:
        self.connection.write(data)

    def answer(self) -> list[bytes]:
        """One whole answer: text, literal, text, …, text."""
        pieces = [self._line()]
        while found := _LITERAL.search(pieces[-1]):
            size = int(found[1])
            if size > MAX_LITERAL:
                raise CollectError("too_large", "the mail server sends more than it was asked for")
            pieces[-1] = pieces[-1][: found.start()]
            pieces += [self._exactly(size), self._line()]
        return pieces

    def _line(self) -> bytes:
        looked = 0
        while (end := self._waiting.find(b"\n", looked)) < 0:
            looked = len(self._waiting)
            if looked > MAX_LINE:
                raise broken("a line without end")
            self._more()
        line = bytes(self._waiting[:end]).removesuffix(b"\r")
        del self._waiting[: end + 1]
        return line

    def _exactly(self, size: int) -> bytes:
        while len(self._waiting) < size:
            self._more()
        found = bytes(self._waiting[:size])
        del self._waiting[:size]
        return found

    def _more(self) -> None:
        data = self.connection.read(_READ)
        if not data:
            raise CollectError("connection_lost", "the mail server closed the connection")
        self._waiting += data


class Session:
    """Made by ``Door.open``; ``today`` is the day on which the pass began."""

    def __init__(self, wire: _Wire, watch: Watch, secret: str, today: date) -> None:
        self.today = today
        self._wire = wire
        self._watch = watch
        self._secret = secret
        self._count = 0
        self._able: frozenset[str] = frozenset()

    @property
    def seconds_left(self) -> float:
        return self._watch.left()

    def begin(self, target: guard.Target, platform: Platform) -> None:
        """Encrypt, log in and say who we are."""
        mailbox = platform.mailbox
        assert mailbox is not None
        if target.scheme == "imaps":
            self._encrypt(target.host, mailbox.ca_file)
        greeting = imapwords.text(b" ".join(self._wire.answer()))
        if greeting[:4].upper() not in {"* OK", "* PR"}:
            raise self._refused(greeting, "mail_busy")
        if target.scheme == "imap":
            self._start_tls(target.host, mailbox.ca_file)
        self._learn()
        if "LOGINDISABLED" in self._able:
            raise CollectError("mail_login", "the mail server allows no login with user name and password")
        self._say("LOGIN", mailbox.username, self._secret, refusal="mail_login")
        self._learn()
        if "ID" in self._able:  # NetEase lets nobody in who does not say this (RFC 2971)
            self._say(f'ID ("name" "huiyin" "version" "{__version__}" "vendor" "huiyin")')

    def _encrypt(self, host: str, ca_file: str) -> None:
        self._wire = _Wire(self._wire.connection.start_tls(_trusted(ca_file), host))

    def _start_tls(self, host: str, ca_file: str) -> None:
        """Never silently without; what was said in the clear does not count (RFC 3501, 6.2.1)."""
        self._learn()
        if "STARTTLS" not in self._able:
            raise CollectError("tls", "the mail server offers no STARTTLS, so no password was sent; try imaps://")
        self._say("STARTTLS", refusal="tls")
        if not self._wire.is_empty:
            raise broken("more than the answer to STARTTLS")
        self._encrypt(host, ca_file)

    def _learn(self) -> None:
        lines = [line for line in self._say("CAPABILITY") if imapwords.text(line[0]).upper() == "CAPABILITY"]
        self._able = frozenset(imapwords.text(word).upper() for line in lines for word in line[1:])

    def end(self) -> None:
        """Say goodbye; whatever comes of it, everything has been read."""
        self._count += 1
        with suppress(CollectError):
            self._wire.send(f"H{self._count} LOGOUT\r\n".encode())

    def close(self) -> None:
        self._wire.connection.close()

    def examine(self, folder: str) -> int:
        """Open ``folder`` for reading only; its UIDVALIDITY, 0 where the server says none.

        Raises CollectError "mail_no_folder", which names those there are, and "mail_unsafe_login".
        """
        try:
            lines = self._say("EXAMINE", imapwords.folder_name(folder), refusal="mail_no_folder")
        except CollectError as error:
            if error.code != "mail_no_folder":
                raise
            raise CollectError(error.code, f"{folder!r}; there are: {', '.join(self._folders())}") from error
        said = (imapwords.text(line[1]) for line in lines if len(line) > 1)
        codes = {found[1].upper(): found[2] for each in said if (found := _CODE.match(each))}
        return imapwords.number((codes.get("UIDVALIDITY") or "").strip().encode()) or 0

    def _folders(self) -> list[str]:
        lines = [line for line in self._say('LIST "" "*"') if imapwords.text(line[0]).upper() == "LIST"]
        return [repr(imapwords.shown_name(imapwords.text(line[-1]))) for line in lines[:MAX_FOLDERS]] or ["none"]

    def search(self, low: int, high: int | None = None, since: date | None = None) -> list[int]:
        """The UIDs in the folder from ``low`` to ``high`` (None: the last one), in ascending order."""
        day = f" SINCE {imapwords.day(since)}" if since else ""
        lines = self._say(f"UID SEARCH UID {low}:{high or '*'}{day}")  # "9:*" also finds the last one below 9
        return [uid for uid in imapwords.numbers(lines) if uid >= low and (high is None or uid <= high)]

    def marks(self, uids: Iterable[int]) -> dict[int, Mark]:
        """Size and arrival of mails; those that are gone, or that the server can't tell of, are missing."""
        found = self._fetch(uids, "RFC822.SIZE INTERNALDATE")
        return {
            uid: Mark(imapwords.number(said.get(b"RFC822.SIZE")) or 0, imapwords.text(said.get(b"INTERNALDATE")))
            for uid, said in found.items()
        }

    def beginnings(self, uids: Iterable[int], limit: int) -> dict[int, bytes]:
        """The first ``limit`` bytes of mails, at most; nothing is marked as read."""
        found = self._fetch(uids, f"BODY.PEEK[]<0.{limit}>")
        return {uid: body for uid, said in found.items() if (body := _body(said, "[]"))}

    def structure(self, uid: int) -> Word:
        """BODYSTRUCTURE as it is."""
        return self._fetch([uid], "BODYSTRUCTURE").get(uid, {}).get(b"BODYSTRUCTURE")

    def section(self, uid: int, name: str, limit: int) -> bytes:
        """The first ``limit`` bytes of one part ("HEADER", "1.2", "1.2.MIME"); b"" where there is none."""
        return _body(self._fetch([uid], f"BODY.PEEK[{name}]<0.{limit}>").get(uid, {}), f"[{name}]")

    def _fetch(self, uids: Iterable[int], what: str) -> dict[int, Mapping[bytes, Word]]:
        wanted = set(uids)
        lines = self._say(f"UID FETCH {imapwords.as_set(wanted)} (UID {what})")
        found: dict[int, Mapping[bytes, Word]] = {}
        for line in lines:
            if len(line) == 3 and imapwords.text(line[1]).upper() == "FETCH":
                said = imapwords.pairs(line[2])
                uid = imapwords.number(said.get(b"UID"))
                if uid in wanted:  # others are news of the folder that nobody asked for
                    found[uid] = {**found.get(uid, {}), **said}
        return found

    def _say(self, command: str, *texts: str, refusal: str = "mail_refused") -> list[list[Word]]:
        """One command with ``texts`` behind it; the untagged answers. A "no" is a CollectError."""
        self._count += 1
        tag = f"H{self._count}"
        line = f"{tag} {command}".encode("ascii")
        for text in texts:
            line = self._with(line, text)
        self._wire.send(line + b"\r\n")
        lines: list[list[Word]] = []
        for _ in range(MAX_LINES):
            pieces = self._wire.answer()
            head, _, rest = pieces[0].partition(b" ")
            if head == b"*":
                lines.append(_untagged(rest, pieces))
            elif head == tag.encode():
                return self._ended(rest, lines, refusal)
        raise broken("the mail server does not stop talking")

    def _ended(self, rest: bytes, lines: list[list[Word]], refusal: str) -> list[list[Word]]:
        if rest[:2].upper() == b"OK":
            return lines
        raise self._refused(rest.decode("utf-8", "replace"), refusal)

    def _with(self, line: bytes, text: str) -> bytes:
        """What is to be sent next of a command: a text in quotation marks, or as a literal where it can't stand so."""
        if imapwords.is_plain(text):
            return line + b" " + imapwords.quoted(text)
        data = text.encode("utf-8", "surrogateescape")
        self._wire.send(line + f" {{{len(data)}}}\r\n".encode("ascii"))
        for _ in range(MAX_LINES):
            said = self._wire.answer()[0]
            if said.startswith(b"+"):
                return data
            if not said.startswith(b"*"):
                raise self._refused(said.decode("utf-8", "replace"), "mail_refused")
        raise broken("the mail server does not stop talking")

    def _refused(self, said: str, code: str) -> CollectError:
        """What a "no" means; the server's words without the password, which some repeat."""
        told = said
        for form in (imapwords.escaped(self._secret), self._secret):
            told = told.replace(form, "…") if form else told
        low = told.lower()
        meant = next((name for name, marks in _REFUSALS if any(mark in low for mark in marks)), code)
        line = " ".join("".join(each if each.isprintable() else " " for each in told).split())[:MAX_SAID]
        return CollectError(meant, f"the mail server says: {line}")


def _untagged(rest: bytes, pieces: Sequence[bytes]) -> list[Word]:
    """An untagged answer in words; a status, in which anybody writes what they like, as one."""
    status, _, said = rest.partition(b" ")
    if status.upper() in {b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"}:
        return [status, said]
    return imapwords.words([rest, *pieces[1:]]) or [None]


def _body(said: Mapping[bytes, Word], section: str) -> bytes:
    wanted = f"BODY{section}".upper().encode()
    found = next((value for name, value in said.items() if name.partition(b"<")[0] == wanted), None)
    return found if isinstance(found, bytes) else b""
