"""What people do to a record: acknowledge, resolve, dismiss, say what it is about."""

from __future__ import annotations

from pathlib import Path

import click

from classifiers import routing
from monitor import acting, daemon
from monitor.cli import named, playbooks, wiring
from monitor.cli.named import OPERATOR
from monitor.model import Escalation, State, Transition
from monitor.settings import Settings, load
from monitor.store import labels, promised, records, views
from monitor.store.database import Tx
from monitor.store.passes import LONGEST_TOPIC
from monitor.words import Words

NUMBER = click.argument("number")
BY = click.option("--by", default=OPERATOR, metavar="CONTACT", help="谁办的 / which duty acted (a contact's name)")


@click.command()
@NUMBER
@BY
@click.option("--by-phone", "caller", metavar="CONTACT", help="谁来电认领 / who acknowledged by telephone")
@click.option("--why", default="", help="备注 / a note")
@click.pass_obj
def ack(config: Path, number: str, by: str, caller: str | None, why: str) -> None:
    """认领：有人在办，不再往上报；时限照走。/ Acknowledge: somebody acts; the deadline still runs."""
    if caller is None:
        _move(config, number, State.ACKNOWLEDGED, by, why)
        return
    if by != OPERATOR:
        raise click.ClickException(wiring.words(load(config).language).say("terminal.by_or_by_phone"))
    _move(config, number, State.ACKNOWLEDGED, caller, why, what="acknowledged_by_phone")


@click.command()
@NUMBER
@BY
@click.option("--why", required=True, help="怎么办的 / what was done")
@click.pass_obj
def resolve(config: Path, number: str, by: str, why: str) -> None:
    """办结。/ Close a record as done."""
    _move(config, number, State.RESOLVED, by, why)


@click.command()
@NUMBER
@BY
@click.option("--why", required=True, help="为什么不是问题 / why it was nothing")
@click.pass_obj
def dismiss(config: Path, number: str, by: str, why: str) -> None:
    """排除：不是问题；同一处不再建档。/ Close as nothing: the same match never opens a record again."""
    _move(config, number, State.DISMISSED, by, why)


@click.command()
@click.argument("about", metavar="NUMBER|ITEM")
@click.argument("topic")
@click.option("--new", is_flag=True, help="模型还没有的主题 / a topic that the model does not have yet")
@click.pass_obj
def topic(config: Path, about: str, topic: str, *, new: bool) -> None:
    """改归口：留言说的是什么；以后训练会学。/ Say what a message is about; training learns from it."""
    with wiring.opened(config) as (settings, store, words):
        labels_ = (wiring.routing_model(settings, words) or routing.shipped()).labels
        if topic not in labels_ and not new:
            raise click.ClickException(words.say("terminal.unknown_topic", topic=topic, topics=words.join(labels_)))
        if len(topic) > LONGEST_TOPIC:
            raise click.ClickException(words.say("train.long_topic", value=topic))
        with store.write() as tx:
            item = item_of(tx, about)
            if item is None:
                raise click.ClickException(words.say("terminal.no_message", about=about))
            labels.correct(tx, item, topic, daemon.clock())
        click.echo(words.say("terminal.corrected", about=about, topic=words.topic(topic)))


def item_of(tx: Tx, about: str) -> int | None:
    """The item of a record, by its number, or an item by its id, as `explain` writes it too ("#7")."""
    record = records.by_number(tx, about)
    if record is not None:
        return record.item
    id_ = about.removeprefix("#")
    is_id = id_.isascii() and id_.isdecimal() and len(id_) <= views.LONGEST_ID
    found = views.find_items(tx, id_) if is_id else []
    return found[0].id if found else None


def _move(config: Path, number: str, to: State, by: str, why: str, *, what: str = "") -> None:
    """``what`` is how the history calls it, if not by the state it leads to."""
    with wiring.opened(config) as (settings, store, words):
        named.actor(by, settings, words)
        with store.write() as tx:
            record = named.record(tx, number, words)
            line = Transition(daemon.clock(), what or str(to), by, why)
            moved = acting.move(tx, record, to, line, settings.contacts.get(by))
            left = _left(tx, record, to, settings, words)
        if moved is acting.Moved.ALREADY:
            state = words.say(f"states.{record.state}")
            raise click.ClickException(words.say("terminal.already", number=number, state=state))
        if moved is acting.Moved.MEANWHILE:
            raise click.ClickException(words.say("terminal.moved_meanwhile", number=number))
        click.echo(words.say("terminal.moved", number=number, state=words.say(f"states.{to}")))
        for each in left:
            click.echo(each)


def _left(tx: Tx, record: Escalation, to: State, settings: Settings, words: Words) -> list[str]:
    """What whoever closes a record should know: messages that wait still, tasks that nobody has ticked off."""
    waiting = promised.waiting(tx, record) if to in acting.CLOSED else 0
    undone = playbooks.left(record, playbooks.standing(tx, record, settings), words) if to is State.RESOLVED else ""
    said = words.count("terminal.still_waiting", waiting) if waiting else ""
    return [each for each in (said, undone) if each]
