"""What an answer says of a link, and when it is called broken."""

from datetime import timedelta

import pytest

from monitor.checks import broken_links
from monitor.checks.broken_links import NO_NAME, Look, Says, after, counts, says, wait
from tests.houses import T

WEEK, DAY = timedelta(days=7), timedelta(days=1)
FAILED = Look(failures=1, failed_at=T, error="http_404")


@pytest.mark.parametrize(
    ("codes", "inside", "outside"),
    [
        (("", "http_401", "http_407"), Says.OPENS, Says.OPENS),
        (("http_200", "http_301", "http_405", "http_501"), None, Says.OPENS),
        (("too_large", "encoding", "truncated", "redirect_outside"), Says.OPENS, Says.NOTHING),
        (("http_404", "http_410", NO_NAME), Says.FAILS, Says.FAILS),
        (("http_500", "http_502", "http_503", "dns"), Says.FAILS, Says.NOTHING),
        (("http_403", "http_429", "http_412", "blocked", "timeout", "refused", "tls"), Says.NOTHING, Says.NOTHING),
        (("private_address", "robots", "not_asked", "too_many_redirects"), Says.NOTHING, Says.NOTHING),
    ],
)
def test_what_an_answer_says(codes, inside, outside):
    assert {says(code, inside=False) for code in codes} == {outside}
    assert inside is None or {says(code, inside=True) for code in codes} == {inside}


def test_a_server_that_asks_for_time_says_nothing():
    assert says("http_503", inside=True, asked_for_time=True) is Says.NOTHING


def test_two_failures_count_when_they_lie_apart():
    assert not counts(Look(), T, inside=True)
    assert [counts(FAILED, T + DAY * days, inside=True) for days in (0, 0.9, 1, 8)] == [False, False, True, True]
    assert [counts(FAILED, T + DAY * days, inside=False) for days in (1, 6.9, 7)] == [False, False, True]
    assert counts(Look(failures=2, failed_at=T, broken_at=T), T, inside=False)


def test_what_is_remembered():
    broken = after(FAILED, "http_410", Says.FAILS, T + DAY, broken=True)

    assert after(Look(), "http_404", Says.FAILS, T, broken=False) == FAILED
    assert broken == Look(failures=2, failed_at=T, broken_at=T + DAY, error="http_410")
    assert after(broken, "http_404", Says.FAILS, T + 2 * DAY, broken=True).broken_at == T + DAY
    assert after(broken, "timeout", Says.NOTHING, T, broken=False) == Look(
        failures=2, failed_at=T, broken_at=T + DAY, error="timeout"
    )
    assert after(broken, "", Says.OPENS, T, broken=False) == Look()


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_when_it_is_asked_again(luck):
    usual = wait(Look(), Says.OPENS, T, luck, inside=True, every=WEEK)
    doubt = wait(FAILED, Says.FAILS, T, luck, inside=True, every=WEEK)
    elsewhere = wait(FAILED, Says.FAILS, T, luck, inside=False, every=DAY)
    long_broken = Look(failures=9, failed_at=T, broken_at=T - timedelta(days=15))

    assert WEEK * 0.9 <= usual <= WEEK * 1.1
    assert broken_links.SOON <= doubt <= broken_links.LATE
    assert WEEK <= elsewhere <= WEEK * 1.1
    assert wait(long_broken, Says.FAILS, T, luck, inside=True, every=WEEK) == usual
    assert wait(Look(broken_at=T), Says.FAILS, T, luck, inside=True, every=WEEK) == doubt


def test_all_links_of_a_platform_are_one_matter():
    finding = broken_links.finding("http://a.example/x", "http_404", "http://a.example/?to=http://b.example")

    assert (finding.rule, finding.excerpt) == ("http_404", "http://a.example/x")
    assert "://" not in finding.where
    assert finding.match != broken_links.finding("http://a.example/x1", "http_404", "").match
