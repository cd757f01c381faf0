"""Figure 6 of arXiv:2205.10343: addition as classification, decoder rate against decoder decay."""

import xarray

from ..sweeps import Study, Sweep
from .catalogue import LIU2022, find
from .comparison import Comparison
from .errata import LIU2022_DIAGRAMS
from .liu2022_addition import RATES
from .phase_diagram import PICTURES, Diagram, share_of
from .recipe import Analysis, Recipe
from .symbol_cell import DIMS, UNITS, SymbolCell, group_key, run_cell
from .trained import run_table

DIAGRAM = Diagram(
    study="liu2022-classification",
    axes={"decoder_decay": (tuple(2.0 * k for k in range(11)), (0, 1, 3, 10)), "decoder_rate": (RATES, (5, 7, 9, 12))},
    caps={"quick": 2000, "full": 100_000, "paper": 100_000},
    replicas={"quick": 5, "full": 1, "paper": 8},
    published={100_000: (30, 85, 50, 11), 2000: (8, 0, 4, 4)},
    base={"loss": "classification", "embedding_rate": 1e-3},
)

study = Study(
    name=DIAGRAM.study, version=1, settings=SymbolCell, run_cell=run_cell, group_key=group_key, dims=DIMS, units=UNITS, citation=LIU2022
)


def sweep(size: str, seed: int) -> Sweep:
    """Both axes and the replicas of the size."""
    return DIAGRAM.sweep(size, seed)


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Beside the published counts: the corner where nothing is left of the decoder."""
    return DIAGRAM.analyse(dataset, size, expectations, LIU2022_DIAGRAMS)


def expectations(found: xarray.Dataset) -> list[Comparison]:
    """With the largest decay at a high rate the decoder is held at zero and can not even fit."""
    corner = (found["decoder_rate"] >= 2.5e-3) & (found["decoder_decay"] >= 16)
    return [share_of(found, "confusion", corner, "decoder rate at least 2.5e-3, decay at least 16", 1.0, "published, one seed a cell", 0.2)]


recipe = Recipe(
    name=study.name,
    title=find(study.name).title,
    question="Does cross-entropy in place of squared error change where addition groks?",
    sweep=sweep,
    analyse=analyse,
    pictures=PICTURES,
    citation=LIU2022,
    executor="processes",
    health=run_table,
)
