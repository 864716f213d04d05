"""Two daemons as processes on one PostgreSQL, which lost the lock that keeps them apart: each mail once, also when
one is killed in the middle."""

import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from classifiers.finding import Kind
from monitor import daemon
from monitor.cli import wiring
from monitor.model import Hit, Message, Seen
from monitor.store import outbox
from monitor.store.tables import escalation, notification, transition
from tests.dying import die
from tests.edges.test_storing import entry, give
from tests.houses import CONFIGURATION, PLACE, Clock, T, Web, build

RECORDS = 20
STAGES = ("classify", "escalate", "deliver")
LEASE = {"minutes": 10, "seconds": 1}


@pytest.fixture
def database(postgresql):
    with postgresql.fresh() as fresh, PLACE.at(fresh.server):
        yield


def house_at(folder, inbox):
    mail = f'[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = {inbox.port}\nsecurity = "none"\n'
    return build(folder, Web(), CONFIGURATION.replace("[pace]", mail + "[pace]"))


def fill(house, many):
    """So many mails: some of records that are still to be judged, the others written already."""
    gas = Hit(Seen(kind=Kind.HAZARD, rule="gas", score=0.9, excerpt="*"), "x")
    give(house.store, *(entry(n, "谢谢", hits=(gas,), published_at=T) for n in range(RECORDS)))
    contact, said = house.settings.contacts["duty"], Message("s", "t", "<body>h</body>")
    with house.store.write() as tx:
        for n in range(many - RECORDS):
            assert outbox.intend(tx, key=f"k{n}", contact=contact, message=said, record=None, priority=0, now=T)


def until_rest(house, clock):
    """Every stage in turn until none has anything left."""
    while [None for name in STAGES if daemon.STAGES[name][0](house, clock)]:
        pass


class Killed:
    """A way out whose process is killed in its n-th mail: before DATA, after it began, or when it has been taken."""

    def __init__(self, send, how, n):
        self.send, self.how, self.left = send, how, n

    def __call__(self, notification, data_begins):
        self.left -= 1
        if self.left:
            return self.send(notification, data_begins)
        if self.how == "begun":
            data_begins()
        elif self.how == "taken":
            self.send(notification, data_begins)
        return die()


@contextmanager
def daemons(*works):
    """Forked children, all at once; whether each ended by itself is handed out at the end."""
    children, ends = [], []
    for work in works:
        child = os.fork()
        if child == 0:
            try:
                work()
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    yield ends
    ends += [os.waitpid(child, 0)[1] for child in children]


def subjects(inbox):
    """By Message-ID, in the order in which they came."""
    found = {}
    for each in inbox.mails:
        mail = message_from_bytes(each.content, policy=policy.default)
        found.setdefault(mail["Message-ID"], []).append(mail["Subject"])
    return found


@pytest.mark.parametrize(("how", "many"), [("begun", 310), ("before", 40), ("taken", 40)])
def test_each_mail_goes_once(tmp_path, database, inbox, how, many):
    house = house_at(tmp_path, inbox)
    fill(house, many)
    house.store.close()  # what is open is not shared with a child

    def work(killed):
        own = wiring.house(house.settings)
        until_rest(replace(own, send=Killed(own.send, how, many // 5)) if killed else own, Clock())

    with daemons(lambda: work(killed=True), lambda: work(killed=False)) as ends:
        pass
    assert ends == [9, 0]

    clock = Clock()
    house = house_at(tmp_path, inbox)
    until_rest(house, clock)
    assert states(house) == {"sent": many - 1, "sending": 1}  # not before the lease ends
    clock.move(**LEASE)
    until_rest(house, clock)

    found = subjects(inbox)
    assert states(house) == {"sent": many}
    assert len(found) == many
    assert Counter(map(len, found.values())) == ({1: many - 1, 2: 1} if how == "taken" else {1: many})
    marked = [each for copies in found.values() for each in copies if "可能重复" in each]
    assert len(marked) == (how in {"begun", "taken"})
    assert [copies[-1] for copies in found.values() if len(copies) > 1] == (marked if how == "taken" else [])
    assert told_once(house)


def states(house):
    with house.store.read() as tx:
        return Counter(tx.execute(select(notification.c.state)).scalars())


def told_once(house):
    """Whether every record was opened once and told once."""
    with house.store.read() as tx:
        matters = Counter(tx.execute(select(escalation.c.matter_key)).scalars())
        lines = Counter(map(tuple, tx.execute(select(transition.c.escalation_id, transition.c.what))))
    return set(matters.values()) == {1} and len(matters) == RECORDS and [*lines.values()] == [1] * 2 * RECORDS
