"""``huiyin tick``: a task of a record's playbook is done."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import acting, daemon, playbook, ticking
from monitor.acting import CLOSED, Moved
from monitor.cli import named, playbooks, wiring
from monitor.cli.records import BY, NUMBER
from monitor.model import Escalation, Transition
from monitor.playbook import Task
from monitor.settings import Settings
from monitor.store import ticks
from monitor.words import Words


@click.command()
@NUMBER
@click.argument("task")
@BY
@click.option("--note", default="", help="备注 / a note")
@click.pass_obj
def tick(config: Path, number: str, task: str, by: str, note: str) -> None:
    """打勾：处置清单里的一项做完了；写序号或名字。/ Tick a task of the playbook off, by its place or name."""
    with wiring.opened(config) as (settings, store, words):
        named.actor(by, settings, words)
        with store.write() as tx:
            record = named.record(tx, number, words)
            if record.state in CLOSED:
                state = words.say(f"states.{record.state}")
                raise click.ClickException(words.say("terminal.already", number=number, state=state))
            chosen = _chosen(record, task, settings, words)
            why = words.say("marks.colon").join(filter(None, (ticking.said(record.kind, chosen, words), note)))
            line = Transition(daemon.clock(), "ticked", by, why)
            moved = acting.tick(tx, record, chosen.name, line, settings.contacts.get(by))
            if moved is Moved.MEANWHILE:
                raise click.ClickException(words.say("terminal.moved_meanwhile", number=number))
            done = next(each for each in ticks.of(tx, record.id) if each.task == chosen.name)
        values = {
            "number": record.number,
            "task": ticking.said(record.kind, chosen, words),
            "moment": words.moment(done.at, line.at, settings.zone),
            "who": playbooks.who(done.actor, settings, words),
        }
        click.echo(words.say("tick.already" if moved is Moved.ALREADY else "tick.done", **values))


def _chosen(record: Escalation, asked: str, settings: Settings, words: Words) -> Task:
    tasks = settings.playbooks.get(record.kind, ())
    if not tasks:
        raise click.ClickException(words.say("tick.none", number=record.number))
    found = playbook.find(tasks, asked)
    if found is None:
        known = words.join(f"{place} {task.name}" for place, task in enumerate(tasks, start=1))
        raise click.ClickException(words.say("tick.unknown", number=record.number, task=asked, known=known))
    return found
