"""Who generalises first, with seeds that never do: they are censored at the end of their run, later than any that did."""

from typing import NamedTuple

import numpy as np

from ...transitions.learning_phases import wilson_interval
from ..averages import over_runs, sign_test


class Duel(NamedTuple):
    """Two ways on the same seeds. `ratio`: geometric mean of the steps of the first over those of the second, NaN unless both get there
    in all seeds in which `either` does, since those that never do would be left out; `low`, `high`: 95 %, by Student's t of its logarithm
    over seeds, NaN for one seed. `both`: seeds in which both get there; `decided`: in which one is sooner, `sooner`: the first."""

    ratio: float
    low: float
    high: float
    both: int
    sooner: int
    decided: int
    p: float
    either: int


def duel(first: np.ndarray, second: np.ndarray) -> Duel:
    """Two ways, one step a seed each, paired; NaN: never. Seeds in which neither gets there decide nothing."""
    a, b = (np.where(np.isnan(steps), np.inf, steps) for steps in (first, second))
    there, either = np.isfinite(a) & np.isfinite(b), int((np.isfinite(a) | np.isfinite(b)).sum())
    logs = np.log(np.maximum(a[there], 1) / np.maximum(b[there], 1))
    earlier = np.where(np.isfinite(a) | np.isfinite(b), np.sign(np.nan_to_num(b, posinf=1e300) - np.nan_to_num(a, posinf=1e300)), np.nan)
    sooner, decided, p = sign_test(earlier[np.isfinite(earlier)])
    n, gain = logs.size, over_runs(logs)
    mean, away = gain.mean if n == either else np.nan, gain.reach
    ratio, low, high = (float(np.exp(value)) for value in (mean, mean - away, mean + away))
    return Duel(ratio, low, high, n, sooner, decided, p, either)


def share_by(steps: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of seeds that are there by each update of `at`, with its 95 % Wilson interval. All seeds run equally long, so that this is
    the Kaplan-Meier share too."""
    count = (steps[:, None] <= at).sum(axis=0)
    low, high = wilson_interval(count, len(steps))
    return count / len(steps), np.asarray(low), np.asarray(high)
