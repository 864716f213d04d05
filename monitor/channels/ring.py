"""Notifications that make a telephone ring: one POST to a gateway for text messages, or to a webhook. EDGE.

The request itself is made by whoever speaks HTTP and is handed in. What is said is the notification's
text and nothing else: number, kind and place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any
from urllib.parse import urlencode, urlsplit

from monitor.errors import CollectError, DeliveryError
from monitor.model import Fetched, Notification

Post = Callable[..., Fetched]  # ``Fetcher.post``

MAX_ANSWER = 300  # code points of a gateway's answer that are kept
_OURS_TO_MEND = frozenset({401, 402, 403, 404, 405, 407})  # another token, address or balance, not another number
_LATER = frozenset({408, 425, 429})
_DIALLED = frozenset("+0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Where a ring goes and how it is written; names of fields may be dotted, ``text.content``, in JSON."""

    url: str
    body: str = "json"  # or "form"
    to: str = "phone"  # "" where the gateway knows whom to ring
    text: str = "text"
    extra: tuple[tuple[str, str], ...] = ()
    accepted: str = ""  # what the answer must contain; "" for any 2xx
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    timeout: timedelta = timedelta(seconds=15)
    token: str = field(default="", repr=False)


class Ring:
    """Rings through one gateway; ``post`` makes the guarded request."""

    def __init__(self, gateway: Gateway, post: Post) -> None:
        self._gateway = gateway
        self._post = post
        self._host = urlsplit(gateway.url).netloc

    def send(self, notification: Notification, data_begins: Callable[[], None]) -> str:
        """Ring and return the gateway's answer; ``data_begins`` is called just before the request's body goes out.

        Raises DeliveryError: ``permanent`` when this number or text was refused for good, ``unknown`` when the
        request had been sent and no clear answer came. Anything ``data_begins`` raises goes through.
        """
        begun = False

        def begins() -> None:
            nonlocal begun
            data_begins()
            begun = True

        gateway = self._gateway
        try:
            answer = self._post(
                gateway.url,
                self._written(notification),
                self._headers(notification),
                networks=gateway.networks,
                total=gateway.timeout,
                begins=begins,
            )
        except CollectError as error:
            raise DeliveryError(f"{self._host}: {error}", unknown=begun) from None
        return self._judged(answer)

    def _written(self, notification: Notification) -> bytes:
        gateway = self._gateway
        number = "".join(each for each in notification.address if each in _DIALLED)
        fields = [
            *gateway.extra,
            *([(gateway.to, number)] if gateway.to else []),
            (gateway.text, notification.message.text),
        ]
        if gateway.body == "form":
            return urlencode(fields, errors="replace").encode("ascii")
        return json.dumps(_nested(fields), ensure_ascii=False).encode("utf-8", "replace")

    def _headers(self, notification: Notification) -> Mapping[str, str]:
        """With a key that stays the same over attempts: a gateway that knows it rings once."""
        kinds = {"json": "application/json; charset=utf-8", "form": "application/x-www-form-urlencoded"}
        headers = {"Content-Type": kinds[self._gateway.body], "Idempotency-Key": notification.message_id.strip("<>")}
        return headers | ({"Authorization": f"Bearer {self._gateway.token}"} if self._gateway.token else {})

    def _judged(self, answer: Fetched) -> str:
        text = answer.body.decode("utf-8", "replace")
        said = f"{answer.status} {self._line(text)}".strip()
        if 200 <= answer.status < 300:
            if self._gateway.accepted in text:
                return said
            # an error in a polite answer may be the number's fault or an empty account's: tried again
            raise DeliveryError(f"{self._host} did not accept: {said}", unknown=not answer.complete)
        if 300 <= answer.status < 400:
            raise DeliveryError(f"{self._host} redirects, and no redirect is followed: {answer.status}")
        refused = 400 <= answer.status < 500 and answer.status not in _OURS_TO_MEND | _LATER
        raise DeliveryError(f"{self._host} refused: {said}", permanent=refused)

    def _line(self, text: str) -> str:
        """One bounded line that can be shown, without the token should the gateway repeat it."""
        hidden = text.replace(self._gateway.token, "***") if self._gateway.token else text
        return " ".join("".join(each if each.isprintable() else " " for each in hidden).split())[:MAX_ANSWER]


def _nested(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """``[("a.b", "x")]`` as ``{"a": {"b": "x"}}``; where two names collide the later one stands."""
    top: dict[str, Any] = {}
    for name, value in fields:
        *folders, last = name.split(".")
        inner = top
        for folder in folders:
            below = inner.get(folder)
            inner[folder] = inner = below if isinstance(below, dict) else {}
        inner[last] = value
    return top
