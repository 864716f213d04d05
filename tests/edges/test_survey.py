"""One test for every row of the survey of what feeds, servers and networks do to those who read them.

The id of a test begins with its row; ``ROWS`` says what the rows are, and a test that none is without one.
Row D16, crashes and passes at the same time, stands in ``test_feeds_together`` and in ``acceptance/test_crash``.
"""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from demo import animals
from demo.animals import (
    EMPTY_RSS,
    JSON_FEED,
    LOGIN,
    ROUTES,
    RSS,
    answer,
    conditional,
    drip,
    head,
    in_turn,
    redirect,
    tired,
)
from demo.encodings import SAMPLES
from demo.zoo import Zoo
from monitor.collectors import feed
from monitor.errors import CollectError
from tests import fetching
from tests.feeds import FRESH, PUBLISHED, entry, json_feed, rss
from tests.fetching import HASTE, LOOPBACK, MAX_WAIT, fetcher, refused

ROWS = {
    "A1-3": "a server that asks for a pause",
    "A1-5": "asking only for what has changed",
    "A1-6": "encodings, and labels that lie about them",
    "A1-7": "dates without a zone, without sense, or absent",
    "A1-8": "feeds that are damaged, and answers that are no feed",
    "A1-9": "answers without end",
    "A1-10": "addresses nobody may be led to",
    "A1-11": "which entry is which",
    "D12": "addresses, in every disguise",
    "D13": "Retry-After in every form",
    "D14": "answers that hurt or deceive",
    "D15": "encodings once more: rare characters, and slips of the label",
}
TITLES = ["关于东湖路停水的通知", "关于公交改道的通知"]
T = "<title>停水</title>"


def platform(url, networks=LOOPBACK, **options):
    return replace(fetching.platform(url, networks=networks), **options)


def collected(route, cursor=FRESH, limits=None, **options):
    """What a pass makes of a server that answers so."""
    with Zoo({"/": route, **ROUTES}) as zoo:
        client = fetcher(limits) if limits else fetcher()
        return feed.collect(platform(zoo.url(), **options), cursor, client.get)


def titles(route):
    return [item.title for item in collected(route).items]


def failure(route, **options):
    with pytest.raises(CollectError) as error:
        collected(route, **options)
    return error.value


def rows(table):
    return pytest.mark.parametrize("row", table.values(), ids=table)


ENCODINGS = {
    "A1-6-utf-8": "utf-8",
    "A1-6-four-byte-characters-said-to-be-gbk": "gbk",
    "A1-6-four-byte-characters-said-to-be-gb2312": "gb2312",
    "A1-6-gbk-said-to-be-utf-8": "gbk-said-to-be-utf-8",
    "A1-6-gbk-in-the-header-only": "gbk-header",
    "A1-6-utf-8-said-to-be-gbk": "utf-8-said-to-be-gbk",
    "A1-6-gbk-header-says-latin-1": "plain-gbk-header-says-latin-1",
    "A1-6-gbk-unlabelled": "gbk-unlabelled",
    "A1-6-utf-8-cut-inside-a-character": "utf-8-cut",
    "A1-6-gbk-cut-inside-a-character": "gbk-cut",
    "A1-6-utf-8-mark": "utf-8-mark",
    "A1-6-gbk-with-the-mark-of-utf-8": "gbk-false-utf-8-mark",
    "A1-6-utf-16": "utf-16-mark",
    "A1-6-utf-16-without-mark": "utf-16-le",
    "A1-6-utf-32": "utf-32-mark",
    "A1-6-big5": "big5",
    "A1-6-shift-jis": "shift-jis",
    "A1-6-ebcdic": "ebcdic",
    "D15-four-byte-names-in-gb18030": "gb18030",
    "D15-charset-twice": "utf-8-said-twice",
    "D15-charset-twice-and-different": "gbk-said-twice",
    "D15-charset-with-a-colon": "utf-8-said-with-a-slip",
    "D15-charset-with-a-colon-and-quotes": "gbk-said-with-a-slip",
    "D15-charset-nobody-knows": "gbk-no-such-label",
}


