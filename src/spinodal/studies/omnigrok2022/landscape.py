"""What the reduced landscape says: where the test loss is least, and up to which norm the test is passed."""

import numpy as np
import xarray

from ..averages import Spread, over_runs
from ..trained import reached

LEAST = 1e-30  # a loss that float32 cannot tell from 0 still has a place on a logarithmic axis


def log10(loss: xarray.DataArray) -> xarray.DataArray:
    """Decimal logarithm of a loss."""
    return xarray.DataArray(np.log10(np.maximum(loss, LEAST)))


def vertex(alphas: np.ndarray, losses: np.ndarray) -> float:
    """alpha at the vertex of the parabola through the least loss and its two neighbours, in ln(loss) against ln(alpha).

    NaN if the least loss is at an end, where the minimum is not enclosed, or if any loss is not known, which might be the least.
    """
    x, y = np.log(alphas), np.log(np.maximum(losses, LEAST))
    if not np.isfinite(y).all():
        return np.nan
    k = int(np.argmin(y))
    if k in (0, len(y) - 1):
        return np.nan
    curvature, slope, _ = np.polyfit(x[k - 1 : k + 2] - x[k], y[k - 1 : k + 2], 2)
    return float(alphas[k] * np.exp(-slope / (2 * curvature))) if curvature > 0 else float(alphas[k])


def largest_passing(alphas: np.ndarray, accuracies: np.ndarray, level: float) -> float:
    """The largest alpha with an accuracy of `level`, interpolated linearly in ln(alpha); NaN if none passes or the last one does."""
    passing = np.flatnonzero(reached(accuracies, level))
    if passing.size == 0 or passing[-1] == len(alphas) - 1:
        return np.nan
    k = passing[-1]
    share = (accuracies[k] - level) / (accuracies[k] - accuracies[k + 1])
    return float(np.exp(np.log(alphas[k]) + share * np.log(alphas[k + 1] / alphas[k])))


def neighbours(alphas: np.ndarray, value: float) -> str:
    """The grid point nearest to `value` and those beside it, as text."""
    k = int(np.argmin(np.abs(np.log(alphas / value))))
    return ", ".join(f"{alpha:.3g}" for alpha in alphas[max(0, k - 1) : k + 2])


def critical_norms(landscape: xarray.Dataset, level: float) -> dict[str, xarray.DataArray]:
    """`alpha_critical`, least reduced test loss, and `alpha_passing`, where the reduced test accuracy is `level`, of every replica."""
    alphas = landscape["alpha"].values

    def each(name: str, function) -> xarray.DataArray:
        return xarray.apply_ufunc(function, landscape[name], input_core_dims=[["alpha"]], vectorize=True)

    return {
        "alpha_critical": each("test_loss", lambda losses: vertex(alphas, losses)),
        "alpha_passing": each("test_accuracy", lambda shares: largest_passing(alphas, shares, level)),
    }


def geometric(values: xarray.DataArray) -> Spread:
    """Geometric mean over replicas and its standard error."""
    mean, error, freedom = over_runs(np.log(values))
    return Spread(float(np.exp(mean)), float(np.exp(mean) * error), freedom)
