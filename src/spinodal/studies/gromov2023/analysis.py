"""What follows from the cells: humps, frequencies and phases of every network, and what became of corrupted labels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray

from ..censored import censored_median
from .cell import MOMENTS
from .neurons import frequencies_found, phase_agreement, two_humped

RUN = ("label_noise", "weight_decay", "train_fraction", "replica")
GENERALISES = 0.9  # of the test pairs, and of the corrupted ones for what became of these
OUTCOMES = ("memorisation", "coexistence", "partial inversion", "full inversion", "neither")


def analysed(dataset: xarray.Dataset) -> xarray.Dataset:
    """The cells with what follows from their neurons and answers; NaN where a moment never came."""
    found = dataset.transpose(*RUN, ...).assign_coords(moment=list(MOMENTS), outcome_name=list(OUTCOMES))
    participation = found["participation"]
    there = participation.notnull().any("neuron")
    live = participation.notnull().sum("neuron")
    found["dead"] = (found.sizes["neuron"] - live).where(there)
    found["periodic_share"] = found["frequency"].notnull().sum("neuron") / live.where(there)
    found["mean_participation"] = participation.mean("neuron")
    found["median_participation"] = participation.median("neuron")
    found["two_humped"] = _each(found["participation"], two_humped).where(there)
    found["frequencies"] = _each(found["frequency"], frequencies_found).where(there)
    found["matching_share"] = found["matches"].mean("neuron")
    for name in ("sum", "other"):
        for what, part in (("agreement", 0), ("null", 1)):
            found[f"{name}_{what}"] = _each(found[f"{name}_residual"], lambda residual, part=part: phase_agreement(residual)[part])
    names = ("train_accuracy", "test_accuracy", "memorised", "recovered")
    found["outcome"] = xarray.apply_ufunc(outcome, *(found[name] for name in names), vectorize=True, output_dtypes=[float])
    return found


def outcome(train: float, test: float, memorised: float, recovered: float) -> float:
    """Which of `OUTCOMES`, by its place; NaN without corrupted labels.

        test >= 0.9: full inversion where >= 0.9 of the corrupted pairs get their true label, coexistence where >= 0.9 get the
        corrupted one, partial inversion between; test below: memorisation where training accuracy is >= 0.9, else neither.

    Source: the names are those of arXiv:2310.13061, the thresholds our own.
    """
    if np.isnan(memorised):
        return np.nan
    if test < GENERALISES:
        return float(OUTCOMES.index("memorisation" if train >= GENERALISES else "neither"))
    kept = "full inversion" if recovered >= GENERALISES else "coexistence" if memorised >= GENERALISES else "partial inversion"
    return float(OUTCOMES.index(kept))


def clean(found: xarray.Dataset, fraction: float, decay: float) -> xarray.Dataset:
    """The seeds of one share and one decay, without label noise."""
    return found.sel(train_fraction=fraction, weight_decay=decay, label_noise=0.0)


def median_step(steps: Any) -> tuple[float, float, float, int]:
    """Median, least and largest step over seeds, infinite for a run that never crossed, and how many never did.

    From the least to the largest of n seeds is an interval for the median at confidence 1 - 2^(1-n).
    """
    values = np.asarray(steps, float).ravel()
    never = np.isnan(values)
    values = np.where(never, np.inf, values)
    return censored_median(values), float(values.min()), float(values.max()), int(never.sum())


def _each(values: xarray.DataArray, of: Callable[[np.ndarray], Any]) -> xarray.DataArray:
    return xarray.apply_ufunc(of, values, input_core_dims=[["neuron"]], vectorize=True, output_dtypes=[float])
