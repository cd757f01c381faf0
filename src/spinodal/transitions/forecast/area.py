"""The area under the ROC over chosen pairs of runs, with its uncertainty."""

from dataclasses import dataclass, field

import numpy as np

from .ensemble import Ensemble


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
    """Mean of `won` over its pairs: the area under the ROC of these pairs, with a percentile interval over resampled clusters and runs.

        A = sum_ij w_i w_j won_ij / sum_ij w_i w_j,    over its pairs, w_i how often run i is drawn.

    Arguments:
        won: (runs, runs) as `wins` gives it. within: pairs of one stratum alone, so that settings can win nothing; but a direction
            that `oriented` has learned is learned from all pairs.
    Returns: `Area`. Resamples of one ensemble are the same for every score, so areas can be compared resample by resample.
    """
    if within:
        strata = np.asarray(ensemble.strata)
        won = np.where(strata[:, None] == strata[None, :], won, np.nan)
    there = ~np.isnan(won)
    cases, controls = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    place = np.ix_(cases, controls)  # the rest of the table is empty
    first, second = ensemble.weights[:, cases], ensemble.weights[:, controls]
    above, pairs = (((first @ table[place]) * second).sum(axis=1) for table in (np.nan_to_num(won), there.astype(float)))
    resampled = np.where(pairs > 0, above / np.maximum(pairs, 1), np.nan)
    low, high = ensemble.interval(resampled)
    error = np.nan if np.isnan(low) else float(np.nanstd(resampled, ddof=1))
    total = int(there.sum())
    value = float(won[there].sum() / total) if total else np.nan
    return Area(value, low, high, error, len(cases), len(controls), total, resampled)


def difference(ensemble: Ensemble, first: Area, second: Area) -> tuple[float, float, float]:
    """first - second, with the ends of its interval: paired, since both areas come from the same resamples."""
    return (first.value - second.value, *ensemble.interval(first.resampled - second.resampled))
