"""Expected against obtained."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """One expected number and what came out.

    `error` is one standard error of `obtained`, 0 for a deterministic number. Numbers agree within `tolerance`, or, if there is an
    error, within three of them. `should_agree=False` marks a published number that is known to be wrong: a study that reproduced
    it would contradict the erratum.
    """

    what: str
    expected: float
    obtained: float
    source: str  # of the expected number
    tolerance: float
    error: float = 0.0
    should_agree: bool = True

    @property
    def z(self) -> float:
        """Difference in standard errors; NaN for deterministic numbers."""
        return (self.obtained - self.expected) / self.error if self.error > 0 else math.nan

    @property
    def agrees(self) -> bool:
        """Within the tolerance, or within three standard errors."""
        return abs(self.obtained - self.expected) <= self.tolerance or abs(self.z) <= 3

    @property
    def known(self) -> bool:
        """Both numbers exist."""
        return math.isfinite(self.expected) and math.isfinite(self.obtained)

    @property
    def as_hoped(self) -> bool:
        """What should agree agrees, what should not does not."""
        return self.known and self.agrees == self.should_agree

    @property
    def verdict(self) -> str:
        """In words."""
        if not self.known:
            return "not known"
        if self.should_agree:
            return "agrees" if self.agrees else "differs"
        return "agrees, though it should not" if self.agrees else "differs, as expected"


def tally(comparisons: tuple[Comparison, ...]) -> str:
    """How many comparisons came out as hoped, in a sentence."""
    good, known = sum(c.as_hoped for c in comparisons), sum(c.known for c in comparisons)
    missing = f"; {len(comparisons) - known} could not be made" if known < len(comparisons) else ""
    return f"{good} of {known} comparisons came out as expected{missing}."
