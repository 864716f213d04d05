"""What commands name: a record by its number, a contact who acts. Who names nothing is told what there is."""

from __future__ import annotations

import click

from monitor.model import Escalation
from monitor.settings import Settings
from monitor.store import records
from monitor.store.database import Tx
from monitor.words import Words

OPERATOR = "operator"  # acts where no contact is named


def record(tx: Tx, number: str, words: Words) -> Escalation:
    """The record people call ``number``. Raises ClickException where there is none."""
    found = records.by_number(tx, number)
    if found is None:
        raise click.ClickException(words.say("terminal.no_record", number=number))
    return found


def actor(name: str, settings: Settings, words: Words) -> None:
    """Raises ClickException for a ``name`` that is neither the operator nor a contact."""
    if name != OPERATOR and name not in settings.contacts:
        known = ", ".join(settings.contacts)
        raise click.ClickException(words.say("terminal.unknown_contact", name=name, known=known))
