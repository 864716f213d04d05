"""A zoo of mail servers: each treats mail after mail in its own bad way, and what became of all of them is counted."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from monitor.channels.mail import Mail, Security
from monitor.house import House
from monitor.model import Message, Outcome
from monitor.store import outbox, views
from tests.houses import Clock, Web, build, drain
from tests.smtp_servers import settings

HABITS = (
    "drops",  # stores a mail, then ends the connection without an answer
    "greylists",  # 451 at first sight of a recipient
    "refuses_a_third",
    "hangs",  # says nothing to some recipients, at first sight
    "no_starttls",  # until somebody mends it
    "bad_certificate",  # likewise
    "no_8bitmime",
    "size_limit",
    "refuses_content",
    "slow",
)
MENDABLE = ("no_starttls", "bad_certificate")
SMALL = 16_000  # bytes that the one with a limit takes
LARGE = "长" * 9000


@dataclass
class Keeper:
    """One server: what it was sent, by recipient, and how often it dropped a mail that it had stored."""

    habit: str
    good: ssl.SSLContext
    bad: ssl.SSLContext
    mails: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    dropped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seen: set[str] = field(default_factory=set)
    mended: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the zoo is closed
                return
            with suppress(OSError), connection:
                connection.settimeout(10)
                self.talk(connection)

    def talk(self, connection: socket.socket, greeting: bytes = b"220 mail.agency.example\r\n") -> None:
        connection.sendall(greeting)
        with connection.makefile("rb") as lines:
            recipient = ""
            while line := lines.readline():
                verb, said = line[:4].upper().strip(), line.decode("ascii")
                if verb == b"STAR":
                    break
                if verb == b"RCPT":
                    recipient = said.partition("<")[2].partition(">")[0]
                data = verb == b"DATA"
                answer = self.content(recipient, lines, connection) if data else self.answer(verb, said, recipient)
                connection.sendall(answer)
                if not answer:
                    return
        if line:
            connection.sendall(b"220 go on\r\n")
            context = self.bad if self.habit == "bad_certificate" and not self.mended else self.good
            with context.wrap_socket(connection, server_side=True) as secured:
                self.talk(secured, b"")

    def answer(self, verb: bytes, said: str, recipient: str) -> bytes:
        if self.habit == "slow":
            self.over.wait(0.002)
        if verb == b"EHLO":
            return self.offers()
        if verb == b"MAIL" and self.habit == "size_limit" and int(said.rpartition("SIZE=")[2]) > SMALL:
            return b"552 5.3.4 too large\r\n"
        return self.receives(recipient) if verb == b"RCPT" else b"250 OK\r\n"

    def offers(self) -> bytes:
        offered = [b"mail.agency.example", b"SIZE %d" % (SMALL if self.habit == "size_limit" else 10_000_000)]
        if self.habit == "bad_certificate" or (self.habit == "no_starttls" and self.mended):
            offered.append(b"STARTTLS")
        if self.habit != "no_8bitmime":
            offered.append(b"8BITMIME")
        return b"".join(b"250-%s\r\n" % each for each in offered[:-1]) + b"250 %s\r\n" % offered[-1]

    def receives(self, recipient: str) -> bytes:
        number, new = int(recipient.partition("@")[0].removeprefix("duty")), recipient not in self.seen
        self.seen.add(recipient)
        if self.habit == "refuses_a_third" and number % 3 == 0:
            return b"550 5.1.1 no such user\r\n"
        if self.habit == "greylists" and new:
            return b"451 4.7.1 come back later\r\n"
        if self.habit == "hangs" and new and number % 50 == 0:
            self.over.wait(0.5)
            return b""
        return b"250 OK\r\n"

    def content(self, recipient: str, lines: Iterator[bytes], connection: socket.socket) -> bytes:
        connection.sendall(b"354 go on\r\n")
        mail = b"".join(iter(lines.__next__, b".\r\n"))
        if self.habit == "refuses_content" and len(mail) > SMALL:
            return b"554 5.7.1 looks like spam\r\n"
        self.mails[recipient].append(mail)
        if self.habit == "drops" and len(self.mails[recipient]) == 1:
            self.dropped[recipient] += 1
            return b""
        return b"250 2.0.0 queued\r\n"


@contextmanager
def kept(keeper: Keeper) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        thread = threading.Thread(target=keeper.serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            keeper.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def posted(house: House, clock: Clock, n: int) -> None:
    contact, message = house.settings.contacts["duty"], Message("通知", LARGE, f"<body><p>{LARGE}</p></body>")
    with house.store.write() as tx:
        for number in range(n):
            to = replace(contact, mail=f"duty{number}@agency.example")
            outbox.intend(tx, key=f"k{number}", contact=to, message=message, record=None, priority=2, now=clock())


def visited(folder: Path, keeper: Keeper, n: int, authority: Path) -> list[Outcome]:
    """Send ``n`` mails, mend what can be mended after a while, and go on until all have come to rest."""
    clock = Clock()
    house = build(folder, Web())
    security = Security.STARTTLS if keeper.habit in MENDABLE else Security.NONE
    with kept(keeper) as port:
        way = Mail(
            settings(
                port, security, ca_file=authority, timeout=timedelta(seconds=0.4 if keeper.habit == "hangs" else 20)
            )
        )
        house = replace(house, send=way.send)
        posted(house, clock, n)
        for _ in range(6):
            drain(house, clock, ["deliver"])
            clock.move(minutes=10)
            keeper.mended = True
    with house.store.read() as tx:
        states = [sent.state for sent in views.sent(tx, limit=n)]
    house.store.close()
    return states


def check(folder: Path, habit: str, n: int, trust: tuple[ssl.SSLContext, ssl.SSLContext, Path]) -> None:
    good, bad, authority = trust
    keeper = Keeper(habit, good, bad)
    states = visited(folder, keeper, n, authority)
    refused = [number for number in range(n) if number % 3 == 0] if habit == "refuses_a_third" else []
    expected = {f"duty{number}@agency.example" for number in range(n) if number not in refused}

    assert set(keeper.mails) == expected  # lost: 0
    assert sorted(states) == sorted([Outcome.REFUSED] * len(refused) + [Outcome.SENT] * len(expected))
    for recipient, copies in keeper.mails.items():
        assert len(copies) == 1 + keeper.dropped[recipient]
        assert [b"X-Huiyin-Repeat: yes" in each for each in copies] == [False] + [True] * (len(copies) - 1)
        assert len({_identity(each) for each in copies}) == 1
        assert all(each.isascii() for each in copies)
    assert (sum(keeper.dropped.values()) == n) == (habit == "drops")


def _identity(mail: bytes) -> bytes:
    return next(line for line in mail.splitlines() if line.startswith(b"Message-ID"))