@rows(ENCODINGS)
def test_the_title_is_right(row):
    (sample,) = [sample for sample in SAMPLES if sample.name == row]

    found = collected(answer(sample.body, sample.content_type))

    assert [item.title for item in found.items] == [sample.title]
    assert found.cursor.decoded_by == sample.rule


DAMAGE = {
    "A1-8-json-feed": (JSON_FEED, ["井盖松动", ""]),
    "A1-8-bare-ampersand-and-nbsp": (entry("<title>水 & 电&nbsp;通知</title>"), ["水 & 电 通知"]),
    "A1-8-control-character": (entry("<title>停\x07水</title>"), ["停水"]),
    "A1-8-line-before-the-declaration": (f"\n{RSS}", TITLES),
    "A1-8-stray-less-than": (entry("<title>水位 < 3 米</title>"), ["水位 < 3 米"]),
    "A1-8-unclosed-tag": (entry(f"{T}<description>一<br>二</description>"), ["停水"]),
    "A1-8-warning-printed-before": (f"<b>Warning</b>: x<br />\n{RSS}", TITLES),
    "A1-8-nothing-yet": (EMPTY_RSS, []),
    "A1-11-same-identity-for-two": (rss(*(f"<item><title>{n}</title><guid>1</guid></item>" for n in "ab")), ["a", "b"]),
    "A1-11-same-entry-twice": (rss(*[f"<item>{T}<guid>1</guid></item>"] * 2), ["停水"]),
    "A1-11-no-identity": (rss(f"<item>{T}</item>", "<item><title>停电</title></item>"), ["停水", "停电"]),
    "D14-cut-xml": (RSS[: RSS.index("公交绕行")], TITLES),
    "D14-lone-surrogate": (json_feed(r'{"id": "\ud800", "title": "停水\udfff"}'), ["停水"]),
    "D14-nul": (entry("<title>停\x00水</title>"), ["停水"]),
}


@rows(DAMAGE)
def test_every_entry_is_there(row):
    text, expected = row

    assert titles(answer(text)) == expected


NO_FEED = {
    "A1-8-page-not-found-with-200": (answer("<html><body>404</body></html>", "text/html"), "became_html"),
    "A1-8-challenge-page": (answer("<script>location='/waf'</script>", "text/html"), "became_html"),
    "A1-8-had-entries-and-has-none": (answer(EMPTY_RSS), "empty_after_entries"),
    "D14-login-page-with-200": (answer(LOGIN, "text/html; charset=utf-8"), "became_html"),
    "D14-empty-200": (answer(b""), "broken_feed"),
    "D14-cut-before-the-first-entry": (answer(RSS[:120]), "broken_feed"),
    "D14-gzip-bomb": (ROUTES["/bomb"], "too_large"),
    "D14-gzip-bomb-in-parts": (ROUTES["/bombs"], "too_large"),
    "D14-brotli-bomb": (ROUTES["/brotli-bomb"], "encoding"),
    "D14-less-than-the-length-said": (ROUTES["/short"], "truncated"),
    "D14-more-than-the-length-said": (ROUTES["/long"], "broken_feed"),  # only what was said is read
    "D14-two-lengths": (ROUTES["/two-lengths"], "protocol"),
    "D14-endless-redirect": (ROUTES["/round-and-round"], "too_many_redirects"),
    "D14-redirect-to-itself": (redirect("/"), "too_many_redirects"),
    "D14-304-to-a-first-question": (ROUTES["/always-304"], "unexpected_304"),
    "A1-9-flood": (ROUTES["/flood"], "too_large"),
    "A1-9-headers-without-end": (ROUTES["/many-headers"], "too_large"),
}


@rows(NO_FEED)
def test_the_error_says_what_happened(row):
    route, code = row
    cursor = FRESH if code != "empty_after_entries" else collected(answer(RSS)).cursor

    assert failure(route, cursor=cursor).code == code


SLOW = {
    "A1-9-nothing-said": animals.silent(),
    "D14-slow-drip": drip(head(200, {"Content-Type": "text/xml"})),
    "D14-slow-drip-of-headers": drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
}


