"""One run of plain gradient descent at a given load, the training pairs in units of p ln p."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...errors import positive
from . import descent_cell
from .descent_cell import DescentCell

DIMS = descent_cell.DIMS
UNITS = {**descent_cell.UNITS, "train_fraction": "1 (share of the pairs)", "load": "1 (training pairs over p ln p)"}


@dataclass(frozen=True)
class SharesCell:
    """A prime, a load and a replica; the rest as in `DescentCell`. Of one replica a smaller training set lies inside a larger one."""

    prime: int = 43
    load: float = 5.0
    rate: float = 0.4
    replica: int = 0
    neurons_per_symbol: int = 5
    steps: int = 6000
    every: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        positive("load", self.load, why="the number of training pairs over p ln p")
        self.descent()

    def descent(self) -> DescentCell:
        """The same run, its share of the pairs in place of its load."""
        share = float(train_fraction(self.load, self.prime))
        rest = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "load"}
        return DescentCell(train_fraction=share, **rest)


def train_fraction(load: Any, prime: Any) -> Any:
    """Share of the p^2 pairs: load ln p / p."""
    return load * np.log(prime) / prime


def run_cell(cell: SharesCell) -> dict[str, Any]:
    """As of `DescentCell`, and the share of the pairs."""
    descent = cell.descent()
    return {**descent_cell.descend(descent, any_split=True), "train_fraction": descent.train_fraction}


def group_key(cell: SharesCell) -> tuple:
    """The shapes: loads, rates and seeds are traced."""
    return cell.prime, cell.descent().width
