"""An order parameter against the attention coefficient: where it falls, over what breadth, and whether networks come in two kinds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import stdtrit
from scipy.stats import chi2

from ..averages import over_runs
from ..slopes import weighted_slope

RESAMPLED = 400
NULL_DRAWS = 2000
ENOUGH = 8  # networks at one coefficient, below which nothing is said about two kinds
SIGNIFICANT = 0.05
QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Fall:
    """Where the mean falls: `crossing` halfway between its ends, `breadth` from a quarter of the way to three quarters.

    Errors are one standard error over networks. All are NaN unless `converged`.
    """

    crossing: float
    crossing_error: float
    breadth: float
    breadth_error: float
    converged: bool
    message: str


def fall_of(coefficients: np.ndarray, networks: Sequence[np.ndarray]) -> Fall:
    """The fall of the mean of an order parameter, with errors by resampling the networks at each coefficient.

    Of the closest curve that never rises (isotonic regression), straight between the coefficients. A resampled mean is moved away from
    the mean by sqrt(n / (n - 1)), so that its variance is the unbiased one of few networks.

    Arguments:
        coefficients: ascending. networks: for each the order parameters of its networks, without NaN; one that has none is skipped.
    Undefined (`converged=False`): no networks at either end, an end with one alone, or ends that differ by less than 3 standard errors.
    """
    if min(len(networks[0]), len(networks[-1])) < 2:
        return _no_fall("fewer than two networks have learned at one end of the coefficients")
    first, last = over_runs(networks[0]), over_runs(networks[-1])
    drop, error = first.mean - last.mean, float(np.hypot(first.error, last.error))
    if not drop > 3 * error:
        return _no_fall(f"the means at the two ends differ by {drop:.3f}, with a standard error of {error:.3f}: no fall to speak of")
    kept = [i for i, values in enumerate(networks) if len(values)]
    x, values = np.asarray(coefficients, float)[kept], [networks[i] for i in kept]
    generator = np.random.default_rng(0)
    resampled = np.stack([_resampled_means(v, generator) for v in values], axis=1)
    found = np.array([_crossings(x, row, QUARTERS) for row in (np.array([v.mean() for v in values]), *resampled)])
    spread = [float(np.nanstd(column, ddof=1)) for column in (found[1:, 1], found[1:, 2] - found[1:, 0])]
    lone = sum(len(v) == 1 for v in values)
    message = "a fall" + (f"; {lone} coefficients have one network alone, whose error is not in the errors" if lone else "")
    return Fall(float(found[0, 1]), spread[0], float(found[0, 2] - found[0, 0]), spread[1], converged=True, message=message)


def level_crossing(x: np.ndarray, mean: np.ndarray, share: float) -> float:
    """Where the closest curve that never rises has done this share, in (0, 1), of its fall; straight between points, NaN if it is flat."""
    return _crossings(x, mean, (share,))[0]


def variance_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Unbiased variance, and its 95 % interval for normal values (too wide for two separate kinds); NaN for fewer than two."""
    n = len(values)
    if n < 2:
        return float("nan"), float("nan"), float("nan")
    variance = float(values.var(ddof=1))
    low, high = ((n - 1) * variance / chi2.ppf(q, n - 1) for q in (0.975, 0.025))
    return variance, float(low), float(high)


def two_kinds(values: np.ndarray) -> float:
    """p-value of "one hump": how often as many uniform numbers split into two groups as well as these; NaN below 8 values.

    The statistic is the largest share of the variance that lies between two groups, each with at least a quarter of the values. The
    uniform law is the least favourable one with a single hump, as in Hartigan's dip test; the quarter keeps a few outliers from counting
    as a hump.
    """
    if len(values) < ENOUGH or not np.ptp(values) > 0:
        return float("nan")
    drawn = np.random.default_rng(0).random((NULL_DRAWS, len(values)))
    null = _best_split(drawn)
    return float((1 + np.sum(null >= _best_split(values[None])[0])) / (1 + NULL_DRAWS))


@dataclass(frozen=True)
class Trend:
    """Exponent of a breadth in the width, by `weighted_slope` of the logarithms; NaN with fewer than two widths."""

    exponent: float
    error: float
    widths: int

    @property
    def sharpens(self) -> bool:
        """At least three widths, and a 95 % interval of the exponent by Student's t that lies below 0."""
        return self.widths >= 3 and self.exponent + stdtrit(self.widths - 2, 0.975) * self.error < 0


def trend(widths: Sequence[float], falls: Sequence[Fall]) -> Trend:
    """How the breadth of the fall depends on the width."""
    fine = [(w, f) for w, f in zip(widths, falls, strict=True) if f.converged and f.breadth > 0 and f.breadth_error > 0]
    x, y = np.log([w for w, _ in fine]), np.log([f.breadth for _, f in fine])
    return Trend(*weighted_slope(x, y, np.array([f.breadth_error / f.breadth for _, f in fine])), len(fine))


def _no_fall(why: str) -> Fall:
    return Fall(*(float("nan"),) * 4, converged=False, message=why)


def _crossings(x: np.ndarray, mean: np.ndarray, shares: Sequence[float]) -> list[float]:
    y = isotonic_regression(mean, increasing=False).x
    if not y[0] > y[-1]:
        return [float("nan")] * len(shares)
    found = []
    for share in shares:
        level = y[0] + share * (y[-1] - y[0])
        i = int(np.argmax(y <= level))  # at least 1, since share > 0
        found.append(float(x[i - 1] + (y[i - 1] - level) / (y[i - 1] - y[i]) * (x[i] - x[i - 1])))
    return found


def _resampled_means(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    n = len(values)
    means = values[generator.integers(0, n, (RESAMPLED, n))].mean(axis=1)
    return values.mean() + np.sqrt(n / max(n - 1, 1)) * (means - values.mean())


def _best_split(rows: np.ndarray) -> np.ndarray:
    """Largest share of each row's variance between two groups of at least a quarter of it."""
    ordered = np.sort(rows, axis=1)
    n = ordered.shape[1]
    ordered = ordered - ordered.mean(axis=1, keepdims=True)
    sums = np.cumsum(ordered, axis=1)[:, :-1]
    left = np.arange(1, n)
    between = sums**2 * (1 / left + 1 / (n - left))
    least = -(-n // 4)
    return between[:, least - 1 : n - least].max(axis=1) / np.sum(ordered**2, axis=1)
