"""Clock or pizza (arXiv:2306.17844): an order parameter against the attention coefficient, with the width as the size."""

import xarray

from ...citations import ZHONG2023
from ...figures import zhong2023 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from . import published
from .analysis import analysed
from .cell import DIMS, UNITS, AttentionCell, group_key, run_cell
from .expected import comparisons
from .words import CAVEATS, smaller, tables, verdict

TENTHS = tuple(i / 10 for i in range(11))
SIZES = {
    "quick": {
        "grid": {"replica": range(3), "d_model": (32, 64), "attention": (0.0, 0.5, 0.7, 0.8, 0.9, 1.0)},
        "base": {"prime": 31, "steps": 1200, "every": 50},
    },
    "full": {"grid": {"replica": range(8), "d_model": (32, 64, 128), "attention": TENTHS}, "base": {}},
    "paper": {"grid": {"replica": range(8), "d_model": (32, 64, 128, 256, 512), "attention": TENTHS}, "base": {}},
}

study = Study(
    name="zhong2023",
    version=1,
    settings=AttentionCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=ZHONG2023,
)


def settings_of(size: str) -> AttentionCell:
    """What the cells of a size have in common."""
    return AttentionCell(**SIZES[size]["base"])


def sweep(size: str, seed: int) -> Sweep:
    """Coefficients, widths and networks of the size."""
    return sized_sweep(study, size, seed, **SIZES[size])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """The curve of every width, what it does with the width, and the published means beside it."""
    cell, found = settings_of(size), analysed(dataset)
    rows = comparisons(found, cell.prime)
    less = () if cell.prime == published.PRIME else (smaller(found, cell.prime, cell.steps),)
    return Analysis(found, rows, (*verdict(found), tally(rows)), (*less, *CAVEATS), tables(found, cell.prime))


recipe = Recipe(
    name=study.name,
    question="Is there a transition from pizza to clock as attention is switched on, and does it sharpen with the width?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "order_parameter",
            "Against the attention coefficient, one colour a width. (a) Gradient symmetricity. Points are networks that have learned, "
            "crosses those that have not; lines are means of the first with standard errors, grey steps the published means per tenth, "
            "dotted lines untrained networks. (b) Its variance over networks with 95 % intervals for normal values. (c) Both distance "
            "irrelevances, means with standard errors: correct logit (filled), largest wrong logit (open); the published means are of the "
            "second. (d) Circularity of single networks, and the published selection.",
            figures.order_parameter,
        ),
        Picture(
            "plane",
            "Every network in the plane of gradient symmetricity and distance irrelevance, darker with more attention. Circles have "
            "learned, crosses have not, rings pass the published selection. Joined squares: published means, p = 59, width 128. Forks: "
            "untrained.",
            figures.plane,
        ),
        Picture(
            "sizes",
            "(a) Where the mean symmetricity is halfway between its ends, and (b) over what breadth of the coefficient it does the middle "
            "half of its fall, against the width, with standard errors from resampled networks; the published means are one diamond. (c) "
            "Symmetricity at half of the updates (open) and at their end (filled): a curve that still moves is one of a time.",
            figures.sizes,
        ),
        Picture(
            "frequencies",
            "Networks that have learned, means with standard errors. (a) Key frequencies, counted by neurons (filled) and in the embedding "
            "(open). (b) Share of the variance of the logits that they explain.",
            figures.frequencies,
        ),
    ),
    executor="processes",
    health=run_table,
)
