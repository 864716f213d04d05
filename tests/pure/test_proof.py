"""Tokens, where they must stand, and until when a proof counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import proof
from monitor.errors import CollectError
from monitor.model import Fetched, Platform
from monitor.proof import GRACE, Hold, Lapse, Proof, Tried, Way

KEY, OTHER = b"k" * 32, b"o" * 32
PREFIX = "https://www.agency.example/col/"
NOW = datetime(2026, 11, 27, tzinfo=UTC)
TOKEN = proof.token(KEY, PREFIX)
GOOD = Tried(Way.FILE, "x")
MISSED = Tried(Way.FILE, "x", "no_token")
DOWN = Tried(Way.FILE, "x", "timeout", "no answer")


def answer(text, content_type="text/html; charset=utf-8", encoding="utf-8"):
    return Fetched(url="u", status=200, body=text.encode(encoding), content_type=content_type)


def refused(url, prefix=PREFIX):
    with pytest.raises(CollectError) as caught:
        proof.article_url(KEY, prefix, url)
    return caught.value.code


@pytest.mark.parametrize(
    ("raw", "one"),
    [
        ("https://WWW.Agency.Example:443/col", PREFIX),
        ("https://www.agency.example/col/?x=1#y", PREFIX),
        ("https://www.agency.example/%63ol//", PREFIX),
        ("https://www.agency.example", "https://www.agency.example/"),
        ("https://www.agency.example/栏目", "https://www.agency.example/%E6%A0%8F%E7%9B%AE/"),
        ("https://政务.example/", "https://xn--zfr164b.example/"),
    ],
)
def test_a_prefix_has_one_spelling(raw, one):
    assert proof.canonical(raw) == one
    assert proof.token(KEY, raw) == proof.token(KEY, one)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.agency.example/",
        "https://www.agency.example/col/deeper/",
        "https://www.agency.example/Col/",
        "http://www.agency.example/col/",
        "https://www.agency.example:8443/col/",
        "https://agency.example/col/",
    ],
)
def test_a_token_is_for_one_prefix_and_one_installation(other):
    assert len({proof.token(KEY, PREFIX), proof.token(KEY, other), proof.token(OTHER, PREFIX)}) == 3


def test_the_dns_has_a_token_of_the_host():
    assert proof.record(KEY, PREFIX) == proof.record(KEY, "http://WWW.agency.example:8080/")
    assert proof.record(KEY, PREFIX) != proof.record(KEY, "https://agency.example/")
    assert proof.host_token(KEY, PREFIX) != proof.token(KEY, "https://www.agency.example/")
    assert proof.record_name(PREFIX) == "_huiyin.www.agency.example"


def test_a_platform_claims_its_prefixes_once():
    platform = Platform(
        name="p", kind="feed", title="P", url="", prefixes=(PREFIX, PREFIX.upper().replace("COL", "col"))
    )

    assert proof.claimed(platform) == (PREFIX,)
    assert proof.claimed(replace(platform, proven_by_credentials=True)) == ()


@pytest.mark.parametrize(
    ("prefix", "ways"),
    [
        (PREFIX, [*Way]),
        ("https://www.agency.example/", [Way.FILE, Way.META, Way.DNS]),
        ("http://127.0.0.1:8000/col/", [Way.FILE, Way.META, Way.ARTICLE]),
        ("http://[::1]/", [Way.FILE, Way.META]),
    ],
)
def test_the_ways_of_a_prefix(prefix, ways):
    assert [*proof.ways(prefix)] == ways


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TOKEN, ""),
        (f"\ufeff  {TOKEN.upper()}  \r\nmore", ""),
        (f"\n{TOKEN}", "no_token"),
        (f"token: {TOKEN}", "other_token"),
        (f"{TOKEN}x", "no_token"),
        (proof.token(OTHER, PREFIX), "other_token"),
        (proof.token(KEY, "https://www.agency.example/"), "other_token"),
        (f"<!DOCTYPE html><title>404</title>{TOKEN}", "other_token"),
        ("", "no_token"),
        ("x" * 100_000 + TOKEN, "no_token"),
    ],
)
def test_a_file_is_its_first_line(text, code):
    assert proof.in_file(answer(text, "text/plain"), TOKEN) == code


def test_a_file_may_be_in_any_encoding():
    assert proof.in_file(answer(f"{TOKEN}\n验证", encoding="gb18030"), TOKEN) == ""
    assert proof.in_file(answer(TOKEN, encoding="utf-16"), TOKEN) == ""


def head(content, where="head"):
    tag = f'<meta name="huiyin-verification" content="{content}">'
    return f"<html><head><title>t</title>{tag if where == 'head' else ''}</head><body>{tag}</body></html>"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (head(TOKEN), ""),
        (head(f" {TOKEN} ").replace("huiyin-v", "Huiyin-V").replace("name=", "NAME="), ""),
        (f'<meta content={TOKEN} name=" huiyin-verification"><p>x', ""),
        (head(TOKEN, "body"), "no_token"),
        (f"<head><title>x</title></head><body>{TOKEN}</body>", "no_token"),
        (f"<!-- <head>{head(TOKEN)}</head> --><p>x", "no_token"),
        (f"<head><noscript>{proof.meta_tag(KEY, PREFIX)}</noscript></head>", "no_token"),
        (f'<head><meta name="description" content="{TOKEN}"></head>', "no_token"),
        (head(proof.token(OTHER, PREFIX)), "other_token"),
        ("<meta name=huiyin-verification>", "no_token"),
        ("<meta content=x>", "no_token"),
        ("<p>" * 100_000 + head(TOKEN), "no_token"),
    ],
)
def test_a_page_has_it_in_its_head(page, code):
    assert proof.in_head(answer(page), TOKEN) == code


def test_the_tag_to_copy_is_the_tag_that_is_found():
    assert proof.in_head(answer(f"<head>{proof.meta_tag(KEY, PREFIX)}</head>"), TOKEN) == ""


COMMENT = f'<div class="comment"><h1>{TOKEN}</h1><title>{TOKEN}</title><svg><title>{TOKEN}</title></svg></div>'


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (f"<head><title>平台归属验证 {TOKEN}_青岚县</title></head><p>x", ""),
        (f"<title>平台归属验证{TOKEN}</title>", ""),
        (f'<head><title>栏目</title><meta name="ArticleTitle" content="归属 {TOKEN.upper()}"></head>', ""),
        (f"<head><title>通知</title></head><body><p>正文</p>{COMMENT}</body>", "no_token"),
        (f"<head><title>通知 {proof.token(OTHER, PREFIX)}</title></head>{COMMENT}", "other_token"),
        (f"<title>x{TOKEN}</title>", "no_token"),
        (f"<title>{TOKEN}-2</title>", "no_token"),
        ("", "no_token"),
    ],
)
def test_an_article_has_it_in_its_title_and_no_comment_counts(page, code):
    assert proof.in_title(answer(page), TOKEN) == code


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([f" {proof.record(KEY, PREFIX)} "], ""),
        (["v=spf1 -all", proof.record(KEY, PREFIX)], ""),
        ([f"{proof.record(KEY, PREFIX)} x"], "other_token"),
        ([proof.record(OTHER, PREFIX)], "other_token"),
        ([proof.token(KEY, PREFIX)], "other_token"),
        (["v=spf1 -all"], "no_record"),
        ([], "no_record"),
    ],
)
def test_a_record_is_the_whole_text(records, code):
    assert proof.in_records(records, proof.record(KEY, PREFIX)) == code


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        (f"{PREFIX}t20261127_12.html", f"{PREFIX}t20261127_12.html"),
        ("https://WWW.agency.example/col/2026/11-27/1.html#top", f"{PREFIX}2026/11-27/1.html"),
        (f"{PREFIX}art?id=12", f"{PREFIX}art?id=12"),
    ],
)
def test_an_article_stands_in_the_very_folder(url, fetched):
    assert proof.article_url(KEY, PREFIX, url) == fetched


SECRET = TOKEN.removeprefix("huiyin-")
ESCAPED = "".join(f"%{ord(each):02x}" for each in SECRET)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.agency.example/other/1.html", "outside_prefix"),
        ("https://www.agency.example.evil.example/col/1.html", "outside_prefix"),
        ("https://evil@www.agency.example/col/1.html", "bad_url"),
        (f"{PREFIX}../1.html", "bad_url"),
        (f"{PREFIX}deeper/1.html", "too_deep"),
        (f"{PREFIX}2026//1.html", "too_deep"),
        (f"{PREFIX}search?q={TOKEN}", "token_in_url"),
        (f"{PREFIX}search?q={SECRET.upper()}", "token_in_url"),
        (f"{PREFIX}search?q={ESCAPED}", "token_in_url"),
        (f"{PREFIX}search?q={ESCAPED.replace('%', '%25')}", "token_in_url"),
        (f"{PREFIX}search?a={SECRET[:13]}&b={SECRET[13:]}", "token_in_url"),
        (f"{PREFIX}{TOKEN}.html", "token_in_url"),
        (f"{PREFIX}1.html#{TOKEN}", "token_in_url"),
    ],
)
def test_an_article_that_could_prove_more_than_a_column_is_refused(url, code):
    assert refused(url) == code


def test_an_article_in_a_column_never_proves_the_portal():
    assert refused(f"{PREFIX}1.html", "https://www.agency.example/") == "whole_host"


def test_the_way_it_was_proven_by_is_looked_at_first():
    fresh = Proof(prefix=PREFIX)

    assert proof.order(fresh) == (Way.FILE, Way.META, Way.DNS)
    assert proof.order(replace(fresh, way="dns")) == (Way.DNS, Way.FILE, Way.META)
    assert proof.order(replace(fresh, way="article", article="x"))[0] is Way.ARTICLE


def test_a_proof_stands_for_a_week_and_the_grace():
    after = proof.after(Proof(prefix=PREFIX, failures=3, error="x", detail="y"), [MISSED, GOOD], NOW, 0.5)

    assert (after.way, after.proven_at, after.failures, after.error, after.detail) == ("file", NOW, 0, "", "")
    assert after.next_check_at == NOW + timedelta(days=7)
    assert after.until > NOW + timedelta(days=7.7) + GRACE
    assert proof.hold(after, NOW) is Hold.PROVEN
    assert proof.hold(after, after.until) is Hold.OVER


def missed(known, tried, times, start=NOW):
    now = start
    for _ in range(times):
        known = proof.after(known, [tried], now, 0.5)
        now = known.next_check_at
    return known


STOOD = proof.after(Proof(prefix=PREFIX), [GOOD], NOW - timedelta(days=7), 0.5)


def test_the_grace_is_counted_from_the_first_look_that_missed_it():
    once, often = missed(STOOD, MISSED, 1), missed(STOOD, MISSED, 9)

    assert once.until == often.until == NOW + GRACE
    assert (once.next_check_at - NOW, often.next_check_at - often.checked_at) == (timedelta(hours=1), timedelta(days=1))
    assert (proof.hold(once, NOW), proof.hold(often, NOW)) == (Hold.PROVEN, Hold.GRACE)  # once is no news
    assert (once.error, once.way) == ("no_token", "file")


def test_a_proof_that_comes_back_is_whole():
    assert proof.after(missed(STOOD, MISSED, 9), [GOOD], NOW, 0.5).until == NOW + proof.STANDS


def test_a_clock_set_back_prolongs_no_grace():
    before = NOW - timedelta(days=400)

    assert proof.after(missed(STOOD, MISSED, 5), [MISSED], before, 0.5).until == before + GRACE


def test_what_was_never_proven_has_no_grace():
    never = missed(Proof(prefix=PREFIX), MISSED, 20)

    assert never.until is None
    assert proof.hold(never, NOW) is proof.hold(None, NOW) is Hold.NEVER
    assert proof.lapse(never, NOW) is None


@pytest.mark.parametrize(
    ("known", "tried", "tries", "told"),
    [
        (STOOD, MISSED, 3, None),
        (STOOD, MISSED, 4, Lapse.GONE),
        (STOOD, Tried(Way.FILE, "x", "http_404"), 4, Lapse.GONE),
        (STOOD, Tried(Way.FILE, "x", "redirect"), 4, Lapse.GONE),
        (STOOD, DOWN, 9, None),
        (STOOD, Tried(Way.FILE, "x", "http_412"), 9, None),
        (STOOD, DOWN, 10, Lapse.UNREACHABLE),
        (Proof(prefix=PREFIX, until=NOW + GRACE), MISSED, 3, None),
        (Proof(prefix=PREFIX, until=NOW + GRACE), MISSED, 4, Lapse.MISSING),
        (Proof(prefix=PREFIX, until=NOW + GRACE), DOWN, 10, Lapse.MISSING),
    ],
)
def test_people_hear_of_what_does_not_come_back(known, tried, tries, told):
    after = missed(known, tried, tries)

    assert proof.lapse(after, after.checked_at) is told
    assert proof.lapse(after, NOW + GRACE) is Lapse.OVER


def test_what_an_older_version_read_is_in_its_grace():
    known = Proof(prefix=PREFIX, until=NOW + GRACE)

    assert proof.hold(known, NOW) is Hold.GRACE
    assert proof.missing([known], NOW)


def test_the_worst_proof_of_a_platform_counts():
    never, over, grace = Proof(prefix="n"), Proof(prefix="o", until=NOW), replace(STOOD, failures=4, error="no_token")

    assert proof.worst([], NOW) is None
    assert proof.worst([STOOD, grace], NOW) is grace
    assert proof.worst([grace, over, STOOD], NOW) is over
    assert proof.worst([over, never], NOW) is never
    assert [proof.missing(each, NOW) for each in ([], [STOOD], [grace])] == [None, None, grace]
    assert [proof.allows(each, NOW) for each in ([], [STOOD], [grace], [over], [never])] == [True] * 3 + [False] * 2


@given(st.text(max_size=300))
def test_nothing_strange_is_a_proof(text):
    assert proof.in_file(answer(text.encode("utf-8", "replace").decode()), TOKEN)
    assert proof.in_title(answer(text.encode("utf-8", "replace").decode()), TOKEN)


def test_the_file_stands_directly_in_the_folder():
    assert proof.file_url("https://www.agency.example/col?x") == f"{PREFIX}huiyin-verification.txt"
