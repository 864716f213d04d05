"""The main path: collect -> classify -> escalate -> digest -> deliver. Read this first, top to bottom.

Beside it ``attach`` reads the files that hang on what was collected, ``look`` (``pages``) looks at home pages and other
single pages, and ``links`` sees whether links still open; what they find goes the same way from there.

The stages meet in the database and never call each other. Each function takes one unit of work
(claim, I/O outside any transaction, result in one transaction that checks the claim) and says
whether there may be more. A unit that fails stays claimed until its lease ends: it is pushed into
the future, and the others go on. What may be collected at all is settled by ``proving``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from classifiers import crisis, hazard, scam
from classifiers.finding import Document, Finding, Kind
from monitor import (
    actions,
    awaiting,
    brought,
    chatting,
    door,
    logs,
    masking,
    messages,
    overtaken,
    policy,
    polling,
    reaching,
    receipts,
    releasing,
    relieving,
    telling,
    wellness,
)
from monitor import digest as weekly
from monitor.errors import CollectError, DeliveryError
from monitor.house import Clock, House, each
from monitor.model import (
    Channel,
    Collected,
    Cursor,
    Entry,
    Item,
    Notification,
    Outcome,
    Platform,
    Severity,
    Surface,
    Transition,
)
from monitor.store import (
    answers,
    attached,
    duties,
    looked,
    outbox,
    passes,
    proofs,
    records,
    standing,
    transfers,
    views,
)

CLASSIFIERS = (hazard.find, crisis.find)  # what runs after the door, on masked text
IN_PUBLIC = (scam.find,)  # and beside them on what the public can read
CLASSIFIED_BY = "2026-11-27.6"  # goes up when a classifier changes
BATCH = 50  # versions classified under one lease


def collect(house: House, clock: Clock) -> bool:
    """Read the platform whose turn it is; store items, door findings and cursor together."""
    now, pace = clock(), house.settings.pace
    with house.store.write() as tx:
        platforms, rest = house.settings.platforms, passes.Rest(pace.host_gap, pace.per_host)
        claim = passes.claim_platform(tx, platforms, now, now + pace.visit, rest)
    if claim is None:
        return False
    platform = house.settings.platforms[claim.cursor.platform]
    noted = wellness.Noting(house.fetch)
    try:
        collected = house.collectors[platform.kind](platform, claim.cursor, noted.get)
    except CollectError as error:
        collected = Collected((), replace(claim.cursor, fetches=claim.cursor.fetches + 1), trouble=error)
    now = clock()

    def masked(item: Item) -> Entry:
        entry = door.entry(house.key, platform, item, house.settings.friends)
        links = door.links(platform, item) if house.settings.links.check else ()
        return replace(entry, old=polling.is_old(claim.cursor, entry.published_at, now), links=links)

    entries = [entry for _, entry in each(masked, collected.items) if entry]
    refused = len(collected.items) - len(entries)
    dates = {*claim.published, *_dates(entries)}
    if collected.trouble is None:
        after = _read(house, platform, collected, dates, now)
        after = replace(after, certified_until=noted.certified_until or claim.cursor.certified_until)
    else:
        after = _failed(house, platform, collected.cursor, collected.trouble, now)
    if refused and not after.error:
        after = replace(after, error="items_refused", detail=f"{refused} / {len(collected.items)}")
    if refused:  # fetch everything again next time instead of trusting a 304
        again = claim.cursor.memory if claim.cursor.error != after.error else after.memory  # once: one may stay bad
        after = replace(after, etag="", last_modified="", memory=again)
    with house.store.write() as tx:
        stored = passes.finish_pass(tx, claim, after, entries, now)
        brought.note_leads(tx, house, platform, entries, now)
        listed = brought.by_mail(tx, house, collected, entries, now) if platform.mailbox else entries
        if platform.answer_within is not None or platform.board is not None:
            brought.note_answers(
                tx, house, replace(collected, complete=collected.complete and not refused), listed, now
            )
        if collected.trouble is None:
            observed = wellness.observed(platform, after, dates, now)
            wellness.well(tx, house, observed, noted, claim.cursor.last_good_at)
        else:
            wellness.failed(tx, house, platform, after, now)
    counts = {"new": stored.new, "changed": stored.changed, "refused": refused + stored.refused}
    logs.event("pass", platform=platform.name, items=len(entries), **counts, error=after.error, next=after.why)
    return True


def _dates(entries: Iterable[Entry]) -> set[datetime]:
    return {entry.published_at for entry in entries if entry.published_at}


def _read(house: House, platform: Platform, collected: Collected, dates: set[datetime], now: datetime) -> Cursor:
    """Where we are after a good pass."""
    cursor, behind, left_out = collected.cursor, collected.behind, collected.left_out
    following = polling.after_success(platform, dates, now, house.luck(), behind=behind)
    return replace(
        cursor,
        next_check_at=following.at,
        why=following.why,
        baselined_at=cursor.baselined_at or (None if behind else now),
        failures=0,
        error=left_out.code if left_out else "",
        detail=masking.mask_text(str(left_out)) if left_out else "",
        last_good_at=now,
    )


def _failed(house: House, platform: Platform, cursor: Cursor, error: CollectError, now: datetime) -> Cursor:
    """Where we are after a pass that failed, at once or midway: back off, and remember the error."""
    following = polling.after_failure(platform, cursor.failures + 1, error.retry_after, now, house.luck())
    return replace(
        cursor,
        next_check_at=following.at,
        why=following.why,
        failures=cursor.failures + 1,
        error=error.code,
        detail=masking.mask_text(str(error)),
    )


def classify(house: House, clock: Clock) -> bool:
    """Judge a batch of new Versions; everything here sees masked text."""
    now = clock()
    with house.store.write() as tx:
        lease, waiting = passes.claim_versions(tx, now, now + house.settings.pace.lease, BATCH)
    thresholds = {kind: rules.threshold for kind, rules in house.settings.policies.items()}
    written_to = {platform.name for platform in house.settings.platforms.values() if platform.messages}

    def look(one: passes.Waiting) -> passes.Judged:
        document, platform = Document(one.text, one.title), house.settings.platforms.get(one.platform)
        found = _sure(judge(document, platform.surface if platform else Surface.PRIVATE), thresholds)
        topic = house.topics([document])[0] if one.platform in written_to else None
        return passes.Judged(door.hits(house.key, found), door.where(document, found, one.place), topic)

    found = list(each(look, waiting))
    now = clock()
    with house.store.write() as tx:
        for version, judged in found:
            if judged is not None:
                passes.finish_version(tx, version, judged, lease=lease, by=CLASSIFIED_BY, now=now)
        answers.forget_places(tx, [version.item for version, judged in found if judged and not judged.place])
    if waiting:
        logs.event("classified", versions=len(found), findings=sum(len(judged.hits) for _, judged in found if judged))
    return len(waiting) == BATCH


def _sure(findings: Iterable[Finding], thresholds: Mapping[Kind, float]) -> list[Finding]:
    """What is sure enough to be kept: a doubt about an opinion leaves no trace."""
    return [found for found in findings if found.score >= thresholds[found.kind]]


def judge(document: Document, surface: Surface) -> list[Finding]:
    """What the classifiers after the door find in masked text."""
    finders = CLASSIFIERS if surface is Surface.PRIVATE else (*CLASSIFIERS, *IN_PUBLIC)
    return [found for find in finders for found in find(document)]


def escalate(house: House, clock: Clock) -> bool:
    """Judge one matter, take one due step of one record, see to answers, sum up first contact, or remind."""
    units = (overtaken.catch_up, relieving.tell_deputy, _judge_matter, _take_step, awaiting.see_to_answers)
    sums = (_sum_up_first_day, _sum_up_files)
    return any(one(house, clock) for one in (*units, *sums, *relieving.UNITS))


def _judge_matter(house: House, clock: Clock) -> bool:
    now = clock()
    with house.store.write() as tx:
        matter = records.claim_matter(tx, now, now + house.settings.pace.lease)
    if matter is None:
        return False
    platform = house.settings.platforms.get(matter.platform)
    if matter.item is None and platform is not None:
        matter = replace(matter, subject=platform.title, locator=platform.url)
    rules = house.settings.policies.get(matter.kind)
    with house.store.write() as tx:
        record = records.active(tx, matter.kind, matter.key) or awaiting.gathered(tx, matter)
        verdict = policy.judge(matter.best, record, rules, old=matter.old)
        if verdict is policy.Verdict.OPENED and rules is not None:
            record = records.open_record(tx, matter, rules, now, house.settings.calendar_of(matter.platform))
        elif verdict is policy.Verdict.JOINED and record is not None:
            records.note(tx, record.id, Transition(now, "joined", "system"))
        belongs = verdict in {policy.Verdict.OPENED, policy.Verdict.JOINED} and record is not None
        records.judged(tx, matter, verdict, record.id if belongs and record is not None else None, now)
    logs.event("judged", kind=matter.kind, platform=matter.platform, findings=len(matter.findings), verdict=verdict)
    return True


def _take_step(house: House, clock: Clock) -> bool:
    now = clock()
    with house.store.write() as tx:
        record = records.claim_due(tx, now, now + house.settings.pace.lease)
    if record is None:
        return False
    rules = house.settings.policies[record.kind]
    due = policy.due(record, rules, now, house.settings.calendar_of(record.platform, record.unit))
    if due is None:
        return False
    with house.store.write() as tx:
        due = policy.redirected(due, record, rules, transfers.owners(tx, record.id)) if record.unit else due
        reached = reaching.reach(house, tx, record, due, now)
        due, names = reached.due, [person.contact.name for person in reached.people]
        told = replace(record, step=due.step, next_step_at=due.next_step_at, overdue=due.overdue)
        records.told(tx, record, step=due.step, next_step_at=due.next_step_at, overdue=due.overdue)
        for step in reached.skipped:
            records.note(tx, record.id, Transition(now, "skipped", "system", f"nobody: {', '.join(step.tell)}"))
        telling.alert(house, tx, told, reached, now)
        what = "overdue" if due.overdue and not record.overdue else reached.outcome
        records.note(tx, record.id, Transition(now, what, "system", f"{due.reason}: {', '.join(names)}"))
    logs.event("told", record=record.number, kind=record.kind, reason=due.reason, contacts=len(names))
    return True


def _sum_up_first_day(house: House, clock: Clock) -> bool:
    """What stood there before we came calls nobody: one mail lists it, once all of it has been judged."""
    now = clock()
    with house.store.write() as tx:
        platforms = house.settings.platforms
        names = standing.newly_read(tx, looked.tried(tx, platforms, proofs.standing(tx, platforms, now)), now)
        if not names:
            return False
        found = telling.first_day(house, tx, names, now)
        standing.told(tx, names, now)
    logs.event("first_day", platforms=len(names), matters=found)
    return True


def _sum_up_files(house: House, clock: Clock) -> bool:
    """Files take longer to read than pages: what stood in old ones is listed when all of them have been."""
    now = clock()
    with house.store.write() as tx:
        since = attached.newly_read(tx, house.settings.platforms)
        if not since:
            return False
        found = telling.first_day(house, tx, sorted(since), now, since=since)
        attached.summed_up(tx, since, now)
    logs.event("first_day", platforms=len(since), matters=found)
    return True


def digest(house: House, clock: Clock) -> bool:
    """Write the digest of the last finished week for one contact who has not got it."""
    now = clock()
    settings = house.settings
    period = weekly.due(now, settings.zone, settings.digest.weekday, settings.digest.at)
    week = weekly.iso_week(period, settings.zone)
    with house.store.read() as tx:
        allowed, plan = reaching.allowed(house, tx), duties.plan(tx, settings.contacts, now)
        names = [name for name in settings.digest.to if name in allowed] or reaching.first(house)  # it always comes
        to = [name for name in names if reaching.readers(plan, name, now)]
        waiting = [name for name in to if not outbox.exists(tx, f"digest:{week}:{name}")]
        if not waiting or views.watching_since(tx, now) >= period.end:
            return False
    person = reaching.readers(plan, waiting[0], now)[0]
    contact = person.contact
    message = telling.digest(house, period, contact, now, telling.notes(house, plan, person, now))
    key = f"digest:{week}:{waiting[0]}"
    with house.store.write() as tx:
        priority = policy.PRIORITY_DIGEST
        outbox.intend(tx, key=key, contact=contact, message=message, record=None, priority=priority, now=now)
    logs.event("digest", week=week, contact=contact.name)
    return True


def deliver(house: House, clock: Clock) -> bool:
    """Let go what has waited for a contact, or send the most urgent mail; its outcome is written whatever happens."""
    return releasing.release(house, clock) or _send_one(house, clock, Channel.MAIL)


def ring(house: House, clock: Clock) -> bool:
    """Let the most urgent telephone ring; a mail server that hangs must not keep it waiting."""
    return _send_one(house, clock, Channel.RING)


def chat(house: House, clock: Clock) -> bool:
    """Tell the groups of chat programs, in one post where more waits than a robot may say."""
    return chatting.gather(house, clock) or _send_one(house, clock, Channel.CHAT)


def _send_one(house: House, clock: Clock, channel: Channel) -> bool:
    now = clock()
    with house.store.write() as tx:
        least = releasing.least(house, tx, channel, now)
        full = chatting.full(house, tx, now) if channel is Channel.CHAT else ()
        claim = outbox.claim(tx, now, now + house.settings.pace.lease, channel, least=least, besides=full)
    if claim is None:
        return False
    notification = claim.notification
    tried = _attempt(house, claim, clock)
    now = clock()
    after = policy.settled(tried, notification, now, urgent=claim.priority <= policy.PRIORITY[Severity.URGENT])
    with house.store.write() as tx:
        if after.bare:
            outbox.rewrite(tx, claim, telling.bare(house, tx, notification, now))
        releasing.note_address(house, tx, claim, tried, now)
        outbox.settle(tx, claim, attempt_outcome=tried.outcome, answer=tried.answer, after=after, now=now)
        if after.undelivered:
            releasing.note_undelivered(house, tx, notification, after.state, now)
    logs.event("attempt", key=notification.key, outcome=tried.outcome, attempts=notification.attempts, bare=after.bare)
    return True


def _attempt(house: House, claim: outbox.Claim, clock: Clock) -> policy.Tried:
    notification = claim.notification
    if claim.lapsed:
        return policy.Tried(outcome=Outcome.LAPSED, answer="nobody needs it any more")
    if notification.unknowns >= policy.UNKNOWNS_ALLOWED:
        return policy.Tried(outcome=Outcome.UNKNOWN, answer="not tried again")
    if releasing.is_dead(house, claim, clock()):
        return policy.Tried(outcome=Outcome.REFUSED, answer=releasing.DEAD)
    notification = _signed(house, notification, clock())
    if notification.repeat and notification.channel is Channel.MAIL:
        marked = messages.repeated(notification.message, house.words[notification.language])
        notification = replace(notification, message=marked)
    if notification.repeat and notification.channel is Channel.CHAT:
        notification = replace(notification, message=chatting.marked(house, notification))

    def data_begins() -> None:
        with house.store.write() as tx:
            outbox.data_begins(tx, claim, clock())

    send = {Channel.MAIL: house.send, Channel.RING: house.ring, Channel.CHAT: house.chat}[notification.channel]
    try:
        return policy.Tried(outcome=Outcome.SENT, answer=send(notification, data_begins))
    except DeliveryError as error:
        if error.unknown:
            return policy.Tried(outcome=Outcome.UNKNOWN, answer=str(error))
        outcome = Outcome.REFUSED if error.permanent else Outcome.PENDING
        return policy.Tried(outcome=outcome, answer=str(error), content=error.content)


def _signed(house: House, notification: Notification, now: datetime) -> Notification:
    """With the link and the code with which its reader acts: what is stored holds neither."""
    if house.settings.replies.url:
        notification = replace(notification, message=receipts.filled(notification, house.link_keys()))
    message = actions.filled(notification.message, house.settings.web, notification.contact, house.link_keys, now)
    return replace(notification, message=message)
