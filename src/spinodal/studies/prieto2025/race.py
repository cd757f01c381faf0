"""The race of figure 2 alone, with so many seeds that a sign test can decide it."""

from typing import Any

import xarray

from ...citations import PRIETO2025
from ...figures import prieto2025 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .analysis import analysed
from .arms import QUICK_ARMS, RACING
from .cell import DIMS, UNITS, NumericsCell, group_key, run_cell
from .expected import comparisons
from .tables import race_table
from .words import RACE_CAVEATS, race_verdict

SMALLER = (
    "Smaller than published, which is p = 113, widths 200 and 40 % of the pairs: p = {race_prime}, widths {race_width}, "
    "{race_fraction:.0%} of the pairs."
)
QUICK: dict[str, Any] = {"race_prime": 47, "race_width": 100, "race_fraction": 0.5, "race_steps": 1000, "looks": 20}
SIZES: dict[str, dict[str, Any]] = {
    "quick": {
        "replicas": 10,
        "arms": tuple(name for name in QUICK_ARMS if name in RACING),
        "base": QUICK,
        "smaller": SMALLER.format(**QUICK),
    },
    "paper": {"replicas": 12, "arms": tuple(RACING), "base": {}, "smaller": ""},
}

RACE_PICTURE = Picture(
    "race",
    "(a) Share of the seeds that have reached a test accuracy of 0.95 by each update; the baseline is the candidate with the least "
    "median. Band: 95 % Wilson interval of PerpGrad as published. (b) Every seed of every arm; bar: the median; open triangles at "
    "the edge: seeds that never did (censored).",
    figures.race,
)

study = Study(
    name="prieto2025-race",
    version=1,
    settings=NumericsCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=PRIETO2025,
)


def sweep(size: str, seed: int) -> Sweep:
    """The arms of the race, each on the same replicas; the first of them are those of `prieto2025`."""
    chosen = SIZES[size]
    grid = {"arm": list(chosen["arms"]), "replica": range(chosen["replicas"])}
    return sized_sweep(study, size, seed, grid, chosen["base"])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Who generalises first, as published and tuned on other seeds."""
    found = analysed(dataset).assign_attrs(smaller=SIZES[size]["smaller"])
    rows = comparisons(found)
    return Analysis(found, rows, (*race_verdict(found), tally(rows)), RACE_CAVEATS, (race_table(found),))


recipe = Recipe(
    name=study.name,
    question="Is PerpGrad sooner to generalise than AdamW with a rate and a decay that were tuned on other seeds?",
    sweep=sweep,
    analyse=analyse,
    pictures=(RACE_PICTURE,),
    executor="processes",
    health=run_table,
)
