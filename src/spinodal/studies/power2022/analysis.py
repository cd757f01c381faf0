"""How long generalisation takes against the share of data, for each arm: medians with censoring, a trend test, the data that is needed."""

import itertools
import math

import numpy as np
import xarray

from ..averages import half_crossing
from ..censored import censored_median, median_of

SHUFFLES = 4000
EXACT = 100_000  # arrangements, up to which all are counted
CEILING = 0.05  # of the trend test, over the arms that have one


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with medians over replicas and, for each arm, the trend and the share of data at which half of the runs generalise."""
    found = dataset.transpose("arm", "train_fraction", "replica", ...).sortby("train_fraction")
    steps, fractions = found["test_step"].values, found["train_fraction"].values
    medians = [[median_of(runs) for runs in arm] for arm in steps]
    for name in ("value", "low", "high"):
        found[f"median_{name}"] = (("arm", "train_fraction"), [[getattr(m, name) for m in row] for row in medians], {"units": "updates"})
    found["reached"] = found["test_step"].notnull().sum("replica")
    trends = [trend(arm) for arm in steps]
    slopes = [slope(fractions, arm) for arm in steps]
    halves = [half_crossing(fractions, np.isfinite(arm).mean(axis=1), arm.shape[1]) for arm in steps]
    for k, name in enumerate(("falling_share", "falling_p")):
        found[name] = ("arm", [row[k] for row in trends])
    for k, name in enumerate(("growth", "growth_error")):
        found[name] = ("arm", [row[k] for row in slopes])
    for k, name in enumerate(("needed", "needed_error")):
        found[name] = ("arm", [row[k] for row in halves], {"units": "share of the pairs"})
    return found


def trend(steps: np.ndarray) -> tuple[float, float]:
    """Share of the pairs of fractions, of one replica each, in which the smaller one takes longer; and the chance of so large a share.

    Arguments:
        steps: (fractions, replicas), fractions rising, NaN: never, which is longer than any time. Pairs that never come do not count.
    The chance is that of times shuffled over the fractions of each replica, one-sided: exact up to `EXACT` arrangements, so that it is
    never below one over their number, else of `SHUFFLES` drawn ones; NaN without a pair to compare.
    """
    times = np.where(np.isnan(steps), np.inf, steps)
    won, compared = _falling(times[None])
    if compared[0] == 0:
        return np.nan, np.nan
    fractions, replicas = times.shape
    share = float(won[0] / compared[0])
    if math.factorial(fractions) ** replicas <= EXACT:
        orders = list(itertools.permutations(range(fractions)))
        shuffled = np.stack([np.take_along_axis(times, np.array(o).T, 0) for o in itertools.product(orders, repeat=replicas)])
        return share, float(np.mean(_falling(shuffled)[0] >= won[0]))
    generator = np.random.default_rng(0)
    shuffled = np.stack([generator.permuted(times, axis=0) for _ in range(SHUFFLES)])
    return share, float((np.sum(_falling(shuffled)[0] >= won[0]) + 1) / (SHUFFLES + 1))


def _falling(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many pairs of (draws, fractions, replicas) fall, a tie counting half, and how many have a time at all."""
    won, compared = np.zeros(len(times)), np.zeros(len(times))
    for i in range(times.shape[1]):
        for j in range(i + 1, times.shape[1]):
            less, more = times[:, i], times[:, j]
            seen = np.isfinite(less) | np.isfinite(more)
            won += np.sum(seen * ((less > more) + 0.5 * (less == more)), axis=1)
            compared += seen.sum(axis=1)
    return won, compared


def slope(fractions: np.ndarray, steps: np.ndarray) -> tuple[float, float]:
    """By what share the median time grows when one per cent of the table less is trained on, and its bootstrap error over replicas.

        ln(median) = c - 100 g f,   growth = exp(g) - 1

    by least squares over the fractions whose median came within the cap; NaN with fewer than 3 of them.
    """
    found = _growth(fractions, steps)
    if not np.isfinite(found) or steps.shape[1] < 2:
        return found, np.nan
    generator = np.random.default_rng(0)
    drawn = [_growth(fractions, steps[:, generator.integers(steps.shape[1], size=steps.shape[1])]) for _ in range(400)]
    return found, float(np.nanstd(drawn, ddof=1))


def _growth(fractions: np.ndarray, steps: np.ndarray) -> float:
    medians = np.array([censored_median(runs) for runs in steps])
    there = np.isfinite(medians) & (medians > 0)
    if there.sum() < 3:
        return np.nan
    return float(np.expm1(-np.polyfit(100 * fractions[there], np.log(medians[there]), 1)[0]))
