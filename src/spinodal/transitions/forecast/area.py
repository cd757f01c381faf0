"""The area under the ROC over chosen pairs of runs, with its uncertainty."""

from dataclasses import dataclass, field

import numpy as np

from .ensemble import Ensemble
from .wins import by_label


@dataclass(frozen=True, eq=False)
class Area:
    """A share of pairs in order; NaN where there is no pair. `resampled`: what the bootstrap drew, for paired differences."""

    value: float
    low: float
    high: float
    error: float  # one standard error, the scatter of the resamples
    cases: int  # runs that will generalise, with a rival
    controls: int
    pairs: int
    resampled: np.ndarray = field(repr=False)


def area_over(ensemble: Ensemble, won: np.ndarray, *, within: bool = False) -> Area:
    """Mean of `won` over its pairs: the area under the ROC of these pairs, with a percentile interval over resampled clusters.

        A = sum_ab w_a w_b won_ab / sum_ab w_a w_b pairs_ab,    a, b clusters, w_a how often a is drawn.

    Arguments:
        won: (runs, runs) as `wins` gives it. within: pairs of one stratum alone, so that settings can win nothing.
    Returns: `Area`. Resamples of one ensemble are the same for every score, so areas can be compared resample by resample.
    """
    if within:
        strata = np.asarray(ensemble.strata)
        won = np.where(strata[:, None] == strata[None, :], won, np.nan)
    there = ~np.isnan(won)
    clusters = np.asarray(ensemble.clusters)
    sums, count = by_label(won, clusters), by_label(there.astype(float), clusters)
    w = ensemble.weights
    above, pairs = (np.einsum("da,ab,db->d", w, table, w, optimize=True) for table in (sums, count))
    resampled = np.where(pairs > 0, above / np.maximum(pairs, 1), np.nan)
    low, high = ensemble.interval(resampled)
    error = np.nan if np.isnan(low) else float(np.nanstd(resampled, ddof=1))
    total = int(there.sum())
    value = float(won[there].sum() / total) if total else np.nan
    return Area(value, low, high, error, int(there.any(axis=1).sum()), int(there.any(axis=0).sum()), total, resampled)


def difference(ensemble: Ensemble, first: Area, second: Area) -> tuple[float, float, float]:
    """first - second, with the ends of its interval: paired, since both areas come from the same resamples."""
    return (first.value - second.value, *ensemble.interval(first.resampled - second.resampled))
