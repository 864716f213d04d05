"""Killed at every point of the way through: nothing lost, nothing doubled, a repeat only where it is allowed, marked.

A child that has everything imported is forked, works on a real database file, sends to a real SMTP
server and kills itself at the chosen point; then the work is done again by a fresh house.
"""

import os
import signal
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from monitor import daemon
from monitor.store import views
from monitor.store.database import Store
from tests.dying import Dying, die, in_child
from tests.houses import CONFIGURATION, LEAK, Clock, T, Web, build, drain, item

pytestmark = pytest.mark.usefixtures("each_database")


def house_at(folder, inbox):
    mail = f'[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = {inbox.port}\nsecurity = "none"\n'
    text = CONFIGURATION.replace("[pace]", mail + "[pace]")
    return build(folder, Web([item(), item("谢谢你们", name="2")]), text)


def recover(folder, inbox):
    """What a restarted daemon does, until everything has come to rest; the state it leaves."""
    house = house_at(folder, inbox)
    clock = Clock(T + timedelta(seconds=30))
    with daemon.alone(house):
        pass
    for _ in range(3):
        drain(house, clock)
        clock.move(minutes=2)
    with house.store.read() as tx:
        counts = {
            table: tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("item", "version", "escalation", "notification")
        }
        findings = tx.exec_driver_sql("SELECT count(*), count(judged_at) FROM finding").one()
        lines = [row[0] for row in tx.exec_driver_sql("SELECT what FROM transition ORDER BY id")]
        states = [sent.state for sent in views.sent(tx)]
    house.store.close()
    return counts, findings, lines, states


def check(folder, inbox, *, copies):
    counts, findings, lines, states = recover(folder, inbox)

    assert counts == {"item": 2, "version": 2, "escalation": 1, "notification": 1}
    assert findings[0] == findings[1] > 0
    assert lines == ["opened", "told"]
    assert states == ["sent"]
    assert len(inbox.mails) in copies
    identities = Counter(line for mail in inbox.mails for line in mail.content.splitlines() if b"essage-ID" in line)
    assert len(identities) == 1


WRITES = 38  # as many as the way through takes


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", range(1, WRITES + 1))
def test_killed_around_any_commit_nothing_is_lost_or_doubled(tmp_path, inbox, n, when):
    def work():
        house = house_at(tmp_path, inbox)
        drain(replace(house, store=Dying(house.store, n, when)), Clock())

    killed = in_child(work)

    accepted = len(inbox.mails)
    check(tmp_path, inbox, copies={1} if accepted == 0 else {1, 2})
    assert killed or n > 5


def test_the_kills_reach_the_last_commit(tmp_path, inbox):
    writes = []

    class Counting(Store):
        @contextmanager
        def write(self):
            writes.append(1)
            with super().write() as tx:
                yield tx

    house = house_at(tmp_path, inbox)
    drain(replace(house, store=Counting(house.store._engine)), Clock())

    assert len(inbox.mails) == 1
    assert sum(writes) >= WRITES


def test_killed_after_the_fetch(tmp_path, inbox):
    def work():
        house = house_at(tmp_path, inbox)

        def collect(*arguments):
            Web([item()]).collect(*arguments)
            die()

        drain(replace(house, collectors={"feed": collect}), Clock())

    assert in_child(work)
    check(tmp_path, inbox, copies={1})


def test_killed_after_data_began_before_the_server_has_it(tmp_path, inbox):
    def work():
        house = house_at(tmp_path, inbox)

        def send(_notification, data_begins):
            data_begins()
            die()

        drain(replace(house, send=send), Clock())

    assert in_child(work)
    check(tmp_path, inbox, copies={1})
    assert b"=?utf-8?" in inbox.mails[0].content  # marked: nobody could know that it had not arrived


def test_killed_when_the_server_has_it_before_its_answer(tmp_path, inbox):
    def work():
        drain(house_at(tmp_path, inbox), Clock())

    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    inbox.before_250 = lambda: os.kill(child, signal.SIGKILL) if len(inbox.mails) == 1 else None
    os.waitpid(child, 0)

    check(tmp_path, inbox, copies={2})


def test_killed_after_the_answer_before_it_is_written(tmp_path, inbox):
    def work():
        house = house_at(tmp_path, inbox)

        def send(notification, data_begins):
            house.send(notification, data_begins)
            die()

        drain(replace(house, send=send), Clock())

    assert in_child(work)
    assert len(inbox.mails) == 1
    check(tmp_path, inbox, copies={2})


def test_a_repeat_is_marked_for_the_reader(tmp_path, inbox):
    test_killed_after_the_answer_before_it_is_written(tmp_path, inbox)

    first, second = (message_from_bytes(mail.content, policy=policy.default) for mail in inbox.mails)

    assert first["Message-ID"] == second["Message-ID"]
    assert "重复" not in first["Subject"]
    assert "重复" in second["Subject"]


def test_two_deaths_after_data_count_as_not_delivered_and_the_next_contact_is_told(tmp_path, inbox):
    def work():
        house = house_at(tmp_path, inbox)

        def send(_notification, data_begins):
            data_begins()
            die()

        with daemon.alone(house):
            drain(replace(house, send=send), Clock(T + timedelta(minutes=1)))

    assert in_child(work)
    assert in_child(work)
    house = house_at(tmp_path, inbox)
    with daemon.alone(house):
        drain(house, Clock(T + timedelta(minutes=2)))
        drain(house, Clock(T + timedelta(minutes=2)))

    assert [mail.rcpt_tos for mail in inbox.mails] == [["leader@agency.example"]]
    assert LEAK.encode() not in inbox.mails[0].content
