"""What the runs say by rule: bands, phases, lead times against trivial predictors, and who tells early whether a run will generalise."""

import numpy as np
import xarray

from ...measures import information
from ...transitions.forecast import auroc
from ..averages import sign_test
from ..peaks import detection_step, peak_step
from .layer import QUANTILES
from .retraining import SETS
from .rules import PHASES, phase_codes, slope_signs

RUN = ("replica", "arm")
EARLY = 100  # updates: before the test accuracy rises in any arm
CURVES = {  # whose fall after a peak is to announce the rise of the test accuracy
    "synergy": "synergy",
    "synergy, published ranking": "published_synergy",
    "test loss": "curve_test_loss",
    "weight norm": "curve_norm",
    "share of zeros": "zeros_share",
    "participation ratio": "participation_ratio",
}
FITTED = "training accuracy above 0.98"
PREDICTORS = (*CURVES, FITTED)
TOLD = ("synergy", "synergy over its start", "redundancy", *list(CURVES)[1:], "training accuracy", "test accuracy")
DRAWS, LEAST_SEEDS = 500, 3  # of replicas; below so many their resampling tells nothing
NEEDED = 5  # runs on each side, below which nobody is said to win


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with everything that follows from them."""
    found = dataset.transpose(*RUN, ...).assign_coords(
        checkpoint=np.arange(dataset.sizes["checkpoint"]),
        quantile=list(QUANTILES),
        set=list(SETS),
        predictor=list(PREDICTORS),
        rule=["peak", "detection"],
        told=list(TOLD),
        phase_name=list(PHASES),
    )
    found = found.assign(_bands(found))
    found["rises"] = found["risen_step"].notnull()
    found["phase"] = _each_run(found, _phases, ("checkpoint",))
    found["announced_step"] = _each_run(found, _announced, ("predictor", "rule")).assign_attrs(units="updates")
    found["lead"] = (found["risen_step"] - found["announced_step"]).assign_attrs(units="updates")
    found["early_value"] = _each_run(found, _early, ("told",))
    positive = found["rises"].values.ravel()
    areas = [auroc(found["early_value"].sel(told=name).values.ravel(), positive).value for name in TOLD]
    found["area_under_roc"] = ("told", areas)
    for way, how in (("", "running"), ("published_", "published")):
        for name in (f"{way}synergy", f"{way}redundancy"):
            found[f"display_{name}"] = _each_run(found, lambda run, n=name, h=how: _display(run[n], h), ("checkpoint",))
    return found.assign_attrs(early=EARLY)


def lead_of(found: xarray.Dataset, predictor: str, rule: str) -> dict[str, float]:
    """Over the runs whose test accuracy rises: how many are announced, median, least and largest lead, and a sign test over replicas.

    A rise that is not announced has the lead minus infinity: it counts in the median and in the test, but not in the range. The arms of a
    replica share its split, so that the test is of their median, one sign a replica.
    """
    rises = found["rises"].values
    leads = found["lead"].sel(predictor=predictor, rule=rule).fillna(-np.inf).where(found["rises"]).values
    every, seen = leads[rises], leads[np.isfinite(leads)]
    median = float(np.median(every)) if every.size else np.nan
    least, largest = (float(seen.min()), float(seen.max())) if seen.size else (np.nan, np.nan)
    earlier, of, p = sign_test(np.sign([np.median(row[there]) for row, there in zip(leads, rises, strict=True) if there.any()]))
    about = {"runs": seen.size, "rises": every.size, "median": median, "least": least, "largest": largest}
    return {**about, "earlier": earlier, "of": of, "p": p}


def most_telling(found: xarray.Dataset) -> tuple[str, list[str]]:
    """Whose area is farthest from 1/2, and who is not behind it: by less than the width of a one-sided 97.5 % bootstrap over replicas.

    The arms of a replica stay together. A draw in which one side is empty says nothing of anyone and is left out.
    """
    positive, values = found["rises"].values, found["early_value"].transpose(*RUN, "told").values
    known = [name for name in TOLD if np.isfinite(float(found["area_under_roc"].sel(told=name)))]
    places = [TOLD.index(name) for name in known]

    def telling(replicas: np.ndarray) -> np.ndarray:
        sides = positive[replicas].ravel()
        return np.array([abs(auroc(values[replicas, :, k].ravel(), sides).value - 0.5) for k in places])

    ours = telling(np.arange(len(positive)))
    best = int(np.argmax(ours))
    drawn = np.random.default_rng(0).integers(len(positive), size=(DRAWS, len(positive)))
    rows = np.array([telling(draw) for draw in drawn])
    rows = rows[np.isfinite(rows).all(axis=1)]
    close = [k for k in range(len(known)) if k != best and not (rows[:, best] > rows[:, k]).mean() >= 0.975]
    return known[best], [known[k] for k in close]


def sides(found: xarray.Dataset) -> tuple[int, int]:
    """Runs whose test accuracy rises, and runs whose does not."""
    rises = int(found["rises"].sum())
    return rises, found["rises"].size - rises


def at_step(found: xarray.Dataset, name: str, step: float) -> xarray.DataArray:
    """A series of every run at the last checkpoint that is not later than `step`."""
    return _each_run(found, lambda run: _last_until(run, run[name], step), ()).rename(name)


def _each_run(found: xarray.Dataset, of_run, dims: tuple[str, ...]) -> xarray.DataArray:
    shape = tuple(found.sizes[name] for name in RUN)
    columns = {str(name): values.values for name, values in found.data_vars.items() if values.dims[:2] == RUN}
    array = np.array([of_run({name: values[place] for name, values in columns.items()}) for place in np.ndindex(*shape)])
    return xarray.DataArray(array.reshape((*shape, *array.shape[1:])), dims=(*RUN, *dims), coords={n: found[n] for n in (*RUN, *dims)})


def _bands(found: xarray.Dataset) -> dict[str, tuple]:
    """The null at every checkpoint: between those at which columns were shuffled it is drawn as straight lines."""
    bands = {}
    for name in ("null_synergy", "null_redundancy", "published_null_synergy", "published_null_redundancy"):
        array = np.full((*(found.sizes[d] for d in RUN), found.sizes["checkpoint"], len(QUANTILES)), np.nan)
        for place in np.ndindex(*array.shape[:2]):
            steps, known = found["null_step"].values[place], found[name].values[place]
            there = np.isfinite(steps) & np.isfinite(known).all(axis=1)
            if there.any():
                for q in range(len(QUANTILES)):
                    array[place][:, q] = np.interp(found["curve_step"].values[place], steps[there], known[there, q])
        bands[f"{name}_band"] = ((*RUN, "checkpoint", "quantile"), array, {"units": "nats"})
    return bands


def _phases(run: dict[str, np.ndarray]) -> np.ndarray:
    signs = []
    for name in ("synergy", "redundancy"):
        band = run[f"null_{name}_band"]
        signs.append(slope_signs(run[name], band[:, -1] - band[:, 0]))
    return np.where(np.isfinite(run["synergy"]), phase_codes(*signs), np.nan)


def _announced(run: dict[str, np.ndarray]) -> np.ndarray:
    """(predictor, rule): the clock starts where the training set is fitted, for every predictor alike."""
    steps, since = run["curve_step"], float(run["train_step"])
    rows = [[rule(steps, run[name], since) for rule in (peak_step, detection_step)] for name in CURVES.values()]
    return np.array([*rows, [since, since]])


def _early(run: dict[str, np.ndarray]) -> np.ndarray:
    values = {name: _last_until(run, run[series], EARLY) for name, series in CURVES.items()}
    values["synergy over its start"] = values["synergy"] / run["synergy"][0]
    for name, series in (
        ("redundancy", "redundancy"),
        ("training accuracy", "curve_train_accuracy"),
        ("test accuracy", "curve_test_accuracy"),
    ):
        values[name] = _last_until(run, run[series], EARLY)
    return np.array([values[name] for name in TOLD])


def _last_until(run: dict[str, np.ndarray], series: np.ndarray, step: float) -> float:
    places = np.flatnonzero(run["curve_step"] <= step)
    return float(series[places[-1]]) if places.size else np.nan


def _display(values: np.ndarray, how: str) -> np.ndarray:
    return information.normalise(values, how=how) if np.isfinite(values).any() else values
