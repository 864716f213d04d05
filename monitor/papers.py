"""Papers ready to be signed: what the provider, the data centre, a successor, the duty desk and the public are told.

PURE: configuration and open records in, a Paper of the blocks letters are made of out; ``document`` sets it in .docx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.calendar import nominal
from monitor.letter import Block, Facts, Items, Paragraph, Section, Table, Value
from monitor.model import Contact, Emergency, Escalation, Platform, Policy, Step, Surface
from monitor.sections import Expiry, Pace
from monitor.summary import PlatformHealth
from monitor.words import Words

IN_PAGES = frozenset({Kind.PERSONAL_DATA, Kind.CREDENTIAL, Kind.SCAM, Kind.HIDDEN_LINK})  # who keeps a page can mend
URGENT = (Kind.CRISIS, Kind.HAZARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """An open record, and the places in its file or page where something was seen."""

    record: Escalation
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A connection the service makes: ``host`` is a name, an address, or a word for it; ``why`` in plain words."""

    host: str
    port: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What papers are made of."""

    agency: str
    zone: ZoneInfo
    now: datetime
    platforms: Mapping[str, Platform]
    contacts: Mapping[str, Contact]
    policies: Mapping[Kind, Policy]
    emergency: Emergency
    pace: Pace
    agent: str  # what the service calls itself on the web
    proxied: bool
    expiries: tuple[Expiry, ...] = ()
    matters: tuple[Matter, ...] = ()
    health: tuple[PlatformHealth, ...] = ()
    routes: tuple[Route, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()  # path, and the word for what stands there
    proofs: tuple[tuple[str, str], ...] = ()  # address of a file that proves a prefix, and what must stand in it
    secrets: tuple[tuple[str, str], ...] = ()  # environment variable, and what it opens

    def title(self, platform: str) -> str:
        return self.platforms[platform].title if platform in self.platforms else platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper: blocks as in a Letter, and the lines to be filled in by hand below them."""

    name: str  # what its file is called
    title: str
    opening: str
    sections: tuple[Section, ...]
    to: str = ""
    signature: tuple[str, ...] = ()
    footer: str = ""
    large: bool = False  # to be hung up and read while standing


def provider(known: Known, words: Words) -> Paper:
    """What the keeper of the website must let through, take down and look into."""
    say = _speaker("provider", words)
    return Paper(
        name=say("name"),
        title=say("title"),
        to=words.say("paper.to", name=say("to")),
        opening=say("opening", agency=known.agency),
        sections=(
            Section(say("allow"), tuple(_let_through(known, words))),
            Section(say("down"), tuple(_taken_down(known, words))),
            Section(say("trouble"), tuple(_unread(known, words))),
            Section(say("contact"), (Paragraph(say("contact_note", duty=known.emergency.duty)),)),
        ),
        signature=_signed(words),
        footer=_footer(known, words),
    )


def _let_through(known: Known, words: Words) -> Iterator[Block]:
    say = _speaker("provider", words)
    yield Paragraph(say("allow_note"))
    gap = words.span(known.pace.host_gap) if known.pace.host_gap >= timedelta(minutes=1) else _seconds(known, words)
    yield Facts(
        (
            (say("agent"), known.agent),
            (say("source"), say("source_value", blank=words.say("paper.blank"))),
            (say("rate"), say("rate_value", at_once=known.pace.per_host, gap=gap)),
            (say("asked"), say("asked_value")),
        )
    )
    rows = tuple((platform.title, "\n".join(platform.prefixes), words.span(platform.every)) for platform in _web(known))
    yield Table((say("head_platform"), say("head_prefix"), say("head_every")), rows)
    if known.proofs:
        yield Paragraph(say("prove_note"))
        yield Table((say("head_file"), say("head_content")), known.proofs)


def _seconds(known: Known, words: Words) -> str:
    return words.count("paper.seconds", round(known.pace.host_gap.total_seconds()))


def _taken_down(known: Known, words: Words) -> Iterator[Block]:
    say = _speaker("provider", words)
    matters = [each for each in known.matters if each.record.kind in IN_PAGES and _public(known, each.record)]
    if not matters:
        yield Paragraph(say("down_none"))
        return
    yield Paragraph(say("down_note"))
    yield Table(
        (say("head_number"), say("head_kind"), say("head_where"), say("head_deadline")),
        tuple(
            (
                each.record.number,
                words.say(f"kinds.{each.record.kind}.name"),
                "\n".join(filter(None, (words.locator(each.record.locator), words.join(each.where)))),
                words.stamp(each.record.deadline, known.zone),
            )
            for each in matters
        ),
    )


