"""One run of the transformer of arXiv:2301.05217 at a learning rate and a weight decay: when it fits, and when its test loss falls."""

from dataclasses import dataclass
from typing import Any

from ...errors import integer, positive, require
from ...problems import ModularArithmetic
from .. import trained
from ..outputs import derived_seed
from .cell import CROSSED, FIT_LEVEL, train_as_published, transformer

CROSSING = CROSSED[FIT_LEVEL]
LEVEL = 1.0  # of both accuracies, at which a run may end: in every run of the quick size the test loss has crossed before
DIMS = dict(trained.DIMS)
UNITS = {**trained.UNITS, "fitted_step": "updates", CROSSING: "updates"}


@dataclass(frozen=True)
class DecayCell:
    """A learning rate, a weight decay, and a replica with a split and a network of its own at every setting: all runs are independent."""

    learning_rate: float = 1e-3
    weight_decay: float = 1.0
    replica: int = 0
    prime: int = 31
    train_fraction: float = 0.7
    d_model: int = 64
    heads: int = 4
    d_mlp: int = 128
    steps: int = 6000
    every: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("learning_rate", "weight_decay"):
            positive(name, getattr(self, name))
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        for name in ("d_model", "heads", "d_mlp", "steps", "every"):
            integer(name, getattr(self, name), minimum=1)
        require(self.steps % self.every == 0, f"steps must be a multiple of every={self.every}, got {self.steps}")
        require(self.d_model % self.heads == 0, f"heads must divide d_model={self.d_model}, got {self.heads}")
        self.problem()

    def problem(self) -> ModularArithmetic:
        """What is learned; the shuffle is that of the released code."""
        return ModularArithmetic(self.prime, train_fraction=self.train_fraction, split="python", split_seed=self.seed_of(0))

    def seed_of(self, what: int) -> int:
        """Of the split (0) and the network (1)."""
        return derived_seed(self.seed, self.replica, float(self.learning_rate), float(self.weight_decay), what)


def run_cell(cell: DecayCell) -> dict[str, Any]:
    """Crossings and curves, up to the chunk in which every pair is right."""
    run = {"steps": cell.steps, "every": cell.every, "stop_at": LEVEL, "seed": cell.seed_of(1)}
    found = train_as_published(cell.problem(), transformer(cell), cell.learning_rate, cell.weight_decay, **run)
    return {
        **trained.trajectory_outputs(found, cell.steps, LEVEL),
        "fitted_step": trained.step_number(found.crossing("train_loss", FIT_LEVEL)),
        CROSSING: trained.step_number(found.crossing("test_loss", FIT_LEVEL)),
    }


def group_key(cell: DecayCell) -> tuple:
    """The shapes: rates, decays and seeds are traced."""
    return cell.prime, cell.d_model, cell.heads, cell.d_mlp, cell.train_fraction
