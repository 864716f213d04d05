"""Where a fetch may go."""

from ipaddress import ip_address, ip_network

import pytest

from monitor import guard
from monitor.errors import CollectError

PREFIXES = ("http://yunxi.example/feeds/", "https://yunxi.example:8443", "http://云溪.example/a")
TEN = ip_network("10.20.0.0/16")
LOOPBACK = ip_network("127.0.0.0/8")


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://yunxi.example/feeds/", "http://yunxi.example/feeds/"),
        ("HTTP://YunXi.Example.:80/feeds/rss.xml?a=b#c", "http://yunxi.example/feeds/rss.xml?a=b"),
        (" http://yunxi.example/feeds/a b/路?q=灯 \n", "http://yunxi.example/feeds/a%20b/%E8%B7%AF?q=%E7%81%AF"),
        ("http://yunxi.example/%66eeds/%7ex/100%", "http://yunxi.example/feeds/~x/100%25"),
        ("http://yunxi.example/feeds/a..b/...;v=1", "http://yunxi.example/feeds/a..b/...;v=1"),
        ("https://yunxi.example:8443", "https://yunxi.example:8443/"),
        ("https://yunxi.example:8443/any/thing", "https://yunxi.example:8443/any/thing"),
        ("http://云溪.example/a", "http://xn--9kq759e.example/a"),
        ("http://xn--9kq759e.example/a/b", "http://xn--9kq759e.example/a/b"),
    ],
)
def test_what_stands_below_a_prefix_is_permitted(url, asked):
    assert asked == guard.permit(url, PREFIXES).url


@pytest.mark.parametrize(
    "url",
    [
        "http://yunxi.example/feeds",
        "http://yunxi.example/feedsx/a",
        "http://yunxi.example/other",
        "http://yunxi.example/feeds%2Fa",
        "https://yunxi.example/feeds/",
        "http://yunxi.example:8080/feeds/",
        "http://yunxi.example:8443/",
        "http://yunxi.example.evil.example/feeds/",
        "http://evilyunxi.example/feeds/",
        "http://云溪.example/ab",
    ],
)
def test_what_does_not_is_refused(url):
    with pytest.raises(CollectError) as refused:
        guard.permit(url, PREFIXES)

    assert (refused.value.code, refused.value.permanent) == ("outside_prefix", True)


def test_the_refusal_keeps_the_query_to_itself():
    with pytest.raises(CollectError) as refused:
        guard.permit("http://yunxi.example/other?key=sesame", PREFIXES)

    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "yunxi.example/feeds/",
        "//yunxi.example/feeds/",
        "file:///etc/passwd",
        "ftp://yunxi.example/feeds/",
        "gopher://yunxi.example/feeds/",
        "http:///feeds/",
        "http://user@yunxi.example/feeds/",
        "http://user:word@yunxi.example/feeds/",
        "http://yunxi.example@evil.example/feeds/",
        "http:\\\\yunxi.example\\feeds",
        "http://yunxi.example/feeds\\..\\x",
        "http://yunxi.example/feeds/../x",
        "http://yunxi.example/feeds/..",
        "http://yunxi.example/feeds/./x",
        "http://yunxi.example/feeds/%2e%2e/x",
        "http://yunxi.example/feeds/.%2E/x",
        "http://yunxi.example/feeds/%252e%252e/x",
        "http://yunxi.example/feeds/..%2fx",
        "http://yunxi.example/feeds/..;a=b/x",
        "http://yunxi.example/feeds/%5c..%5cx",
        "http://yunxi.example/feeds/%25252525252e",
        "http://yunxi.example:0/feeds/",
        "http://yunxi.example:99999/feeds/",
        "http://yunxi.example:x/feeds/",
        "http://yunxi.example/feeds/\r\nHost: evil.example",
        "http://yun\txi.example/feeds/",
        "http://yun xi.example/feeds/",
        "http://yun%78i.example/feeds/",
        "http://-yunxi.example/feeds/",
        "http://yunxi..example/feeds/",
        "http://" + "a" * 64 + ".example/feeds/",
        "http://" + "a." * 127 + "example/feeds/",
        "http://yunxi.example/" + "a" * 5000,
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1.5/",
        "http://[::1/",
        "http://[::1::]/",
        "http://[yunxi]/",
        "http://[v1.a]/",
    ],
    ids=lambda url: url[:60],
)
def test_a_doubtful_address_is_not_understood(url):
    with pytest.raises(CollectError) as refused:
        guard.parse(url)

    assert (refused.value.code, refused.value.permanent) == ("bad_url", True)