@rows(SLOW)
def test_one_deadline_holds_for_all(row):
    begun = time.monotonic()

    assert failure(row, limits=HASTE).code == "timeout"
    assert time.monotonic() - begun < MAX_WAIT


YEARS = 10 * 365 * 86_400
PAUSES = {
    "A1-3-429": (429, "60", timedelta(minutes=1)),
    "A1-3-503": (503, "60", timedelta(minutes=1)),
    "A1-3-without": (503, "", None),
    "D13-seconds": (429, "120", timedelta(minutes=2)),
    "D13-date": (429, "Thu, 01 Jan 2026 00:02:00 GMT", timedelta(minutes=2)),
    "D13-garbage": (429, "soon", None),
    "D13-fraction": (429, "1.5", None),
    "D13-past": (429, "Thu, 01 Jan 2015 00:02:00 GMT", timedelta(0)),
    "D13-negative": (503, "-5", timedelta(0)),
    "D13-ten-years": (429, str(YEARS), timedelta(days=1)),
    "D13-ten-years-as-a-date": (503, "Tue, 01 Jan 2036 00:00:00 GMT", timedelta(days=1)),
    "D13-date-that-is-none": (429, "Thu, 99 Jan 2026 00:02:00 GMT", None),
    "D13-500-does-not-ask": (500, "60", None),
    "D13-404-does-not-ask": (404, "60", None),
}


@rows(PAUSES)
def test_a_pause_is_kept_within_bounds(row):
    status, value, wait = row

    error = failure(tired(status, value))

    assert (error.code, error.retry_after) == (f"http_{status}", wait)


INSIDE = {
    "A1-10-loopback": "127.0.0.1",
    "A1-10-loopback-v6": "::1",
    "A1-10-link-local": "169.254.169.254",
    "A1-10-link-local-v6": "fe80::1%eth0",
    "A1-10-private-10": "10.0.0.1",
    "A1-10-private-172": "172.16.0.1",
    "A1-10-private-192": "192.168.1.1",
    "A1-10-private-v6": "fd00::1",
    "A1-10-ipv4-mapped": "::ffff:10.0.0.1",
    "A1-10-ipv4-compatible": "::127.0.0.1",
    "A1-10-nat64": "64:ff9b::7f00:1",
    "A1-10-6to4": "2002:7f00:1::",
    "A1-10-teredo": "2001:0:7f00:1::",
    "D12-cgnat": "100.64.0.1",
    "D12-unspecified": "0.0.0.0",
    "D12-unspecified-v6": "::",
    "D12-broadcast": "255.255.255.255",
    "D12-multicast": "224.0.0.1",
    "D12-benchmarking": "198.18.0.1",
}


@rows(INSIDE)
def test_a_name_that_leads_inside_is_refused(row):
    at = platform("http://yunxi.example/", networks=())

    assert refused("http://yunxi.example/", at, fetcher(resolve=lambda host, port: [row])).code == "private_address"


DISGUISES = {
    "A1-10-file": "file:///etc/passwd",
    "A1-10-ftp": "ftp://127.0.0.1/x",
    "D12-decimal-number": "http://2130706433/",
    "D12-hexadecimal-number": "http://0x7f000001/",
    "D12-octal-number": "http://0177.0.0.1/",
    "D12-fewer-parts": "http://127.1/",
    "D12-userinfo": "http://yunxi.example@127.0.0.1/",
    "D12-userinfo-with-word": "http://user:word@127.0.0.1/",
    "D12-backslash": "http://yunxi.example\\@127.0.0.1/",
    "D12-full-width-digits": "http://１２７.1/",
}


@rows(DISGUISES)
def test_a_disguised_address_is_refused_as_written(row):
    """Even where the configuration names it."""
    assert refused(row, platform("http://yunxi.example/", networks=())).code == "bad_url"


