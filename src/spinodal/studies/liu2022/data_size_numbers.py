"""What the data-size study reads off its networks: how well the embedding predicts."""

import numpy as np
import xarray

from ...transitions.learning_phases import wilson_interval
from ..trained import reached
from .data_size_cell import LEVEL, LINE

COUNT = 55  # pairs of ten symbols
ENDS = ("real_accuracy", "predicted_accuracy", "ideal_accuracy", "test_accuracy", "rqi")


def of_those_that_ended(found: xarray.Dataset) -> xarray.Dataset:
    """Without the values of networks that diverged: they are those of the last finite record, maybe of the start."""
    return found.assign({name: found[name].where(found["converged"] == 1) for name in (*ENDS, "rqi_step")})


def averages(found: xarray.Dataset) -> dict[str, xarray.DataArray]:
    """Mean over networks and its standard error, from their scatter."""
    new = {}
    for name in ENDS:
        new[f"{name}_mean"] = found[name].mean("replica")
        new[f"{name}_error"] = found[name].std("replica", ddof=1) / np.sqrt(found[name].notnull().sum("replica"))
    return new


def shares(found: xarray.Dataset) -> dict[str, xarray.DataArray]:
    """Shares of networks with 95 % Wilson intervals."""
    new = {}
    events = {"line": found["rqi"] > LINE, "generalised": reached(found["test_accuracy"], LEVEL), "forced": found["nullity"] == 2}
    for name, event in events.items():
        low, high = wilson_interval(event.sum("replica").values, found.sizes["replica"])
        new[f"{name}_share"] = event.mean("replica")
        new[f"{name}_low"], new[f"{name}_high"] = (event.mean("replica").copy(data=np.asarray(end)) for end in (low, high))
    return new


def without_nullity(found: xarray.Dataset) -> tuple[int, int]:
    """How many networks have found a line that their training set does not force, of how many of such training sets."""
    free = found["nullity"].values > 2
    return int(np.sum(free & (found["rqi"].values > LINE))), int(np.sum(free))


def agreement(here: xarray.Dataset) -> dict[str, float]:
    """How well the embedding predicts, over the networks of one decoder rate whose accuracies are known; NaN without any."""
    known = (here["training_pairs"] / COUNT).broadcast_like(here["real_accuracy"])
    share, real, predicted = (
        a.transpose(*here["real_accuracy"].dims).values.ravel() for a in (known, here["real_accuracy"], here["predicted_accuracy"])
    )
    fine = np.isfinite(real) & np.isfinite(predicted)
    share, real, predicted = share[fine], real[fine], predicted[fine]
    test_pairs = 1 - share
    test = here["test_accuracy"].values.ravel()[fine]
    promised = (predicted - share) / test_pairs
    return {
        "correlation": _correlation(real, predicted),
        "by size alone": _correlation(real, share),
        "on test pairs": _correlation(test, promised),
        "mean difference": float(np.mean(np.abs(real - predicted))) if real.size else np.nan,
        "largest difference": float(np.max(np.abs(real - predicted))) if real.size else np.nan,
    }


def sufficient(half: float, error: float, forced: float) -> str:
    """Whether half of the networks have the line where half of the training sets force it; `half` NaN: they never do."""
    if np.isfinite(half) and not abs(half - forced) > 3 * error:
        return "not shown to be more or less than enough"
    return "enough here" if half <= forced else "not sufficient"


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
