"""What the paper claims as numbers, beside what came out."""

import numpy as np
import xarray

from ..averages import over_runs
from ..comparison import Comparison
from ..shares import universal
from ..tuning import held_out
from .analysis import PUBLISHED, grid, present, steps_of
from .arms import TWINS
from .duels import duel
from .stall import ONSET, stall

PAPER = "arXiv:2501.04697"
FEW = 300  # updates in which PerpGrad is published to generalise
MANY = 80_000  # ... and StableMax


def comparisons(found: xarray.Dataset) -> tuple[Comparison, ...]:
    """One row a claim: collapse, StableMax, PerpGrad. The dotted lines have none: one share always comes before a larger one."""
    return (*_collapse(found), *_stablemax(found), *_perpgrad(found))


def _collapse(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for arm in present(found, TWINS):
        wide = TWINS[arm]
        paired = len(present(found, (wide,))) == 1
        # Where float64 does not generalise either, collapse can't have prevented it
        could = paired and bool(found["test_step"].sel(arm=wide).notnull().any())
        event = found["test_step"].sel(arm=arm).notnull().values if could else np.zeros(0)
        end = float(found["budget"].sel(arm=arm).max())
        what = f"{arm}, no decay: share of seeds that generalise by update {end:g}, where some do in float64"
        rows.append(universal(what, 0.0, event, PAPER))
        slowed = stall(found, arm, wide).share if paired else np.array([np.nan])
        what = f"{arm}: rise of the median margin from {ONSET:.0%} of the rows collapsed to a slingshot, over that in float64"
        rows.append(Comparison.of_runs(what, 0.0, over_runs(slowed), f"{PAPER}: collapse ends learning", 0.1))
    return rows


def _stablemax(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for arm in present(found, ("StableMax",)):
        run = found.sel(arm=arm)
        end = float(run["budget"].max())
        if end >= MANY:  # a shorter run decides nothing
            what = f"{arm}, no decay: share of seeds that generalise by update {end:g}"
            rows.append(universal(what, 1.0, run["test_step"].notnull().values, PAPER))
        for other in present(found, ("float64",)):
            ahead = (run["test_accuracy"] > found["test_accuracy"].sel(arm=other)).values
            what = f"{arm}: share of seeds with a larger test accuracy at the end than softmax in {other}"
            rows.append(universal(what, 1.0, ahead, PAPER))
    return rows


def _perpgrad(found: xarray.Dataset) -> list[Comparison]:
    if not present(found, (PUBLISHED,)):
        return []
    ours = steps_of(found, PUBLISHED)
    rows = [universal(f"{PUBLISHED}: share of seeds that generalise within {FEW} updates", 1.0, ours <= FEW, PAPER)]
    rivals = [(name, steps_of(found, name)) for name in present(found, ("AdamW 0.01, decay 1",))]
    if found.sizes["replica"] > 1:
        rivals.append(("AdamW with decay, tuned on the other seeds", held_out(grid(found)[1])[0]))
    for name, theirs in rivals:
        who = duel(ours, theirs)
        share = who.sooner / who.decided if who.decided else np.nan
        rows.append(Comparison(f"{PUBLISHED} before {name}: share of seeds", 1.0, share, f"{PAPER}: faster", 0.0))
    return rows
