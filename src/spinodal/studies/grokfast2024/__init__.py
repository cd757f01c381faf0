"""Grokfast against a baseline with its own best rate and decay: arXiv:2405.20233."""

import xarray

from ...citations import GROKFAST2024
from ...figures import grokfast2024 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .analysis import analysed
from .cell import DIMS, METHODS, SGD_ARMS, UNITS, GrokfastCell, group_key, name_of, run_cell
from .words import CAVEATS, comparisons, tables, verdict

SIZES = {
    "quick": {
        "replicas": 6,
        "rates": (1e-3, 3e-2, 1e-1, 3e-1),
        "decays": ("0", "AdamW 1", "AdamW 5", "AdamW 10"),
        # So little data that the tuned ones need more updates than the filters remember, and the best of each grid lies inside it
        "base": {
            "prime": 31,
            "train_fraction": 0.35,
            "network": "quadratic",
            "batch": 0,
            "steps": 3000,
            "sgd_steps": 5000,
            "sgd_rate": 2.0,
            "every": 5,
        },
    },
    "paper": {
        "replicas": 5,
        "rates": (3e-4, 1e-3, 3e-3),
        "decays": ("0", "L2 0.005", "L2 0.01", "AdamW 0.1", "AdamW 1"),
        "base": {},
    },
}

study = Study(
    name="grokfast2024",
    version=2,
    settings=GrokfastCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=GROKFAST2024,
)


def sweep(size: str, seed: int) -> Sweep:
    """Every method at every rate and decay, and three arms of SGD."""
    own = SIZES[size]
    arms = [name_of(method, rate, decay) for method in METHODS for rate in own["rates"] for decay in own["decays"]]
    grid = {"arm": [*arms, *SGD_ARMS], "replica": range(own["replicas"])}
    return sized_sweep(study, size, seed, grid, own["base"])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Tuned times on seeds they were not tuned by; ratios of medians; a sentence for each method."""
    cap = SIZES[size]["base"].get("steps", GrokfastCell.steps)
    found = analysed(dataset.assign_attrs(cap=cap))
    rows = comparisons(found, size)
    return Analysis(found, rows, (*verdict(found, size), tally(rows)), CAVEATS, tables(found))


recipe = Recipe(
    name=study.name,
    question="Does Grokfast still gain fifty-fold against a baseline with its own best rate and weight decay?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "times",
            "Updates to a test accuracy of 0.95 for each rate (panels) and decay: every seed a small mark, medians large. Upper line: "
            "not within the cap.",
            figures.times,
        ),
        Picture(
            "ratios",
            "(a) How many times sooner each filter is than a baseline: untuned and without decay, or tuned alike; medians with 95 % "
            "bootstrap intervals over seeds; an arrow: no bound on that side. (b) With SGD the filter is a learning rate 1 + amplification "
            "times larger: training loss, median over seeds.",
            figures.ratios,
        ),
    ),
    executor="processes",
    health=run_table,
)
