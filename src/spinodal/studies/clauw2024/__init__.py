"""Figures 1 to 4 of arXiv:2408.08944: synergy and redundancy of a hidden layer while it groks modular addition."""

import xarray

from ...citations import CLAUW2024
from ...figures import clauw2024 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .analysis import analysed
from .cell import DIMS, PUBLISHED_ARMS, UNITS, LayerCell, group_key, run_cell
from .expected import comparisons
from .words import CAVEATS, tables, verdict

SIZES = {
    "quick": {"replicas": 1, "base": {}},
    "paper": {
        "replicas": 5,
        "base": {
            "usual_steps": 4000,
            "slow_steps": 6000,
            "brief_steps": 4000,
            "checkpoint": 25,
            "slow_checkpoint": 25,
            "null_checkpoints": 9,
            "shuffles": 20,
            "retrain_draws": 3,
        },
    },
}

study = Study(
    name="clauw2024", version=1, settings=LayerCell, run_cell=run_cell, group_key=group_key, dims=DIMS, units=UNITS, citation=CLAUW2024
)


def sweep(size: str, seed: int) -> Sweep:
    """The seven arms of the paper and the seeds of the size."""
    grid = {"replica": range(SIZES[size]["replicas"]), "arm": list(PUBLISHED_ARMS)}
    return sized_sweep(study, size, seed, grid, SIZES[size]["base"])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Bands, phases, lead times; independent numbers beside ours; a sentence for each published claim."""
    found = analysed(dataset)
    rows = comparisons(found)
    return Analysis(found, rows, (*verdict(found), tally(rows)), CAVEATS, tables(found))


recipe = Recipe(
    name=study.name,
    question="Does a peak of synergy announce grokking, once tied zeros are ranked fairly and shuffled data stand beside it?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "curves",
            "Synergy (minus the smallest O-information over the unions of ten clusters of units) and redundancy (the largest), in "
            "nats, average ranks, every seed a line. Bands, narrow at this scale: columns shuffled by themselves. Dotted: test "
            "accuracy 0.5, median. Strip: phases of the first seed by our own rule, not by eye.",
            figures.curves,
        ),
        Picture(
            "rankings",
            "Weight decay 2 with the published ranking of tied values and the corrected one. Above: raw, with what shuffled columns reach. "
            "Below: scaled by the whole run and smoothed, as published, which uses the future; and by the past alone. The published "
            "smoothing counts checkpoints: at the paper's own cadence of 5 updates it reaches less far.",
            figures.rankings,
        ),
        Picture(
            "plane",
            "Every run as a path in the plane of synergy and redundancy, from the untrained network (circle) to its end; filled: the test "
            "accuracy reached 0.5.",
            figures.plane,
        ),
        Picture(
            "readings",
            "(a, b) Three readings of the published measure at weight decay 2: over single units (as the released code), over clusters as "
            "blocks, over means of clusters (as the text). (c) Units in the extreme unions. (d) Share of tied values, mean over seeds.",
            figures.readings,
        ),
        Picture(
            "leads",
            "(a) How long before a test accuracy of 0.5 each curve has peaked, and how long before it a fall by a tenth from the largest "
            "value so far can be seen; one point a run, clock from a training accuracy of 0.98. (b) Read at one early update: the chance "
            "that a run that will rise is above one that will not.",
            figures.leads,
        ),
        Picture(
            "parts",
            "Parts of the network trained alone from their own start at weight decay 2: the most synergistic units since the training "
            "set was fitted, all others, and random units of both sizes. Dotted: the whole network.",
            figures.parts,
        ),
    ),
    executor="processes",
    health=run_table,
)