@pytest.mark.parametrize(
    ("url", "host", "again"),
    [
        ("http://127.0.0.1:8000/x", "127.0.0.1", "http://127.0.0.1:8000/x"),
        ("http://１２７.0.0.1/", "127.0.0.1", "http://127.0.0.1/"),
        ("http://[::1]:80/", "::1", "http://[::1]/"),
        ("https://[2001:DB8::1]/", "2001:db8::1", "https://[2001:db8::1]/"),
        ("http://intranet_2/", "intranet_2", "http://intranet_2/"),
    ],
)
def test_an_address_for_a_host(url, host, again):
    target = guard.parse(url)

    assert (host, again) == (target.host, target.url)


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("rss.xml", "http://yunxi.example/feeds/rss.xml"),
        ("../feeds/rss.xml", "http://yunxi.example/feeds/rss.xml"),
        ("/feeds/b?c", "http://yunxi.example/feeds/b?c"),
        ("//yunxi.example/feeds/b", "http://yunxi.example/feeds/b"),
        ("https://yunxi.example:8443/b", "https://yunxi.example:8443/b"),
    ],
)
def test_a_redirect_inside_is_followed(location, leads_to):
    start = guard.permit("http://yunxi.example/feeds/a", PREFIXES)

    assert leads_to == guard.follow(start, location, PREFIXES).url


@pytest.mark.parametrize("location", ["../x", "//evil.example/feeds/", "file:///x", "http://[::1", "\\\\evil.example"])
def test_a_redirect_outside_is_not(location):
    start = guard.permit("http://yunxi.example/feeds/a", PREFIXES)

    with pytest.raises(CollectError) as refused:
        guard.follow(start, location, PREFIXES)

    assert (refused.value.code, refused.value.permanent) == ("redirect_outside", False)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_public_addresses_are_open(address):
    assert guard.refusal(ip_address(address), ()) == ""


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("10.20.0.1", "private use"),
        ("172.16.0.1", "private use"),
        ("192.168.1.1", "private use"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.127.255.255", "carrier-grade NAT"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("169.254.169.254", "link-local"),
        ("192.0.0.8", "protocol assignment"),
        ("192.0.2.1", "documentation"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("192.88.99.1", "6to4"),
        ("198.18.0.1", "benchmarking"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fc00::1", "private use"),
        ("fd12:3456::1", "private use"),
        ("fec0::1", "private use"),
        ("ff02::1", "multicast"),
        ("100::1", "not public"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("2001:2::1", "benchmarking"),
        ("2001:10::1", "protocol assignment"),
        ("5f00::1", "not public"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private use"),
        ("::127.0.0.1", "not public"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::a00:1", "private use"),
        ("64:ff9b:1::a00:1", "not public"),
        ("2002:7f00:1::", "6to4"),
        ("2002:808:808::1", "6to4"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
    ],
)
def test_special_addresses_are_closed(address, reason):
    """Python's ``is_private`` and ``is_global`` miss several of these."""
    assert reason == guard.refusal(ip_address(address), ())


@pytest.mark.parametrize(
    ("address", "networks", "reason"),
    [
        ("10.20.3.4", (TEN,), ""),
        ("10.21.3.4", (TEN,), "private use"),
        ("127.0.0.1", (TEN,), "loopback"),
        ("::ffff:10.20.3.4", (TEN,), ""),
        ("64:ff9b::a14:304", (TEN,), ""),
        ("::1", (LOOPBACK,), "loopback"),
        ("::1", (ip_network("::1/128"),), ""),
        ("fd00::1", (TEN, ip_network("fd00::/8")), ""),
        ("2002:7f00:1::", (ip_network("2002::/16"),), "loopback"),
        ("2002:7f00:1::", (ip_network("2002::/16"), LOOPBACK), ""),
        ("2001:0:7f00:1:0:0:f5eb:fcfb", (ip_network("2001::/32"), LOOPBACK), "private use"),
        ("::127.0.0.1", (ip_network("::/96"),), "loopback"),
        ("0.0.0.0", (ip_network("0.0.0.0/0"),), "unspecified"),
        ("224.0.0.1", (ip_network("0.0.0.0/0"),), "multicast"),
        ("255.255.255.255", (ip_network("0.0.0.0/0"),), "reserved"),
    ],
)
def test_a_platform_opens_what_it_names(address, networks, reason):
    assert reason == guard.refusal(ip_address(address), networks)


def test_a_scope_is_dropped_and_a_name_is_no_address():
    assert guard.literal("fe80::1%eth0") == ip_address("fe80::1")
    assert guard.literal("yunxi.example") is None
