"""What the runs say by rule: phases, who moves before the test loss, and how the delay depends on fraction and decay."""

import functools
from typing import Any

import numpy as np
import xarray

from ..censored_line import EARLIER, LATER, SEEN, Line, fit_line
from ..delay_laws import LAWS, POWER, Laws, fit_laws
from . import published
from .cell import CROSSED, MAIN, arm_point
from .readings import CHOICES, PAST, PUBLISHED, QUANTILES, WAYS
from .rules import PHASES, moved_step, phase_codes, phase_steps

RUN = ("replica", "arm")
CROSSING = CROSSED[0.1]  # of the test loss: a run has grokked
FUTURE = ", final keys"  # ends the names of readings whose frequencies are those of the finished network
RANDOM = ", random keys"  # the same of as many frequencies that are not key: median of the null
READINGS = {  # name: series, direction; those of trig have the key frequencies of the logit weights at the same look
    "restricted loss": ("past_restricted", -1),
    "excluded loss": ("past_excluded", 1),
    "variance explained": ("past_variance_explained", 1),
    "Gini, embedding": ("gini_embedding", 1),
    "Gini, logit weights": ("gini_logit_weights", 1),
    "weight norm": ("curve_norm", -1),
    "train loss": ("curve_train_loss", -1),
    f"restricted loss{FUTURE}": ("published_restricted", -1),
    f"excluded loss{FUTURE}": ("published_excluded", 1),
    f"restricted loss{RANDOM}": ("random_restricted", -1),
    f"excluded loss{RANDOM}": ("random_excluded", 1),
}
TRIED = tuple(name for name in READINGS if not name.endswith((FUTURE, RANDOM)))  # that could have been seen at the time
STRETCHES = ("fitted", "cleanup", "stable", "formed")


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with phases and moves of every run."""
    found = dataset.transpose(*RUN, ...).assign_coords(
        look=np.arange(dataset.sizes["look"]),
        choice=list(CHOICES),
        way=list(WAYS),
        quantile=list(QUANTILES),
        frequency=1 + np.arange(dataset.sizes["frequency"]),
        reading=list(READINGS),
    )
    for name in ("restricted", "restricted_text", "excluded", "variance_explained"):
        found[f"published_{name}"] = found[name].sel(choice=PUBLISHED, drop=True)
        found[f"past_{name}"] = found[name].sel(choice=PAST, drop=True)
    for name in ("restricted", "excluded"):
        found[f"random_{name}"] = found[f"null_{name}"].sel(quantile=0.5, drop=True)
    bounds, phase, moved, reference, looks = [], [], [], [], []
    for run in _runs(found):
        steps, since = run["curve_step"], float(run["train_step"])
        here = phase_steps(run)
        bounds.append([here[name] for name in STRETCHES])
        phase.append(phase_codes(steps, here))
        moved.append([moved_step(steps, run[series], since, way) for series, way in READINGS.values()])
        reference.append(moved_step(steps, run["curve_test_loss"], since, -1))
        places = np.searchsorted(steps, [*moved[-1], reference[-1]])
        looks.append(places[-1] - places[:-1])
    shape = tuple(found.sizes[name] for name in RUN)
    for k, name in enumerate(STRETCHES):
        found[f"phase_{name}"] = (RUN, np.array(bounds)[:, k].reshape(shape))
    found["phase"] = ((*RUN, "look"), np.array(phase).reshape(*shape, -1))
    found["moved_step"] = ((*RUN, "reading"), np.array(moved).reshape(*shape, -1), {"units": "updates"})
    found["test_loss_moved_step"] = (RUN, np.array(reference).reshape(shape), {"units": "updates"})
    found["lead"] = (found["test_loss_moved_step"] - found["moved_step"]).assign_attrs(units="updates")
    found["lead_looks"] = ((*RUN, "reading"), np.array(looks).reshape(*shape, -1), {"units": "looks"})
    found["lead_looks"] = found["lead_looks"].where(found["lead"].notnull())
    found["grokked"] = found[CROSSING].notnull()
    return found.assign_attrs(phases=", ".join(PHASES))


def _runs(found: xarray.Dataset):
    columns = {str(name): values.values for name, values in found.data_vars.items() if values.dims[:2] == RUN}
    for place in np.ndindex(*(found.sizes[name] for name in RUN)):
        yield {name: values[place] for name, values in columns.items()}


def arms(found: xarray.Dataset, what: str) -> list[str]:
    """The arms along "fraction" or "decay", ascending, the main one among them."""
    base = float(found["fraction"].sel(arm=MAIN)[0]), float(found["decay"].sel(arm=MAIN)[0])
    place = ("fraction", "decay").index(what)
    names = [str(arm) for arm in found["arm"].values if str(arm) == MAIN or str(arm).startswith(what)]
    return sorted(names, key=lambda arm: arm_point(arm, *base)[place])


def at_end(found: xarray.Dataset) -> xarray.Dataset:
    """Every run at its last look."""
    return found.isel(look=found["curve_step"].notnull().sum("look") - 1)


def law_arms(found: xarray.Dataset) -> list[str]:
    """The arms along the fraction that the laws are fitted to: at the published prime those within the published range alone."""
    top = published.FITTED_UP_TO if found.attrs["prime"] == published.PRIME else 1.0
    return [arm for arm in arms(found, "fraction") if float(found["fraction"].sel(arm=arm)[0]) <= top]


def times(found: xarray.Dataset, what: str, since_fit: bool) -> dict[str, np.ndarray]:
    """Every run along "fraction" or "decay": `x`, ln of its time `y`, and its `kind`.

    The time is the step of a test loss below 0.1, or the delay from a train loss below 0.1 to it. A run that never crossed is censored at
    its last step; a delay of no record at all is shorter than one; a run that was never fitted says nothing and is NaN.
    """
    here = found.sel(arm=arms(found, what))
    x, crossing, fitted, last = (here[name].values.ravel() for name in (what, CROSSING, "fitted_step", "last_step"))
    never = ~np.isfinite(crossing)
    time = np.where(never, last, crossing) - (fitted if since_fit else 0)
    every = found.attrs["every"]
    kind = np.where(never, LATER, np.where(time < every, EARLIER, SEEN))
    return {"x": x, "y": np.log(np.where(np.isfinite(time), np.maximum(time, every), np.nan)), "kind": kind}


def _told(points: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    known = np.isfinite(points["y"])
    return {name: values[known] for name, values in points.items()}


def fraction_laws(found: xarray.Dataset) -> dict[str, Laws]:
    """Both laws for our runs and for the published table."""
    ours = _told(times(found.sel(arm=law_arms(found)), "fraction", since_fit=True))
    return {"here": fit_laws(ours["x"], ours["y"], ours["kind"]), "published": published_laws()}


@functools.cache
def published_laws() -> Laws:
    """Both laws for the published table, which no run changes."""
    fraction, delay = published.delays()
    return fit_laws(fraction, np.log(delay), np.full(len(fraction), SEEN))


def decay_line(found: xarray.Dataset) -> Line:
    """ln(step of a test loss below 0.1) against ln(decay), runs beyond the cap censored."""
    points = _told(times(found, "decay", since_fit=False))
    return fit_line(np.log(points["x"]), points["y"], points["kind"])


def with_fits(found: xarray.Dataset, laws: dict[str, Laws], decay: Line) -> xarray.Dataset:
    """What figures draw: coefficients of every fit, published points, and which arms lie along fraction and decay."""
    rows: dict[str, Any] = {name: np.full((2, 2), np.nan) for name in ("intercept", "slope", "threshold", "slope_error")}
    for i, here in enumerate(laws.values()):
        for j, law in enumerate(LAWS):
            line = here.lines[law]
            for name in ("intercept", "slope", "slope_error"):
                rows[name][i, j] = getattr(line, name)
            rows["threshold"][i, j] = here.threshold if law == POWER else np.nan
    found = found.assign_coords(source=list(laws), law=list(LAWS))
    found = found.assign({f"law_{name}": (("source", "law"), values) for name, values in rows.items()})
    line = np.array([decay.intercept, decay.slope, decay.slope_error])
    found = found.assign_coords(coefficient=["intercept", "slope", "slope error"]).assign(decay_line=("coefficient", line))
    for what in ("fraction", "decay"):
        found[f"along_{what}"] = ("arm", np.isin(found["arm"].values, arms(found, what)))
    fraction, delay = published.delays()
    slow = [(published.DECAY, published.CROSSINGS[published.FRACTION][1]), (published.SLOW_DECAY, published.SLOW_CROSSING)]
    return found.assign(
        published_fraction=("published_run", fraction),
        published_delay=("published_run", delay, {"units": "updates"}),
        published_decay=("published_decay_run", [float(at) for at, _ in slow]),
        published_decay_step=("published_decay_run", [float(step) for _, step in slow], {"units": "updates"}),
    )
