"""Steps x rate x decay: does more weight decay grok later, as an appendix of arXiv:2301.05217 says, or sooner, as its text does?"""

from typing import Any

import numpy as np
import xarray

from ...citations import NANDA2023
from ...figures import nanda2023_decay as figures
from ...report import Table
from ...sweeps import Study, Sweep
from ..censored import median_of
from ..censored_line import LATER, SEEN, Line, fit_line
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from . import published
from .cell import FIT_LEVEL
from .decay_cell import CROSSING, DIMS, UNITS, DecayCell, group_key, run_cell

RATES, DECAYS = (1e-3, 3e-3, 1e-2), (0.1, 0.3, 1.0, 3.0)
SIZES: dict[str, dict[str, Any]] = {
    "quick": {"grid": {"learning_rate": list(RATES), "weight_decay": list(DECAYS), "replica": range(3)}, "base": {}},
    "paper": {
        "grid": {"learning_rate": [3e-4, *RATES[:2]], "weight_decay": list(DECAYS), "replica": range(5)},
        "base": {"prime": published.PRIME, "train_fraction": published.FRACTION, "d_model": 128, "d_mlp": 512, "steps": 40_000},
    },
}
AXES = {"weight_decay": "learning_rate", "learning_rate": "weight_decay"}  # along which a line is fitted, and what is held
NAMES = {"weight_decay": "decay", "learning_rate": "rate"}
MOST = published.DECAY  # the claims compare .1 with 1: lines along decay end there, and what is beyond is told apart
SURE = 2.58  # standard errors from 0: 99 %
CAVEATS = (
    f"The time is the update of a test loss below {FIT_LEVEL}, counted from the start. A run that has not got there is later than its last "
    "update, and enters the fits as that.",
    f"Lines along decay end at {MOST:g}, as the published pair does: beyond, seeds may part into some that are fast and some that never "
    "get there, which is no scatter about a line. They are fitted by likelihood with normal scatter of ln(time); where time is no power of "
    "decay or rate, a slope is a mean over the range, and its error does not know. Every run has a split and a network of its own. The "
    "sign along decay is that of the mean over rates, weighted by errors, where it is 2.58 of its errors from 0.",
    "Decoupled decay shrinks weights by rate x decay an update. Were that the only clock, time would go as 1/(rate x decay). The rate "
    "moves the fit of the training set as well.",
)
SMALLER = "This quick size is p = 31, 70 % of the pairs, width 64, 6,000 updates; published are p = 113, 30 %, width 128 and rate 0.001."

study = Study(
    name="nanda2023-decay",
    version=1,
    settings=DecayCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=NANDA2023,
)


