"""Accuracy of Fourier networks against width, and what trained square networks hold: arXiv:2301.02679 and arXiv:2310.13061."""

import xarray

from ...citations import SQUARE_NETWORKS
from ...figures import gromov2023 as figures
from ...sweeps import Study, Sweep
from ..comparison import tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..trained import run_table
from .analysis import analysed
from .analytic import ERROR, Plan, analytic_networks, growth
from .cell import DIMS, UNITS, SquareCell, group_key, run_cell
from .expected import comparisons
from .words import CAVEATS, tables, verdict

PLANS = {"quick": Plan((23, 31, 59), 40), "paper": Plan((23, 31, 43, 59, 97, 113), 100)}
TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SIZES = {
    "quick": {
        "grid": {"weight_decay": [0.0, 5.0], "label_noise": [0.0], "train_fraction": [0.3, 0.5], "replica": range(2)},
        "base": {"steps": 400},
    },
    "paper": {
        "grid": {
            "weight_decay": [0.0, 5.0, 15.0, 20.0],
            "label_noise": [0.0, *TENTHS],
            "train_fraction": list(TENTHS),
            "replica": range(3),
        },
        "base": {},
    },
}
SMALLER = (
    "This quick size has the published prime, width and rate, but 2 of the 9 shares, 2 of the 4 decays, no label noise, 400 of 2,000 "
    "updates, and 2 seeds, which support no claim about a spread; random phases only up to p = 59."
)

study = Study(
    name="gromov2023",
    version=2,
    settings=SquareCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=SQUARE_NETWORKS,
)


def sweep(size: str, seed: int) -> Sweep:
    """The trained networks of the size."""
    return sized_sweep(study, size, seed, **SIZES[size])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Analytic networks beside the trained ones; independent numbers beside ours; a sentence for each question."""
    found = xarray.merge([analysed(dataset), analytic_networks(PLANS[size])], combine_attrs="override")
    found = found.assign_attrs(growth=growth(found)[0], error=ERROR)
    rows = comparisons(found)
    smaller = (SMALLER,) if size == "quick" else ()
    return Analysis(found, rows, (*verdict(found), tally(rows)), (*CAVEATS, *smaller), tables(found))


recipe = Recipe(
    name=study.name,
    question="How wide must a network with random phases be, and do trained networks hold the frequencies and phases of the analytic one?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "width",
            "Networks that are written down. (a) Share of wrong pairs against width N in units of p, random phases, mean over draws with "
            "standard errors; arrows: no pair was wrong. Curves that collapsed would lie on each other. (b) The same against N. "
            "(c) The width at which 1 % of the pairs are wrong, the power of p that fits, the power 1 that a collapse in N/p "
            "needs, and a bound by large deviations.",
            figures.width,
        ),
        Picture(
            "participation",
            "Inverse participation ratio of the neurons (1: one frequency), all seeds together, before training, where the test accuracy "
            "first reaches 0.99, and at the end. Dotted: mean of a Gaussian row. Bars are shares of live neurons.",
            figures.participation,
        ),
        Picture(
            "phases",
            "Phase of the readout minus the sum of the phases of the weights that read the two symbols, periodic neurons with one "
            "frequency in all three, at the end, all seeds together. The analytic network has 0; line: phases without a rule.",
            figures.phases,
        ),
        Picture(
            "curves",
            "Accuracy in training (dashed) and test (full) of every seed, without label noise. Dotted: where the test accuracy reaches "
            "0.99, median.",
            figures.curves,
        ),
        Picture(
            "noise",
            "Corrupted labels: the most frequent end of the seeds for every share of pairs and of corrupted labels, with the number of "
            "seeds that end so.",
            figures.noise,
        ),
    ),
    executor="processes",
    health=run_table,
)
