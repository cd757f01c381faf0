"""What the paper claims as numbers, beside what came out."""

import numpy as np
import xarray

from ..comparison import Comparison
from ..tuning import held_out
from .analysis import LABELLED, PUBLISHED, RELEASED, grid, present, steps_of
from .race import duel

PAPER = "arXiv:2501.04697"
FEW = 300  # updates in which PerpGrad is published to generalise
MANY = 80_000  # ... and StableMax


def comparisons(found: xarray.Dataset) -> tuple[Comparison, ...]:
    """One row a claim: collapse, the dotted lines, StableMax, PerpGrad."""
    return (*_collapse(found), *_stablemax(found), *_perpgrad(found))


def _collapse(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for arm in present(found, ("float32", "float32, epsilon 1e-30", "float32, rate 5e-4")):
        run = found.sel(arm=arm)
        end = float(run["budget"].max())
        rows.append(_share(f"{arm}, no decay: share of seeds that generalise by update {end:g}", 0.0, run["test_step"].notnull().values))
        silent = (run["peak_silent_rows"] / run["peak_silent_labels"]).where(run["peak_silent_labels"] > 0)
        rows.append(
            Comparison(
                f"{arm}: of the rows whose label gets no gradient, the share that gets none at any logit, at the most collapsed look",
                1.0,
                _mean(silent.values),
                f"{PAPER}: collapse ends learning",
                0.05,
                _error(silent.values),
                should_agree=False,
            )
        )
        step = run["collapse_step"].sel(bound="collapsed")
        ratio = (step.sel(level=LABELLED) / step.sel(level=RELEASED)).values
        what = f"{arm}: step of {LABELLED:.0%} collapse (label) over that of {RELEASED:.0%} (released data)"
        rows.append(Comparison(what, 1.0, _mean(ratio), f"{PAPER}, dotted lines of figure 2", 0.0, _error(ratio)))
    return rows


def _stablemax(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for arm in present(found, ("StableMax",)):
        run = found.sel(arm=arm)
        end = float(run["budget"].max())
        if end >= MANY:  # a shorter run decides nothing
            rows.append(
                _share(f"{arm}, no decay: share of seeds that generalise by update {end:g}", 1.0, run["test_step"].notnull().values)
            )
        for other in present(found, ("float64",)):
            ahead = (run["test_accuracy"] > found["test_accuracy"].sel(arm=other)).values
            rows.append(_share(f"{arm}: share of seeds with a larger test accuracy at the end than softmax in {other}", 1.0, ahead))
    return rows


def _perpgrad(found: xarray.Dataset) -> list[Comparison]:
    if not present(found, (PUBLISHED,)):
        return []
    ours = steps_of(found, PUBLISHED)
    rows = [_share(f"{PUBLISHED}: share of seeds that generalise within {FEW} updates", 1.0, ours <= FEW)]
    rivals = [(name, steps_of(found, name)) for name in present(found, ("AdamW 0.01, decay 1",))]
    if found.sizes["replica"] > 1:
        rivals.append(("AdamW with decay, tuned on the other seeds", held_out(grid(found)[1])[0]))
    for name, theirs in rivals:
        who = duel(ours, theirs)
        share = who.sooner / who.decided if who.decided else np.nan
        rows.append(Comparison(f"{PUBLISHED} before {name}: share of seeds", 1.0, share, f"{PAPER}: faster", 0.0))
    return rows


def _share(what: str, expected: float, event: np.ndarray) -> Comparison:
    """No tolerance: the paper makes its claim without exception, so that one seed is enough against it."""
    return Comparison(what, expected, float(np.mean(event)), PAPER, 0.0)


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else np.nan


def _error(values: np.ndarray) -> float:
    """Standard error over the seeds that have a value; 0 for one, which tells nothing of it."""
    values = values[np.isfinite(values)]
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else 0.0
