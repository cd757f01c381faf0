"""Expected against obtained."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """One expected number and what came out.

    `error` is one standard error of `obtained`, 0 for a deterministic number. Numbers agree within `tolerance`, or, if there is an
    error, within three of them. `should_agree=False` marks a published number that is known to be wrong: a study that reproduced
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
        """Both numbers exist, and the error lets them decide."""
        return math.isfinite(self.expected) and math.isfinite(self.obtained) and not self.vague

    @property
    def vague(self) -> bool:
        """The error is too large to agree, the difference too small to differ."""
        return self.error > self.largest_error and abs(self.obtained - self.expected) <= self.tolerance + 3 * self.error

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


def tally(comparisons: tuple[Comparison, ...]) -> str:
    """How many comparisons came out as hoped, in a sentence."""
    good, known, vague = (sum(getattr(c, name) for c in comparisons) for name in ("as_hoped", "known", "vague"))
    left = {"could not be made": len(comparisons) - known - vague, "not decided": vague}
    missing = "".join(f"; {count} {what}" for what, count in left.items() if count)
    return f"{good} of {known} comparisons came out as expected{missing}."
