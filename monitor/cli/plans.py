"""``huiyin policy show``: who is told of what and when, as text and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.cells import cell_len

from classifiers.finding import Kind
from monitor import charts
from monitor.calendar import nominal
from monitor.cli import wiring
from monitor.model import Contact, Delay, Policy
from monitor.settings import Settings, load
from monitor.words import Words

KINDS = tuple(str(kind) for kind in Kind)
WIDE = 18  # columns for a time


@click.command("show")
@click.argument("kinds", nargs=-1, type=click.Choice(KINDS), metavar="[KIND...]")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="图存到哪里 / where to save the picture")
@click.pass_obj
def show_policy(config: Path, kinds: tuple[str, ...], svg: Path | None) -> None:
    """谁在多久之后知道什么：文字和图。/ Who is told of what, and when: text and picture."""
    settings = load(config)
    words = wiring.words(settings.language)
    chosen = [policy for kind, policy in settings.policies.items() if not kinds or kind in kinds]
    missing = [kind for kind in kinds if kind not in {str(policy.kind) for policy in chosen}]
    if missing:
        raise click.ClickException(words.say("plan.no_policy", kinds=words.join(missing)))
    for policy in chosen:
        for line in _lines(policy, settings, words):
            click.echo(line)
    if svg is not None:
        ways = [charts.Way(_head(policy, settings, words), _stops(policy, settings, words)) for policy in chosen]
        svg.write_text(charts.ways(words.say("plan.title"), ways), encoding="utf-8")
        click.echo(words.say("plan.saved", path=svg))


def _lines(policy: Policy, settings: Settings, words: Words) -> Iterator[str]:
    yield _head(policy, settings, words)
    for stop in _stops(policy, settings, words):
        yield f"  {stop.when}{' ' * (WIDE - cell_len(stop.when))}  {stop.what}"
    yield ""


def _head(policy: Policy, settings: Settings, words: Words) -> str:
    kind, severity = words.say(f"kinds.{policy.kind}.name"), words.say(f"severities.{policy.severity}")
    head = words.say("plan.head", kind=kind, severity=severity, owner=_names((policy.owner,), settings, words))
    groups = [group.title for group in settings.chats if policy.severity in group.severities]
    return head + (words.say("plan.groups", groups=words.join(groups)) if groups else "")


def _stops(policy: Policy, settings: Settings, words: Words) -> list[charts.Stop]:
    """Steps and deadline in their order, and what comes after the last step."""
    timed = [
        (nominal(step.after), charts.Stop(_when(step.after, words), _names(step.tell, settings, words)))
        for step in policy.steps
    ]
    last = words.say("plan.every", span=words.span(policy.repeat))
    told = _names(policy.steps[-1].tell, settings, words)
    due = charts.Stop(words.delay(policy.deadline), words.say("plan.due"), mark=True)
    timed.append((timed[-1][0] + policy.repeat, charts.Stop(last, words.say("plan.again", names=told))))
    timed.append((nominal(policy.deadline), due))
    return [stop for _, stop in sorted(timed, key=lambda each: each[0])]


def _when(after: Delay, words: Words) -> str:
    return words.delay(after) if after else words.say("plan.at_once")


def _names(names: tuple[str, ...], settings: Settings, words: Words) -> str:
    """Titles, with the deputy of each who has one, and a word where a roster says who holds it."""
    return words.join(_name(settings.contacts[name], settings, words) for name in names)


def _name(contact: Contact, settings: Settings, words: Words) -> str:
    beside = [] if contact.mail else [words.say("duties.by_roster")]
    if contact.deputy:
        beside.append(words.say("duties.deputy", name=settings.contacts[contact.deputy].title))
    return contact.title + (words.say("marks.aside", text=words.join(beside)) if beside else "")
