"""The policies of the configuration: who is told of what, and when. PURE: problems are noted in the table.

What a kind says stands before what its severity says, and that before ``[policy.default]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from classifiers.finding import Kind
from monitor.calendar import nominal
from monitor.model import Contact, Policy, Severity, Step, Working
from monitor.options import Options, parse_delay
from monitor.policy import IN_DANGER
from monitor.sections import SHIPPED, known

URGENT_AGAIN = timedelta(hours=1)  # what is urgent and nobody has acknowledged is told again
LEADER_AFTER = "30m"  # the longest time after which the responsible leader is told of danger


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """What holds where nothing else is said."""

    owner: str
    steps: tuple[Step, ...]
    repeat: timedelta


def policies(table: Options, contacts: Mapping[str, Contact]) -> dict[Kind, Policy]:
    """``[policy.default]`` says owner, steps and repeat; ``[policy.<severity>]`` and then ``[policy.<kind>]`` override.

    The responsible ``leader`` is told of danger after ``leader_after`` at the latest, whatever the steps say.
    """
    default = table.table("default")
    owner = default.text("owner")
    known(default, "owner", (owner,) if owner else (), contacts)
    steps = _steps(default, contacts) or (Step(timedelta(0), tuple(contacts)[:1]),)
    if not default.tables("steps"):
        default.problem("steps", 'is missing: who is told, like [{ after = "0m", tell = ["duty"] }]')
    usual = _Usual(owner=owner, steps=steps, repeat=default.duration("repeat", "1d", "5m", "7d"))
    default.finish()
    urgent = replace(usual, repeat=min(usual.repeat, URGENT_AGAIN))
    usually = {Severity.URGENT: urgent, Severity.SERIOUS: usual, Severity.ORDINARY: usual}
    by_severity = {each: _overridden(table.table(str(each)), contacts, usually[each]) for each in Severity}
    leader = table.text("leader", "") or next(iter(usual.steps[-1].tell), "")
    known(table, "leader", (leader,) if "leader" in table else (), contacts)
    after = table.duration("leader_after", LEADER_AFTER, "0m", LEADER_AFTER)
    found = {}
    for kind in SHIPPED:
        policy = _policy(kind, table.table(str(kind)), contacts, by_severity)
        found[kind] = _with_leader(policy, leader, after) if kind in IN_DANGER else policy
    table.finish()
    return found


def _overridden(table: Options, contacts: Mapping[str, Contact], usual: _Usual) -> _Usual:
    found = _said(table, contacts, usual)
    table.finish()
    return found


def _said(table: Options, contacts: Mapping[str, Contact], usual: _Usual) -> _Usual:
    owner = table.text("owner", usual.owner)
    known(table, "owner", (owner,) if "owner" in table else (), contacts)
    repeat = table.duration("repeat", "1d", "5m", "7d") if "repeat" in table else usual.repeat
    return _Usual(owner=owner, steps=_steps(table, contacts) or usual.steps, repeat=repeat)


def _policy(
    kind: Kind, table: Options, contacts: Mapping[str, Contact], by_severity: Mapping[Severity, _Usual]
) -> Policy:
    shipped = SHIPPED[kind]
    severity = Severity(table.text("severity", str(shipped.severity), one_of=[str(each) for each in Severity]))
    said = _said(table, contacts, by_severity[severity])
    policy = Policy(
        kind=kind,
        severity=severity,
        owner=said.owner,
        threshold=table.share("threshold", shipped.threshold),
        deadline=table.delay("deadline", shipped.deadline, "5m", "90d"),
        steps=said.steps,
        repeat=said.repeat,
    )
    if kind in IN_DANGER and any(isinstance(each, Working) for each in (policy.deadline, *_delays(policy))):
        table.problem("", "danger doesn't wait for office hours: steps and deadline must be in clock time")
    table.finish()
    return policy


def _delays(policy: Policy) -> list[timedelta | Working]:
    return [step.after for step in policy.steps]


def _with_leader(policy: Policy, leader: str, after: timedelta) -> Policy:
    """The policy, with a step that tells the leader in time where none does."""
    if any(leader in step.tell and nominal(step.after) <= after for step in policy.steps):
        return policy
    same = [place for place, step in enumerate(policy.steps) if step.after == after]
    if same:
        steps = [replace(step, tell=(*step.tell, leader)) if step.after == after else step for step in policy.steps]
    else:
        steps = sorted([*policy.steps, Step(after, (leader,))], key=lambda step: nominal(step.after))
    return replace(policy, steps=tuple(steps))


def _steps(table: Options, contacts: Mapping[str, Contact]) -> tuple[Step, ...]:
    steps = []
    for step in table.tables("steps"):
        after = step.text("after", "0m")
        span = parse_delay(after)
        if span is None:
            step.problem("after", f'{after!r} is no span of time; write it like "15m", "4wh" or "2wd"')
        tell = step.texts("tell")
        if not tell:
            step.problem("tell", "names nobody; an empty step would only wait")
        known(step, "tell", tell, contacts)
        step.finish()
        steps.append(Step(span or timedelta(0), tell))
    spans = [nominal(step.after) for step in steps]
    if spans != sorted(set(spans)):
        table.problem("steps", "each step must come later than the one before it")
    return tuple(steps)
