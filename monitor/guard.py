"""Where a fetch may go: rules over URLs and addresses. PURE: nothing is resolved or opened here.

A URL is parsed once, strictly, into a ``Target``; the request is made from that Target, so that no
second parser can read it in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, unquote, urljoin, urlsplit

from monitor.errors import CollectError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL = 4000  # characters
PORTS = {"http": 80, "https": 443}
MAIL_PORTS = {"imap": 143, "imaps": 993}

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/%:@!$&'()*+,;="
_QUERY_SAFE = _PATH_SAFE + "?"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LOOKS_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label that resolvers read as an IPv4 number
_UNESCAPE_ROUNDS = 5

# IANA special-purpose address registries (RFC 6890 and what was added since), with the reason people read.
_SPECIAL = tuple(
    (ip_network(network), name)
    for name, networks in (
        ("unspecified", "0.0.0.0/8 ::/128"),
        ("private use", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10"),
        ("carrier-grade NAT", "100.64.0.0/10"),
        ("loopback", "127.0.0.0/8 ::1/128"),
        ("link-local", "169.254.0.0/16 fe80::/10"),
        ("protocol assignment", "192.0.0.0/24"),
        ("documentation", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20"),
        ("6to4", "192.88.99.0/24 2002::/16"),
        ("benchmarking", "198.18.0.0/15 2001:2::/48"),
        ("multicast", "224.0.0.0/4 ff00::/8"),
        ("reserved", "240.0.0.0/4"),
        ("Teredo", "2001::/32"),
        ("protocol assignment", "2001::/23"),
    )
    for network in networks.split()
)
NEVER = frozenset({"unspecified", "multicast", "reserved"})  # no configuration opens these
_GLOBAL_V6 = ip_network("2000::/3")  # the only part of IPv6 that is given out
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was understood. ``host`` is lower-case ASCII (IDNA) or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # percent-encoded, begins with "/"
    query: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}{'?' if self.query else ''}{self.query}"


def permit(url: str, prefixes: Iterable[str]) -> Target:
    """The Target of ``url``, if it stands below one of ``prefixes``.

    Scheme, host and port must be equal and the path must agree up to a "/".
    Raises CollectError "bad_url" or "outside_prefix".
    """
    target = parse(url)
    if not any(_within(target, parse(prefix)) for prefix in prefixes):
        place = target.url.partition("?")[0]  # a query may hold a key
        raise CollectError("outside_prefix", f"{place} is not below a prefix of this platform", permanent=True)
    return target


def follow(target: Target, location: str, prefixes: Iterable[str]) -> Target:
    """Where a redirect of ``target`` to ``location`` leads, by the same rules.

    Raises CollectError "redirect_outside".
    """
    try:
        leads_to = urljoin(target.url, location.strip())
    except ValueError as error:
        raise CollectError("redirect_outside", f"refused to follow a redirect: {error}") from error
    try:
        return permit(leads_to, prefixes)
    except CollectError as error:
        raise CollectError(
            "redirect_outside", f"refused to follow a redirect: {error}", leads_to=leads_to[:MAX_URL]
        ) from error


def _within(target: Target, prefix: Target) -> bool:
    folder = prefix.path if prefix.path.endswith("/") else prefix.path + "/"
    same = (target.scheme, target.host, target.port) == (prefix.scheme, prefix.host, prefix.port)
    return same and (target.path == prefix.path or target.path.startswith(folder))


def parse(url: str, ports: Mapping[str, int] = PORTS) -> Target:
    """Read an absolute URL strictly; its scheme is one of ``ports``.

    No user name, no backslash, no control character, no "." or ".." segment however encoded, no
    IPv4 address in any other form than four decimal numbers. The fragment is dropped.
    Raises CollectError "bad_url".
    """
    url = url.strip()
    if len(url) > MAX_URL or "\\" in url or _CONTROL.search(url):
        raise _bad("is too long or has characters that no URL has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad("can't be read") from error
    if parts.scheme not in ports:
        raise _bad(f"does not begin with {' or '.join(f'{scheme}://' for scheme in ports)}")
    if "@" in parts.netloc:
        raise _bad("carries a user name")
    if port == 0:
        raise _bad("names port 0")
    _refuse_climbing(parts.path)
    return Target(
        scheme=parts.scheme,
        host=_host(parts.hostname or "", numeric="[" in parts.netloc),
        port=port or ports[parts.scheme],
        path=_canonical(parts.path, _PATH_SAFE) or "/",
        query=_canonical(parts.query, _QUERY_SAFE),
    )


def _bad(why: str) -> CollectError:
    return CollectError("bad_url", f"the address {why}", permanent=True)


def _refuse_climbing(path: str) -> None:
    """Servers and proxies disagree on how often to unescape, so every depth is looked at."""
    for _ in range(_UNESCAPE_ROUNDS):
        segments = path.split("/")
        if "\\" in path or any(segment.partition(";")[0] in {".", ".."} for segment in segments):
            raise _bad("has a path that climbs")
        plain = unquote(path)
        if plain == path:
            return
        path = plain
    raise _bad("is escaped too often")


def _canonical(part: str, safe: str) -> str:
    """Percent-encode what must be, and nothing that need not be, so that equal paths compare equal."""
    return _ESCAPE.sub(_escape, quote(part, safe=safe))


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _host(raw: str, *, numeric: bool) -> str:
    """``numeric`` says that it stood in brackets."""
    if numeric:
        try:
            return str(IPv6Address(raw.partition("%")[0]))
        except ValueError as error:
            raise _bad("names no host") from error
    try:
        host = raw[:255].encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise _bad("names no host") from error
    labels = host.split(".")
    if len(raw) > 254 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _bad("names no host")
    if _LOOKS_NUMERIC.fullmatch(labels[-1]):
        try:
            IPv4Address(host)
        except ValueError as error:
            raise _bad("hides an address in an unusual form") from error
    return host


def literal(host: str) -> Address | None:
    """The address ``host`` is, or None for a name; a scope such as "%eth0" is dropped."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def refusal(address: Address, networks: Iterable[Network]) -> str:
    """Why ``address`` must not be connected to ("loopback", ...), or "" if it may be.

    Public addresses may be; special ones only inside ``networks``; unspecified, multicast and
    reserved ones never. An IPv4 address carried inside an IPv6 address is judged as well.
    """
    for part in _meant(address):
        name = _special(part)
        if name in NEVER or (name and not any(part in network for network in networks)):
            return name
    return ""


def _meant(address: Address) -> Iterator[Address]:
    """What a connection to ``address`` may reach: itself, and IPv4 addresses inside it."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
        if address.teredo is not None:
            yield from address.teredo
        if address in _COMPATIBLE and int(address) > 1:
            yield IPv4Address(int(address))


def _special(address: Address) -> str:
    for network, name in _SPECIAL:
        if address in network:
            return name
    return "" if isinstance(address, IPv4Address) or address in _GLOBAL_V6 else "not public"
