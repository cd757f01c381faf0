"""A straight line through points with known errors."""

import numpy as np


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
    scatter = weight @ (y - slope * x) ** 2 / (len(x) - 2) if len(x) > 2 else 1.0
    return float(slope), float(np.sqrt(max(1.0, scatter) / spread))