def _unread(known: Known, words: Words) -> Iterator[Block]:
    say = _speaker("provider", words)
    broken = [row for row in known.health if row.error]
    if not broken:
        yield Paragraph(say("trouble_none"))
        return
    yield Paragraph(say("trouble_note"))
    yield Items(
        tuple(
            say(
                "trouble_line",
                platform=row.title,
                error=words.error(row.error),
                since=words.stamp(row.last_good_at, known.zone) if row.last_good_at else say("never"),
            )
            for row in broken
        )
    )


def data_centre(known: Known, words: Words) -> Paper:
    """What the data centre must open, back up and keep an eye on."""
    say = _speaker("data-centre", words)
    opened: list[Block] = [Paragraph(say("open_note"))]
    if known.proxied:
        opened.append(Paragraph(say("through")))
    routes = tuple((each.host, str(each.port), each.why) for each in known.routes)
    opened.append(Table((say("head_host"), say("head_port"), say("head_why")), routes))
    kept = tuple((path, say(f"holds_{what}")) for path, what in known.kept)
    watch = tuple(say(f"watch_{what}") for what in ("service", "health", "disk", "clock"))
    return Paper(
        name=say("name"),
        title=say("title"),
        to=words.say("paper.to", name=say("to")),
        opening=say("opening", agency=known.agency),
        sections=(
            Section(say("open"), tuple(opened)),
            Section(say("keep"), (Paragraph(say("keep_note")), Table((say("head_path"), say("head_holds")), kept))),
            Section(say("watch"), (Items(watch),)),
        ),
        signature=_signed(words),
        footer=_footer(known, words),
    )


def successor(known: Known, words: Words) -> Paper:
    """What the next operator takes over."""
    say = _speaker("successor", words)
    watched = tuple((each.title, each.url, each.unit) for each in known.platforms.values())
    told = tuple((each.title, each.mail or say("by_roster"), each.phone) for each in known.contacts.values())
    kept = tuple((path, say(f"holds_{what}")) for path, what in known.kept)
    daily = tuple(say(f"daily_{what}") for what in ("list", "phone", "weekly", "people"))
    check = tuple((say(f"check_{what}"), "") for what in ("mail", "health", "restore", "night"))
    return Paper(
        name=say("name"),
        title=say("title"),
        opening=say("opening"),
        sections=(
            Section(say("watched"), (_table(say, ("platform", "address", "unit"), watched),)),
            Section(say("told"), (_table(say, ("duty", "mail", "phone"), told),)),
            Section(say("open"), (_open(known, words),)),
            Section(say("expires"), tuple(_expiries(known, words))),
            Section(say("where"), (_table(say, ("path", "holds"), kept),)),
            Section(say("secrets"), (_secrets(known, words),)),
            Section(say("daily"), (Items(daily),)),
            Section(say("check"), (Table((words.say("paper.head_what"), say("head_done")), check),)),
        ),
        signature=(say("signed", blank=words.say("paper.blank")), _dated(words)),
        footer=_footer(known, words),
    )


def _open(known: Known, words: Words) -> Block:
    say = _speaker("successor", words)
    if not known.matters:
        return Paragraph(say("open_none"))
    rows = tuple(
        (
            record.number,
            words.say(f"kinds.{record.kind}.name"),
            words.say("marks.colon").join((known.title(record.platform), record.subject or record.locator)),
            words.say(f"states.{record.state}"),
            words.stamp(record.deadline, known.zone),
        )
        for record in (each.record for each in known.matters)
    )
    return _table(say, ("number", "kind", "subject", "state", "deadline"), rows)


def _expiries(known: Known, words: Words) -> Iterator[Block]:
    say, today = _speaker("successor", words), known.now.astimezone(known.zone).date()
    yield Paragraph(say("expires_note") if known.expiries else say("expires_none"))
    seen = [
        Expiry(say("certificate", title=row.title), row.certified_until.astimezone(known.zone).date())
        for row in known.health
        if row.certified_until
    ]
    ends = sorted((*known.expiries, *seen), key=lambda one: one.on)
    if not ends:
        return
    rows = tuple((each.what, words.day(each.on, 0), left(each, today, words)) for each in ends)
    yield Table((words.say("paper.head_what"), say("head_on"), words.say("paper.head_left")), rows)


def _secrets(known: Known, words: Words) -> Block:
    if not known.secrets:
        return Paragraph(words.say("paper.successor.secret_none"))
    return Facts(tuple((what, name) for name, what in known.secrets))