def sweep(size: str, seed: int) -> Sweep:
    """Rates, decays and seeds of the size."""
    return sized_sweep(study, size, seed, **SIZES[size])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Slopes of ln(time) along decay at every rate, and along rate at every decay."""
    found = dataset.transpose("learning_rate", "weight_decay", "replica", ...)
    compared = found.sel(weight_decay=found["weight_decay"] <= MOST)
    lines = {along: lines_along(compared, along) for along in AXES}
    product = clock_line(compared)
    rows = comparisons(lines["weight_decay"], product)
    smaller = (SMALLER,) if size == "quick" else ()
    verdicts = (*(verdict(compared, along, lines[along]) for along in AXES), clock(compared, product), *beyond(found), tally(rows))
    return Analysis(with_lines(found, lines["weight_decay"], product), rows, verdicts, (*CAVEATS, *smaller), (_table(found),))


def lines_along(found: xarray.Dataset, along: str) -> dict[float, Line]:
    """ln(time) against ln(`along`), one line for each value of the other axis."""
    cuts = {float(at): found.sel({AXES[along]: at}) for at in found[AXES[along]].values}
    return {at: _line(runs, runs[along]) for at, runs in cuts.items()}


def clock_line(found: xarray.Dataset) -> Line:
    """ln(time) against ln(rate x decay), all runs together."""
    return _line(found, found["learning_rate"] * found["weight_decay"])


def _line(runs: xarray.Dataset, against: xarray.DataArray) -> Line:
    time = runs[CROSSING].fillna(runs["last_step"])
    known = time.notnull().values  # a run that diverged at once says nothing
    x = np.log(against.broadcast_like(time).transpose(*time.dims).values)
    kind = np.where(runs[CROSSING].notnull(), SEEN, LATER)
    return fit_line(x[known], np.log(time.values[known]), kind[known])


def with_lines(found: xarray.Dataset, lines: dict[float, Line], product: Line) -> xarray.Dataset:
    """What the figure draws: lines along decay that are sure of their sign, and that against rate x decay."""
    for name in ("intercept", "slope"):
        found[f"decay_{name}"] = ("learning_rate", [getattr(line, name) if line.sure else np.nan for line in lines.values()])
        found[f"clock_{name}"] = getattr(product, name)
    return found.assign_attrs(most=MOST)


def together(lines: dict[float, Line]) -> tuple[float, float]:
    """The mean of the slopes, weighted by their errors, and its own: lines share no run. NaN without a line of finite error.

    error = sqrt(max(1, chi^2 / (n - 1)) / sum w): widened where the errors do not explain how the slopes differ.
    """
    slopes, errors = np.array([(line.slope, line.slope_error) for line in lines.values()]).T
    fine = np.isfinite(errors)
    if not fine.any():
        return np.nan, np.nan
    weights = errors[fine] ** -2.0
    mean = weights @ slopes[fine] / weights.sum()
    scatter = weights @ (slopes[fine] - mean) ** 2 / (fine.sum() - 1) if fine.sum() > 1 else 1.0
    return float(mean), float(np.sqrt(max(1.0, scatter) / weights.sum()))


def comparisons(lines: dict[float, Line], product: Line) -> tuple[Comparison, ...]:
    """The sign along decay, of which both published claims cannot be right, and whether rate x decay is the only clock."""
    sign, (slope, error) = float(np.sign(published.decay_slope())), together(lines)
    found = float(np.sign(slope)) if abs(slope) > SURE * error else np.nan
    return (
        Comparison(
            f"sign of the slope of ln(time) against ln(decay) at given rates, decays to {MOST:g}",
            sign,
            found,
            "released runs, decay .1 against 1; the appendix says +1",
            0.0,
        ),
        Comparison(
            f"slope of ln(time) against ln(rate x decay), decays to {MOST:g}",
            -1.0,
            product.slope,
            "decay as the only clock",
            0.0,
            product.slope_error,
            largest_error=0.25,
            freedom=max(product.seen - 2, 0),
        ),
    )


def verdict(found: xarray.Dataset, along: str, lines: dict[float, Line]) -> str:
    """The slopes along one axis, in words."""
    other = AXES[along]
    parts = []
    for at, line in lines.items():
        runs = found.sel({other: at})
        never = f"{int(runs[CROSSING].isnull().sum())} of {runs[CROSSING].size} runs censored"
        if not line.converged:
            parts.append(f"{NAMES[other]} {at:g}: no line, {line.message} ({never})")
            continue
        judged = "sooner" if line.slope < 0 else "later"
        parts.append(f"{NAMES[other]} {at:g}: {line.slope:.2f}({line.slope_error:.2f}), {judged if line.sure else 'sign open'} ({never})")
    low, high = (float(found[along].values[place]) for place in (0, -1))
    head = f"Slope of ln(time) against ln({NAMES[along]}), {low:g} to {high:g}: {'; '.join(parts)}."
    if along == "learning_rate":
        return head
    slope, error = together(lines)
    head = f"{head} Together {slope:.2f}({error:.2f}): "
    if not abs(slope) > SURE * error:
        return f"{head}the sign is open."
    if slope < 0:
        return f"{head}more decay groks sooner, as the text and the released runs say, against the appendix."
    return f"{head}more decay groks later, as the appendix says."


def clock(found: xarray.Dataset, line: Line) -> str:
    """Whether rate x decay alone keeps the time."""
    if not line.converged:
        return f"Rate x decay as a clock: no line, {line.message}."
    product = (found[CROSSING] * found["learning_rate"] * found["weight_decay"]).values
    seen, over = product[np.isfinite(product)], (found["learning_rate"] * found["weight_decay"]).values
    return (
        f"Against ln(rate x decay), {over.min():.1g} to {over.max():.1g}, all rates together, the slope is {line.slope:.2f}"
        f"({line.slope_error:.2f}); decay as the only clock has -1. The scatter of ln(time) about the line is {line.spread:.2f}; time x "
        f"rate x decay is {np.median(seen):.2g} in the median of {seen.size} runs that got there, {seen.min():.2g} to {seen.max():.2g}."
    )


def beyond(found: xarray.Dataset) -> tuple[str, ...]:
    """What happens at more decay than the published pair has."""
    parts = []
    for decay in (float(value) for value in found["weight_decay"].values if value > MOST):
        for rate in found["learning_rate"].values:
            steps = found[CROSSING].sel(learning_rate=rate, weight_decay=decay).values
            there = steps[np.isfinite(steps)]
            by = f", by {np.median(there):,.0f} in the median" if there.size else ""
            parts.append(f"decay {decay:g}, rate {rate:g}: {there.size} of {steps.size} get there{by}")
    return (f"Beyond the published pair: {'; '.join(parts)}.",) if parts else ()


def _table(found: xarray.Dataset) -> Table:
    rows = []
    for rate in found["learning_rate"].values:
        for decay in found["weight_decay"].values:
            runs = found.sel(learning_rate=rate, weight_decay=decay)
            middle, fitted = median_of(runs[CROSSING].values), median_of(runs["fitted_step"].values)
            times = (x if np.isfinite(x) else np.nan for x in (fitted.value, middle.value, middle.low, middle.high))
            rows.append((float(rate), float(decay), f"{middle.events} of {middle.runs}", *times, float(runs["norm"].median())))
    columns = (
        *("rate", "decay", f"test loss below {FIT_LEVEL}", "train loss below it, median"),
        *("test loss below it, median", "low", "high", "norm of weights at the end"),
    )
    return Table(
        "Every rate and decay", columns, rows, "Updates. Low and high: between order statistics; a dash: beyond the end.", folded=True
    )


recipe = Recipe(
    name=study.name,
    question="Does more weight decay make a transformer grok later, or sooner, at which learning rates?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "decay",
            f"Update of a test loss below {FIT_LEVEL}. (a) Against weight decay, a marker for each learning rate; (b) against the product "
            "of rate and decay. Every run a point; triangles: not within the run (censored), at its last update. Lines: fits by likelihood "
            f"to decays up to {MOST:g}, in (a) where the sign is sure; dotted: slope -1, decay as the only clock.",
            figures.decay,
        ),
    ),
    executor="processes",
    health=run_table,
)
