"""Figure 6 of arXiv:2205.10343: addition as classification, decoder rate against decoder decay."""

import xarray

from ..comparison import Comparison
from .addition import RATES
from .errata import DIAGRAMS
from .phase_diagram import Diagram, share_of


def expectations(found: xarray.Dataset) -> list[Comparison]:
    """With the largest decay at a high rate the decoder is held at zero and can not even fit."""
    corner = (found["decoder_rate"] >= 2.5e-3) & (found["decoder_decay"] >= 16)
    return [share_of(found, "confusion", corner, "decoder rate at least 2.5e-3, decay at least 16", 1.0, "published, one seed a cell", 0.2)]


DIAGRAM = Diagram(
    name="liu2022-classification",
    axes={"decoder_decay": (tuple(2.0 * k for k in range(11)), (0, 1, 3, 10)), "decoder_rate": (RATES, (5, 7, 9, 12))},
    caps={"quick": 2000, "full": 100_000, "paper": 100_000},
    replicas={"quick": 5, "full": 1, "paper": 8},
    published={100_000: (30, 85, 50, 11), 2000: (8, 0, 4, 4)},
    base={"loss": "classification", "embedding_rate": 1e-3},
    question="Does cross-entropy in place of squared error change where addition groks?",
    expectations=expectations,
    caveats=DIAGRAMS,
)
study = DIAGRAM.study()
recipe = DIAGRAM.recipe()
