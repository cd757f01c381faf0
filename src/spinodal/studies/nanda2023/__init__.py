"""Progress measures of arXiv:2301.05217 through memorisation, circuit formation and cleanup; delay against fraction and decay."""

from typing import Any

import xarray

from ...citations import NANDA2023
from ...figures import nanda2023 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from . import published
from .analysis import analysed, decay_line, fraction_laws, with_fits
from .cell import DIMS, MAIN, UNITS, CircuitCell, group_key, run_cell
from .expected import comparisons
from .tables import tables
from .words import CAVEATS, small, verdict

PUBLISHED = {
    "prime": published.PRIME,
    "train_fraction": published.FRACTION,
    "weight_decay": published.DECAY,
    "d_model": 128,
    "d_mlp": 512,
    "brief_from": 0.4,
    "looks": 100,
    "null_draws": 20,
}
SIZES: dict[str, dict[str, Any]] = {
    "quick": {"replicas": 3, "arms": [MAIN, "fraction 0.6", "fraction 0.8", "decay 1", "decay 4"], "base": {}},
    "full": {
        "replicas": 5,
        "arms": [MAIN, "fraction 0.4", "fraction 0.5", "fraction 0.6"],
        "base": {**PUBLISHED, "steps": 20_000, "brief_steps": 5_000},
    },
    "paper": {
        "replicas": 5,
        "arms": [
            MAIN,
            *(f"fraction {fraction:g}" for fraction in published.CROSSINGS if fraction != published.FRACTION),
            *("decay 0.1", "decay 0.3", "decay 3"),
        ],
        "base": {**PUBLISHED, "steps": published.STEPS, "brief_steps": 10_000},
    },
}
SHAPES = ("prime", "d_model", "d_mlp", "steps", "every")

study = Study(
    name="nanda2023", version=1, settings=CircuitCell, run_cell=run_cell, group_key=group_key, dims=DIMS, units=UNITS, citation=NANDA2023
)


def sweep(size: str, seed: int) -> Sweep:
    """The main run, other fractions and other decays, and the seeds of the size."""
    given = SIZES[size]
    grid = {"arm": given["arms"], "replica": range(given["replicas"])}
    return sized_sweep(study, size, seed, grid, given["base"])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Phases, leads, laws of the delay; published numbers beside ours; a sentence for each question."""
    settings = sweep(size, 0).rest
    found = analysed(dataset.assign_attrs({name: settings[name] for name in SHAPES}))
    laws, decay = fraction_laws(found), decay_line(found)
    rows = comparisons(found, laws, decay)
    words = (*small(found), *verdict(found, laws, decay), tally(rows))
    return Analysis(with_fits(found, laws, decay), rows, words, CAVEATS, tables(found, laws))


recipe = Recipe(
    name=study.name,
    question="Do progress measures move before the test loss, and how does the time to grok depend on data and weight decay?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "progress",
            "The main runs, every seed a line, against updates. (a) Train and test loss; strip: phases of the first seed by rule. (b) "
            "Restricted loss with the key frequencies of the end (as published) and with those found at the same step. (c) Excluded loss "
            "of the training pairs, jointly and for single key frequencies. (d) Variance explained by the key frequencies. (e) Gini of the "
            "norms of the Fourier rows. (f) Weight norm. Bands: as many random frequencies that are not key, 5 % to 95 %, first seed. "
            "Dotted: test loss below 0.1, median.",
            figures.progress,
        ),
        Picture(
            "leads",
            "How long before the test loss every reading has moved, by one rule that sees the past alone; one point a run that groks, the "
            "bar is the median. Left of the line: later. Readings in italics use key frequencies of the finished network, so the future; "
            "crosses: as many frequencies that are not key. Where the test loss is past its peak before memorisation ends, a lead compares "
            "two curves that are on their way already.",
            figures.leads,
        ),
        Picture(
            "fraction",
            "Updates from a train loss to a test loss below 0.1 against the fraction of pairs in training, with both laws fitted. (a) The "
            "published table, p = 113, one seed a point. (b) Our runs; arrows: censored at the end of the run. At p = 113 fits stop at "
            "70 % of the data, as the published table of delays does.",
            figures.fraction,
        ),
        Picture(
            "decay",
            "Update of a test loss below 0.1 against weight decay, every run a point; arrows: censored. Line: fit by likelihood, band: one "
            "standard error of its slope about the middle. Crosses: the two published runs at p = 113, 30 % of the data.",
            figures.decay,
        ),
        Picture(
            "frequencies",
            "Key frequencies of every run at its end, found three ways; arms and numbers of the seeds.",
            figures.frequencies,
        ),
    ),
    executor="processes",
    health=run_table,
)
