"""`huiyin health`: whether the service is well, as the database knows it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from monitor import daemon, proof
from monitor.cli import copies, owned, people, wiring
from monitor.settings import Settings
from monitor.store import chatted, marks, views, watched
from monitor.store.database import Tx
from monitor.watching import SILENT_AFTER, silent_after
from monitor.words import Words


@click.command()
@click.pass_obj
def health(config: Path) -> None:
    """服务是否正常；不正常时退出码为 1。/ Whether all is well; exit code 1 when it isn't."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.read() as tx:
            troubles = [*troubles_of(tx, words, now), *copies.late(tx, settings, words, now)]
            troubles += groups(tx, settings, words, now)
            notes = [*_platforms(tx, settings, words), _queue(tx, words), *people.gaps(tx, settings, words, now)]
            if not marks.at(tx, marks.LIVE):
                notes.append(words.say("terminal.not_live"))
        if not store.has_daemon():
            troubles.insert(0, words.say("terminal.health_lock_missing"))
        for line in troubles or [words.say("terminal.health_well")]:
            click.echo(line)
        for line in notes:
            click.echo(f"  {line}")
        if troubles:
            sys.exit(1)


def troubles_of(tx: Tx, words: Words, now: datetime) -> list[str]:
    """What is wrong with the service as the database knows it."""
    return [*_stages(tx, words, now), *_waiting(tx, words, now), *_watched(tx, words)]


def _watched(tx: Tx, words: Words) -> Iterator[str]:
    """What the watch of the running service has noted."""
    if not watched.is_collecting(tx):
        yield words.say("watch.space_low")
    if marks.at(tx, watched.UNSEEN) is not None:
        yield words.say("terminal.health_unseen")


def _stages(tx: Tx, words: Words, now: datetime) -> list[str]:
    beats = views.beats(tx)
    found = []
    for stage in daemon.STAGES:
        at, error = beats.get(stage, (None, ""))
        if error:
            found.append(words.say("terminal.health_stage_error", stage=stage, error=error))
        if at is not None and now - at > silent_after(stage):
            found.append(words.say("terminal.health_stage_silent", stage=stage, span=words.span(now - at)))
    return found


def _waiting(tx: Tx, words: Words, now: datetime) -> list[str]:
    waits = views.waits(tx)
    if waits.oldest_notification is None or now - waits.oldest_notification < SILENT_AFTER:
        return []
    span = words.span(now - waits.oldest_notification)
    return [words.count("terminal.health_mail_waiting", waits.notifications, span=span)]


def groups(tx: Tx, settings: Settings, words: Words, now: datetime) -> Iterator[str]:
    """Groups of chat programs whose robots have not taken what was sent for a while, and what they say."""
    for group in settings.chats:
        left = chatted.backlog(tx, group.contact.name)
        if left is not None and now - left.since >= SILENT_AFTER:
            said = {"title": group.title, "span": words.span(now - left.since), "said": left.said}
            yield words.count("terminal.health_chat", left.count, **said)


def _queue(tx: Tx, words: Words) -> str:
    waits = views.waits(tx)
    counts = {"versions": waits.versions, "findings": waits.findings, "notifications": waits.notifications}
    return words.say("terminal.health_waits", **counts)


def _platforms(tx: Tx, settings: Settings, words: Words) -> list[str]:
    rows, now = views.health(tx, tuple(settings.platforms.values()), {}), daemon.clock()
    failing = [
        words.say("terminal.health_platform", title=row.title, error=words.error(row.error), n=row.failures)
        for row in rows
        if row.error
    ]
    unproven = [
        words.say("terminal.health_unproven", title=row.title, state=owned.state(row.proofs, words, now, settings))
        for row in rows
        if proof.missing(row.proofs, now)
    ]
    return failing + unproven
