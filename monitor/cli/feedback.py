"""``huiyin evaluate --feedback``: what people said of the records they closed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from monitor import daemon, evaluated, messages
from monitor.cli import wiring
from monitor.digest import iso_week, previous, week_of
from monitor.evaluated import Week
from monitor.house import context
from monitor.model import Message, Period
from monitor.store import labels
from monitor.summary import Label
from monitor.weekly import spoken

WEEKS = 12  # this one and those before


def feedback(config: Path, save: Path | None) -> Message:
    """The page on the last weeks; ``save`` gets the masked texts with what was said of them, as cases to evaluate."""
    now = daemon.clock()
    with wiring.opened(config) as (settings, store, words):
        periods = [week_of(now, settings.zone)]
        while len(periods) < WEEKS:
            periods.append(previous(periods[-1], settings.zone))
        with store.read() as tx:
            weeks = [Week(iso_week(period, settings.zone), labels.tallies(tx, period)) for period in periods]
            if save:
                click.echo(words.say("evaluation.labels_saved", n=_save(labels.labels(tx), save), path=save), err=True)
        whole = Period(periods[-1].start, periods[0].end)
        if not any(week.tallies for week in weeks):
            days = spoken(whole, now, settings.zone, words)
            raise click.ClickException(words.say("evaluation.no_feedback", days=days))
        letter = evaluated.feedback(weeks, whole, context(settings, now), words)
    return messages.render(letter, words)


def _save(said: Iterable[Label], path: Path) -> int:
    lines = [
        {"id": each.item, "title": each.title, "text": each.text, "expect": [str(kind) for kind in each.right]}
        for each in said
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return len(lines)
