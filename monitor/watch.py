"""The watch over the service itself: room on the disk, a mail way that is mute, a clock that was set, a sign of life.

Stands beside the main path: the daemon runs ``watch`` like a stage, and asks ``may_run`` before the others.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from monitor import __version__, disk, heads, logs, notices, policy, reaching, vitals, watching
from monitor.errors import DiskFullError, StoreError
from monitor.house import Clock, House, context
from monitor.letter import Context, Letter, render
from monitor.model import Channel, Contact, Message, Severity
from monitor.store import chained, marks, outbox, watched
from monitor.store.database import Tx
from monitor.watching import Facts, Space
from monitor.words import Words

EVERY = timedelta(minutes=1)  # a sign of life
MEASURED = timedelta(hours=1)
FILLED = timedelta(hours=1)  # for so long the disk counts as full after the database said so: a quota isn't seen


def may_run(house: House, stage: str) -> bool:
    """Whether a stage may take work: where space is short, those stop first that bring more in."""
    return house.sentry.space is Space.ENOUGH or stage not in watching.PAUSED


def filled(house: House, now: datetime) -> None:
    """The database could not write for want of room: the reserve goes at once, and collecting stops."""
    sentry = house.sentry
    sentry.filled_at, sentry.space = now, Space.FULL
    logs.event("disk_full", level=logging.ERROR, reserve=sentry.disk.let_go())


def watch(house: House, clock: Clock, stages: tuple[str, ...]) -> bool:
    """Look at the room each time, and each minute at all the rest."""
    now, sentry = clock(), house.sentry
    _mind_room(house, now)
    if sentry.looked_at is None or abs(now - sentry.looked_at) >= EVERY:
        sentry.looked_at = now
        with house.store.read() as tx:
            facts = vitals.facts(house, tx, stages, now)
        _give_sign(house, facts)  # first of all: it needs nothing to be written into the database
        _mind_mail(house, facts, now)
        _measure(house, now)
        _keep_head(house, now)
    while sentry.jumps:
        _note_jump(house, sentry.jumps[0], now)
        sentry.jumps.pop(0)
    return False


def make_room(house: House) -> None:
    """Before the first word is written: where nothing is left the reserve goes."""
    free = vitals.free(house)
    if free is not None and free < watching.FULL:
        house.sentry.disk.let_go()


def start(house: House, now: datetime) -> None:
    """What must be seen when the service begins: the reserve is taken, and what lies in the future is said plainly."""
    try:
        with house.store.read() as tx:
            last = watched.last_beat(tx)
        if last is not None and last - now > watching.AHEAD:
            logs.event("clock_behind", level=logging.ERROR, newest=last, now=now)
            _note_jump(house, now - last, now, stopped=True)
        _mind_room(house, now)
    except DiskFullError:
        filled(house, now)


def _mind_room(house: House, now: datetime) -> None:
    """The reserve is taken while there is room, given back before there is none; collecting stops first."""
    sentry, rules = house.sentry, house.settings.watch
    try:
        sentry.free = sentry.disk.free()
    except OSError as error:
        logs.event("disk_unknown", level=logging.ERROR, why=error.strerror)
        return
    lately = sentry.filled_at is not None and abs(now - sentry.filled_at) < FILLED
    before, after = sentry.space, watching.space(sentry.free, sentry.space, rules.least_free, rules.reserve)
    after = Space.FULL if lately else after
    if after is Space.FULL:
        sentry.disk.let_go()
    elif after is Space.ENOUGH and sentry.free >= rules.least_free + rules.reserve:
        sentry.disk.hold()
    sentry.space = after
    with house.store.read() as tx:
        known = watched.is_collecting(tx)
    if known != (after is Space.ENOUGH) or (after is Space.FULL and before is not Space.FULL):
        _tell_of_room(house, after, sentry.free, now)


def _tell_of_room(house: House, after: Space, free: int, now: datetime) -> None:
    """Where the database can't be written this is tried again at the next look; the sign of life says it meanwhile."""
    low, full = after is not Space.ENOUGH, after is Space.FULL
    logs.event("space", level=logging.ERROR if low else logging.INFO, state=after, free=free)

    def letter(about: Context, words: Words) -> Letter:
        return notices.space(low, full, free, about, words)

    try:
        with house.store.write() as tx:
            marks.put(tx, watched.SHORT, now) if low else marks.take(tx, watched.SHORT)
            _mail(house, tx, f"space:{after}", letter, now)
    except StoreError as error:
        logs.event("space_untold", level=logging.ERROR, why=error)


