"""The zoo: every misbehaviour that was asked for, before everything that fetches.

Nothing reaches an address outside the list, nothing costs more than its limit, and all of it is named rightly.
"""

import tracemalloc
from dataclasses import replace
from ipaddress import ip_address

import pytest
from click.testing import CliRunner

from demo import animals
from demo.bestiary import BEHIND_A_NAME, FORBIDDEN, TRAP, TRICKS
from monitor import guard
from monitor.cli import cli, wiring
from monitor.collectors import accountapi
from monitor.errors import CollectError
from monitor.fetch import USER_AGENT
from tests.fetching import LOOPBACK, fetcher
from tests.houses import CONFIGURATION, Web, build, drain, mails, text_of
from tests.menagerie import HASTE, KINDS, LIMITS, ONLY_ZOO, Connections, honest, keeping, trapped

ASKED = {  # what must be played, and as what it is
    "gzip bombs": {"gzip bomb", "gzip bomb of many parts"},
    "brotli bombs": {"brotli bomb", "brotli though not asked for"},
    "slow drip": {"slow drip"},
    "endless redirects": {"endless redirects"},
    "304 for ever": {"304 for ever"},
    "login page with 200": {"login page with 200"},
    "truncated XML": {"cut document"},
    "wrong lengths": {"length too large", "length too small"},
    "duplicate charset": {"two charsets"},
    "redirects to private": {"redirect to private"},
    "decimal and hex addresses": {"decimal address", "hexadecimal address", "octal address", "short address"},
    "changing DNS": {"loopback", "private address", "link-local address"},
    "CGNAT": {"carrier-grade NAT"},
    "NAT64": {"NAT64"},
    "6to4": {"6to4"},
    "IPv4 within IPv6": {"IPv4-mapped", "IPv4-compatible", "Teredo"},
    "userinfo": {"user name", "user name and password"},
}
ARTICLES = {"list article", "sitemap article"}
ACCOUNT = {"account", "token of an account"}
JSON = {"board", "later page of a board"}
WELL = ""
NAMED = {  # the code of a pass; of articles why they were not read
    "gzip bomb": {"": "too_large", **dict.fromkeys(ACCOUNT, "account_protocol")},
    "gzip bomb of many parts": {"": "too_large", **dict.fromkeys(ACCOUNT, "account_protocol")},
    "brotli bomb": {"": "encoding", **dict.fromkeys(ACCOUNT, "account_protocol")},
    "brotli though not asked for": {"": "encoding", **dict.fromkeys(ACCOUNT, "account_protocol")},
    "slow drip": {"": "timeout"},
    "endless redirects": {"": "too_many_redirects", **dict.fromkeys(ACCOUNT, "http_302")},
    "304 for ever": {"": "unexpected_304", **dict.fromkeys(ACCOUNT, "http_304")},
    "login page with 200": {
        "": "became_html",
        **dict.fromkeys(ACCOUNT, "account_protocol"),
        "file": WELL,  # who reads it sees that: tests/edges/test_attach.py
        "proof": "no_token",
    },
    "cut document": {  # what came is good, and that the rest is missing is shown
        "": "cut_off",
        **dict.fromkeys(ACCOUNT, "account_protocol"),
        **dict.fromkeys(JSON, "broken_board"),
        "file": WELL,
        "proof": "no_token",
    },
    "length too large": {"": "truncated"},
    "length too small": {
        "": "cut_off",
        "feed": "broken_feed",
        "sitemap": "broken_sitemap",
        "map of an index": "broken_sitemap",
        **dict.fromkeys(ACCOUNT, "account_protocol"),
        **dict.fromkeys(JSON, "broken_board"),
        "file": WELL,
        "proof": "truncated",
    },
    "two charsets": {"": WELL},
    "redirect to private": {
        "": "redirect_outside",
        **dict.fromkeys(ACCOUNT, "http_302"),
        **dict.fromkeys(ARTICLES, WELL),  # not ours to read: the entry is kept as the list has it
        "proof": "redirect_outside",
    },
}
TABLE = """
[[platform]]
name = "{name}"
title = "{name}"
url = "http://127.0.0.1:{port}/{name}.xml"
networks = ["127.0.0.0/8"]
"""
CODES = {code for codes in NAMED.values() for code in codes.values() if code} | {"private_address", "bad_url", "dns"}
PAIRS = [(trick, kind) for trick in TRICKS for kind in KINDS]
EACH = pytest.mark.parametrize(("trick", "kind"), PAIRS, ids=[f"{kind}: {trick}" for trick, kind in PAIRS])


