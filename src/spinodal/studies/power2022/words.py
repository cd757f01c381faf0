"""What the runs say of each published claim: comparisons, verdict, caveats, tables."""

import numpy as np
import xarray

from ...report import Table
from ...transitions.learning_phases import wilson_interval
from ..averages import with_error
from ..comparison import Comparison
from .analysis import CEILING, slope
from .cell import ARMS, GROUP, LEVEL

SOURCE = "arXiv:2201.02177"
HARD = "cubic-mixed"
GROWTH_SPAN = (0.25, 0.3)  # of the table, in which the time grows by 40 to 50 % for 1 % less
CAVEATS = (
    f"Time is that to a test accuracy of {LEVEL}. A run that did not reach it within the cap is later than all that did: it is neither "
    "dropped nor counted as the cap. 'Never' means never within the cap.",
    "The data that is needed is where half of the runs generalise within the cap: it depends on the cap, and is not a threshold.",
    "The growth of the time with one per cent less data is fitted to the fractions whose median came within the cap, and so is a lower "
    "bound where others did not. The published 40 to 50 % are for S5 between 25 and 30 % of its table; a fit to these alone is "
    "compared with them.",
    "Generalising need not last: at these rates test accuracy can fall again, and does in some runs within the updates that are made after "
    "the crossing. Times are those of the first crossing, accuracies the best of a run.",
    "Of the released code two constant tokens are left out, one before the first symbol and one after the answer. Batches are drawn anew "
    "for each update, not epoch by epoch.",
)
SMALLER = (
    "The quick size is not the published experiment: p = 23, two layers of width 32 in place of 128, batches of 96, rate 0.003, 2,500 "
    "updates in place of 100,000. That decay halves the data, and that an operation is never learned, are not decided at this size."
)


def comparisons(found: xarray.Dataset, size: str) -> tuple[Comparison, ...]:
    """Trends of every arm that generalises somewhere; published numbers where their experiment was run."""
    rows = []
    for arm in map(str, found["arm"].values):
        here = found.sel(arm=arm)
        if int(here["reached"].sum()) and ARMS[arm][0] != HARD:
            share = float(here["falling_share"])
            rows.append(Comparison(f"pairs of fractions in which less data takes longer, {arm}: nearly all", 1.0, share, SOURCE, 0.2))
    paper = size == "paper"
    hard = [arm for arm in map(str, found["arm"].values) if ARMS[arm][0] == HARD]
    reached = float(found["reached"].sel(arm=hard).sum()) if hard else np.nan
    rows.append(Comparison("runs of a³ + ab² + b that generalise at any fraction", 0.0, reached if paper else np.nan, SOURCE, 0.0))
    for task in (GROUP, "divide"):
        ratio, error = needed_ratio(found, task) if paper else (np.nan, np.nan)
        what = f"data needed with decay 1 over that without, {task}: about a half"
        rows.append(Comparison(what, 0.5, ratio, f"{SOURCE}, figure 2", 0.1, error, freedom=found.sizes["replica"] - 1))
    growth, error = published_growth(found) if paper else (np.nan, np.nan)
    what = f"growth of the median time for 1 % of the table less, {GROUP}, from 30 to 25 %: 40 to 50 %"
    freedom = found.sizes["replica"] - 1
    rows.append(Comparison(what, 0.45, growth, f"{SOURCE}, section 3.1 (recalled)", 0.05, error, freedom=freedom))
    return tuple(rows)


def published_growth(found: xarray.Dataset) -> tuple[float, float]:
    """`slope` of the group with decay, from the shares that the published number is of."""
    low, high = GROWTH_SPAN
    near = found.sel(arm=f"{GROUP}: decay 1", train_fraction=slice(low, high))
    return slope(near["train_fraction"].values, near["test_step"].values)


def needed_ratio(found: xarray.Dataset, task: str) -> tuple[float, float]:
    """Data needed with decay 1 over that without, and its standard error; NaN unless both lie inside the grid of fractions."""
    arms = [f"{task}: {name}" for name in ("decay 1", "no decay")]
    if not set(arms) <= set(map(str, found["arm"].values)):
        return np.nan, np.nan
    least = float(found["train_fraction"].min())
    values, errors = (np.array([float(found[name].sel(arm=arm)) for arm in arms]) for name in ("needed", "needed_error"))
    if not np.isfinite(values).all() or (values <= least).any():
        return np.nan, np.nan
    ratio = float(values[0] / values[1])
    spread = float(ratio * np.sqrt(np.sum((errors / values) ** 2)))
    return ratio, spread


