"""Links in mails through which their readers act, and how the pages behind them are reached. PURE.

A stored mail holds only the place of a link. The link itself is written when the mail is sent, for the person it goes
to: the database and its backups hold none, and a mail that had to wait comes with a fresh one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from monitor.model import Message
from monitor.options import Options, is_web_address
from monitor.signed import LIFETIME, Claim, SigningKey, sign

PATH = "/a/"
_PLACE = re.compile(r"~([0-9]{1,18})\.([0-9]{1,6})~")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """``url`` is how readers reach the pages; "" where there are none."""

    url: str = ""
    address: str = "127.0.0.1"
    port: int = 8640
    certificate: str = ""  # files; "" where somebody in front speaks TLS
    certificate_key: str = ""


def read(table: Options) -> WebSettings:
    """``[web]``."""
    web = WebSettings(
        url=table.text("url", "").rstrip("/"),
        address=table.text("address", "127.0.0.1"),
        port=table.number("port", 8640, 1, 65535),
        certificate=table.text("certificate", ""),
        certificate_key=table.text("certificate_key", ""),
    )
    if web.url and (not is_web_address(web.url) or urlsplit(web.url).query or urlsplit(web.url).fragment):
        table.problem("url", f"{web.url!r} is no web address: how readers of mails reach this installation's pages")
    elif web.url.startswith("http:") and not _inside(urlsplit(web.url).hostname or ""):
        table.problem("url", "links let people act and must not travel in the clear; use https, or a private address")
    try:
        ip_address(web.address)
    except ValueError:
        table.problem("address", f"{web.address!r} is no address of this machine; write one like 127.0.0.1 or 0.0.0.0")
    if bool(web.certificate) != bool(web.certificate_key):
        table.problem("certificate", "certificate and certificate_key belong together: give both or neither")
    table.finish()
    return web


def _inside(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def place(url: str, record: int, step: int) -> str:
    """What stands in a stored mail where the link will be."""
    return f"{url}{PATH}~{record}.{step}~"


def filled(
    message: Message, web: WebSettings, contact: str, keys: Callable[[], tuple[SigningKey, ...]], now: datetime
) -> Message:
    """The mail as it is sent to ``contact`` at ``now``: each place holds a link for that person alone."""
    before = web.url + PATH
    if not web.url or f"{before}~" not in message.text:
        return message
    key, until = keys()[0], now + LIFETIME

    def link(found: re.Match[str]) -> str:
        return before + sign(Claim(int(found[1]), int(found[2]), contact, until), key)

    pattern = re.compile(re.escape(before) + _PLACE.pattern)
    return replace(message, text=pattern.sub(link, message.text), html=pattern.sub(link, message.html))