def _note_jump(house: House, jump: timedelta, now: datetime, *, stopped: bool = False) -> None:
    """The clock was set: what waits for a time comes forward where it went back, and people are told once a day."""
    with house.store.write() as tx:
        watched.note_jump(tx, jump, now)
        moved = watched.set_back(tx, -jump, now) if jump < timedelta(0) else 0

        def letter(about: Context, words: Words) -> Letter:
            return notices.clock(jump, moved, about, words, stopped=stopped)

        _mail(house, tx, "clock", letter, now)
    logs.event("clock_jumped", level=logging.ERROR, seconds=jump // timedelta(seconds=1), records=moved)


def _mail(house: House, tx: Tx, what: str, letter: Callable[[Context, Words], Letter], now: datetime) -> None:
    """One mail a day about ``what`` to each who looks after the installation."""
    day, about = now.astimezone(house.settings.zone).date().isoformat(), context(house.settings, now)
    for contact in keepers(house, tx, now):
        words = house.words[contact.language]
        _intend(tx, f"{what}:{day}:{contact.name}", contact, render(letter(about, words), words), now=now)


def _intend(tx: Tx, key: str, to: Contact, message: Message, *, now: datetime, channel: Channel = Channel.MAIL) -> None:
    priority = policy.PRIORITY[Severity.URGENT]
    outbox.intend(tx, key=key, contact=to, message=message, record=None, priority=priority, now=now, channel=channel)


def keepers(house: House, tx: Tx, now: datetime) -> Iterator[Contact]:
    """Who is told of the installation itself: whoever holds these duties now."""
    for person in reaching.somebody(house, tx, house.settings.watch.to or reaching.first(house), now):
        yield person.contact


def _mind_mail(house: House, facts: Facts, now: datetime) -> None:
    """Where no mail goes out any more telephones ring, once, and again after a day."""
    since = watching.mute_since(facts)
    with house.store.read() as tx:
        rung = marks.at(tx, marks.MUTE)
    day = watching.rings(since, rung, now, house.settings.watch.mute_after)
    if day is not None and since is not None:
        _ring(house, since, day, now)
    elif rung is not None and (since is None or (facts.sent is not None and facts.sent > rung)):
        with house.store.write() as tx:
            marks.take(tx, marks.MUTE)
        logs.event("mail_back")


def _ring(house: House, since: datetime, day: int, now: datetime) -> None:
    about, rings = context(house.settings, now), house.settings.ring.way != "none"
    with house.store.write() as tx:
        marks.renew(tx, marks.MUTE, now)
        for contact in keepers(house, tx, now):
            if contact.phone and rings:
                text = notices.mute(now - since, about, house.words[contact.language])
                key = f"{outbox.MUTE}{since:%Y%m%dT%H%M%S}:{day}:{contact.name}"
                _intend(tx, key, contact, text, now=now, channel=Channel.RING)
    logs.event("mail_mute", level=logging.ERROR, since=since)


def _measure(house: House, now: datetime) -> None:
    """Remember each hour what is free, so that the digest can say how long it will last."""
    sentry = house.sentry
    if sentry.free is None or (sentry.measured_at is not None and abs(now - sentry.measured_at) < MEASURED):
        return
    with house.store.write() as tx:
        watched.measured(tx, now.date(), sentry.free)
    sentry.measured_at = now


def _keep_head(house: House, now: datetime) -> None:
    """Keep the head of the audit chain outside the database each hour, so that a missing end can be seen."""
    sentry, path = house.sentry, heads.file_of(house.settings.key_file)
    if sentry.head_at is not None and abs(now - sentry.head_at) < heads.EVERY:
        return
    with house.store.read() as tx:
        head = chained.head(tx)
    if head.count and str(head) != sentry.head:
        try:
            heads.remember(path, head, now)
        except OSError as error:
            logs.event("head_not_kept", level=logging.ERROR, path=path, why=error.strerror)
            return
    sentry.head_at, sentry.head = now, str(head)


def _give_sign(house: House, facts: Facts) -> None:
    """Say that the service lives, and what is wrong with it, where the data centre looks; that it can't is seen too."""
    sentry, rules, words = house.sentry, house.settings.watch, house.words[house.settings.language]
    found = watching.troubles(facts, rules)
    sentry.worst = notices.worst(found, words)
    text = json.dumps(notices.report(facts, found, __version__, words), ensure_ascii=False, indent=1) + "\n"
    failed = _write(house, text) if rules.file else ""
    wrong = any(each.level is watching.Level.ERROR for each in found)
    url = rules.trouble_url if wrong else rules.url
    pinged = sentry.ping(url, text.encode()) if url else ""
    if (failed, pinged) != (sentry.unwritten, sentry.pinged):
        logs.event("sign_of_life", level=logging.ERROR if failed or pinged else logging.INFO, file=failed, url=pinged)
    sentry.unwritten, sentry.pinged = failed, pinged
    _mark_unseen(house, facts.now)


def _write(house: House, text: str) -> str:
    """Why it can't be written, "" when it was."""
    try:
        disk.write(house.settings.path.parent / house.settings.watch.file, text)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _mark_unseen(house: House, now: datetime) -> None:
    """So that `huiyin health`, another process, sees whether the monitoring hears of us."""
    unseen = bool(house.sentry.unwritten or house.sentry.pinged)
    with house.store.read() as tx:
        known = marks.at(tx, watched.UNSEEN) is not None
    if unseen == known:
        return
    with house.store.write() as tx:
        marks.put(tx, watched.UNSEEN, now) if unseen else marks.take(tx, watched.UNSEEN)
