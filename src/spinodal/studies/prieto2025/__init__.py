"""Figures 1 and 2 of arXiv:2501.04697: does the softmax run out of digits, does that end learning, and what helps?"""

from typing import Any

import xarray

from ...citations import PRIETO2025
from ...figures import prieto2025 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .analysis import analysed
from .arms import ARMS, QUICK_ARMS
from .cell import DIMS, UNITS, NumericsCell, group_key, run_cell
from .expected import comparisons
from .race import QUICK as RACE_QUICK
from .race import RACE_PICTURE
from .tables import tables
from .words import CAVEATS, verdict

QUICK: dict[str, Any] = {
    "prime": 31,
    "width": 48,
    "train_fraction": 0.8,
    "long_steps": 18_000,
    "slow_steps": 18_000,
    **RACE_QUICK,
}
SMALLER = (
    "Smaller than published, which is p = 113, widths 200, 40 % of the pairs, 80,000 updates. Without decay: p = {prime}, widths {width}, "
    "{train_fraction:.0%} of the pairs (with fewer, so small a table does not generalise in time), {long_steps:,} updates. In the race: "
    "p = {race_prime}, widths {race_width}, {race_fraction:.0%} of the pairs."
)
SIZES: dict[str, dict[str, Any]] = {
    "quick": {"replicas": 3, "arms": QUICK_ARMS, "base": QUICK, "smaller": SMALLER.format(**QUICK)},
    "paper": {"replicas": 5, "arms": tuple(ARMS), "base": {}, "smaller": ""},
}

study = Study(
    name="prieto2025", version=2, settings=NumericsCell, run_cell=run_cell, group_key=group_key, dims=DIMS, units=UNITS, citation=PRIETO2025
)


def sweep(size: str, seed: int) -> Sweep:
    """All arms of the size, each on the same replicas."""
    grid = {"arm": list(SIZES[size]["arms"]), "replica": range(SIZES[size]["replicas"])}
    return sized_sweep(study, size, seed, grid, SIZES[size]["base"])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """When the softmax collapses and what that does; who generalises first; a sentence for each published claim."""
    found = analysed(dataset).assign_attrs(smaller=SIZES[size]["smaller"])
    rows = comparisons(found)
    return Analysis(found, rows, (*verdict(found), tally(rows)), CAVEATS, tables(found))


recipe = Recipe(
    name=study.name,
    question="Does a softmax that has run out of digits end learning, and is PerpGrad faster than AdamW with a tuned decay?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "collapse",
            "Without decay, every seed a line: accuracy on training and test pairs, and the share of training rows whose softmax has "
            "collapsed in the dtype of the loss. Band, of the first seed: from the share that collapses in any order of summation to the "
            "share that does in some order; line: summed as NumPy does. Under StableMax no softmax is taken. Dotted: 40 %, the "
            "collapse that the released data have at the dotted lines of figure 2, and 50 %, their label.",
            figures.collapse,
        ),
        RACE_PICTURE,
        Picture(
            "gradients",
            "(a-d) Without decay. (a) Cosine of minus the gradient with the parameters: near 1 the loss falls by scaling the logits. (b) "
            "Cosine of the gradient with that of a loss in float64 at the same parameters. (c) Root mean square of the entries of the "
            "gradient, against Adam's usual epsilon. (d) Way between two looks over the length of the parameters, per update. (e) As (a), "
            "in the race: the gradient before PerpGrad projects it.",
            figures.gradients,
        ),
    ),
    executor="processes",
    health=run_table,
)
