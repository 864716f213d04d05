"""The pages behind links in mails: a GET shows, only a POST acts, twice does no harm. Starlette, without scripts."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor import acting, actpage, logs, masking, playbook, ticking
from monitor.acting import Moved
from monitor.actions import PATH
from monitor.actpage import TO, Asked, Do, Refused
from monitor.house import Clock, House, context
from monitor.model import Contact, Escalation, State, Transition
from monitor.playbook import Standing
from monitor.signed import Claim, read, same_address
from monitor.store import promised, records, ticks
from monitor.store.database import Tx

MAX_BODY = 8192  # bytes of a form
BODY_TIME = 10  # seconds
MOST_WRONG = 5  # addresses that may be wrong for one record and person
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def application(house: House, clock: Clock) -> Starlette:
    """What the server serves."""
    pages = Pages(house, clock)
    below = urlsplit(house.settings.web.url).path  # whoever stands in front may have taken it away or not
    paths = dict.fromkeys((f"{PATH}{{token}}", f"{below}{PATH}{{token}}"))
    routes = [Route(path, pages.answer, methods=["GET", "POST"]) for path in paths]
    return Starlette(
        routes=routes, exception_handlers={404: pages.nothing, 405: pages.nothing, Exception: pages.failed}
    )


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: HTML, or "" for a look at the page anew."""

    status: int
    html: str = ""


class Pages:
    """One installation's pages."""

    def __init__(self, house: House, clock: Clock) -> None:
        self._house = house
        self._clock = clock
        self._wrong: Counter[tuple[int, str]] = Counter()

    async def answer(self, request: Request) -> Response:
        """Show the page of a link, or do what its form says."""
        token = request.path_params["token"]
        if request.method != "POST":
            return _response(await run_in_threadpool(self.show, token), token)
        body = await _body(request)
        if body is None:
            return Response(status_code=413, headers=SAFE)
        return _response(await run_in_threadpool(self.act, token, body), token)

    async def nothing(self, _request: Request, _error: Exception) -> Response:
        return HTMLResponse(self._no_link(), status_code=404, headers=SAFE)

    async def failed(self, _request: Request, error: Exception) -> Response:
        logs.event("page_failed", level=logging.ERROR, error=type(error).__name__, at=logs.place(error))
        return HTMLResponse(self._no_link(), status_code=500, headers=SAFE)

    def show(self, token: str) -> Page:
        """The page as it is now. Changes nothing, however often it is asked for."""
        now = self._clock()
        claim = self._claim(token, now)
        if claim is None:
            return Page(404, self._no_link())
        with self._house.store.read() as tx:
            return Page(200, self._page(tx, claim, Asked(), now))

    def act(self, token: str, body: bytes) -> Page:
        """Acknowledge, resolve or dismiss as the person whom the link was sent to."""
        now = self._clock()
        claim = self._claim(token, now)
        if claim is None:
            return Page(404, self._no_link())
        asked, contact = _asked(body), self._house.settings.contacts[claim.contact]
        refused = self._objection(claim, asked, contact)
        with self._house.store.write() as tx:
            if refused is None:
                refused = self._do(tx, records.get(tx, claim.record), asked, contact, now)
            if refused is None:
                logs.event("acted", record=claim.record, did=asked.do, contact=claim.contact, step=claim.step)
                return Page(303)
            return Page(422, self._page(tx, claim, replace(asked, refused=refused), now))

    def _objection(self, claim: Claim, asked: Asked, contact: Contact) -> Refused | None:
        """Why this isn't done, by what was filled in."""
        if asked.do is None:
            return Refused.UNKNOWN
        if asked.do in {Do.ACK, Do.TICK}:
            return None
        key = claim.record, claim.contact
        if self._wrong[key] >= MOST_WRONG:
            return Refused.OFTEN
        if not same_address(asked.address, contact.mail):
            self._wrong[key] += 1
            return Refused.ADDRESS
        return None if asked.why else Refused.WHY

    def _claim(self, token: str, now: datetime) -> Claim | None:
        """What a link allows; None too where its record is gone or its reader has no address any more."""
        house = self._house
        addressed = [name for name, contact in house.settings.contacts.items() if contact.mail]
        claim = read(token, house.link_keys(), addressed, now) if house.settings.web.url else None
        if claim is None:
            return None
        with house.store.read() as tx:
            return claim if records.known(tx, claim.record) else None

    def _page(self, tx: Tx, claim: Claim, asked: Asked, now: datetime) -> str:
        house, record = self._house, records.get(tx, claim.record)
        contact = house.settings.contacts[claim.contact]
        return actpage.html(
            record,
            records.seen(tx, record.id),
            records.history(tx, record.id),
            asked=asked,
            waiting=promised.waiting(tx, record),
            tasks=self._tasks(tx, record),
            contact=contact,
            context=context(house.settings, now),
            words=house.words[contact.language],
        )

    def _tasks(self, tx: Tx, record: Escalation) -> tuple[Standing, ...]:
        tasks = self._house.settings.playbooks.get(record.kind, ())
        return playbook.standing(tasks, ticks.of(tx, record.id), record.opened_at)

    def _do(self, tx: Tx, record: Escalation, asked: Asked, contact: Contact, now: datetime) -> Refused | None:
        """What was asked for; why it can't be done, if it can't."""
        if asked.do in TO:
            return _move(tx, record, TO[asked.do], asked.why, contact=contact, now=now)
        settings = self._house.settings
        task = playbook.find(settings.playbooks.get(record.kind, ()), asked.task)
        if task is None:
            return Refused.UNKNOWN
        why = ticking.said(record.kind, task, self._house.words[settings.language])
        line = Transition(now, "ticked", contact.name, why)
        ticked = acting.tick(tx, record, task.name, line, contact)
        return Refused.ALREADY if ticked is Moved.MEANWHILE else None

    def _no_link(self) -> str:
        settings, words = self._house.settings, self._house.words
        first = words[settings.language]
        return actpage.no_link((first, *(each for each in words.values() if each is not first)), settings.agency)


def _move(tx: Tx, record: Escalation, to: State, why: str, *, contact: Contact, now: datetime) -> Refused | None:
    line = Transition(now, f"{to}_by_link", contact.name, masking.mask_text(why))
    moved = acting.move(tx, record, to, line, contact)
    if moved is Moved.ALREADY:
        return None if record.state is to else Refused.ALREADY  # twice is harmless
    return Refused.MEANWHILE if moved is Moved.MEANWHILE else None


async def _body(request: Request) -> bytes | None:
    """The form as it was sent; None for one that is too long or takes too long."""

    async def received() -> bytes | None:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return None
        return body

    try:
        return await asyncio.wait_for(received(), BODY_TIME)
    except TimeoutError:
        return None


def _asked(body: bytes) -> Asked:
    """A form; what it doesn't say is empty, what it says twice counts once."""
    try:
        fields = parse_qs(body.decode("ascii", "replace"), encoding="utf-8", errors="replace", max_num_fields=10)
    except ValueError:
        return Asked()
    said = {name: values[0].strip() for name, values in fields.items()}
    do = said.get("do", "")
    return Asked(
        do=Do(do) if do in {*Do} else None,
        task=said.get("task", ""),
        why=" ".join(said.get("why", "")[: actpage.MAX_WHY].split()),
        address=said.get("address", "")[: actpage.MAX_WHY],
    )


def _response(page: Page, token: str) -> Response:
    if page.status == 303:
        return Response(status_code=303, headers=SAFE | {"Location": token})
    return HTMLResponse(page.html, status_code=page.status, headers=SAFE)
