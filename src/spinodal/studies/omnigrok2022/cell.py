"""One cell of the Omnigrok studies: one network at one initial norm, with its norm kept or decaying."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import integer, not_negative, positive, require
from .. import trained
from ..outputs import derived_seed


@dataclass(frozen=True)
class OmnigrokCell(ABC):
    """A network whose initial parameters are multiplied by `alpha`, trained with AdamW.

    `decay` > 0: the norm is free, and the run ends at `steps` or once both accuracies have reached `stop_at`.
    `decay` 0: the reduced landscape; all parameters are rescaled to their initial norm after every update, for `landscape_steps` updates.
    `replica` makes task and network: cells of one replica differ in `alpha` and `decay` alone. `records`: how often a run is recorded.
    """

    alpha: float = 2.0
    decay: float = 0.05
    replica: int = 0
    rate: float = 3e-4
    landscape_steps: int = 10_000
    steps: int = 100_000
    records: int = 2_000
    level: float = 0.95
    stop_at: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        positive("alpha", self.alpha, why="initial norm over that of the usual initialisation")
        not_negative("decay", self.decay)
        integer("replica", self.replica, minimum=0)
        positive("rate", self.rate)
        integer("seed", self.seed, minimum=0)
        integer("records", self.records, minimum=1)
        for name in ("landscape_steps", "steps"):
            steps = integer(name, getattr(self, name), minimum=1)
            require(steps % self.records == 0, f"{name} must be a multiple of records={self.records}, got {steps}")
        require(0 < self.level <= self.stop_at <= 1, f"level must be > 0 and at most stop_at={self.stop_at}, got {self.level}")

    @property
    def updates(self) -> int:
        """How many this run makes at most."""
        return self.steps if self.decay > 0 else self.landscape_steps

    @property
    def batch_rows(self) -> int | None:
        """Rows of an update; None: all."""
        return None

    @abstractmethod
    def problem(self) -> Any:
        """What is learned; its seed is `task_seed()`."""

    def task_seed(self) -> int:
        """Of teacher, inputs or split."""
        return derived_seed(self.seed, self.replica, 0)

    def network_seed(self) -> int:
        """Of initial parameters and batches."""
        return derived_seed(self.seed, self.replica, 1)


DIMS = trained.DIMS
UNITS = {
    **trained.UNITS,
    "alpha": "1 (initial norm over that of the usual initialisation)",
    "decay": "1 (0: norm kept fixed)",
    "norm_at_train": "1 (norm over that of the usual initialisation)",
    "norm_at_test": "1 (norm over that of the usual initialisation)",
}


def run_cell(cell: OmnigrokCell) -> dict[str, Any]:
    """Crossings, last and best losses, the norm at the crossings, and curves."""
    from ... import training

    trajectory = training.train(
        cell.problem(),
        optimizer=training.AdamW(cell.rate, weight_decay=cell.decay),
        steps=cell.updates,
        seed=cell.network_seed(),
        every=cell.updates // cell.records,
        batch=cell.batch_rows,
        stop_at=cell.stop_at if cell.decay > 0 else None,
        initial_scale=cell.alpha,
        norm="free" if cell.decay > 0 else "fixed",
    )
    found = trained.trajectory_outputs(trajectory, cell.updates, cell.level)
    for name in ("train", "test"):
        losses = getattr(trajectory, f"{name}_loss")
        found[f"best_{name}_loss"] = float(np.min(losses)) if len(losses) else np.nan  # it diverged at 0
        at = trajectory.crossing(f"{name}_accuracy", cell.level)
        norm = np.nan if at is None else trajectory.norm[trajectory.steps == at][0] / trajectory.norm[0]
        found[f"norm_at_{name}"] = float(cell.alpha * norm)
    return found
