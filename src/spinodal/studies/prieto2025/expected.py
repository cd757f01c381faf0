"""What the paper claims as numbers, beside what came out."""

import numpy as np
import xarray

from ..averages import over_runs
from ..comparison import Comparison
from ..shares import universal
from ..tuning import ratio_of_tuned
from .analysis import PUBLISHED, grid, present, steps_of
from .arms import TWINS
from .duels import duel
from .stall import ONSET, stall

PAPER = "arXiv:2501.04697"
FEW = 300  # updates in which PerpGrad is published to generalise
DECIDES = 0.1  # the largest error of a ratio that tells "as fast" from not decided
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
    for name in present(found, ("AdamW 0.01, decay 1",)):
        who = duel(ours, steps_of(found, name))
        sooner = np.arange(who.decided) < who.sooner
        rows.append(universal(f"{PUBLISHED} before {name}: share of seeds that differ", 1.0, sooner, f"{PAPER}: faster"))
    if found.sizes["replica"] > 1:
        names, steps = grid(found)
        ratio = ratio_of_tuned(ours[None], steps, float(found["budget"].sel(arm=[PUBLISHED, *names]).max()))
        value = np.nan if ratio.bound else ratio.value
        what = f"{PUBLISHED}: median updates over those of AdamW with decay, tuned on the other seeds"
        source = f"no faster; {PAPER}: faster"
        rows.append(Comparison(what, 1.0, value, source, 0.0, ratio.error, should_agree=False, side="below", largest_error=DECIDES))
    return rows
