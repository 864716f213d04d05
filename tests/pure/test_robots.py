"""What robots.txt allows, as RFC 9309 says; the examples of its sections 2.2.2 and 5 are among these."""

import time

import pytest

from monitor import robots

HOST = "http://www.other.example"


def allows(text, path):
    return robots.allows(robots.rules(text), f"{HOST}{path}")


@pytest.mark.parametrize(
    ("text", "allowed", "forbidden"),
    [
        ("", ["/", "/x"], []),
        ("User-agent: *\nDisallow:\n", ["/", "/x"], []),
        ("User-agent: *\nDisallow: /\n", [], ["/", "/x?y"]),
        ("User-agent: *\nDisallow: /a/\nAllow: /a/b\n", ["/a", "/a/b", "/a/bc", "/c"], ["/a/", "/a/c"]),
        ("User-agent: *\nAllow: /a\nDisallow: /a\n", ["/a"], []),
        ("User-agent: *\nDisallow: /*.gif$\n", ["/x.gif?y", "/x.gifs", "/x.png"], ["/x.gif", "/a/b.gif"]),
        ("User-agent: *\nDisallow: /*?\n", ["/x"], ["/x?y", "/a/x?y"]),
        ("User-agent: *\nDisallow: /a*b*c$\n", ["/abcd", "/ac", "/acb"], ["/abc", "/axbxc", "/abcbc"]),
        ("User-agent: *\nDisallow: /x$\n", ["/", "/xy"], ["/x"]),
        ("User-agent: *\nDisallow: *x\n", ["/"], ["/x", "/ax"]),
        ("User-agent: *\nDisallow: x\n", ["/x", "/"], []),
        ("User-agent: *\nDisallow: /公告\n", ["/"], ["/%E5%85%AC%E5%91%8A", "/%e5%85%ac%e5%91%8a/1"]),
        ("User-agent: *\nDisallow: /%7ea\n", ["/"], ["/~a", "/%7Ea"]),
        ("User-agent: *\nDisallow: /a%2Fb\n", ["/a/b"], ["/a%2fb"]),
        ("User-agent: *\nDisallow: /a%2A\n", ["/ab", "/a"], ["/a%2A", "/a*"]),
        ("User-agent: *\nDisallow: /a$b\n", ["/a"], ["/a$b", "/a%24b"]),
        ("User-agent: other\nDisallow: /\n", ["/"], []),
        ("User-agent: *\nDisallow: /\nUser-agent: HuiYin/2.0\nDisallow: /x\n", ["/"], ["/x"]),
        ("User-agent: huiyin\nDisallow: /x\n\nUser-agent: a\nUser-agent: Huiyin\nDisallow: /y\n", ["/"], ["/x", "/y"]),
        ("User-agent: huiyin\nUser-agent: *\nDisallow: /x\n", ["/"], ["/x"]),
        ("User-agent: huiyin\n", ["/"], []),
        ("User-agent: huiyin\n\nUser-agent: *\nDisallow: /\n", [], ["/"]),
        (
            "\ufeffuser-AGENT :* # all\r\n disallow :/x # that\r\nSitemap: /s\r\nno rule\r\nDisallow: /y",
            ["/"],
            ["/x", "/y"],
        ),
        ("Disallow: /\nUser-agent: *\nCrawl-delay: 9\nDisallow: /x\n", ["/"], ["/x"]),
    ],
)
def test_the_longest_rule_that_fits_decides(text, allowed, forbidden):
    assert [path for path in allowed if not allows(text, path)] == []
    assert [path for path in forbidden if allows(text, path)] == []


def test_nothing_is_allowed_by_the_rules_of_a_host_that_cant_be_asked():
    assert not robots.allows(robots.NOTHING, f"{HOST}/x")
    assert not robots.allows(robots.NOTHING, HOST)


@pytest.mark.parametrize(
    "rule", ["Disallow: /" + "*a" * 250_000, "Disallow: /*a\n" * 30_000, "Disallow: /" + "*" * 500_000 + "$"]
)
def test_hostile_rules_cost_little(rule):
    began = time.perf_counter()
    rules = robots.rules(f"User-agent: *\n{rule}")
    robots.allows(rules, f"{HOST}/{'a' * 900}b")

    assert time.perf_counter() - began < 2
