"""A mail server on loopback that speaks IMAP over TLS: strict about what a client that only reads may say, and with
bad habits where a test wants them. What would mark, move or delete something is refused, and fails the test.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import trustme

from monitor.bymail import Mailbox
from monitor.collectors.imap import PASS_LIMIT, Door
from monitor.model import Cursor, Platform

PASSWORD = "correct horse"
TODAY = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
READING = {"CAPABILITY", "STARTTLS", "LOGIN", "ID", "EXAMINE", "UID SEARCH", "UID FETCH", "LIST", "LOGOUT", "NOOP"}
ABLE = "IMAP4rev1 ID LITERAL+ UIDPLUS AUTH=PLAIN"
_ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Stored:
    uid: int
    raw: bytes
    arrived: datetime


@dataclass
class Box:
    """A folder."""

    validity: int = 7
    mails: list[Stored] = field(default_factory=list)

    def add(self, raw: bytes, arrived: datetime = TODAY, uid: int | None = None) -> Stored:
        following = self.mails[-1].uid + 1 if self.mails else 1
        self.mails.append(Stored(uid or following, raw, arrived))
        return self.mails[-1]

    def renumber(self, validity: int, first: int = 1) -> None:
        """What a server does that lost its index."""
        self.validity = validity
        for number, mail in enumerate(self.mails, start=first):
            mail.uid = number


@dataclass
class Account:
    """What the server keeps, how it behaves, and what it was told.

    ``says`` are answers to commands instead of the usual ones. ``drops``: at these mails the connection ends within the
    literal; ``refuses``: these can't be fetched; ``sizes``: what it says of them is wrong.
    """

    boxes: dict[str, Box] = field(default_factory=lambda: {"INBOX": Box()})
    able: str = ABLE
    habits: frozenset[str] = frozenset()
    says: dict[str, bytes] = field(default_factory=dict)
    drops: set[int] = field(default_factory=set)
    refuses: set[int] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)
    ghosts: int = 0  # how often a mail is still found that is gone
    seen: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def inbox(self) -> Box:
        return self.boxes["INBOX"]

    def asked(self, command: str) -> list[str]:
        return [each for each in self.seen if each.startswith(command)]


class _GoneError(Exception):
    """The connection is over."""


class Conversation:
    def __init__(self, account: Account, connection: socket.socket, context: ssl.SSLContext) -> None:
        self.account = account
        self.connection = connection
        self.context = context
        self.box: Box | None = None
        self.logged_in = self.known = False
        self.lines = connection.makefile("rb")

    def send(self, data: bytes) -> None:
        if "drip" in self.account.habits and self.box is not None:
            for place in range(len(data)):
                if self.account.over.wait(0.005):
                    raise _GoneError
                self.connection.sendall(data[place : place + 1])
            return
        self.connection.sendall(data)

    def untagged(self, line: bytes) -> None:
        self.send(b"* " + (line.lower() if "lower" in self.account.habits else line) + b"\r\n")

    def run(self) -> None:
        self.send(self.account.says.get("hello", b"* OK mail.agency.example ready\r\n"))
        while line := self._command():
            tag, _, rest = line.partition(b" ")
            arguments = [b"".join(found) for found in _ARGUMENT.findall(rest)]
            name = arguments[0].decode().upper()
            name = f"UID {arguments[1].decode().upper()}" if name == "UID" else name
            self.account.seen.append(rest.decode("latin-1"))
            if name not in READING or re.search(rb"BODY\[|RFC822[^.]", rest.upper()):
                self.account.forbidden.append(rest.decode("latin-1"))
            if name in self.account.says:
                self.send(self.account.says[name].replace(b"TAG", tag))
                continue
            answer = getattr(self, name.lower().replace(" ", "_"))(*arguments[1:]) if name in READING else b"BAD no"
            if "chatty" in self.account.habits:
                self.untagged(b"3 EXISTS")
                self.untagged(b"1 FETCH (FLAGS (\\Seen))")
                self.untagged(b"OK [PERMANENTFLAGS (\\Answered \\*)] (unbalanced")
            self.send(tag + b" " + (answer or b"OK done") + b"\r\n")
            if name == "STARTTLS":
                self._encrypt()

    def _command(self) -> bytes:
        line = self.lines.readline().rstrip(b"\r\n")
        while found := re.search(rb"\{(\d+)\}$", line):
            self.send(b"+ go on\r\n")
            literal = re.sub(rb'(["\\])', rb"\\\1", self.lines.read(int(found[1])))
            line = line[: found.start()] + b'"' + literal + b'"' + self.lines.readline().rstrip(b"\r\n")
        return line

    def _encrypt(self) -> None:
        self.lines.close()
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.lines = self.connection.makefile("rb")

    def starttls(self) -> None: ...

    def noop(self) -> None: ...

    def capability(self) -> None:
        self.untagged(b"CAPABILITY " + self.account.able.encode())

    def login(self, _user: bytes, password: bytes) -> bytes:
        self.logged_in = re.sub(rb"\\(.)", rb"\1", password).decode() == PASSWORD
        return b"" if self.logged_in else b"NO [AUTHENTICATIONFAILED] LOGIN failed for " + password

    def id(self, *_: bytes) -> None:
        self.known = True
        self.untagged(b'ID ("name" "server")')

    def list(self, *_: bytes) -> None:
        for name in self.account.boxes:
            self.untagged(b'LIST (\\HasNoChildren) "/" "' + name.encode() + b'"')

    def logout(self) -> None:
        self.untagged(b"BYE")

    def examine(self, name: bytes) -> bytes:
        if "unsafe" in self.account.habits and not self.known:
            return b"NO EXAMINE Unsafe Login. Please contact kefu@mail.example for help"
        if not self.logged_in or name.decode() not in self.account.boxes:
            return b"NO [NONEXISTENT] no such mailbox"
        self.box = self.account.boxes[name.decode()]
        self.untagged(str(9_999 if "boasts" in self.account.habits else len(self.box.mails)).encode() + b" EXISTS")
        self.untagged(b"OK [UIDVALIDITY %d] valid" % self.box.validity)
        return b"OK [READ-ONLY] EXAMINE done"

    def _those(self, said: str) -> list[Stored]:
        assert self.box is not None
        highest = self.box.mails[-1].uid if self.box.mails else 0
        found: set[int] = set()
        for part in said.split(","):
            low, _, high = (part if ":" in part else f"{part}:{part}").replace("*", str(highest)).partition(":")
            first, last = sorted((int(low), int(high)))
            found |= {mail.uid for mail in self.box.mails if first <= mail.uid <= last}
        return [mail for mail in self.box.mails if mail.uid in found]

    def uid_search(self, _: bytes, *criteria: bytes) -> None:
        said = [each.decode() for each in criteria]
        found = self._those(said[said.index("UID") + 1])
        if "SINCE" in said:
            since = datetime.strptime(said[said.index("SINCE") + 1], "%d-%b-%Y").replace(tzinfo=UTC)
            found = [mail for mail in found if mail.arrived >= since]
        gone = b" 99" if self.account.ghosts else b""
        self.account.ghosts -= bool(gone)
        self.untagged(b"SEARCH" + b"".join(b" %d" % mail.uid for mail in found) + gone)

    def uid_fetch(self, _: bytes, uids: bytes, *wanted: bytes) -> bytes:
        names = b" ".join(wanted).decode().strip("()").split()
        assert self.box is not None
        for mail in self._those(uids.decode()):
            if mail.uid in self.account.refuses and any(name.startswith("BODY") for name in names):
                return b"NO some messages can't be fetched"
            told = b" ".join(self._told(mail, name) for name in names)
            line = b"* %d FETCH (%s)\r\n" % (mail.uid % 1000 + 1, told)
            if mail.uid in self.account.drops and b"{" in told:
                self.send(line[: len(line) // 2])
                raise _GoneError
            self.send(line.lower() if "lower" in self.account.habits and b"{" not in line else line)
        return b""

    def _told(self, mail: Stored, name: str) -> bytes:
        nothing = "nil" in self.account.habits
        if name == "UID":
            return b"UID %d" % mail.uid
        if name == "RFC822.SIZE":
            return b"RFC822.SIZE %d" % self.account.sizes.get(mail.uid, len(mail.raw))
        if name == "INTERNALDATE":
            shown = f'"{mail.arrived.astimezone(UTC):%d-%b-%Y %H:%M:%S} +0000"'
            return b"INTERNALDATE " + (b"NIL" if nothing else shown.encode())
        if name == "BODYSTRUCTURE":
            return b"BODYSTRUCTURE " + (b"NIL" if nothing else structure(message_from_bytes(mail.raw)))
        section, limit = re.fullmatch(r"BODY\.PEEK\[([^\]]*)\]<0\.(\d+)>", name).groups()  # type: ignore[union-attr]
        body = part(mail.raw, section)[: int(limit)]
        size = 999_999_999 if "huge" in self.account.habits else len(body)
        return b"BODY[%s]<0> {%d}\r\n" % (section.encode(), size) + body


def part(raw: bytes, section: str) -> bytes:
    if not section:
        return raw
    if section == "HEADER":
        return raw.partition(b"\n\n")[0] + b"\n\n"
    found: Message = message_from_bytes(raw)
    for number in section.split("."):
        if found.get_content_type() == "message/rfc822":
            found = found.get_payload(0)  # type: ignore[assignment]
        found = found.get_payload(int(number) - 1) if found.is_multipart() else found  # type: ignore[assignment]
    return str(found._payload).encode("ascii", "surrogateescape")  # type: ignore[attr-defined]


def structure(mail: Message) -> bytes:
    if mail.get_content_type() == "message/rfc822":
        inner = mail.get_payload(0)
        assert isinstance(inner, Message)
        subject = str(inner["Subject"]).encode()
        envelope = b'(NIL "%s" NIL NIL NIL NIL NIL NIL NIL NIL)' % subject
        return b'("message" "rfc822" NIL NIL NIL "7bit" 99 %s %s 9)' % (envelope, structure(inner))
    if mail.is_multipart():
        parts = b"".join(structure(each) for each in mail.get_payload() if isinstance(each, Message))
        return b'(%s "%s" NIL NIL NIL)' % (parts, mail.get_content_subtype().encode())
    charset = f'("CHARSET" "{mail.get_content_charset()}")' if mail.get_content_charset() else "NIL"
    kind = f'"{mail.get_content_maintype()}" "{mail.get_content_subtype()}"'
    way = f'"{mail.get("Content-Transfer-Encoding", "7bit")}" {len(str(mail.get_payload()))}'
    lines = " 9" if mail.get_content_maintype() == "text" else ""
    name = mail.get_filename()
    disposition = f'("{mail.get_content_disposition()}" ("filename" "{name}"))' if name else "NIL"
    return f"({kind} {charset} NIL NIL {way}{lines} NIL {disposition} NIL NIL)".encode()


AUTHORITY = trustme.CA()


@cache
def certificate(*names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(*names).configure_cert(context)
    return context


@contextmanager
def serving(account: Account, *, tls: bool = True, host: str = "localhost") -> Iterator[int]:
    """The port; at the end nothing may have been asked for that changes a mailbox."""
    context = certificate(host)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError, _GoneError), connection:
            connection.settimeout(10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wrapped = context.wrap_socket(connection, server_side=True) if tls else connection
            talk = Conversation(account, wrapped, context)
            try:
                talk.run()
            finally:
                talk.lines.close()
                talk.connection.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                talks.append(threading.Thread(target=serve, args=(connection,), daemon=True))
                talks[-1].start()

    talks: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            account.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for talk in talks:
                talk.join()
    assert account.forbidden == []


def ca_file(folder: Path) -> str:
    path = folder / "ca.pem"
    path.write_bytes(AUTHORITY.cert_pem.bytes())
    return str(path)


def platform(port: int, folder: Path, *, scheme: str = "imaps", **options: object) -> Platform:
    mailbox = {"username": "letters@agency.example", "ca_file": ca_file(folder)}
    mailbox |= {name: options.pop(name) for name in ("folders", "sent", "back", "username") if name in options}
    sent = timedelta(days=15) if mailbox.get("sent") else None
    usual = {"messages": True, "networks": (ip_network("127.0.0.0/8"),), "secret": PASSWORD, "answer_within": sent}
    url = f"{scheme}://localhost:{port}"
    return Platform(
        name="letters",
        kind="mailbox",
        title="局长信箱",
        url=url,
        prefixes=(url,),
        mailbox=Mailbox(**mailbox),  # type: ignore[arg-type]
        **(usual | options),  # type: ignore[arg-type]
    )


def door(limit: timedelta = PASS_LIMIT, today: datetime = TODAY) -> Door:
    return Door(clock=lambda: today, resolve=lambda _host, _port: ["127.0.0.1"], limit=limit)


FRESH = Cursor(platform="letters")