def duty_desk(known: Known, words: Words) -> Paper:
    """What whoever answers the duty telephone does, on one or two sheets."""
    say, numbers = _speaker("duty-desk", words), known.emergency
    names = ("gas", "fire", "lift", "police", "ambulance", "mind", "duty")
    calls: tuple[tuple[str, Value], ...] = tuple(
        (say(name), getattr(numbers, name)) for name in names if getattr(numbers, name)
    )
    person = tuple(say(f"person_{n}", police=numbers.police) for n in (1, 2, 3))
    return Paper(
        name=say("name"),
        title=say("title"),
        opening=say("opening"),
        sections=(
            Section(say("call"), (Facts(calls),)),
            Section(say("steps"), tuple(Paragraph(say(f"step_{n}")) for n in (1, 2, 3, 4, 5))),
            Section(say("person"), (Items(person),)),
            Section(say("who"), (_told_when(known, words),)),
            Section(say("night"), (_at_night(known, words),)),
        ),
        footer=words.say("paper.renew", moment=words.stamp(known.now, known.zone)),
        large=True,
    )


def _told_when(known: Known, words: Words) -> Block:
    say = _speaker("duty-desk", words)
    alike: dict[tuple[Step, ...], list[str]] = {}
    for kind in URGENT:
        alike.setdefault(known.policies[kind].steps, []).append(words.say(f"kinds.{kind}.name"))
    rows = tuple(
        (
            words.join(kinds) if step is steps[0] else "",
            words.delay(step.after) if step.after else say("at_once"),
            words.join(known.contacts[name].title for name in step.tell),
        )
        for steps, kinds in alike.items()
        for step in steps
    )
    return _table(say, ("kind", "after", "told"), rows)


def _at_night(known: Known, words: Words) -> Block:
    ways: tuple[tuple[str, Value], ...] = tuple(
        (each.title, each.at_night) for each in known.platforms.values() if each.at_night
    )
    if not ways:
        return Paragraph(words.say("paper.duty-desk.night_none", blank=words.say("paper.blank")))
    return Facts(ways)


def public_notice(known: Known, words: Words) -> Paper:
    """What stands above the button of a message form: where a danger is told at once, what not to write."""
    say, numbers = _speaker("public-notice", words), known.emergency
    names = ("gas", "fire", "lift", "police", "ambulance", "mind")
    calls = tuple(say(name, number=getattr(numbers, name)) for name in names if getattr(numbers, name))
    spans = [each.answer_within for each in known.platforms.values() if each.answer_within]
    longest = max(spans, key=nominal, default=None)
    return Paper(
        name=say("name"),
        title=say("title"),
        opening="",
        sections=(
            Section(say("now_title"), (Paragraph(say("now")), Items(calls))),
            Section(say("private_title"), (Paragraph(say("private")),)),
            Section(
                say("answer_title"),
                (
                    Paragraph(say("answer", span=words.delay(longest)) if longest else say("answer_unknown")),
                    Paragraph(say("place")),
                ),
            ),
        ),
        footer=say("opening"),
        large=True,
    )


def left(expiry: Expiry, today: date, words: Words) -> str:
    """How many days are left, or since when it is over."""
    days = (expiry.on - today).days
    if days > 0:
        return words.count("paper.left", days)
    return words.count("paper.passed", -days) if days else words.say("paper.due_today")


def _speaker(paper: str, words: Words) -> Callable[..., str]:
    return lambda key, **values: words.say(f"paper.{paper}.{key}", **values)


def _table(say: Callable[..., str], heads: Iterable[str], rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table(tuple(say(f"head_{head}") for head in heads), rows)


def _web(known: Known) -> list[Platform]:
    return [each for each in known.platforms.values() if each.url.startswith(("http://", "https://"))]


def _public(known: Known, record: Escalation) -> bool:
    platform = known.platforms.get(record.platform)
    return platform is None or platform.surface is Surface.PUBLIC


def _signed(words: Words) -> tuple[str, ...]:
    return (words.say("paper.signed", blank=words.say("paper.blank")), words.say("paper.sealed"), _dated(words))


def _dated(words: Words) -> str:
    return words.say("paper.dated", blank_year="________", blank_month="____", blank_day="____")


def _footer(known: Known, words: Words) -> str:
    return words.say("paper.made", moment=words.stamp(known.now, known.zone))


PAPERS: dict[str, Callable[[Known, Words], Paper]] = {
    "provider": provider,
    "data-centre": data_centre,
    "successor": successor,
    "duty-desk": duty_desk,
    "public-notice": public_notice,
}
