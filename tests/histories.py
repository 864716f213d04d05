"""Random histories of records, through the real stages: what must be true of the store after every event."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, update

from classifiers.finding import Kind
from monitor import daemon
from monitor.exercise import DRILL, is_drill
from monitor.model import Entry, Escalation, Hit, Outcome, Seen, State, Transition
from monitor.policy import IN_DANGER
from monitor.store import drills, marks, passes, records, views
from monitor.store.tables import attempt, cursor, finding, notification, transition
from tests.houses import CONFIGURATION, Clock, Web, build, drain, item
from tests.smtp_servers import serving

STAGES = ("classify", "escalate", "deliver", "ring")
GAS = "小区楼道里有很浓的燃气味，已经有人头晕，请马上派人来看"
LEAK = "公示：李桂香，身份证号210726196411200006"
MANY = "".join(
    f'[[contact]]\nname = "{name}"\ntitle = "{name}"\nmail = "{name}@agency.example"\n' for name in ("b", "c")
)
FOUR = """steps = [{ after = "0m", tell = ["duty"] }, { after = "5m", tell = ["b"] }, { after = "10m", tell = ["c"] },
  { after = "1h", tell = ["leader"] }]"""
TWO = 'steps = [{ after = "0m", tell = ["duty"] }, { after = "1h", tell = ["leader"] }]'
LATE = (
    'steps = [{ after = "0m", tell = ["duty"] }, { after = "15m", tell = ["leader"] }, { after = "2h", tell = ["c"] }]'
)
POLICIES = {  # what ``[policy]`` says, and the time after which the leader is told of danger
    "usual": (TWO, "", 30),
    "soon": (TWO, '[policy]\nleader = "leader"\nleader_after = "10m"\n', 10),
    "four": (FOUR, '[policy]\nleader = "leader"\n', 30),
    "late": (LATE, '[policy]\nleader = "leader"\nleader_after = "20m"\n', 20),
}
SPANS = [timedelta(minutes=n) for n in (1, 4, 6, 20, 45)] + [timedelta(hours=n) for n in (5, 24, 72)]
REST = 300  # turns of all stages after which a daemon must have come to rest
MOOD = st.sampled_from(["takes", "later", "refuses", "dislikes", "drops"])  # of the mail server, from then on


@dataclass
class Moody:
    """A mail server in a mood; it keeps what it has stored, answered or not."""

    mood: str = "takes"
    mails: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(to)
        return {"later": "451 4.7.1 later", "refuses": "550 5.1.1 no such user"}.get(self.mood, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mood == "dislikes":
            return "554 5.7.1 looks like spam"
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        if self.mood == "drops":
            server.transport.abort()
        return "250 OK"


def said(port: int, name: str) -> str:
    """The configuration under one of the ``POLICIES``."""
    steps, danger, _ = POLICIES[name]
    mail = f'[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    before, _, after = CONFIGURATION.partition('steps = [{ after = "0m"')
    text = before + steps + "\n" + after.partition("\n")[2]
    text = text.replace("[pace]", mail + "[pace]").replace("[policy.default]", f"{danger}[policy.default]")
    return text.replace("[[platform]]", MANY + "[[platform]]", 1)


class Histories(RuleBasedStateMachine):
    """One installation from its first day on."""

    port = 0
    server: Moody

    @initialize(name=st.sampled_from(sorted(POLICIES)), live=st.booleans())
    def begin(self, name: str, live: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="huiyin-"))
        self.clock, self.web, self.name, self.live = Clock(), Web(), name, live
        self.server.mails.clear()
        self.first: dict[int, tuple[str, datetime, datetime]] = {}
        self.taken: dict[int, datetime] = {}
        self.under: dict[int, str] = {}  # the policy under which a record was opened, "" if it is another now
        self.house = build(self.folder, self.web, said(self.port, name))
        if not live:
            with self.house.store.write() as tx:
                marks.take(tx, marks.LIVE)
        drain(self.house, self.clock, ("collect", *STAGES))

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.store.close()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        """All there is to do at this moment, as the ticks of a daemon do it: a refused mail brings a step forward."""
        for _ in range(REST):
            if not [None for stage in STAGES if daemon.STAGES[stage][0](self.house, self.clock)]:
                return
        raise AssertionError

    @rule(text=st.sampled_from([GAS, LEAK]), n=st.integers(0, 2), more=st.integers(0, 2), mood=MOOD)
    def published(self, text: str, n: int, more: int, mood: str) -> None:
        """An item appears, or is changed: then what is found joins."""
        self.server.mood, name = mood, f"{text[:2]}{n}"
        self.web.items = [each for each in self.web.items if each.external_id != name]
        self.web.items.append(item(f"{text}（{more}）", name=name, published=self.clock.now))
        with self.house.store.write() as tx:
            tx.execute(update(cursor).values(next_check_at=self.clock.now))
        drain(self.house, self.clock, ("collect",))
        self.settle()

    @rule(kind=st.sampled_from(sorted(Kind)), n=st.integers(0, 1), match=st.integers(0, 2), mood=MOOD)
    def found(self, kind: Kind, n: int, match: int, mood: str) -> None:
        """A finding of any kind, as a collector's pass brings it."""
        self.server.mood = mood
        seen = Seen(kind=kind, rule="rule", score=0.9, excerpt="*")
        now, text = self.clock.now, f"谢谢{kind}{match}"
        one = Entry(
            external_id=f"{kind}{n}",
            digest=f"{abs(hash((kind, n, match))):064x}",
            title="一条",
            text=text,
            link="http://127.0.0.1:9/x.html",
            published_at=now,
            hits=(Hit(seen, f"{match}"),),
        )
        with self.house.store.write() as tx:
            tx.execute(update(cursor).values(next_check_at=now))
            claim = passes.claim_platform(tx, self.house.settings.platforms, now, now + timedelta(hours=1))
            assert claim is not None
            passes.finish_pass(tx, claim, claim.cursor, [one], now)
        self.settle()

    @rule(kind=st.sampled_from([Kind.HAZARD, Kind.PERSONAL_DATA, Kind.SITE_DOWN]))
    def exercise(self, kind: Kind) -> None:
        """An exercise begins, unless one of that kind goes on."""
        goes_on = [each for each in self.records(*ACTIVE) if is_drill(each) and each.kind is kind]
        with self.house.store.write() as tx:
            assert drills.begin(tx, kind, self.clock.now) is not bool(goes_on)
        self.settle()

    @rule(span=st.sampled_from(SPANS), mood=MOOD)
    def pass_by(self, span: timedelta, mood: str) -> None:
        self.server.mood = mood
        self.clock.now += span
        self.settle()

    @rule(minutes=st.lists(st.integers(1, 12), min_size=3, max_size=6))
    def minutes_pass(self, minutes: list[int]) -> None:
        for each in minutes:
            self.clock.move(minutes=each)
            self.settle()

    @precondition(lambda self: self.records(State.OPEN))
    @rule(which=st.integers(0, 9))
    def acknowledge(self, which: int) -> None:
        self.act(State.ACKNOWLEDGED, self.records(State.OPEN), which)

    @precondition(lambda self: self.records(*ACTIVE))
    @rule(which=st.integers(0, 9), to=st.sampled_from([State.RESOLVED, State.DISMISSED]))
    def close(self, which: int, to: State) -> None:
        self.act(to, self.records(*ACTIVE), which)

    def act(self, to: State, on: list[Escalation], which: int) -> None:
        record = on[which % len(on)]
        with self.house.store.write() as tx:
            assert records.move(tx, record, to, Transition(self.clock.now, str(to), "duty", "why"))
        self.taken.setdefault(record.id, self.clock.now)
        self.clock.move(seconds=1)
        self.settle()

    @rule(name=st.sampled_from(sorted(POLICIES)))
    def start_anew(self, name: str) -> None:
        """The operator writes another policy, or the same, and restarts."""
        live = self.live
        if name != self.name:  # from here on only danger keeps pace with the policy of today (ADR 0023)
            self.under = {record.id: "" for record in self.records()}
        self.house.store.close()
        self.name = name
        self.house = build(self.folder, self.web, said(self.port, name), self.clock.now)
        if not live:
            with self.house.store.write() as tx:
                marks.take(tx, marks.LIVE)
        with daemon.alone(self.house):
            self.settle()

    @precondition(lambda self: not self.live)
    @rule()
    def go_live(self) -> None:
        self.live = True
        with self.house.store.write() as tx:
            marks.put(tx, marks.LIVE, self.clock.now)
        self.settle()

    def records(self, *states: State) -> list[Escalation]:
        with self.house.store.read() as tx:
            return [each for each in views.open_records(tx, closed_too=True) if not states or each.state in states]

    def of_record(self, record: Escalation) -> list[object]:
        with self.house.store.read() as tx:
            return list(tx.execute(select(notification).where(notification.c.escalation_id == record.id)))

    @invariant()
    def nothing_is_forgotten(self) -> None:
        now = self.clock.now
        for record in self.records(*ACTIVE):
            assert record.overdue or record.deadline > now
            if record.state is State.OPEN:
                assert record.next_step_at is not None
                assert record.next_step_at > now
            else:
                assert record.next_step_at is None

    @invariant()
    def joining_moves_nothing(self) -> None:
        for record in self.records():
            fixed = record.number, record.opened_at, record.deadline
            assert self.first.setdefault(record.id, fixed) == fixed
        active = Counter((record.kind, record.item) for record in self.records(*ACTIVE))
        assert max(active.values(), default=1) == 1

    @invariant()
    def exercises_are_marked_and_nothing_else_is(self) -> None:
        played = {record.id for record in self.records() if is_drill(record)}
        with self.house.store.read() as tx:
            for row in tx.execute(select(notification)):
                is_marked = "【演练】" in row.subject and row.text.startswith("【演练】") and "DRILL" in row.subject
                assert is_marked == (row.escalation_id in played)
                assert is_marked or "演练" not in row.text
            found = tx.execute(select(finding.c.escalation_id).where(finding.c.platform == DRILL)).scalars()
            assert {*found} == played

    @invariant()
    def whoever_acts_stops_the_steps_and_nothing_else(self) -> None:
        for record in self.records():
            policy_of, now = self.house.settings.policies[record.kind], self.clock.now
            opened_under = self.under.setdefault(record.id, self.name)
            if record.state is State.OPEN and opened_under == self.name:
                ripe = sum(record.opened_at + step.after <= now for step in policy_of.steps)  # type: ignore[operator]
                assert record.step >= ripe
            taken = self.taken.get(record.id)
            after = [each for each in self.of_record(record) if taken is not None and each.created_at > taken]  # type: ignore[attr-defined]
            assert {each.key.split(":")[2] for each in after} <= {"overdue"}  # type: ignore[attr-defined]

    @invariant()
    def nothing_is_closed_without_an_actor(self) -> None:
        with self.house.store.read() as tx:
            lines = defaultdict(list)
            for row in tx.execute(select(transition).order_by(transition.c.id)):
                lines[row.escalation_id].append(row)
        for record in self.records(State.RESOLVED, State.DISMISSED):
            ends = [row for row in lines[record.id] if row.what == record.state]
            assert [row.actor for row in ends] == ["duty"]
            assert ends[0].at == record.closed_at

    @invariant()
    def attempts_and_notifications_agree(self) -> None:
        with self.house.store.read() as tx:
            rows = tx.execute(select(notification)).all()
            tries = defaultdict(list)
            for row in tx.execute(select(attempt).order_by(attempt.c.id)):
                tries[row.notification_id].append(row)
        copies = defaultdict(list)
        for content in self.server.mails:
            mail = message_from_bytes(content, policy=policy.default)
            copies[str(mail["Message-ID"])].append(str(mail["Subject"]))
        for row in rows:
            agree(row, tries[row.id], copies[row.message_id])

    @invariant()
    def nobody_is_told_twice_in_one_go(self) -> None:
        with self.house.store.read() as tx:
            rows = tx.execute(select(notification).where(notification.c.escalation_id.is_not(None))).all()
        reached = [row for row in rows if row.state not in {"refused", "unknown", "lapsed"}]
        told = Counter((row.escalation_id, row.contact, row.channel, row.created_at) for row in reached)
        assert max(told.values(), default=1) == 1

    @invariant()
    def the_leader_is_told_of_danger_in_time(self) -> None:
        limit = timedelta(minutes=POLICIES[self.name][2])
        for record in self.records(State.OPEN):
            if self.live and record.kind in IN_DANGER and self.clock.now - record.opened_at >= limit:
                assert "leader" in {each.contact for each in self.of_record(record)}  # type: ignore[attr-defined]


