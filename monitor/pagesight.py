"""What one look at a single page brings: the page as a visitor gets it, and what only a search engine would get."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from classifiers.finding import Finding
from monitor import polling, robotview
from monitor.blocked import by_protection
from monitor.checks.page_changed import Shape, Usual
from monitor.collectors import pageshape
from monitor.collectors.pageshape import Read
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.house import House
from monitor.model import Fetched, Platform
from monitor.store.looked import DAY, Claim

REFUSES = frozenset({"blocked", "became_html", "http_401", "http_403", "http_405", "http_412", "http_429"})
REFUSED_REST = timedelta(days=30)  # a site that refuses robots is not asked again so soon


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The page whose turn it is, and what is remembered of it when the look begins."""

    house: House
    platform: Platform
    claim: Claim
    usual: Usual
    closed: bool  # a person has closed what was said of a change
    old: bool  # what stands there now belongs to the baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """``page`` is None where it is as it was, or could not be had; ``led_to`` the outsider to whom visitors are sent.

    ``robot`` is what only a robot got, None where that isn't known; ``robot_error`` is None where it was not asked.
    """

    fetched: Fetched | None = None
    page: Read | None = None
    trouble: CollectError | None = None
    led_to: str = ""
    robot: tuple[Finding, ...] | None = None
    robot_error: str | None = None


def look(turn: Turn, now: datetime) -> Sight:
    """Everything is asked for where something is strange, now and then, and where a robot's view is to be compared."""
    claim, robot = turn.claim, may_ask_as_robot(turn.platform, turn.claim, now)
    often = (claim.fetches + 1) % turn.platform.full_every != 0
    at_rest = often and not robot and not claim.error and turn.usual.calm
    validators = {"etag": claim.etag, "last_modified": claim.last_modified} if at_rest else {}
    try:
        fetched = turn.house.fetch(turn.platform, claim.link, **validators)
        page = None if fetched.not_modified else _read(turn, fetched)
    except CollectError as error:
        return Sight(trouble=error, led_to=_led_to(turn, error))
    sight = Sight(fetched=fetched, page=page)
    return _compared(turn, sight, page.shape) if robot and page is not None else sight


def may_ask_as_robot(platform: Platform, claim: Claim, now: datetime) -> bool:
    """Only where the provider has agreed: few pages a day, never at night nor where robots are refused."""
    rest = REFUSED_REST if claim.robot_error in REFUSES else DAY
    return (
        bool(platform.pages.robot_view.agreed)
        and not claim.blocked
        and claim.robots < platform.pages.robot_view.pages_a_day
        and not polling.is_night(platform, now)
        and (claim.robot_at is None or claim.robot_at <= now - rest)
    )


def _read(turn: Turn, fetched: Fetched) -> Read:
    """What came, if it is the page: raises CollectError "blocked", or "became_html" where it only asks to log in."""
    text = decode(fetched.body, fetched.content_type).text
    if by_protection(text):
        raise CollectError("blocked", "the page tests browsers")
    house, zone = turn.house, turn.platform.zone
    friends = house.settings.friends
    page = pageshape.read(text, fetched.url, key=house.key, approved=friends, zone=zone, now=fetched.at)
    if pageshape.asks_to_log_in(page):
        raise CollectError("became_html", "the page asks to log in")
    return page


def _led_to(turn: Turn, error: CollectError) -> str:
    return pageshape.outsider(error.leads_to, turn.claim.link, turn.house.settings.friends)


def _compared(turn: Turn, sight: Sight, visitor: Shape) -> Sight:
    """With what only a robot gets; where there is a difference both look once more."""
    try:
        robot = _as_robot(turn)
        if not robotview.differs(visitor, robot):
            return replace(sight, robot=(), robot_error="")
        again = _read(turn, turn.house.fetch(turn.platform, turn.claim.link)).shape
        found = robotview.compare((visitor, again), (robot, _as_robot(turn)), turn.usual.known)
    except CollectError as error:
        return replace(sight, robot_error=error.code)
    return replace(sight, robot=tuple(found), robot_error="")


def _as_robot(turn: Turn) -> Shape:
    try:
        return _read(turn, turn.house.as_robot(turn.platform, turn.claim.link)).shape
    except CollectError as error:
        host = _led_to(turn, error)
        if not host:
            raise
        return robotview.led_away(host)
