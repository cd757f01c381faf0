"""Time to generalise against the share of data, for operations and regularisations: arXiv:2201.02177, figure 2."""

import xarray

from ...citations import POWER2022
from ...figures import power2022 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .analysis import analysed
from .cell import DIMS, GROUP, REGULARISATIONS, TASKS, UNITS, PowerCell, group_key, run_cell
from .words import CAVEATS, comparisons, tables, verdict

SIZES = {
    "quick": {
        "replicas": 3,
        "arms": ("add: decay 1", "squares: decay 1", "cubic-mixed: decay 1", "add: no decay"),
        "fractions": (0.6, 0.7, 0.8),
        "base": {"prime": 23, "d_model": 32, "d_mlp": 128, "learning_rate": 3e-3, "batch": 96, "steps": 2500, "every": 25},
    },
    "paper": {
        "replicas": 3,
        "arms": (
            *(f"{task}: decay 1" for task in TASKS),
            *(f"{t}: {r}" for t in (GROUP, "divide") for r in REGULARISATIONS if r != "decay 1"),
        ),
        "fractions": (0.2, 0.25, 0.275, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8),
        "base": {},
    },
}

study = Study(
    name="power2022",
    version=1,
    settings=PowerCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=POWER2022,
)


def sweep(size: str, seed: int) -> Sweep:
    """Every arm at every share of the table."""
    own = SIZES[size]
    grid = {"arm": list(own["arms"]), "train_fraction": list(own["fractions"]), "replica": range(own["replicas"])}
    return sized_sweep(study, size, seed, grid, own["base"])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Medians with censoring, trends, the data that is needed; a sentence for each published claim."""
    cap = SIZES[size]["base"].get("steps", PowerCell.steps)
    found = analysed(dataset.assign_attrs(cap=cap))
    rows = comparisons(found, size)
    return Analysis(found, rows, (*verdict(found, size), tally(rows)), CAVEATS, tables(found))


recipe = Recipe(
    name=study.name,
    question="Does generalising take longer with less data, does weight decay halve the data, and which operations are never learned?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "times",
            "Updates to a test accuracy of 0.99 against the share of the table trained on: every run a small mark, medians joined. At the "
            "upper line: not within the cap.",
            figures.times,
        ),
        Picture(
            "accuracies",
            "Best test accuracy of each run, small marks, and its mean over replicas with its range. A run ends soon after 0.99.",
            figures.accuracies,
        ),
    ),
    executor="processes",
    health=run_table,
)
