"""The health of every cell, as a table and as one sentence."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray

from ..report import Table

COLUMNS = (
    "converged",
    "worst R-hat",
    "least bulk ESS",
    "least tail ESS",
    "acceptance",
    "least E-BFMI",
    "divergences",
    "draws a chain",
    "gradients",
)


def cell_table(dataset: xarray.Dataset, axes: tuple[str, ...]) -> Table:
    """One row a cell: what its chains say about themselves."""
    rows, marks = [], []
    for point, here in _cells(dataset, axes):
        done = int(here["cell_status"]) == 1
        rows.append((*point, *(_row(here) if done else ["not done"] + [np.nan] * (len(COLUMNS) - 1))))
        marks.append("" if done and bool(here["converged"]) else "bad")
    note = (
        "Half of the chains start from the prior, half planted on the teacher. R-hat is rank-normalised and split; "
        "the worst of all scalars is shown. Gradients count all chains and the warm-up."
    )
    return Table("Diagnostics of every cell", (*axes, *COLUMNS), rows, note, folded=len(rows) > 12, marks=marks)


def converged_share(dataset: xarray.Dataset) -> tuple[int, int]:
    """How many cells converged, of how many."""
    done = dataset["cell_status"].values == 1
    return int(np.sum(dataset["converged"].values.astype(float)[done] == 1)) if "converged" in dataset else 0, done.size


def _cells(dataset: xarray.Dataset, axes: tuple[str, ...]) -> Iterator[tuple[list[Any], xarray.Dataset]]:
    shape = tuple(dataset.sizes[axis] for axis in axes)
    for index in np.ndindex(*shape):
        here = dataset.isel(dict(zip(axes, index, strict=True)))
        yield [here[axis].item() for axis in axes], here


def _row(here: xarray.Dataset) -> list[Any]:
    def extreme(ending: str, pick: Any) -> float:
        return float(pick([float(here[name]) for name in here.data_vars if str(name).endswith(ending)]))

    return [
        "yes" if bool(here["converged"]) else "no",
        extreme("_rhat", np.nanmax),
        round(extreme("_ess_bulk", np.nanmin)),
        round(extreme("_ess_tail", np.nanmin)),
        round(float(here["acceptance"].mean()), 3),
        round(float(here["ebfmi"].min()), 3),
        int(here["divergences"]),
        int(here["kept_draws"]),
        int(here["gradient_evaluations"]),
    ]
