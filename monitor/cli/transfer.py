"""``huiyin transfer``: another office answers."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import daemon, handing
from monitor.acting import CLOSED
from monitor.cli import named, wiring
from monitor.cli.records import BY, NUMBER
from monitor.model import Transition
from monitor.settings import load


@click.command()
@NUMBER
@click.argument("unit")
@BY
@click.option("--why", required=True, help="为什么转办 / why another office answers")
@click.pass_obj
def transfer(config: Path, number: str, unit: str, by: str, why: str) -> None:
    """转办：编号、时限不变，通知新的承办科室。/ Hand on: number and deadline stay, the new office is told."""
    settings = load(config)
    words = wiring.words(settings.language)
    if unit not in settings.unit_contacts:
        known = words.join(settings.unit_contacts) or words.say("terminal.none_yet")
        raise click.ClickException(words.say("terminal.unknown_unit", unit=unit, known=known))
    named.actor(by, settings, words)
    house = wiring.house(settings)
    try:
        with house.store.write() as tx:
            record = named.record(tx, number, words)
            giver, state = handing.giver(house, record), words.say(f"states.{record.state}")
            if record.state in CLOSED:
                raise click.ClickException(words.say("terminal.already", number=number, state=state))
            if giver == unit:
                raise click.ClickException(words.say("terminal.has_it_already", number=number, unit=unit))
            said = words.say("terminal.handed", giver=giver or words.say("terminal.nobody_knows"), taker=unit, why=why)
            if not handing.hand_on(house, tx, record, unit, Transition(daemon.clock(), "transferred", by, said)):
                raise click.ClickException(words.say("terminal.moved_meanwhile", number=number))
    finally:
        house.store.close()
    click.echo(words.say("terminal.transferred", number=number, unit=unit))
