"""Expected against obtained."""

import math
from dataclasses import dataclass
from functools import lru_cache

from .averages import Spread

ROUNDING = 1e-12  # of a mean: runs that scatter no more than this are equal


@dataclass(frozen=True)
class Comparison:
    """One expected number and what came out.

    `error` is one standard error of `obtained`: 0 for a deterministic number, NaN or infinite where it is not known, as with one seed.
    Numbers agree within `tolerance`, or within three errors. An error from the scatter of n runs has `freedom` n - 1, and numbers differ
    only beyond what Student's t has for the probability of three: 19 errors for 3 runs, 4.1 for 10. Between the two nothing is decided,
    nor beyond the tolerance where the error is not known, nor within it from a number that should not be met.
    `should_agree=False` marks a published number that is known to be wrong: a study that reproduced
    it would contradict the erratum; `side` says on which side of it the right one lies. With an error above `largest_error` agreement
    would mean nothing: not decided, unless the difference exceeds the tolerance by three errors.
    """

    what: str
    expected: float
    obtained: float
    source: str  # of the expected number
    tolerance: float
    error: float = 0.0
    should_agree: bool = True
    side: str = "either"  # "above" or "below" the expected number, if they should not agree
    largest_error: float = math.inf
    freedom: float = math.inf  # degrees of freedom of the error: infinite where it is known, n - 1 from n runs

    @classmethod
    def of_runs(
        cls, what: str, expected: float, obtained: Spread, source: str, tolerance: float, *, should_agree: bool = True, side: str = "either"
    ) -> "Comparison":
        """Where the error is the scatter of runs; a few that happen to be equal have one that is not known, as a single run has."""
        mean, error, freedom = obtained
        error = math.nan if error <= ROUNDING * abs(mean) and math.isfinite(freedom) else error
        return cls(what, expected, mean, source, tolerance, error, should_agree, side, freedom=freedom)

    @property
    def z(self) -> float:
        """Difference in standard errors; NaN for deterministic numbers."""
        return (self.obtained - self.expected) / self.error if 0 < self.error < math.inf else math.nan

    @property
    def limit(self) -> float:
        """How many errors apart numbers must be to differ: 3, or as many of Student's t."""
        return _three(self.freedom)

    @property
    def within(self) -> float:
        """The largest difference of numbers that agree."""
        return self._reach(3)

    @property
    def beyond(self) -> float:
        """The largest difference of numbers that do not differ."""
        return self._reach(self.limit)

    def _reach(self, errors: float) -> float:
        return max(self.tolerance, errors * self.error if 0 < self.error < math.inf else 0.0)

    @property
    def agrees(self) -> bool:
        """Within the tolerance, or within three standard errors."""
        return abs(self.obtained - self.expected) <= self.within

    @property
    def known(self) -> bool:
        """Both numbers exist, and the error lets them decide."""
        return math.isfinite(self.expected) and math.isfinite(self.obtained) and not self.vague

    @property
    def vague(self) -> bool:
        """Too far apart to agree and too close to differ, with an error that is large, of few runs, or not known."""
        away = abs(self.obtained - self.expected)
        if not math.isfinite(self.error):
            return away > self.tolerance or not self.should_agree
        if self.error > self.largest_error:
            return away <= self.tolerance + self.limit * self.error
        return self.within < away <= self.beyond

    @property
    def as_hoped(self) -> bool:
        """What should agree agrees, what should not does not."""
        return self.known and self.agrees == self.should_agree and not self.opposite

    @property
    def opposite(self) -> bool:
        """Differs from a wrong number on the wrong side of it."""
        side = "above" if self.obtained > self.expected else "below"
        return not self.should_agree and not self.agrees and self.side not in ("either", side)

    @property
    def verdict(self) -> str:
        """In words."""
        if not self.known:
            return "not decided" if self.vague else "not known"
        if self.should_agree:
            return "agrees" if self.agrees else "differs"
        if self.opposite:
            return "differs, to the other side"
        return "agrees, though it should not" if self.agrees else "differs, as expected"


@lru_cache
def _three(freedom: float) -> float:
    """Student's t beyond which lies as much as beyond three standard deviations of a normal number."""
    from scipy.special import ndtr, stdtrit

    return 3.0 if math.isinf(freedom) else float(stdtrit(freedom, ndtr(3.0)))


def allowance(allowed: float, expected: float) -> float:
    """`allowed` of a quantity that is never negative, but at most a quarter of what is expected: 0 must not agree with a small number."""
    return min(allowed, expected / 4)


def tally(comparisons: tuple[Comparison, ...]) -> str:
    """How many comparisons came out as hoped, in a sentence."""
    good, known, vague = (sum(getattr(c, name) for c in comparisons) for name in ("as_hoped", "known", "vague"))
    left = {"could not be made": len(comparisons) - known - vague, "not decided": vague}
    missing = "".join(f"; {count} {what}" for what, count in left.items() if count)
    return f"{good} of {known} comparisons came out as expected{missing}."
