"""One cell of the phase diagrams of addition and S3: one network, from its start to its phase."""

from dataclasses import dataclass
from typing import Any

from ...errors import choice, integer, not_negative, positive, require
from ...problems import PermutationGroup, SymbolAddition
from ..outputs import derived_seed
from ..trained import DIMS, UNITS, trajectory_outputs

__all__ = ["DIMS", "UNITS", "SymbolCell", "group_key", "run_cell"]


@dataclass(frozen=True)
class SymbolCell:
    """A task, two rates and a decay. `replica` numbers the seeds of a cell: all cells share split, templates and start of a replica.

    `embedding_scale` is that of the problem, None for its default.

    `every` is the cadence at which accuracies are looked at; a crossing is late by less. The run ends early once both accuracies have
    reached `level`, which leaves the crossings as they are.
    """

    task: str = "addition"
    loss: str = "regression"
    training_pairs: int = 45
    hidden_widths: tuple[int, ...] = (200, 200)
    embedding_rate: float = 1e-3
    decoder_rate: float = 1e-4
    decoder_decay: float = 0.0
    embedding_scale: float | None = None
    level: float = 0.9
    steps: int = 2000
    every: int = 25
    replica: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        choice("task", self.task, ("addition", "s3"))
        positive("embedding_rate", self.embedding_rate)
        positive("decoder_rate", self.decoder_rate)
        not_negative("decoder_decay", self.decoder_decay)
        require(0 < self.level <= 1, f"level must be > 0 and at most 1, got {self.level} (it is an accuracy)")
        integer("steps", self.steps, minimum=1)
        integer("every", self.every, minimum=1)
        require(self.steps % self.every == 0, f"steps must be a multiple of every={self.every}, got {self.steps}")
        integer("replica", self.replica, minimum=0)
        integer("seed", self.seed, minimum=0)
        self.problem()

    def problem(self) -> SymbolAddition | PermutationGroup:
        """What is learned."""
        kind = SymbolAddition if self.task == "addition" else PermutationGroup
        seed = derived_seed(self.seed, self.replica)
        start: dict[str, Any] = {} if self.embedding_scale is None else {"embedding_scale": self.embedding_scale}
        return kind(training_pairs=self.training_pairs, loss=self.loss, hidden_widths=self.hidden_widths, seed=seed, **start)


def run_cell(cell: SymbolCell) -> dict[str, Any]:
    """Crossings, last values and curves."""
    from ...training import AdamW, PerGroup, train

    optimizer = PerGroup(AdamW(cell.embedding_rate), AdamW(cell.decoder_rate, weight_decay=cell.decoder_decay))
    seed = derived_seed(cell.seed, cell.replica, 1)
    found = train(cell.problem(), optimizer=optimizer, steps=cell.steps, every=cell.every, stop_at=cell.level, seed=seed)
    return trajectory_outputs(found, cell.steps, cell.level)


def group_key(cell: SymbolCell) -> tuple:
    """The shapes: rates, decays, seeds and the number of training pairs are traced."""
    return cell.task, cell.loss, cell.hidden_widths
