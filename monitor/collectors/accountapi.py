"""The documented interface of official accounts: one call, its access token, and what its error codes mean. EDGE.

Token and secret stay in memory: they are in no error, and no address is kept. Documented at
developers.weixin.qq.com (getStableAccessToken, freepublish_batchget, listComment, global return codes).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from threading import Lock
from zoneinfo import ZoneInfo

from monitor.collectors import boardpage, cleaning
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.model import Fetched, Platform

BEIJING = ZoneInfo("Asia/Shanghai")  # quotas begin anew at midnight there
MAX_ANSWER = 16 * 1024 * 1024  # bytes: twenty articles of less than a megabyte, mostly far less
TOTAL = timedelta(seconds=30)  # for one call
MARGIN = timedelta(minutes=3)  # before a token ends; one that was asked for anew lives at least five
FORCED = timedelta(hours=2)  # between two tokens that end the one before: only twenty are given a day
SHOWN = 120  # characters of an error's own words

_STALE = frozenset({"40001", "40014", "42001"})  # the token is not the newest, or has ended
_MEANS = {
    "-1": "account_busy",
    "40001": "account_credentials",  # asked for a token: the secret is wrong
    "40013": "account_credentials",
    "40125": "account_credentials",
    "40243": "account_credentials",  # the secret was frozen
    "41002": "account_credentials",
    "41004": "account_credentials",
    "40164": "account_address",
    "89501": "account_address",  # an administrator must agree to the address
    "89503": "account_address",
    "89506": "account_address",
    "89507": "account_address",
    "48001": "account_forbidden",
    "48004": "account_forbidden",
    "50001": "account_forbidden",
    "50002": "account_forbidden",
    "45009": "account_quota",
    "45011": "account_busy",
    "88000": "account_no_comments",
    "88001": "account_no_article",
}
_ADDRESS = re.compile(r"invalid ip ([0-9A-Fa-f.:]{3,45})")

Answer = Mapping[str, object]


class Door:
    """Built once and used by any thread. ``post`` is the guarded client's."""

    def __init__(self, post: Callable[..., Fetched], clock: Callable[[], datetime]) -> None:
        self._post = post
        self.clock = clock
        self._tokens: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._forced: dict[tuple[str, str], datetime] = {}
        self._lock = Lock()

    def call(self, platform: Platform, path: str, asked: Mapping[str, object]) -> Answer:
        """The answer of ``cgi-bin/<path>``; numbers in it are text. A token that has ended is renewed once.

        Raises CollectError with one of these codes, and what ``Fetcher.post`` raises:

        account_credentials  AppID or secret are wrong
        account_address      our outgoing address is not on the account's list; the message names it
        account_forbidden    the account may not use this interface
        account_quota        no call is left today; with ``retry_after``
        account_busy, account_refused, account_protocol
        account_no_comments, account_no_article
        http_...
        """
        token = self._token(platform)
        answer = self._ask(platform, f"{path}?access_token={token}", asked)
        if _code(answer) in _STALE:
            token = self._renewed(platform, token)
            answer = self._ask(platform, f"{path}?access_token={token}", asked)
        self._check(answer, platform, token)
        return answer

    def _token(self, platform: Platform) -> str:
        token, until = self._tokens.get(_who(platform), ("", None))
        if until is not None and self.clock() < until:
            return token
        return self._asked_token(platform)

    def _renewed(self, platform: Platform, stale: str) -> str:
        """Another token than ``stale``; one is forced only if the plain way gives the same, and seldom."""
        token = self._asked_token(platform)
        now = self.clock()
        if token == stale:
            with self._lock:
                last = self._forced.get(_who(platform))
                if last is not None and timedelta(0) <= now - last < FORCED:
                    raise CollectError("account_busy", "the access token is refused, and no other is given yet")
                self._forced[_who(platform)] = now
            token = self._asked_token(platform, force=True)
        return token

    def _asked_token(self, platform: Platform, *, force: bool = False) -> str:
        account = platform.account
        assert account is not None
        asked = {"grant_type": "client_credential", "appid": account.appid, "secret": platform.secret}
        answer = self._ask(platform, "stable_token", asked | {"force_refresh": force})
        self._check(answer, platform)
        token, lasts = answer.get("access_token"), str(answer.get("expires_in", ""))
        if not isinstance(token, str) or not re.fullmatch(r"[\w.~-]{1,2000}", token, re.ASCII) or not lasts.isdecimal():
            raise CollectError("account_protocol", "the answer holds no access token")
        span = timedelta(seconds=min(int(lasts[:6]), 7200)) - MARGIN
        self._tokens[_who(platform)] = (token, self.clock() + max(span, timedelta(0)))
        return token

    def _ask(self, platform: Platform, path: str, asked: Mapping[str, object]) -> Answer:
        fetched = self._post(
            f"{platform.url.rstrip('/')}/cgi-bin/{path}",
            json.dumps(asked).encode(),
            {"Content-Type": "application/json"},
            networks=platform.networks,
            total=TOTAL,
            begins=lambda: None,
            limit=MAX_ANSWER,
            whole=True,
        )
        if fetched.status != 200:
            raise CollectError(f"http_{fetched.status}", f"the server answered {fetched.status}")
        try:
            answer = boardpage.parse(decode(fetched.body, fetched.content_type).text)
        except CollectError as error:
            raise CollectError("account_protocol", str(error)) from error
        if not isinstance(answer, dict):
            raise CollectError("account_protocol", "the answer is no JSON object")
        return answer

    def _check(self, answer: Answer, platform: Platform, token: str = "") -> None:
        code = _code(answer)
        if code == "0":
            return
        said = cleaning.line(str(answer.get("errmsg", "")))
        for secret in filter(None, (platform.secret, token)):
            said = said.replace(secret, "…")
        now = self.clock()
        wait = until_renewal(now) if code == "45009" else None
        detail = f"{code}: {said[:SHOWN]}"
        if code == "40164":
            detail = f"{code}: {_address(said) or said[:SHOWN]}"
        elif wait is not None:
            detail = f"{code}: renewed at {(now + wait).astimezone(BEIJING):%Y-%m-%d %H:%M} (Beijing)"
        raise CollectError(_MEANS.get(code, "account_refused"), detail, retry_after=wait)


def until_renewal(now: datetime) -> timedelta:
    """Until the next midnight in Beijing."""
    local = now.astimezone(BEIJING)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - local


def _who(platform: Platform) -> tuple[str, str]:
    return platform.url, platform.account.appid if platform.account else ""


def _code(answer: Answer) -> str:
    """ "0" where all is well: the code is missing then, or 0."""
    code = answer.get("errcode", "0")
    return code if isinstance(code, str) and code else "0"


def _address(said: str) -> str:
    """The address that is not on the list."""
    found = _ADDRESS.search(said)
    try:
        return str(ip_address(found[1])) if found else ""
    except ValueError:
        return ""
