"""Every misbehaviour that a watcher of websites must survive, by name, and how the zoo plays it.

A trick is played by a server that would otherwise have answered well, so it takes that answer. ``FORBIDDEN`` are the
ways to write an address that nobody may reach, ``BEHIND_A_NAME`` what a name may turn out to lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from demo import animals
from demo.zoo import Route

TRAP = "127.0.0.2"  # where a test listens, and must hear nothing
Trick = Callable[[bytes, str], Route]  # body (UTF-8) and media type of the good answer


def _drip(body: bytes, media: str) -> Route:
    return animals.drip(animals.head(200, {"Content-Type": media}) + body[: len(body) // 2], b" ")


def _cut(body: bytes, media: str) -> Route:
    """Everything is right but the end, which is missing: within a tag, a word or a value."""
    return animals.answer(body[: len(body) * 3 // 4], media)


def _length(change: int) -> Trick:
    """Says that it sends so many bytes more than it does, and hangs up; or less, and sends all."""

    def trick(body: bytes, media: str) -> Route:
        fields = {"Content-Type": media, "Content-Length": str(len(body) + change if change > 0 else -change)}
        return animals.raw(animals.head(200, fields) + body)

    return trick


def _two_charsets(body: bytes, media: str) -> Route:
    return animals.answer(body.decode().encode("gb18030"), f"{media}; charset=utf-8; charset=gbk")


TRICKS: Mapping[str, Trick] = MappingProxyType(
    {
        "gzip bomb": lambda *_: animals.bombing(50_000_000),
        "gzip bomb of many parts": lambda *_: animals.bombing(50_000_000, members=50),
        "brotli bomb": lambda _, media: animals.packed(animals.BROTLI_BOMB, "br", media),
        "brotli though not asked for": lambda _, media: animals.packed(b"\x0b\x02\x80hello\x03", "br", media),
        "slow drip": _drip,
        "endless redirects": lambda *_: animals.endless_redirect(),
        "304 for ever": lambda *_: animals.raw(animals.head(304, {"ETag": '"1"'})),
        "login page with 200": lambda *_: animals.answer(animals.LOGIN, "text/html; charset=utf-8"),
        "cut document": _cut,
        "length too large": _length(9000),
        "length too small": _length(-20),
        "two charsets": _two_charsets,
        "redirect to private": lambda *_: animals.redirect("http://10.0.0.2/"),
    }
)

FORBIDDEN: Mapping[str, str] = MappingProxyType(
    {
        "decimal address": "2130706434",
        "hexadecimal address": "0x7f000002",
        "hexadecimal parts": "0x7f.0.0.2",
        "octal address": "0177.0.0.2",
        "short address": "127.2",
        "full-width address": "１２７.０.０.２",
        "loopback": TRAP,
        "loopback of IPv6": "[::1]",
        "private address": "10.0.0.2",
        "link-local address": "169.254.169.254",
        "unspecified address": "0.0.0.0",  # noqa: S104  nothing is bound to it
        "carrier-grade NAT": "100.64.0.1",
        "NAT64": "[64:ff9b::7f00:2]",
        "6to4": "[2002:7f00:2::1]",
        "IPv4-mapped": "[::ffff:127.0.0.2]",
        "IPv4-compatible": "[::127.0.0.2]",
        "Teredo": "[2001::80ff:fffd]",
        "user name": f"yunxi.example@{TRAP}",
        "user name and password": f"yunxi.example:80@{TRAP}",
    }
)

BEHIND_A_NAME: Mapping[str, tuple[str, str]] = MappingProxyType(  # the address, and how the refusal calls it
    {
        "loopback": (TRAP, "loopback"),
        "loopback of IPv6": ("::1", "loopback"),
        "private address": ("10.0.0.2", "private use"),
        "link-local address": ("169.254.169.254", "link-local"),
        "unspecified address": ("0.0.0.0", "unspecified"),  # noqa: S104
        "carrier-grade NAT": ("100.64.0.1", "carrier-grade NAT"),
        "NAT64": ("64:ff9b::7f00:2", "loopback"),
        "6to4": ("2002:7f00:2::1", "6to4"),
        "IPv4-mapped": ("::ffff:127.0.0.2", "loopback"),
        "IPv4-compatible": ("::127.0.0.2", "not public"),
        "Teredo": ("2001::80ff:fffd", "Teredo"),
    }
)