@pytest.fixture(scope="module", autouse=True)
def bombs():
    """Made once, before anybody looks at the clock."""
    for members in (1, 50):
        animals.bomb(50_000_000, members)


def named(trick, kind):
    codes = NAMED[trick]
    return codes.get(kind, codes[""])


def test_no_animal_of_the_list_is_missing():
    """A new animal needs its name here, and what everything that fetches must call it."""
    played = {*TRICKS, *FORBIDDEN, *BEHIND_A_NAME}

    assert [asked for asked, names in ASKED.items() if not names <= played] == []
    assert set(NAMED) == set(TRICKS)
    assert [(trick, kind) for trick, kinds in NAMED.items() for kind in kinds if kind and kind not in KINDS] == []


@EACH
def test_it_is_named_and_costs_no_more_than_its_limit(trick, kind, monkeypatch):
    """Three passes, so that what is remembered between them is tried, too."""
    limits = HASTE if trick == "slow drip" else LIMITS
    monkeypatch.setattr(accountapi, "TOTAL", limits.total)
    with Connections() as made, keeping(limits) as keeper, trapped(keeper.zoo.address[1]) as sprung:
        for number in range(3):
            seen = keeper.visit(kind, TRICKS[trick])
            said = seen.inner if seen.code == "articles_unread" else seen.code or seen.left_out
            unread = number == 1 and kind in ARTICLES and not said  # what was read in part is shown by who reads it
            assert said == named(trick, kind) or unread, seen
            fetches = 6 if kind in ARTICLES or not seen.code else 2
            assert seen.requests <= fetches * (1 + LIMITS.max_redirects)
            assert seen.took < fetches * limits.total.total_seconds() + 5
        assert not sprung()
    assert {*made.addresses} == {keeper.zoo.address}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trick", ["gzip bomb", "gzip bomb of many parts", "brotli bomb"])
def test_bombs_take_no_more_memory_than_the_limit(trick, kind):
    """50 MB each; a pass may keep what it has read, and a bomb is what it has not."""
    with keeping() as keeper:
        keeper.visit(kind, honest)
        tracemalloc.start()
        try:
            keeper.visit(kind, TRICKS[trick])
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < 6_000_000


def test_brotli_is_never_asked_for():
    with keeping() as keeper:
        for kind in KINDS:
            keeper.visit(kind, honest)
            assert {each.headers.get("accept-encoding", "") for each in keeper.zoo.seen} <= {"", "gzip"}
            assert {each.headers["user-agent"] for each in keeper.zoo.seen} == {USER_AGENT}


@pytest.mark.parametrize("kind", KINDS)
def test_two_charsets_are_read_as_what_was_meant(kind):
    with keeping() as keeper:
        good = keeper.visit(kind, honest)
    with keeping() as keeper:
        seen = keeper.visit(kind, TRICKS["two charsets"])

    assert (good.code, good.left_out) == (WELL, WELL)
    assert seen.texts == good.texts


@pytest.mark.parametrize("kind", ["feed", "list", "sitemap"])
def test_a_server_that_always_says_not_modified_is_found_out_by_the_next_full_pass(kind):
    """It is believed while it is asked whether anything has changed."""
    with keeping() as keeper:
        first = keeper.visit(kind, lambda body, media: animals.answer(body, media, headers={"ETag": '"1"'}))
        codes = [keeper.visit(kind, TRICKS["304 for ever"]).code for _ in range(5)]

    assert first.code == WELL
    assert codes == ["", "unexpected_304", "", "", "unexpected_304"]


