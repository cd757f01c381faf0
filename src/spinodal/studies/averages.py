"""Averages over data sets and tests over runs, with their errors."""

from typing import NamedTuple

import numpy as np
import xarray
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression
from scipy.special import stdtrit
from scipy.stats import binomtest

RESAMPLED = 400


class Spread(NamedTuple):
    """A mean over runs, its standard error from their scatter (NaN for fewer than two runs), and the degrees of freedom of that."""

    mean: float
    error: float
    freedom: float

    def words(self, form: str = ".2f") -> str:
        """Mean and error as `with_error` says them."""
        return with_error(self.mean, self.error, form)

    @property
    def reach(self) -> float:
        """Half of the 95 % interval of the mean, by Student's t."""
        return float(stdtrit(self.freedom, 0.975)) * self.error

    def wider(self, factor: float) -> "Spread":
        """The same with so many times the error."""
        return self._replace(error=factor * self.error)

    def beside(self, other: "Spread") -> "Spread":
        """The same with the error of the number that it is held against, as of two that are independent."""
        return Spread(self.mean, float(np.hypot(self.error, other.error)), min(self.freedom, other.freedom))


UNKNOWN = Spread(np.nan, np.nan, 0.0)


def over_runs(values: ArrayLike) -> Spread:
    """Mean and error over the runs that have a value, n of them: sd / sqrt(n) with n - 1 degrees of freedom. NaN without any."""
    known = np.asarray(values, float).ravel()
    known = known[~np.isnan(known)]
    n = known.size
    if n < 2:
        return Spread(float(known[0]) if n else np.nan, np.nan, 0.0)
    return Spread(float(known.mean()), float(known.std(ddof=1) / np.sqrt(n)), n - 1.0)


def over_all_runs(values: ArrayLike) -> Spread:
    """`over_runs` where every run has a value; else nothing is known, since those without one are the late ones."""
    return over_runs(values) if np.isfinite(values).all() else UNKNOWN


def with_error(value: float, error: float, form: str = ".2f") -> str:
    """`0.23 ± 0.01`; what is not known is said, not printed as nan."""
    if not np.isfinite(value):
        return "not known"
    return f"{value:{form}} ± {error:{form}}" if np.isfinite(error) else f"{value:{form}} (error not known)"


def mean_and_error(values: xarray.DataArray, mcse: xarray.DataArray) -> tuple[xarray.DataArray, xarray.DataArray]:
    """Mean over `data_seed` and its standard error.

    With several data sets the error is their scatter, which holds the Monte Carlo error already, but is never below it.
    With one it is the Monte Carlo error alone, and the numbers are about this data set. Monte Carlo errors that are not known, as of
    chains that never varied, are taken to be as large as the others; without any, and without scatter, the error is NaN.
    """
    count = values.notnull().sum("data_seed")
    mean = values.mean("data_seed")
    sampled = np.sqrt((mcse.where(values.notnull()) ** 2).mean("data_seed") / count)
    scatter = np.sqrt(((values - mean) ** 2).sum("data_seed") / xarray.where(count > 1, count - 1, np.nan) / count)
    return mean, scatter.where((scatter > 0) & ~(scatter < sampled), sampled)


def between_chains(values: xarray.DataArray) -> tuple[xarray.DataArray, xarray.DataArray]:
    """Mean over `data_seed` and `chain`, and the standard error from their scatter, each chain counting as one."""
    stacked = values.stack(run=("data_seed", "chain"))
    count = stacked.notnull().sum("run")
    return stacked.mean("run"), stacked.std("run", ddof=1) / np.sqrt(count)


def negative_log_density(counts: xarray.DataArray, total: xarray.DataArray, edges: np.ndarray) -> tuple[xarray.DataArray, xarray.DataArray]:
    """-log p(q) from counts of |q| (..., data_seed, chain, bin), with its standard error from the scatter of chains and data sets.

    p is the density of q itself, half of that of |q|. Bins that no run has entered are NaN.
    """
    width = xarray.DataArray(np.diff(edges), dims="bin")
    density, error = between_chains(counts / (2 * width * total))
    seen = density > 0
    # Two chains may agree by chance; no bin is known better than so many independent neurons would tell
    least = counts.sum(("data_seed", "chain")).astype(float).where(seen) ** -0.5
    return xarray.DataArray(-np.log(density.where(seen))), xarray.where(error / density > least, error / density, least).where(seen)


def sign_test(values: np.ndarray) -> tuple[int, int, float]:
    """How many values are above 0, of how many that are not 0, and the two-sided p of that; p is NaN without any."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values) & (values != 0)]
    above = int((values > 0).sum())
    return above, len(values), float(binomtest(above, len(values)).pvalue) if len(values) else np.nan


def half_crossing(x: np.ndarray, share: np.ndarray, networks: int) -> tuple[float, float]:
    """Where a share of networks reaches 1/2, interpolated, and its standard error; NaN if it never does.

    Of the best share that never falls (isotonic regression): a few networks above 1/2 by chance are no crossing. The error is from
    resampling the networks at each x, with (x + 1/2) / (N + 1) in place of x / N: three of three is not certainty. A share that is above
    1/2 at the first x has crossed before: that x then bounds it, with an error that is not known.
    """
    smooth = (np.asarray(share) * networks + 0.5) / (networks + 1)
    drawn = np.random.default_rng(0).binomial(networks, smooth, size=(RESAMPLED, len(smooth))) / networks
    resampled = np.array([_first_half(x, row) for row in drawn])
    resampled = resampled[np.isfinite(resampled)]
    crossing = _first_half(x, np.asarray(share))
    enclosed = crossing > x[0] and len(resampled) > RESAMPLED / 2
    return crossing, float(resampled.std(ddof=1)) if enclosed else float("nan")


def _first_half(x: np.ndarray, share: np.ndarray) -> float:
    share = isotonic_regression(share).x
    above = np.flatnonzero(share >= 0.5)
    if above.size == 0:
        return float("nan")
    i = int(above[0])
    if i == 0:
        return float(x[i])
    return float(x[i - 1] + (0.5 - share[i - 1]) / (share[i] - share[i - 1]) * (x[i] - x[i - 1]))
