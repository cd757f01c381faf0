"""The critical fraction of arXiv:2205.10343, and how it depends on the number of symbols, which the paper does not show."""

import numpy as np
import xarray

from ...citations import LIU2022
from ...figures import liu2022_critical_fraction as figures
from ...sweeps import Study, Sweep
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from .covering import covering_curve
from .critical_fraction_cell import DIMS, UNITS, CriticalFractionCell, curve_table, run_cell

SYMBOLS = {"quick": (5, 6, 8, 10, 12, 15, 20), "paper": (5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)}
DRAWS = 20_000
PUBLISHED = 0.4

# p -> {pairs: P(nullity = 2)} and p -> k_c / n, counted by other programs in 10,000 to 20,000 random sets
REFERENCE = {
    10: {16: 0.005, 18: 0.039, 21: 0.288, 24: 0.703, 27: 0.920, 30: 0.981, 36: 0.999},
    6: {9: 0.035},
}
ALLOWED = {10: 0.005, 6: 0.001}  # of those counts: their own errors, or their last digit
EXACT = {7: 129 / 116_280, 8: 1594 / 203_490}  # pairs -> P(nullity = 2) of six symbols, every set counted
FRACTIONS = {5: 0.652, 10: 0.408, 20: 0.225}
COUNTED = "independent counts in 10,000 to 20,000 sets"

CAVEATS = (
    "The paper quotes a critical fraction of 0.4. It is that of addition of ten symbols: the fraction falls with the number of symbols.",
    "It does not fall as 1/p, and cannot for any large p. A symbol in no training pair is free, and to see all p of them takes about "
    "p (ln p + 0.37)/2 random pairs, so that k_c/p grows at least as half the logarithm of p. The bound is exact; the figure shows it.",
    "A phase transition in the sense of statistical physics would become sharp with size, at the right scale. See the width of the rise.",
    "Nullity 2 says that every embedding without loss is a line. It is necessary for the line, not sufficient for a network to find it: "
    "see liu2022-data-size.",
)

study = Study(
    name="liu2022-critical-fraction", version=1, settings=CriticalFractionCell, run_cell=run_cell, dims=DIMS, units=UNITS, citation=LIU2022
)


