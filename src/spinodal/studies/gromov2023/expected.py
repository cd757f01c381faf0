"""Known numbers beside what came out."""

import numpy as np
import xarray

from ...measures.fourier import participation_null
from ..averages import UNKNOWN, Spread, over_runs
from ..comparison import Comparison
from .analysis import clean, median_step
from .analytic import LATTICES, growth, growth_freedom, theory_growth

DRAWN = "independent draws of random phases"
BOUND = "large deviations, fourier_network.sufficient_width"
EXACT = "exact, arXiv:2311.07568"
TRAINED = "independent runs with another generator"
RANDOM = (  # p, N / p, mean accuracy over draws, its rounding
    (59, 1.0, 0.962, 5e-4),
    (59, 2.0, 0.9999, 5e-5),
    (59, 3.0, 1.0, 5e-5),
    (113, 1.0, 0.998, 5e-4),
    (113, 2.0, 1.0, 5e-5),
)
NORMALISED = {59: 6.109126e-4, 97: 2.878565e-4}  # of the lattice 6 (1, 4)
NULLS = {59: 0.0655, 113: 0.0348}  # participation of Gaussian rows, to 1 %
FEW, HALF = 0.3, 0.5  # train fractions


def comparisons(found: xarray.Dataset) -> tuple[Comparison, ...]:
    """Analytic networks, null values, then trained networks; those of a prime that the size does not have are left out."""
    return (*_analytic(found), *_nulls(found), *_trained(found))


def _analytic(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    primes = found["prime"].values
    for p, ratio, expected, rounding in RANDOM:
        if p in primes:
            # Of the expected mean the number of draws is not known: taken to be as many as ours
            accuracy = over_runs(found["random_accuracy"].sel(prime=p, ratio=ratio)).wider(np.sqrt(2))
            what = f"accuracy of random phases, p = {p}, N = {round(ratio * p)}"
            rows.append(Comparison.of_runs(what, expected, accuracy, DRAWN, rounding))
    slope, error = growth(found)
    what = "power of p in the width that random phases need"
    rows.append(Comparison(what, theory_growth(found), slope, BOUND, 0.0, error, freedom=growth_freedom(found)))
    for p in (p for p in NORMALISED if p in primes):
        lattice = found.sel(prime=p, lattice="6 (1, 4)")
        m = LATTICES["6 (1, 4)"][0]
        margin = float(lattice["lattice_least_margin"]) * m * p / 4
        share = float(lattice["lattice_normalised_margin"]) * float(lattice["largest_normalised_margin"])
        named = f"lattice 6 (1, 4), p = {p}"
        rows.append(Comparison(f"{named}: width", 3.0 * (p - 1), float(lattice["lattice_width"]), EXACT, 0.0))
        rows.append(Comparison(f"{named}: least margin", 1.5 * p, margin, EXACT, 1e-9 * p))
        rows.append(Comparison(f"{named}: normalised margin", NORMALISED[p], share, EXACT, 5e-11))
    return rows


def _nulls(found: xarray.Dataset) -> list[Comparison]:
    rows = [
        Comparison(f"participation of Gaussian rows, p = {p}", expected, participation_null(p), "independent draws", 0.01 * expected)
        for p, expected in NULLS.items()
    ]
    start = found["mean_participation"].sel(moment="start", label_noise=0.0)
    start = start.isel(train_fraction=0, weight_decay=0).values  # the same networks at every share and decay
    neurons = found["participation"].sel(moment="start", label_noise=0.0).isel(train_fraction=0, weight_decay=0)
    error = over_runs(neurons).error
    null = float(found["participation_null"].max())
    rows.append(Comparison("mean participation before training", null, float(start.mean()), "exact for Gaussian rows", 0.0, error))
    return rows


def _trained(found: xarray.Dataset) -> list[Comparison]:
    every = float(found["curve_step"].isel(curve=1).max())  # a crossing is late by less
    fast, slow = clean(found, FEW, 5.0), clean(found, FEW, 0.0)
    end = fast.sel(moment="end")
    seeds = f"of the pairs, {fast.sizes['replica']} seeds"
    named, more = f"{FEW:.0%} {seeds}, decay", f"{HALF:.0%} {seeds}, decay"
    half = _steps(clean(found, HALF, 5.0)["test_step"])
    train, test = _steps(fast["train_step"]), _steps(fast["test_step"])
    ratio = _ratio(slow["test_step"], fast["test_step"])
    share, count, phases = (over_runs(end[name]) for name in ("median_participation", "frequencies", "sum_agreement"))
    humps = float(slow["two_humped"].sel(moment="end").mean())
    other = float(end["other_agreement"].mean())
    null = float(np.sqrt((end["other_null"] ** 2).mean() / end.sizes["replica"]))
    possible = float(found["possible_frequencies"].max())
    over_seeds = (
        (f"{named} 5: update of training accuracy 0.99, median", 20.0, train, TRAINED, every),
        (f"{named} 5: update of test accuracy 0.99, median (80 to 90)", 85.0, test, TRAINED, 5.0),
        (f"{more} 5: update of test accuracy 0.99, median", 40.0, half, TRAINED, every),
        (f"{named} 0 over decay 5: update of test accuracy 0.99 (2 to 4 times)", 3.0, ratio, TRAINED, 1.0),
        (f"{named} 5: frequencies that occur at the end", possible, count, TRAINED, 0.0),
        (f"{named} 5: median participation at the end", 0.9, share, TRAINED, 0.05),
        (f"{named} 5: mean cosine of readout phase minus sum", 1.0, phases, "analytic network", 0.05),
    )
    return [
        *(Comparison.of_runs(what, known, seen, source, allowed) for what, known, seen, source, allowed in over_seeds),
        Comparison(f"{named} 0: share of networks with two humps at the end", 1.0, humps, TRAINED, 0.0),
        Comparison(f"{named} 5: mean cosine of readout phase plus sum", 0.0, other, "no such rule", 0.0, null),
    ]


def _steps(steps: xarray.DataArray) -> Spread:
    """Median over seeds (never: later than any) and its standard error as for normal numbers; NaN where it is not known."""
    median, *_, never = median_step(steps.where(np.isfinite(steps)))
    if not np.isfinite(median) or never or steps.size < 2:
        return UNKNOWN._replace(mean=median if np.isfinite(median) else np.nan)
    return over_runs(steps).wider(np.sqrt(np.pi / 2))._replace(mean=median)


def _ratio(above: xarray.DataArray, below: xarray.DataArray) -> Spread:
    """Median of the ratios of each seed: infinite where the one above alone never came, 0 where the one below alone; both: not known."""
    if bool((above.isnull() & below.isnull()).any()):
        return UNKNOWN
    return _steps(above.fillna(np.inf) / below.fillna(np.inf))
