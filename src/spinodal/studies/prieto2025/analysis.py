"""What follows from the runs: when the softmax has collapsed, what the gradient is then, and who wins the race."""

import numpy as np
import xarray

from ..censored import censored_median
from ..tuning import best, on_edge
from .arms import COLLAPSING, RACING, decayed, perpendicular
from .duels import share_by
from .looks import READINGS
from .stall import watched

RUN = ("replica", "arm")
RELEASED, LABELLED = 0.4, 0.5  # of collapse at the dotted lines of figure 2: by the released data, and by their label
LEVELS = (RELEASED, LABELLED)
BOUNDS = ("collapsed_at_most", "collapsed", "collapsed_at_least")  # from the first to collapse to the last
PUBLISHED = perpendicular(0.01)
RACE_POINTS = 400


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with the steps of collapse, slingshots, and every reading at the most collapsed look before one."""
    found = dataset.transpose(*RUN, ...).assign_coords(look=np.arange(dataset.sizes["look"]), level=list(LEVELS), bound=list(BOUNDS))
    shares = xarray.concat([found[name] for name in BOUNDS], "bound").transpose(*RUN, "bound", "look")
    reached = xarray.concat([shares >= level for level in LEVELS], "level")
    first = reached.argmax("look")
    steps = found["curve_step"].isel(look=first).where(reached.any("look"))
    found["collapse_step"] = steps.transpose(*RUN, "level", "bound").assign_attrs(units="updates")
    found = watched(found)
    peak = found["collapsed"].where(~found["after"]).fillna(-1).argmax("look")
    for name in ("curve_step", *READINGS):
        found[f"peak_{name}"] = found[name].isel(look=peak)
    found = _race(found.drop_vars([name for name in found.coords if name not in found.dims]))
    chosen = {"baseline": grid(found), "best_perpgrad": tuned_rates(found)}
    return found.assign_attrs({what: names[best(steps)] if names else "" for what, (names, steps) in chosen.items()})


def _race(found: xarray.Dataset) -> xarray.Dataset:
    """The median step of every arm (infinite: beyond its end), and the share of the seeds that are there by each update of the race."""
    steps = [steps_of(found, str(arm)) for arm in found["arm"].values]
    racing = present(found, RACING)
    end = float(found["budget"].sel(arm=racing).max()) if racing else 1.0
    updates = np.linspace(0, end, RACE_POINTS + 1)
    shares = [np.stack(parts) for parts in zip(*(share_by(one, updates) for one in steps), strict=True)]
    names = ("race_share", "race_share_low", "race_share_high")
    found = found.assign_coords(race_update=("race_update", updates, {"units": "updates"}))
    found["median_step"] = ("arm", [censored_median(one) for one in steps], {"units": "updates"})
    return found.assign({name: (("arm", "race_update"), values) for name, values in zip(names, shares, strict=True)})


def present(found: xarray.Dataset, names) -> list[str]:
    """Those of the arms that were run."""
    here = {str(name) for name in found["arm"].values}
    return [name for name in names if name in here]


def collapsing(found: xarray.Dataset) -> list[str]:
    """Arms without decay that run long."""
    return present(found, COLLAPSING)


def steps_of(found: xarray.Dataset, arm: str) -> np.ndarray:
    """The step at which each seed has generalised, NaN: never."""
    return found["test_step"].sel(arm=arm).values


def grid(found: xarray.Dataset) -> tuple[list[str], np.ndarray]:
    """The baseline's candidates, rate by rate, and their steps (candidates, seeds)."""
    return _candidates(found, [name for name, arm in RACING.items() if name == decayed(arm.learning_rate, arm.weight_decay)])


def tuned_rates(found: xarray.Dataset) -> tuple[list[str], np.ndarray]:
    """PerpGrad at its rates, and their steps."""
    return _candidates(found, [name for name, arm in RACING.items() if name == perpendicular(arm.learning_rate)])


def edge(names: list[str], name: str) -> str:
    """At which ends of the grid of these candidates the chosen one lies."""
    settings = {other: {"rate": RACING[other].learning_rate, "decay": RACING[other].weight_decay} for other in names}
    return on_edge(settings[name], list(settings.values()))


def cost(found: xarray.Dataset, names: list[str]) -> float:
    """All that these arms cost, over all seeds."""
    return float(found["last_step"].sel(arm=names).sum())


def _candidates(found: xarray.Dataset, names: list[str]) -> tuple[list[str], np.ndarray]:
    names = present(found, names)
    return names, np.array([steps_of(found, name) for name in names]).reshape(len(names), found.sizes["replica"])