@pytest.mark.parametrize("place", FORBIDDEN)
@pytest.mark.parametrize("kind", KINDS)
def test_a_redirect_to_a_forbidden_address_is_not_followed(kind, place):
    with Connections() as made, keeping() as keeper, trapped(keeper.zoo.address[1]) as sprung:
        there = f"http://{FORBIDDEN[place]}:{keeper.zoo.address[1]}/feed.xml"
        seen = keeper.visit(kind, lambda *_: animals.redirect(there.encode().decode("latin-1")))
        assert not sprung()

    assert seen.code == named("redirect to private", kind)
    assert {*made.addresses} == {keeper.zoo.address}


@pytest.mark.parametrize("place", FORBIDDEN)
@pytest.mark.parametrize("kind", KINDS)
def test_a_forbidden_address_that_is_configured_is_not_read(kind, place):
    with Connections() as made, keeping() as keeper, trapped(keeper.zoo.address[1]) as sprung:
        keeper.base = f"http://{FORBIDDEN[place]}:{keeper.zoo.address[1]}"
        seen = keeper.visit(kind, honest)
        assert not sprung()

    assert seen.code in {"bad_url", "private_address"}
    assert made.addresses == []


@pytest.mark.parametrize("place", FORBIDDEN)
def test_a_page_that_links_to_a_forbidden_address_leads_nobody_there(place):
    """As articles and pages further back of a list, as pages and maps of a sitemap."""
    with Connections() as made, keeping() as keeper, trapped(keeper.zoo.address[1]) as sprung:
        here, there = keeper.base.encode(), f"http://{FORBIDDEN[place]}:{keeper.zoo.address[1]}".encode()
        seen = [
            keeper.visit(kind, lambda body, media: animals.answer(body.replace(here, there), media))
            for kind in ("list", "sitemap", "map of an index", "board", "account", "feed")
        ]
        assert not sprung()

    assert {each.code for each in seen} <= {WELL}
    assert {*made.addresses} == {keeper.zoo.address}


@pytest.mark.parametrize("what", BEHIND_A_NAME)
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_leads_elsewhere_is_refused_and_called_what_it_is(kind, what):
    address, why = BEHIND_A_NAME[what]
    with Connections() as made, keeping(host="yunxi.example", resolve=lambda *_: [address]) as keeper:
        seen = keeper.visit(kind, honest)

    assert (seen.code, made.addresses) == ("private_address", [])
    assert f"({why})" in seen.detail
    assert guard.refusal(ip_address(address), ONLY_ZOO) == why


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answers", [[["127.0.0.1"], [TRAP]], [["127.0.0.1"], [TRAP], [TRAP]]])
def test_dns_that_changes_between_two_fetches_gains_nothing(kind, answers):
    """Each fetch resolves the name anew: what was checked is what is connected to."""
    turns = iter(answers * 20)
    with (
        Connections() as made,
        keeping(host="yunxi.example", resolve=lambda *_: next(turns)) as keeper,
        trapped(keeper.zoo.address[1]) as sprung,
    ):
        seen = [keeper.visit(kind, honest) for _ in range(3)]
        assert not sprung()

    assert {each.code for each in seen} <= {WELL, "private_address", "articles_unread"}
    assert "private_address" in {code for each in seen for code in (each.code, each.inner)}
    assert {*made.addresses} == {keeper.zoo.address}


@pytest.mark.parametrize("kind", KINDS)
def test_of_several_addresses_of_a_name_only_the_allowed_are_tried(kind):
    with (
        Connections() as made,
        keeping(host="yunxi.example", resolve=lambda *_: [TRAP, "10.0.0.2", "127.0.0.1"]) as keeper,
        trapped(keeper.zoo.address[1]) as sprung,
    ):
        assert keeper.visit(kind, honest).code == WELL
        assert not sprung()

    assert {*made.addresses} == {keeper.zoo.address}


