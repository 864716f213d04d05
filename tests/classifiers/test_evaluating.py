"""Findings held against labels: what counts as right, as wrong, and as neither."""

import pytest

from classifiers.evaluating import Case, Counts, count, figures, helped
from classifiers.finding import Kind


def case(name, expected=(), **scores):
    return Case(name, frozenset(map(Kind, expected)), {Kind(kind): score for kind, score in scores.items()})


CASES = [
    case("found", ["hazard"], hazard=0.9),
    case("missed", ["hazard"], hazard=0.4),
    case("not seen", ["hazard"]),
    case("false", [], hazard=0.6),
    case("falser", [], hazard=0.7),
    case("quiet", [], hazard=0.2),
    case("companion", ["crisis"], hazard=0.9, crisis=0.3),
]


def test_cases_are_counted_and_a_companion_is_neither_right_nor_wrong():
    counts = count(CASES, Kind.HAZARD, 0.5)

    assert counts == Counts(found=1, missed=2, false=2, quiet=1)
    assert counts.precision == pytest.approx(1 / 3)
    assert counts.recall == pytest.approx(1 / 3)
    assert counts.f1 == pytest.approx(1 / 3)
    assert counts.per_thousand == pytest.approx(2000 / 3)


def test_figures_name_the_errors_and_try_other_thresholds():
    found = figures(CASES, Kind.HAZARD, 0.5)

    assert [each.id for each in found.missed] == ["missed", "not seen"]
    assert [each.id for each in found.false] == ["falser", "false"]
    tried = dict(found.tried)
    assert tried[0.35].missed == 1
    assert tried[0.65].false == 1
    assert tried[0.5] == found.counts


@pytest.mark.parametrize(
    ("expected", "kind", "bears"),
    [
        (["hazard"], Kind.CRISIS, True),
        (["hidden_link"], Kind.SCAM, True),
        (["scam"], Kind.PERSONAL_DATA, True),
        (["scam"], Kind.HIDDEN_LINK, False),
        (["personal_data"], Kind.SCAM, False),
        ([], Kind.HAZARD, False),
    ],
)
def test_what_may_come_along(expected, kind, bears):
    assert case("x", expected).bears(kind) is bears


def test_help_is_sent_by_either_kind():
    thresholds = {Kind.HAZARD: 0.5, Kind.CRISIS: 0.5}

    assert helped(CASES, thresholds) == (2, 4)
    assert helped([case("quiet")], thresholds) == (0, 0)


def test_without_cases_there_are_no_figures():
    nothing = Counts(0, 0, 0, 0)

    assert (nothing.precision, nothing.recall, nothing.f1, nothing.per_thousand, nothing.interval()) == (None,) * 5


def test_few_cases_give_a_wide_interval_and_many_a_narrow_one():
    low, high = Counts(10, 0, 0, 10).interval()
    assert low < 0.95 < high
    close, far = Counts(950, 50, 50, 1000).interval()
    assert close < 0.95 < far
    assert far - close < 0.03
    assert Counts(10, 0, 0, 10).interval() == (low, high)
