"""The clock of weight decay, read off the runs: rate decay t = slope ln(alpha) - ln(alpha_c) + rate decay t_0."""

import numpy as np
import xarray

from ..averages import Spread, over_runs


def exponents(steps: xarray.DataArray) -> Spread:
    """d ln(step) / d ln(decay) over (replica, decay), mean and standard error over replicas that crossed at every decay."""
    x = np.log(steps["decay"].values)
    rows = steps.transpose("replica", "decay").values
    return over_runs([np.polyfit(x, np.log(row), 1)[0] for row in rows if np.isfinite(row).all() and len(x) > 1])


def exponents_over_norms(steps: xarray.DataArray) -> Spread:
    """`exponents` of the geometric mean over those alpha that a replica passes at every decay, (replica, alpha, decay)."""
    logs = xarray.DataArray(np.log(steps))
    return exponents(xarray.DataArray(np.exp(logs.where(logs.notnull().all("decay")).mean("alpha"))))


def time_slopes(steps: xarray.DataArray, rate: float) -> tuple[Spread, Spread]:
    """Fit step = t_0 + slope / (rate decay) over (replica, decay): slope and t_0, over replicas as in `exponents`.

    The clock says slope = ln(alpha / alpha_c). Every decay counts alike in relative terms, since the scatter of steps grows with them.
    """
    x = 1 / (rate * steps["decay"].values)
    rows = steps.transpose("replica", "decay").values
    fits = [np.polyfit(x, row, 1, w=1 / row) for row in rows if np.isfinite(row).all() and len(x) > 1]
    return over_runs([fit[0] for fit in fits]), over_runs([fit[1] for fit in fits])


def logarithm_slopes(steps: xarray.DataArray, rate: float) -> Spread:
    """Fit rate decay step = slope ln(alpha) - c + rate decay t_0 over (replica, alpha, decay); the clock says slope 1.

    Runs that did not cross are left out; a replica needs crossings at three values of alpha.
    """
    alphas, decays = np.meshgrid(steps["alpha"].values, steps["decay"].values, indexing="ij")
    slopes = []
    for row in steps.transpose("replica", "alpha", "decay").values:
        there = np.isfinite(row)
        if len(np.unique(alphas[there])) < 3 or len(np.unique(decays[there])) < 2:
            continue
        columns = np.stack([np.log(alphas[there]), np.ones(there.sum()), rate * decays[there]], axis=1)
        slopes.append(np.linalg.lstsq(columns, rate * decays[there] * row[there], rcond=None)[0][0])
    return over_runs(slopes)


def accuracy_at(dataset: xarray.Dataset, name: str, step: float) -> xarray.DataArray:
    """`curve_<name>` at a step, linear in ln(step) between the kept points; NaN beyond the end of the run."""

    def at(steps: np.ndarray, values: np.ndarray) -> float:
        return float(np.interp(np.log(step), np.log(np.maximum(steps, 1)), values, right=np.nan))

    return xarray.apply_ufunc(at, dataset["curve_step"], dataset[f"curve_{name}"], input_core_dims=[["curve"]] * 2, vectorize=True)
