"""Notifications to groups of a chat program: apprise writes the request, the guarded client carries it. EDGE.

apprise's own way out can't be used: for WeCom and DingTalk it takes every answer with status 200 for a yes, while both
say there in ``errcode`` that they refuse; it asks whatever proxy the environment names; it checks no address; and it
quotes DingTalk's signature twice. So each plug-in runs with our client in the place of ``requests``. Only this file
imports apprise, and only for a group that is configured.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from monitor.chats import Group
from monitor.errors import CollectError, DeliveryError
from monitor.model import Fetched, Notification

Post = Callable[..., Fetched]  # ``Fetcher.post``

MAX_ANSWER = 300  # code points of an answer that are kept
CODES = ("errcode", "code", "StatusCode")  # in which the programs say how it went; 0 is a yes

logging.getLogger("apprise").disabled = True  # its lines hold the key of the group


class _UnusedError(Exception):
    """Stands for the errors of ``requests``, which makes no request."""


@dataclass(slots=True)
class _Carrier:
    """What a plug-in finds where it names ``requests``: one request, to the host that the group's robot is at."""

    group: Group
    send: Callable[[str, bytes, Mapping[str, str]], Fetched]
    answer: Fetched | None = None

    codes: ClassVar[SimpleNamespace] = SimpleNamespace(ok=200)
    RequestException: ClassVar[type[Exception]] = _UnusedError

    def post(
        self,
        url: str,
        *,
        data: str | bytes,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        **_theirs: object,
    ) -> SimpleNamespace:
        """``params`` come quoted; time limits, redirects and certificates are ours to decide."""
        wanted, known = urlsplit(url), urlsplit(self.group.webhook)
        query = "&".join(filter(None, (wanted.query, *(f"{name}={value}" for name, value in (params or {}).items()))))
        address = wanted._replace(scheme=known.scheme, netloc=known.netloc, query=query).geturl()
        self.answer = self.send(address, data.encode("utf-8") if isinstance(data, str) else data, headers)
        return SimpleNamespace(status_code=self.answer.status, content=self.answer.body)


class Chat:
    """Sends to one group; ``post`` makes the guarded request."""

    def __init__(self, group: Group, post: Post) -> None:
        self._group = group
        self._post = post
        self._plugin = _plugin(group)

    def send(self, notification: Notification, data_begins: Callable[[], None]) -> str:
        """Post the text and return what the program answers; ``data_begins`` is called just before the body goes out.

        Raises DeliveryError: ``unknown`` when the request had been sent and no clear answer came. None is permanent:
        a robot that refuses is mended by the agency, and the mail has gone all the same. Anything ``data_begins``
        raises goes through.
        """
        begun = False

        def begins() -> None:
            nonlocal begun
            data_begins()
            begun = True

        def asked(url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
            group = self._group
            return self._post(url, body, headers, networks=group.networks, total=group.timeout, begins=begins)

        carrier = _Carrier(self._group, asked)
        try:
            _carried(self._plugin, carrier)(self._plugin, notification.message.text)
        except CollectError as error:
            raise DeliveryError(f"{self._group.host}: {error}", unknown=begun) from None
        if carrier.answer is None:
            raise DeliveryError(f"{self._group.host}: the library asked nothing")
        return self._judged(carrier.answer)

    def _judged(self, answer: Fetched) -> str:
        said, host = f"{answer.status} {self._line(answer.body)}".strip(), self._group.host
        if 300 <= answer.status < 400:
            raise DeliveryError(f"{host} redirects, and no redirect is followed: {answer.status}")
        if answer.status != 200:
            raise DeliveryError(f"{host} refused: {said}")
        code = _code(answer.body)
        if code is None:  # it may stand there or not: tried once more, and not for days
            raise DeliveryError(f"{host} did not say how it went: {said}", unknown=True)
        if code:
            raise DeliveryError(f"{host} refused: {said}")
        return said

    def _line(self, body: bytes) -> str:
        """One bounded line that can be shown, without the keys should the answer repeat them."""
        text = body.decode("utf-8", "replace")
        for secret in filter(None, (self._group.token, self._group.sign)):
            text = text.replace(secret, "***")
        return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:MAX_ANSWER]


def _plugin(group: Group) -> Any:
    if group.kind == "wecom":
        return import_module("apprise.plugins.wecombot").NotifyWeComBot(key=group.token)
    if group.kind == "dingtalk":
        return import_module("apprise.plugins.dingtalk").NotifyDingTalk(token=group.token, secret=group.sign or None)
    return import_module("apprise.plugins.feishu").NotifyFeishu(token=group.token)


def _carried(plugin: Any, carrier: _Carrier) -> Callable[..., bool]:
    """The plug-in's own ``send`` with ``carrier`` where it names ``requests``; the library itself stays as it is."""
    own = type(plugin).send
    plugin.request_rate_per_sec = 0  # ours is counted in the database, and nothing sleeps in a stage
    return FunctionType(own.__code__, {**own.__globals__, "requests": carrier}, own.__name__, own.__defaults__)


def _code(body: bytes) -> int | None:
    """What the program says of the message: 0 is a yes; None where it says nothing of the kind."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    said = [answer[name] for name in CODES if name in answer] if isinstance(answer, dict) else []
    codes = [each for each in said if isinstance(each, int) and not isinstance(each, bool)]
    return next((each for each in codes if each), 0) if codes else None