LEADS = {
    "D12-redirect-to-private": "http://10.0.0.1/",
    "D12-redirect-to-metadata": "http://169.254.169.254/latest/meta-data/",
    "D12-redirect-to-loopback-by-name": "http://localhost/",
    "D12-redirect-to-loopback-by-number": "http://2130706433/",
    "D12-redirect-to-another-port": "http://127.0.0.1:1/",
    "D12-redirect-with-userinfo": "http://user@127.0.0.1/",
    "D12-redirect-to-a-file": "file:///etc/passwd",
}


@rows(LEADS)
def test_a_redirect_that_leads_away_is_not_followed(row):
    assert failure(redirect(row)).code == "redirect_outside"


FICKLE = {"D12-name-that-changes": ["127.0.0.1"], "D12-name-with-a-private-address-beside": ["10.0.0.2", "127.0.0.1"]}


@rows(FICKLE)
def test_a_name_that_changes_between_look_and_connection_gains_nothing(row):
    """It is looked up once a connection, and what was checked is what is connected to."""
    answers = [row, ["10.0.0.1"]]
    with Zoo(ROUTES) as zoo:
        url = f"http://yunxi.example:{zoo.address[1]}/rss"
        at = platform(url, networks=(ip_network("127.0.0.1/32"),))
        client = fetcher(resolve=lambda host, port: answers.pop(0))

        assert len(feed.collect(at, FRESH, client.get).items) == 2
        assert refused(url, at, client).code == "private_address"


DATES = {
    "A1-7-without-a-zone": ("2024-05-11 09:12:33", PUBLISHED),
    "A1-7-with-a-zone": ("Sat, 11 May 2024 09:12:33 +0800", PUBLISHED),
    "A1-7-cst-is-china": ("Sat, 11 May 2024 09:12:33 CST", PUBLISHED),
    "A1-7-in-chinese": ("2024年5月11日 9时12分33秒", PUBLISHED),
    "A1-7-absent": ("", None),
    "A1-7-nonsense": ("昨天", None),
    "A1-7-impossible": ("2024-02-30", None),
    "A1-7-year-nought": ("0000-00-00 00:00:00", None),
    "A1-7-year-9999": ("9999-12-31", None),
    "A1-7-in-the-future": ("2099-01-01 08:00:00", datetime(2099, 1, 1, tzinfo=UTC)),
}


@rows(DATES)
def test_a_date_is_right_or_none(row):
    raw, published_at = row

    (item,) = collected(answer(entry(f"{T}<pubDate>{raw}</pubDate>"))).items

    assert item.published_at == published_at


VALIDATED = conditional(RSS, '"1"', "Sat, 11 May 2024 01:12:33 GMT")
PASSES = {
    "A1-5-nothing-changed": (VALIDATED, [2, 0, 2, 0, 0, 2]),
    "A1-5-no-validators": (answer(RSS), [2, 2, 2, 2, 2, 2]),
    "A1-5-changed": (in_turn(VALIDATED, conditional(JSON_FEED, '"2"')), [2, 2, 2, 0, 0, 2]),
    "A1-5-cut-once": (in_turn(conditional(RSS[: RSS.index("公交绕行")], '"1"'), VALIDATED), [2, 2, 2, 0, 0, 2]),
    "D14-304-for-ever": (in_turn(VALIDATED, ROUTES["/always-304"]), [2, 0, "unexpected_304"]),
}


@rows(PASSES)
def test_what_is_new_is_never_hidden(row):
    """Every third pass asks for everything."""
    route, expected = row
    cursor, seen = FRESH, []
    with Zoo({"/": route}) as zoo:
        at = platform(zoo.url(), full_every=3)
        for _ in expected:
            try:
                found = feed.collect(at, cursor, fetcher().get)
            except CollectError as error:
                seen.append(error.code)
            else:
                cursor = found.cursor
                seen.append(len(found.items))

    assert seen == expected


TABLES = (ENCODINGS, DAMAGE, NO_FEED, SLOW, PAUSES, INSIDE, DISGUISES, LEADS, FICKLE, DATES, PASSES)


def test_no_row_is_without_a_test():
    ids = [name for table in TABLES for name in table]

    assert {re.match(r"(A1-[0-9]+|D[0-9]+)-", name)[1] for name in ids} == set(ROWS)
    assert len(ids) == len(set(ids))
