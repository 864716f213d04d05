"""How well findings agree with labels: per kind, how sure the figures are, and what another threshold would cost.

Counted by the case. A kind that may come along with an expected one (``COMPANIONS``) is neither right nor wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from classifiers.finding import Kind

TRIED = tuple(step / 20 for step in range(1, 20))  # thresholds
HELP = frozenset({Kind.HAZARD, Kind.CRISIS})
COMPANIONS: Mapping[Kind, frozenset[Kind]] = {  # expected: what may come along
    Kind.HAZARD: HELP,
    Kind.CRISIS: HELP,
    Kind.HIDDEN_LINK: frozenset({Kind.SCAM}),
    Kind.SCAM: frozenset({Kind.PERSONAL_DATA}),  # the advertiser's own telephone
}
_RESAMPLES = 2000
_SEED = 20_200_101
_SURE = (2.5, 97.5)  # percentiles of the interval


@dataclass(frozen=True, slots=True)
class Case:
    """``scores``: of the surest finding of each kind, in 0..1; a kind that is absent was not found at any score."""

    id: str
    expected: frozenset[Kind]
    scores: Mapping[Kind, float] = field(default_factory=dict)
    text: str = ""  # masked: for the people who read the errors

    def score(self, kind: Kind) -> float:
        return self.scores.get(kind, -1.0)

    def bears(self, kind: Kind) -> bool:
        """Whether a finding of ``kind`` would be no false alarm."""
        return kind in self.expected or any(kind in COMPANIONS.get(each, ()) for each in self.expected)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of cases that expect a kind, and of cases in which it would be a false alarm."""

    found: int
    missed: int
    false: int
    quiet: int

    @property
    def precision(self) -> float | None:
        """None where nothing was found."""
        return _share(self.found, self.found + self.false)

    @property
    def recall(self) -> float | None:
        """None where nothing was expected."""
        return _share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float | None:
        return _share(2 * self.found, 2 * self.found + self.missed + self.false)

    @property
    def per_thousand(self) -> float | None:
        """False alarms in a thousand cases that expect nothing of the kind."""
        share = _share(self.false, self.false + self.quiet)
        return None if share is None else share * 1000

    def interval(self) -> tuple[float, float] | None:
        """95 % of F1 by Bayesian bootstrap, where half a case more of each sort keeps a few good cases from being sure.

        None where F1 has no value.
        """
        if self.f1 is None:
            return None
        drawn = np.random.default_rng(_SEED).dirichlet(
            [self.found + 0.5, self.missed + 0.5, self.false + 0.5], _RESAMPLES
        )
        low, high = np.percentile(2 * drawn[:, 0] / (1 + drawn[:, 0]), _SURE).tolist()
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One kind over all cases. ``missed`` are in the order of the cases, ``false`` with the surest first."""

    kind: Kind
    threshold: float
    counts: Counts
    tried: tuple[tuple[float, Counts], ...]
    missed: tuple[Case, ...]
    false: tuple[Case, ...]


def count(cases: Iterable[Case], kind: Kind, threshold: float) -> Counts:
    found = missed = false = quiet = 0
    for case in cases:
        flagged = case.score(kind) >= threshold
        if kind in case.expected:
            found, missed = found + flagged, missed + (not flagged)
        elif not case.bears(kind):
            false, quiet = false + flagged, quiet + (not flagged)
    return Counts(found, missed, false, quiet)


def figures(cases: Sequence[Case], kind: Kind, threshold: float) -> Figures:
    """How ``kind`` did with ``threshold``, and how it would have done with others."""
    return Figures(
        kind=kind,
        threshold=threshold,
        counts=count(cases, kind, threshold),
        tried=tuple((other, count(cases, kind, other)) for other in TRIED),
        missed=tuple(case for case in cases if kind in case.expected and case.score(kind) < threshold),
        false=tuple(
            sorted(
                (case for case in cases if not case.bears(kind) and case.score(kind) >= threshold),
                key=lambda case: -case.score(kind),
            )
        ),
    )


def helped(cases: Iterable[Case], thresholds: Mapping[Kind, float]) -> tuple[int, int]:
    """Of the cases that need help to be sent, how many got it under either kind: (sent, needed)."""
    needed = [case for case in cases if case.expected & HELP]
    return sum(any(case.score(kind) >= thresholds[kind] for kind in HELP) for case in needed), len(needed)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
