"""Does training go on once the softmax has begun to collapse? Looks before a slingshot are told from those after it."""

from typing import NamedTuple

import numpy as np
import xarray

ONSET = 0.1  # share of the training rows that has collapsed, from which on training is watched
THROWN = 10.0  # times its least so far, to which a slingshot throws a training loss back
ROUNDING = float(np.finfo(np.float32).eps)  # below it a float32 loss is rounded: that of a collapsed row is 0
STALLED = 0.5  # of the rise of float64's margin


class Stall(NamedTuple):
    """The two arms at the first and the last watched look, and the `share` of each seed."""

    first: xarray.Dataset
    last: xarray.Dataset
    share: np.ndarray


def watched(found: xarray.Dataset) -> xarray.Dataset:
    """The cells with `watched`, the looks from `ONSET` of the rows collapsed to the last before a slingshot, `thrown_step` and `after`.

    `thrown_step`: the first look after the onset with a training loss of at least `THROWN` times its least since, or since which the
    training set has been lost (`slingshot_step`); NaN: none. `after`: the looks from it on.
    """
    loss, step = found["curve_train_loss"], found["curve_step"]
    begun = np.logical_or.accumulate(found["collapsed"].values >= ONSET, axis=-1)
    seen = np.fmax(loss.values, ROUNDING)
    least = np.fmin.accumulate(np.where(begun, seen, np.inf), axis=-1)
    lost = (step >= found["slingshot_step"]).transpose(*step.dims).values
    after = np.logical_or.accumulate(begun & ((seen >= THROWN * least) | lost), axis=-1)
    there = np.isfinite(loss.values)
    found = found.assign(watched=(step.dims, begun & ~after & there), after=(step.dims, after & there))
    return found.assign(thrown_step=step.where(found["after"]).min("look").assign_attrs(units="updates"))


def stall(found: xarray.Dataset, narrow: str, wide: str) -> Stall:
    """How far each seed of `narrow` gets over its watched looks, beside `wide` at the same ones, which has a loss in float64.

        share = rise of the median margin / rise of the median margin of `wide`:

    1 if collapse changes nothing, 0 if it ends learning, less if it undoes some. By margins, as they are about minus the logarithm of the
    loss and not rounded with it. NaN with fewer than 2 watched looks, and where the margin of `wide` rises by less than ln 2: a loss
    that does not halve.
    """
    looks = found["watched"].sel(arm=narrow, drop=True)
    count = looks.sizes["look"]
    both = found[["curve_step", "curve_train_loss", "median_margin"]].sel(arm=[narrow, wide])
    first, last = looks.argmax("look"), count - 1 - looks.isel(look=slice(None, None, -1)).argmax("look")
    start, end = (both.isel(look=look).where(looks.sum("look") > 1) for look in (first, last))
    rise = end["median_margin"] - start["median_margin"]
    ours, theirs = (rise.sel(arm=arm).values for arm in (narrow, wide))
    return Stall(start, end, np.where(theirs >= np.log(2), ours / np.where(theirs > 0, theirs, 1), np.nan))