def verdict(found: xarray.Dataset, size: str) -> tuple[str, ...]:
    """A sentence for each claim."""
    sentences = []
    judged_arms = int(found["falling_p"].notnull().sum())
    for arm in map(str, found["arm"].values):
        here = found.sel(arm=arm)
        share, chance = float(here["falling_share"]), float(here["falling_p"])
        if not int(here["reached"].sum()):
            runs = here["reached"].size * found.sizes["replica"]
            high = wilson_interval(0, runs)[1]
            sentences.append(f"{arm}: none of {runs} runs generalises within the cap (95 %: at most {high:.0%} would).")
            continue
        judged = "it does" if chance < CEILING / judged_arms and share > 0.5 else "not decided"
        growth = float(here["growth"])
        by = f"; the median grows by {growth:.1%} for each 1 % of the table less" if np.isfinite(growth) else ""
        sentences.append(
            f"{arm}: less data takes longer in {share:.0%} of the pairs of fractions (shuffled: p = {chance:.2g}): {judged}{by}."
        )
    if judged_arms > 1:
        sentences.append(f"{judged_arms} arms have a trend to test, so each needs p below {CEILING:g} / {judged_arms}.")
    for task in dict.fromkeys(ARMS[str(arm)][0] for arm in found["arm"].values):
        if {f"{task}: decay 1", f"{task}: no decay"} <= set(map(str, found["arm"].values)):
            sentences.append(_decay(found, task))
    return (*sentences, *([SMALLER] if size != "paper" else []))


def _decay(found: xarray.Dataset, task: str) -> str:
    ratio, error = needed_ratio(found, task)
    counts = [int(found["reached"].sel(arm=f"{task}: {name}").sum()) for name in ("decay 1", "no decay")]
    runs = found.sizes["train_fraction"] * found.sizes["replica"]
    said = f"Of {task}, {counts[0]} of {runs} runs generalise with decay 1 and {counts[1]} without"
    if not np.isfinite(ratio):
        return f"{said}; by how much decay lessens the data that is needed is not decided: one of the two lies outside the fractions tried."
    return f"{said}; with decay they need {with_error(ratio, error)} of the data (published: about a half)."


def tables(found: xarray.Dataset) -> tuple[Table, ...]:
    """Each arm, and every point."""
    arms, points = [], []
    for arm in map(str, found["arm"].values):
        here = found.sel(arm=arm)
        numbers = [float(here[name]) for name in ("growth", "growth_error", "falling_share", "falling_p")]
        arms.append(
            (*ARMS[arm], int(here["reached"].sum()), here["reached"].size * found.sizes["replica"], *_needed(here), *map(_short, numbers))
        )
        for fraction in found["train_fraction"].values:
            at = here.sel(train_fraction=fraction)
            low, high = wilson_interval(int(at["reached"]), found.sizes["replica"])
            ends = [_short(float(at[f"median_{name}"])) for name in ("value", "low", "high")]
            points.append(
                (*ARMS[arm], float(fraction), int(at["reached"]), _short(low), _short(high), *ends, float(at["best_test_accuracy"].max()))
            )
    columns = (
        *("operation", "regularisation", "runs that generalise", "of", "data needed", "± 1 s.e.", "growth for 1 % less", "± 1 s.e."),
        *("less data takes longer", "p"),
    )
    note = "Data needed: share of the pairs at which half of the runs generalise. A dash: not within the fractions or the cap."
    names = (
        *("operation", "regularisation", "fraction", "generalise", "low (share)", "high (share)", "median updates", "low", "high"),
        "best test accuracy",
    )
    note_2 = "Intervals of shares are Wilson's; those of medians are between order statistics, with fewer than 6 runs the extremes."
    return Table("Every arm", columns, arms, note), Table("Every fraction", names, points, note_2, folded=True)


def _needed(here: xarray.Dataset) -> tuple[float | str, float]:
    """As numbers, or as a bound where half of the runs generalise at the smallest fraction already."""
    value, error, least = float(here["needed"]), float(here["needed_error"]), float(here["train_fraction"].min())
    return (f"at most {least:g}", np.nan) if value <= least else (_short(value), _short(error))


def _short(value: float) -> float:
    return float(f"{value:.3g}") if np.isfinite(value) else np.nan
