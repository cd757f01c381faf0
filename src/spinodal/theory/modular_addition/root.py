"""Roots of many increasing functions at once."""

from collections.abc import Callable

import numpy as np


def increasing_root(function: Callable[[np.ndarray], np.ndarray], *, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where each entry of an increasing function, negative at `low`, crosses 0, to a few units in the last place; `high` if it doesn't.

    Chandrupatla's method: inverse quadratic interpolation where it can be trusted, bisection elsewhere, so that a jump costs
    no more than bisection. The bracket grows from 1 upwards, since `high` may be astronomical.
    """
    x1, f1 = low, function(low)
    x2 = np.minimum(high, 1.0)
    while np.any(short := ((f2 := function(x2)) < 0) & (x2 < high)):
        x1, f1 = np.where(short, x2, x1), np.where(short, f2, f1)
        x2 = np.where(short, np.minimum(high, 4 * x2), x2)
    best, best_value = x2, f2
    done = f2 <= 0
    x3, f3, share = x2, f2, np.full_like(x1, 0.5)
    for _ in range(1200):  # a bisection from 1e200 down to 1e-150
        x = np.where(done, x2, x1 + share * (x2 - x1))
        f = function(x)
        same = (f < 0) == (f1 < 0)
        x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
        x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
        x1, f1 = x, f
        better = ~done & (np.abs(f) < np.abs(best_value))
        best, best_value = np.where(better, x, best), np.where(better, f, best_value)
        gap = np.abs(x2 - x1)
        least = 4 * np.finfo(float).eps * np.abs(best) / np.where(gap > 0, gap, 1)
        done = done | (best_value == 0) | (gap == 0) | (least > 0.5)
        if done.all():
            break
        share = np.clip(_interpolated(x1, x2, x3, f1, f2, f3), least, 1 - least)
    return best


def _interpolated(x1: np.ndarray, x2: np.ndarray, x3: np.ndarray, f1: np.ndarray, f2: np.ndarray, f3: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        xi, phi = (x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2)
        quadratic = f1 / (f2 - f1) * f3 / (f2 - f3) + (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f3 - f2)
        return np.where((phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & np.isfinite(quadratic), quadratic, 0.5)
