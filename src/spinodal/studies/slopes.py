"""A straight line through points with known errors."""

import numpy as np
from scipy.special import chdtri


def weighted_slope(x: np.ndarray, y: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Slope of y against x by least squares, weighted by the errors of y, and its standard error.

        w = 1 / e^2,   b = sum w (x - x') y / S,   S = sum w (x - x')^2,   error = sqrt(max(1, chi^2 / (n - 2)) / S):

    widened where the errors do not explain the scatter about the line; two points have no scatter.
    Undefined (NaN): fewer than two points.
    """
    x, y, error = (np.asarray(values, float) for values in (x, y, error))
    if len(x) < 2:
        return np.nan, np.nan
    weight = error**-2.0
    x, y = (values - np.average(values, weights=weight) for values in (x, y))
    spread = weight @ x**2
    slope = weight @ (x * y) / spread
    return float(slope), float(np.sqrt(max(1.0, _scatter(x, y - slope * x, weight)) / spread))


def slope_freedom(x: np.ndarray, y: np.ndarray, error: np.ndarray, of_errors: float) -> float:
    """Degrees of freedom of `weighted_slope`'s error: those of the errors of y, but n - 2 where these do not explain the scatter about the
    line (chi^2 beyond its 95 % point)."""
    x, y, error = (np.asarray(values, float) for values in (x, y, error))
    if len(x) < 3:
        return of_errors
    weight = error**-2.0
    x, y = (values - np.average(values, weights=weight) for values in (x, y))
    slope = weight @ (x * y) / (weight @ x**2)
    excess = _scatter(x, y - slope * x, weight) * (len(x) - 2) > chdtri(len(x) - 2, 0.05)
    return min(of_errors, len(x) - 2.0) if excess else of_errors


def _scatter(x: np.ndarray, away: np.ndarray, weight: np.ndarray) -> float:
    """chi^2 / (n - 2) about a line; two points have none."""
    return float(weight @ away**2) / (len(x) - 2) if len(x) > 2 else 1.0
