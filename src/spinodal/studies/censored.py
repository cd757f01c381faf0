"""Times to an event of which some never came within the cap: medians, their intervals, and ratios of medians."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

RESAMPLED = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Median:
    """A median with an interval; infinite where it lies beyond the cap. `coverage`: of the interval, whatever the distribution."""

    value: float
    low: float
    high: float
    coverage: float
    events: int
    runs: int


def median_of(steps: np.ndarray) -> Median:
    """Median of times; NaN: never within the cap, which counts as later than any time that was seen, not as the cap.

    The interval is that of the narrowest pair of order statistics that covers the median with 95 %, or of the extreme ones, whose
    coverage is less below 6 runs and is stated. NaN without runs.
    """
    times = np.sort(np.where(np.isnan(steps), np.inf, np.asarray(steps, float)).ravel())
    n = len(times)
    if n == 0:
        return Median(np.nan, np.nan, np.nan, 0.0, 0, 0)
    tail = max(int(binom.ppf((1 - CONFIDENCE) / 2, n, 0.5)) - 1, -1)  # at most so many times below the median with 2.5 %
    place = max(tail + 1, 0)
    while place > 0 and _coverage(place, n) < CONFIDENCE:
        place -= 1
    return Median(
        censored_median(times), float(times[place]), float(times[n - 1 - place]), _coverage(place, n), int(np.isfinite(times).sum()), n
    )


@dataclass(frozen=True)
class Ratio:
    """A ratio of medians with its bootstrap interval; `bound`: the median above is beyond the cap, and `value` is the least it can be."""

    value: float
    low: float
    high: float
    bound: bool = False

    @property
    def error(self) -> float:
        """Half of the interval as standard errors of a normal distribution; 0 where it is unknown."""
        spread = (self.high - self.low) / (2 * 1.96)
        return spread if np.isfinite(spread) else 0.0


def ratio_of_medians(above: np.ndarray, below: np.ndarray, cap: float, seed: int = 0) -> Ratio:
    """Median of `above` over that of `below`, runs of the same seeds; NaN: never within `cap`.

    Percentile bootstrap over seeds, both sides resampled together. Where the median above is censored the cap takes its place and the
    ratio is a lower bound, with an infinite upper end; where the one below is, nothing is known: NaN.
    """
    first, second = (np.where(np.isnan(x), np.inf, np.asarray(x, float)) for x in (above, below))
    value = _ratio(first, second, cap)
    if not np.isfinite(value) or len(first) < 2:
        return Ratio(value, np.nan, np.nan, bool(np.isinf(censored_median(first))))
    drawn = np.random.default_rng(seed).integers(len(first), size=(RESAMPLED, len(first)))
    capped = np.array([_ratio(first[row], second[row], cap) for row in drawn])
    beyond = np.array([np.isinf(censored_median(first[row])) for row in drawn])
    low = np.nanquantile(np.where(np.isfinite(capped), capped, 0.0), (1 - CONFIDENCE) / 2, method="inverted_cdf")
    high = np.quantile(np.where(beyond, np.inf, capped), (1 + CONFIDENCE) / 2, method="inverted_cdf")
    return Ratio(value, float(low), float(high), bool(np.isinf(censored_median(first))))


def _ratio(above: np.ndarray, below: np.ndarray, cap: float) -> float:
    under = censored_median(below)
    return min(censored_median(above), cap) / under if np.isfinite(under) and under > 0 else np.nan


def censored_median(steps: np.ndarray) -> float:
    """Median of times, one at least; NaN or infinity: never. Infinite if the middle, or the upper one of two in the middle, is a never."""
    times = np.sort(np.where(np.isnan(steps), np.inf, steps))
    middle = times[(len(times) - 1) // 2], times[len(times) // 2]
    return float(middle[1]) if np.isinf(middle[1]) else float(sum(middle) / 2)


def _coverage(place: int, n: int) -> float:
    """P(the median lies between order statistics number place and n - 1 - place, counted from 0)."""
    return float(1 - 2 * binom.cdf(place, n, 0.5))