ACTIVE = (State.OPEN, State.ACKNOWLEDGED)


def agree(row: object, tries: list[object], copies: list[str]) -> None:
    """One notification, its attempts, and what the mail server has of it."""
    outcomes = [each.outcome for each in tries]  # type: ignore[attr-defined]
    begun = sum(each.data_at is not None for each in tries)  # type: ignore[attr-defined]
    state = Outcome(row.state)  # type: ignore[attr-defined]
    assert row.attempts == len(tries)  # type: ignore[attr-defined]
    assert all(each.ended_at for each in tries)  # type: ignore[attr-defined]
    assert row.unknowns == outcomes.count("unknown")  # type: ignore[attr-defined]
    assert len(copies) <= begun
    assert outcomes.count("sent") == (state is Outcome.SENT)
    if state in {Outcome.SENT, Outcome.LAPSED, Outcome.REFUSED}:
        assert outcomes[-1] == state or (state is Outcome.REFUSED and outcomes)
    if state is Outcome.SENT:
        assert copies
    assert [("可能重复" in subject) for subject in copies] == [n > 0 for n in range(len(copies))]


@contextmanager
def mail_server() -> Iterator[type[Histories]]:
    """The machine, with a mail server of its own."""
    server = Moody()
    with serving(server) as port:
        yield type("Served", (Histories,), {"port": port, "server": server})