def test_the_traps_and_the_ears_work():
    """What the guard lets through is heard: a range that is named opens the address of the trap."""
    with Connections() as made, keeping() as keeper, trapped(keeper.zoo.address[1]) as sprung:
        url = f"http://{TRAP}:{keeper.zoo.address[1]}/"
        at = replace(keeper.platform("/", "feed", networks=LOOPBACK), url=url, prefixes=(url,))
        with pytest.raises(CollectError):
            fetcher(HASTE).get(at, url)
        assert sprung()
    assert made.addresses == [(TRAP, keeper.zoo.address[1])]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_name_has_words(language, code):
    words = wiring.words(language)

    assert words.error(code) != words.say("errors.other", code=code.removeprefix("http_"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_mails_say_what_it_was(tmp_path, clock, language):
    """One platform for each code, and what a person reads of it."""
    codes = {f"p{n}": code for n, code in enumerate(sorted(CODES - {"cut_off"}))}
    tables = "".join(TABLE.format(name=name, port=n) for n, name in enumerate(codes, 10))  # sites of their own
    text = CONFIGURATION.replace("[agency]\n", f'[agency]\nlanguage = "{language}"\n')

    def collect(platform, cursor, fetch):
        raise CollectError(codes.get(platform.name, "timeout"), "what the machine knows")

    house = replace(
        build(tmp_path, Web(), text.replace("[policy", f"{tables}[policy", 1)), collectors={"feed": collect}
    )
    for _ in range(4):
        drain(house, clock)
        clock.move(minutes=10)

    said = ["".join(text_of(mail).split()) for mail in mails(house)]
    clauses = {code: "".join(wiring.words(language).error(code).split()) for code in codes.values()}
    unsaid = [code for name, code in codes.items() if not any(name in one and clauses[code] in one for one in said)]
    assert unsaid == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_check_config_says_which_addresses_are_never_read(tmp_path, language):
    """Those that hide their form are no configuration at all."""
    text = CONFIGURATION.replace("[agency]\n", f'[agency]\nlanguage = "{language}"\n')
    plain = [f"[{address}]" if ":" in address else address for address, _ in BEHIND_A_NAME.values()]
    plain += [FORBIDDEN["full-width address"]]  # which is the loopback, written in another way
    tables = "".join(_unnamed(f"n{n}", host) for n, host in enumerate(plain))
    (tmp_path / "huiyin.toml").write_text(text.replace("[policy", f"{tables}[policy", 1), encoding="utf-8")
    words, said = wiring.words(language), checked(tmp_path)

    for address, why in BEHIND_A_NAME.values():
        key = "address_never" if why == "unspecified" else "address_unnamed"
        shown = ip_address(address)
        times = 2 if shown == ip_address(TRAP) else 1
        assert said.count(words.say(f"terminal.{key}", address=shown, why=why)) == times
    forms = ("decimal address", "hexadecimal address", "hexadecimal parts", "octal address", "short address")
    hidden = [*forms, "user name", "user name and password"]
    tables = "".join(_unnamed(f"h{n}", FORBIDDEN[name]) for n, name in enumerate(hidden))
    (tmp_path / "huiyin.toml").write_text(text.replace("[policy", f"{tables}[policy", 1), encoding="utf-8")
    refused = checked(tmp_path, expect=2)
    assert [n for n in range(len(hidden)) if f"platform[h{n}]" not in refused] == []


def checked(folder, expect=0):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), "check-config"])
    assert result.exit_code == expect, result.output
    return result.output


def _unnamed(name, host):
    return TABLE.format(name=name, port=9).replace("127.0.0.1:9", host, 1).replace('networks = ["127.0.0.0/8"]\n', "")
