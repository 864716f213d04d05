"""The whole way to a real mail server that greylists, refuses one of the recipients, or reads before it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.house import House
from monitor.model import Outcome
from tests.houses import CONFIGURATION, Clock, Web, build, drain, item, only_record, text_of, transitions
from tests.smtp_servers import serving
from tests.ways import told


class Office:
    """Greylists each recipient ``grey`` times, knows no ``gone``, and refuses a text with one of ``words`` in it."""

    def __init__(self, *, grey: int = 0, gone: str = "", words: tuple[str, ...] = (), late: str = "") -> None:
        self.grey, self.gone, self.words, self.late = grey, gone, words, late
        self.seen: dict[str, int] = {}
        self.mails: list[EmailMessage] = []
        self.refused: list[EmailMessage] = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]
        self.seen[address] = self.seen.get(address, 0) + 1
        if address == self.gone:
            return "550 5.1.1 No such user"
        if self.seen[address] <= self.grey:
            return "451 4.7.1 Greylisted, please try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        said = f"{mail['Subject']}\n{text_of(mail)}"
        if any(word in said for word in self.words):
            self.refused.append(mail)
            return "554 5.7.1 Message content rejected"
        if self.late:
            return self.late
        self.mails.append(mail)
        return "250 2.0.0 Ok"


@contextmanager
def house_by(folder: Path, office: Office) -> Iterator[House]:
    with serving(office) as port:
        mail = f'[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        house = build(folder, Web([item()]), CONFIGURATION.replace("[pace]", mail + "[pace]"))
        yield house
        house.store.close()


def to(mail: EmailMessage) -> str:
    return str(mail["To"])


def test_greylisting_is_waited_out(tmp_path: Path, clock: Clock) -> None:
    office = Office(grey=2)
    with house_by(tmp_path, office) as house:
        for _ in range(4):
            drain(house, clock)
            clock.move(minutes=2)

        assert [to(mail) for mail in office.mails] == ["duty@agency.example"]
        assert office.mails[0]["X-Huiyin-Repeat"] is None
        assert [(sent.state, sent.attempts) for sent in told(house)] == [(Outcome.SENT, 3)]


def test_one_refused_recipient_stops_nobody_else(tmp_path: Path, clock: Clock) -> None:
    office = Office(gone="duty@agency.example")
    with house_by(tmp_path, office) as house:
        drain(house, clock)
        drain(house, clock)

        assert [to(mail) for mail in office.mails] == ["leader@agency.example"]
        refused, sent = told(house)
        assert (refused.contact, refused.state, sent.contact, sent.state) == (
            "duty",
            Outcome.REFUSED,
            "leader",
            Outcome.SENT,
        )
        assert "550 5.1.1 No such user" in refused.answer
        assert transitions(house, only_record(house)) == ["opened", "told", "undelivered", "told"]


def test_a_filter_that_dislikes_the_text_gets_the_bare_one(tmp_path: Path, clock: Clock) -> None:
    office = Office(words=("资格公示", "://", "210726"))
    with house_by(tmp_path, office) as house:
        drain(house, clock)

        (refused,), (mail,) = office.refused, office.mails
        assert refused["Message-ID"] != mail["Message-ID"]
        assert to(mail) == to(refused) == "duty@agency.example"
        assert "huiyin show 2026-0001" in text_of(mail)
        (sent,) = told(house)
        assert (sent.state, sent.bare, sent.attempts) == (Outcome.SENT, True, 2)


def test_a_filter_that_dislikes_even_that_brings_the_next_contact(tmp_path: Path, clock: Clock) -> None:
    office = Office(words=("2026-0001",))
    with house_by(tmp_path, office) as house:
        for _ in range(9):
            drain(house, clock)
            clock.move(minutes=5)

        assert len(office.refused) == 4  # the mail and the bare one, to each, and then no more until the reminder
        assert [sent.state for sent in told(house)] == [Outcome.REFUSED, Outcome.REFUSED]


@pytest.mark.parametrize("late", ["451 4.3.0 Queue full", "530 5.7.0 Authentication required"])
def test_what_can_be_mended_is_tried_until_it_is(tmp_path: Path, clock: Clock, late: str) -> None:
    office = Office(late=late)
    with house_by(tmp_path, office) as house:
        for _ in range(3):
            drain(house, clock)
            clock.move(minutes=5)
        assert office.mails == []
        office.late = ""
        drain(house, clock)

        assert len(office.mails) == 1
        assert transitions(house, only_record(house)) == ["opened", "told"]
