"""One run of arXiv:2201.02177: the decoder on one operation, a share of its table, one regularisation."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, positive, require
from ...problems import GroupComposition, ModularArithmetic
from ...problems.modular_arithmetic import OPERATIONS
from .. import trained
from ..outputs import derived_seed

LEVEL = 0.99  # of test accuracy, as published
GROUP = "S5"
TASKS = (*OPERATIONS, GROUP)


@dataclass(frozen=True)
class Regularisation:
    """Decoupled decay to zero, and whether all training rows are in every update."""

    weight_decay: float
    full_batch: bool = False


REGULARISATIONS = {
    "decay 1": Regularisation(1.0),
    "no decay": Regularisation(0.0),
    "decay 1, full batch": Regularisation(1.0, full_batch=True),
    "no decay, full batch": Regularisation(0.0, full_batch=True),
}
ARMS = {f"{task}: {name}": (task, name) for task in TASKS for name in REGULARISATIONS}
DIMS = dict(trained.DIMS)
UNITS = {**trained.UNITS, "train_fraction": "share of the pairs"}


@dataclass(frozen=True)
class PowerCell:
    """An arm (operation and regularisation), a share of the table, and a replica: its own split, network and batches.

    `batch`: rows of an update where it is not the full batch, at most half of the training rows as published; `steps`: the cap.
    S5 has no prime: `prime` is that of the other operations.
    """

    arm: str = "divide: decay 1"
    train_fraction: float = 0.5
    prime: int = 97
    d_model: int = 128
    heads: int = 4
    d_mlp: int = 512
    learning_rate: float = 1e-3
    batch: int = 512
    steps: int = 100_000
    every: int = 50
    replica: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        choice("arm", self.arm, ARMS)
        positive("learning_rate", self.learning_rate)
        for name in ("d_model", "heads", "d_mlp", "batch", "steps", "every"):
            integer(name, getattr(self, name), minimum=1)
        integer("replica", self.replica, minimum=0)
        integer("seed", self.seed, minimum=0)
        require(self.steps % self.every == 0, f"steps must be a multiple of every={self.every}, got {self.steps}")
        rows = int(self.problem().train_mask.sum())
        full = REGULARISATIONS[ARMS[self.arm][1]].full_batch
        require(
            full or self.batch <= rows / 2 + 1,
            f"batch must be at most half of the {rows} training rows at train_fraction={self.train_fraction}, got {self.batch}",
        )

    def problem(self) -> ModularArithmetic | GroupComposition:
        """What is learned; a replica has a split of its own, the training sets of one lie inside each other."""
        task, seed = ARMS[self.arm][0], derived_seed(self.seed, self.replica, 0)
        if task == GROUP:
            return GroupComposition(GROUP, train_fraction=self.train_fraction, split_seed=seed)
        return ModularArithmetic(self.prime, task, train_fraction=self.train_fraction, split_seed=seed)


def run_cell(cell: PowerCell) -> dict[str, Any]:
    """Crossings, last values, curves, and the best test accuracy of all records."""
    from ...training import AdamW, train
    from ...training.networks import Decoder

    regularisation = REGULARISATIONS[ARMS[cell.arm][1]]
    found = train(
        cell.problem(),
        network=Decoder(2, cell.d_model, cell.heads, cell.d_mlp),
        optimizer=AdamW(cell.learning_rate, regularisation.weight_decay, beta2=0.98, warmup=10),
        steps=cell.steps,
        every=cell.every,
        batch=None if regularisation.full_batch else cell.batch,
        stop_at=LEVEL,
        any_split=True,
        seed=derived_seed(cell.seed, cell.replica, 1),
    )
    # Beside the last one: between its crossing and the end of its chunk a run may fall back
    return {**trained.trajectory_outputs(found, cell.steps, LEVEL), "best_test_accuracy": float(np.max(found.test_accuracy))}


def group_key(cell: PowerCell) -> tuple:
    """The shapes: rates, decays, splits and seeds are traced, and all training sets of a table go through one program."""
    task, name = ARMS[cell.arm]
    rows = "S5" if task == GROUP else (cell.prime, task == "divide")
    return rows, cell.d_model, cell.heads, cell.d_mlp, None if REGULARISATIONS[name].full_batch else cell.batch