def sweep(size: str, seed: int) -> Sweep:
    """One cell for each number of symbols."""
    return sized_sweep(study, size, seed, {"symbols": SYMBOLS[size]}, {"draws": DRAWS})


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Where the rise is, how wide, and what that makes of the published number."""
    p = dataset["symbols"]
    fine = np.unique(np.round(np.geomspace(p.min(), 1.15 * p.max(), 16)).astype(int))
    found = dataset.assign_coords(pairs=np.arange(dataset.sizes["pairs"]), symbols_fine=fine)
    found = found.isel(pairs=slice(0, int(p.max() * (p.max() + 1) // 2) + 1))
    found["probability_error"] = np.sqrt(found["probability"] * (1 - found["probability"]) / DRAWS)
    found["pairs_a_symbol"], found["pairs_a_symbol_error"] = found["critical_pairs"] / p, found["critical_pairs_error"] / p
    found["covering_pairs_a_symbol"] = ("symbols_fine", covering_curve(fine) / fine)
    comparisons = (*_against_counts(found), *_against_published(found))
    return Analysis(found, comparisons, _verdict(found, comparisons), CAVEATS, (curve_table(found, ("symbols",)),))


def _against_counts(found: xarray.Dataset) -> list[Comparison]:
    counted = [(p, k, expected, COUNTED, ALLOWED[p]) for p, table in REFERENCE.items() for k, expected in table.items()]
    exact = [(6, k, expected, "exact, every set counted", 0.0) for k, expected in EXACT.items()]
    rows = []
    for p, k, expected, source, allowed in (*counted, *exact):
        # The error at the expected probability: a share of 0 or 1 would have none
        error = float(np.sqrt(expected * (1 - expected) / DRAWS))
        rows.append(
            Comparison(f"P(nullity = 2), p = {p}, {k} pairs", expected, _at(found, p, "probability", pairs=k), source, allowed, error)
        )
    for p, expected in FRACTIONS.items():
        error = _at(found, p, "critical_fraction_error")
        rows.append(Comparison(f"critical fraction, p = {p}", expected, _at(found, p, "critical_fraction"), COUNTED, 0.003, error))
    return rows


def _against_published(found: xarray.Dataset) -> list[Comparison]:
    rows = []
    for p in sorted({10, *(int(found["symbols"][i]) for i in (0, -1))}):
        value, error = (_at(found, p, f"critical_fraction{end}") for end in ("", "_error"))
        what = f"critical fraction, p = {p}, against the number quoted for addition"
        rows.append(Comparison(what, PUBLISHED, value, "arXiv:2205.10343", 0.01, error, should_agree=p == 10))
    return rows


def _at(found: xarray.Dataset, symbols: int, name: str, pairs: int | None = None) -> float:
    if symbols not in found["symbols"].values:
        return float("nan")
    here = found[name].sel(symbols=symbols)
    return float(here if pairs is None else here.sel(pairs=pairs))


def exponent(symbols: np.ndarray, values: np.ndarray, errors: np.ndarray) -> tuple[float, float]:
    """Effective exponent of a power law between the outer two of some sizes, with its error."""
    span = np.log(symbols[-1] / symbols[0])
    slope = np.log(values[-1] / values[0]) / span
    return float(slope), float(np.hypot(errors[-1] / values[-1], errors[0] / values[0]) / span)


def _verdict(found: xarray.Dataset, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    p = found["symbols"].values
    fraction, fraction_error, width, width_error, a_symbol = (
        found[name].values
        for name in ("critical_fraction", "critical_fraction_error", "relative_width", "relative_width_error", "pairs_a_symbol")
    )
    near = [int(n) for n, f in zip(p, fraction, strict=True) if abs(f - PUBLISHED) <= 0.02]
    where = f"a number for p = {' and '.join(map(str, near))} alone" if near else "the number of none of these sizes"
    slope, slope_error = exponent(p, fraction, fraction_error)
    least = int(np.argmin(width))
    change, change_error = width[-1] - width[least], float(np.hypot(width_error[-1], width_error[least]))
    grows = change > 3 * change_error
    after = f"it widens to {_pm(width[-1], width_error[-1])} at p = {p[-1]}, {change / change_error:.0f} standard errors more"
    trend = f"narrowest at p = {p[least]}, {_pm(width[least], width_error[least])}; " + (
        after if grows else "no widening beyond it is seen at these sizes"
    )
    first, last = (_pm(fraction[i], fraction_error[i]) for i in (0, -1))
    return (
        f"The published critical fraction {PUBLISHED} is {where}: half of the random training sets force a line at {first} of all pairs "
        f"for p = {p[0]}, and at {last} for p = {p[-1]}.",
        f"In pairs a symbol, k_c/p, the crossing goes from {a_symbol[0]:.2f} to {a_symbol[-1]:.2f}. Over these sizes the fraction changes "
        f"as p to the power {_pm(slope, slope_error)}.",
        f"The width of the rise over its place, (k(.9) − k(.1))/k_c, is {trend}. "
        + ("At these sizes there is no sharp threshold." if grows else ""),
        f"{tally(comparisons)} Errors are those of {DRAWS:,} random orders a size.",
    )


def _pm(value: float, error: float) -> str:
    """A number with its standard error, to the first digit of the error."""
    digits = int(np.clip(-np.floor(np.log10(error)), 0, 6)) if error > 0 else 3
    return f"{value:.{digits}f} ± {error:.{digits}f}".replace("-", "−")


recipe = Recipe(
    name=study.name,
    question="Is 0.4 the share of all pairs at which addition tables force a line, or only that of ten symbols?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "rise",
            "Probability that a random training set of k pairs has nullity 2, so that every embedding without loss is a line. "
            "(a) Against the share of all pairs. (b) Against k over its own crossing: were the threshold to become sharp, larger p would "
            "be steeper. Bands are standard errors, mostly thinner than the lines.",
            figures.rise,
        ),
        Picture(
            "size",
            "(a) Critical fraction against the number of symbols, with the published number. (b) In pairs a symbol; the dashed line, "
            "where half of the training sets show every symbol, is an exact lower bound. (c) Width of the rise over its place, "
            "(k(.9) − k(.1))/k_c. Bars are standard errors, smaller than the symbols where invisible.",
            figures.size,
        ),
    ),
    health=curve_table,
)
