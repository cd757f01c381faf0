"""What a run of training leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import choice, real

LEVELS_ABOVE = ("train_accuracy", "test_accuracy", "rqi")
LEVELS_BELOW = ("train_loss", "test_loss")


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One network's run; all series (records,) are of the same weights, those after `steps` updates.

    `steps`: updates made at each record, 0 first. `train_loss`, `test_loss`, `train_accuracy`, `test_accuracy`: over the rows of each set,
    NaN without rows. `norm`: root of the sum of squares over all parameters. `rqi`: NaN where the problem has none.
    `parameters`, `embedding`: at the last record, NumPy arrays. `measures`: name -> (len(measure_steps), ...). `checkpoints`: step ->
    parameters. `converged`: all steps made, or stopped early as asked; else `message` says what happened and `diverged_at` when.
    `seconds`, `cpu_seconds`: of the updates and records; `measure_seconds`: of the measures, included in both; compilation is in both too.
    """

    steps: np.ndarray
    train_loss: np.ndarray
    test_loss: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray
    norm: np.ndarray
    rqi: np.ndarray
    parameters: dict[str, Any]
    measures: Mapping[str, np.ndarray]
    measure_steps: np.ndarray
    checkpoints: Mapping[int, dict[str, Any]]
    every: int
    converged: bool
    message: str
    diverged_at: int | None
    seconds: float
    cpu_seconds: float
    measure_seconds: float
    settings: Mapping[str, Any]

    @property
    def embedding(self) -> np.ndarray | None:
        """Of the symbols at the last record, (symbols, embedding_dim); None for a network without one."""
        return self.parameters.get("embedding")

    def crossing(self, name: str, level: float) -> int | None:
        """The first recorded step with a value >= level (losses: <= level), late by less than `every`; None if never."""
        series = getattr(self, choice("name", name, LEVELS_ABOVE + LEVELS_BELOW))
        return first_crossing(self.steps, series, real("level", level), below=name in LEVELS_BELOW)


def first_crossing(steps: np.ndarray, series: np.ndarray, level: float, *, below: bool = False) -> int | None:
    """The first of `steps` at which the series is at or beyond the level; NaN is never beyond."""
    level = series.dtype.type(level)  # 9 of 10 in float32 is less than .9 in float64
    there = np.flatnonzero(series <= level if below else series >= level)
    return int(steps[there[0]]) if there.size else None
