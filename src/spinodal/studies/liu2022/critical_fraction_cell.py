"""One cell of the critical fraction: how P(linear) rises with the number of training pairs, at one number of symbols."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray

from ...errors import integer, require
from ...report import Table
from ...theory.effective import linear_curve
from ..outputs import derived_seed

MOST_SYMBOLS = 60
ROWS = MOST_SYMBOLS * (MOST_SYMBOLS + 1) // 2 + 1  # of the stored curve: every cell has the same shape
RESAMPLED = 400

DIMS = {"probability": ("pairs",)}
UNITS = {"symbols": "1 (number of symbols p)", "critical_pairs": "pairs", "rise_begins": "pairs", "rise_ends": "pairs"}


@dataclass(frozen=True)
class CriticalFractionCell:
    """Random orders of all pairs of `symbols` symbols; cells of one `seed` share no random numbers."""

    symbols: int = 10
    draws: int = 10_000
    seed: int = 0

    def __post_init__(self) -> None:
        symbols = integer("symbols", self.symbols, minimum=3, why="p; two symbols are always on a line")
        require(symbols <= MOST_SYMBOLS, f"symbols must be at most {MOST_SYMBOLS}, got {symbols} (the stored curve has {ROWS} rows)")
        integer("draws", self.draws, minimum=2, why="the number of random training sets")
        integer("seed", self.seed, minimum=0)


def run_cell(cell: CriticalFractionCell) -> dict[str, Any]:
    """P(nullity = 2) at every number of pairs (NaN beyond the last), where it crosses .1, .5 and .9, errors by resampling orders."""
    seed = derived_seed(cell.seed, cell.symbols)
    curve = linear_curve(cell.symbols, draws=cell.draws, seed=seed)
    count = len(curve.pairs) - 1
    probability = np.full(ROWS, np.nan)
    probability[: count + 1] = curve.probability
    share = np.diff(curve.probability, prepend=0.0)
    counts = np.random.default_rng([seed, 1]).multinomial(cell.draws, share / share.sum(), size=RESAMPLED)
    found = landmarks(curve.probability)
    errors = {name: float(values.std(ddof=1)) for name, values in landmarks(counts.cumsum(axis=1) / cell.draws).items()}
    return {
        "probability": probability,
        **{name: float(value) for name, value in found.items()},
        **{f"{name}_error": error for name, error in errors.items()},
        "critical_fraction": float(found["critical_pairs"] / count),
        "critical_fraction_error": errors["critical_pairs"] / count,
        "converged": bool(curve.probability[-1] == 1),
    }


def landmarks(probability: np.ndarray) -> dict[str, np.ndarray]:
    """Where curves (..., n + 1) cross .1, .5 and .9, and the width of the rise between the outer two over the middle one."""
    begins, half, ends = (crossing(probability, level) for level in (0.1, 0.5, 0.9))
    return {"rise_begins": begins, "critical_pairs": half, "rise_ends": ends, "relative_width": (ends - begins) / half}


def crossing(probability: np.ndarray, level: float) -> np.ndarray:
    """First crossing of a level by curves (..., n + 1) that begin below it and end at 1, interpolated linearly between neighbours."""
    above = np.argmax(probability >= level, axis=-1)
    upper, lower = (np.take_along_axis(probability, (above - shift)[..., None], axis=-1)[..., 0] for shift in (0, 1))
    return above - 1 + (level - lower) / (upper - lower)


def curve_table(dataset: xarray.Dataset, axes: tuple[str, ...]) -> Table:
    """One row a cell: where its curve rises."""
    rows = []
    for p in dataset["symbols"].values:
        here = dataset.sel(symbols=p)
        n = int(p) * (int(p) + 1) // 2
        names = ("rise_begins", "critical_pairs", "rise_ends", "critical_fraction", "critical_fraction_error")
        numbers = [float(here[name]) for name in names]
        width = (float(here["relative_width"]), float(here["relative_width_error"]))
        rows.append((int(p), n, *numbers, float(here["critical_pairs"]) / int(p), *width))
    columns = ("symbols p", "pairs n", "k(.1)", "k_c = k(.5)", "k(.9)", "k_c/n", "± 1 s.e.", "k_c/p", "(k(.9) − k(.1))/k_c", "± 1 s.e.")
    note = "k(P): training pairs at which a share P of random training sets has nullity 2. Errors by resampling the random orders."
    return Table("Where the line is forced", columns, rows, note)
