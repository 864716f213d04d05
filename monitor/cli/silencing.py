"""``huiyin silence``: not to be told of something for a while; ``huiyin addresses``: mail to whom is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from classifiers.finding import Kind
from monitor import daemon
from monitor.cli import wiring
from monitor.cli.days import FORMATS
from monitor.house import context
from monitor.policy import IN_DANGER
from monitor.settings import Settings
from monitor.store import silences
from monitor.summary import Silence
from monitor.weekly import silenced
from monitor.words import Words

KINDS = tuple(str(kind) for kind in Kind)


@click.command("add")
@click.option("--platform", default="", metavar="NAME", help="哪个平台，不写为全部 / which platform; default: all")
@click.option("--kind", type=click.Choice(KINDS), help="哪类事项，不写为全部 / which kind; default: all but danger")
@click.option("--until", type=click.DateTime(FORMATS), required=True, help="到什么时候 / until when")
@click.option("--why", required=True, help="原因 / the reason")
@click.option("--by", required=True, metavar="CONTACT", help="谁申请的 / who asks for it (a contact's name)")
@click.pass_obj
def add(config: Path, *, platform: str, kind: str | None, until: datetime, why: str, by: str) -> None:
    """静默：一段时间内不通知；照常建档，时限照走。险情和求助不能静默。/ Tell nobody for a while; never of danger."""
    with wiring.opened(config) as (settings, store, words):
        now, chosen = daemon.clock(), Kind(kind) if kind else None
        end = until.replace(tzinfo=settings.zone).astimezone(UTC)
        asked = Silence(id=0, platform=platform, kind=chosen, begun_at=now, until=end, owner=by, why=why.strip())
        wrong = _wrong(asked, settings, words)
        if wrong:
            raise click.ClickException(wrong)
        with store.write() as tx:
            begun = silences.add(tx, asked)
        click.echo(_line(begun, settings, words, now))
        click.echo(words.say("silence.danger"))


def _wrong(asked: Silence, settings: Settings, words: Words) -> str:
    """Why a silence can't be begun; "" when it can."""
    longest = settings.delivery.longest_silence
    known = {"platforms": words.join(settings.platforms), "contacts": ", ".join(settings.contacts)}
    problems: tuple[tuple[bool, str, dict[str, str]], ...] = (
        (
            asked.kind in IN_DANGER,
            "silence.never",
            {"kind": words.say(f"kinds.{asked.kind}.name") if asked.kind else ""},
        ),
        (not asked.platform and asked.kind is None, "silence.everything", {}),
        (
            asked.platform not in {"", *settings.platforms},
            "silence.no_platform",
            {"name": asked.platform, "known": known["platforms"]},
        ),
        (
            asked.owner not in settings.contacts,
            "terminal.unknown_contact",
            {"name": asked.owner, "known": known["contacts"]},
        ),
        (not asked.why, "silence.no_reason", {}),
        (asked.until <= asked.begun_at, "silence.past", {}),
        (asked.until - asked.begun_at > longest, "silence.too_long", {"longest": words.span(longest)}),
    )
    return next((words.say(key, **values) for wrong, key, values in problems if wrong), "")


@click.command("list")
@click.pass_obj
def list_(config: Path) -> None:
    """正在静默的有哪些，期间来了多少。/ What is silenced now, and how much has come."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.read() as tx:
            found = [(each, silences.held_by(tx, each.id)) for each in silences.in_force(tx, now)]
        for each, n in found:
            click.echo(_line(each, settings, words, now) + words.count("silence.came", n))
        if not found:
            click.echo(words.say("silence.none"))


@click.command("end")
@click.argument("number", type=int)
@click.pass_obj
def end(config: Path, number: int) -> None:
    """提前结束静默；期间来的合成一封发出。/ End a silence now; what came during it is sent in one mail."""
    with wiring.opened(config) as (_, store, words):
        with store.write() as tx:
            ended = silences.end(tx, number, daemon.clock())
        if not ended:
            raise click.ClickException(words.say("silence.unknown", number=number))
        click.echo(words.say("silence.ended", number=number))


def _line(silence: Silence, settings: Settings, words: Words, now: datetime) -> str:
    about = context(settings, now)
    return words.say(
        "silence.line",
        number=silence.id,
        about=silenced(silence, about, words),
        until=words.stamp(silence.until, settings.zone),
        owner=silence.owner,
        why=silence.why,
    )


@click.command("addresses")
@click.pass_obj
def addresses(config: Path) -> None:
    """哪些收件地址失效、为什么。/ Which addresses are dead, and why."""
    with wiring.opened(config) as (settings, store, words):
        with store.read() as tx:
            found = silences.dead(tx)
        for row in found:
            since, until = (words.stamp(each, settings.zone) for each in (row.since, row.dead_until))
            values = {"contact": row.contact, "times": row.times, "since": since, "until": until, "answer": row.answer}
            click.echo(words.say("silence.dead", **values))
        if not found:
            click.echo(words.say("silence.all_well"))
