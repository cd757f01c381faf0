"""One cell of the data-size study: one network, trained on some pairs, and what its embedding says of all of them."""

from dataclasses import dataclass
from typing import Any

from ...errors import integer, not_negative, positive, require
from ...measures.representation import predicted_accuracy
from ...problems import SymbolAddition
from ...theory.effective import ideal_accuracy, nullity
from .. import trained
from ..outputs import derived_seed

LEVEL = 0.9  # of accuracy: the network has learned, or generalises
LINE = 0.95  # of RQI: the embedding is a line

DIMS = {**trained.DIMS, "curve_rqi": ("curve",)}
UNITS = {**trained.UNITS, "rqi_step": "updates", "training_pairs": "pairs", "decoder_rate": "1 (learning rate)"}


@dataclass(frozen=True)
class DataSizeCell:
    """A number of training pairs, a replica (its own split, templates and network, the same at every rate) and how it is trained."""

    training_pairs: int = 45
    replica: int = 0
    decoder_rate: float = 1e-4
    embedding_rate: float = 1e-3
    decoder_decay: float = 0.0
    symbols: int = 10
    loss: str = "regression"
    steps: int = 5000
    every: int = 25
    seed: int = 0

    def __post_init__(self) -> None:
        integer("replica", self.replica, minimum=0)
        integer("seed", self.seed, minimum=0)
        integer("training_pairs", self.training_pairs, minimum=1)
        positive("decoder_rate", self.decoder_rate, why="a learning rate")
        positive("embedding_rate", self.embedding_rate, why="a learning rate")
        not_negative("decoder_decay", self.decoder_decay)
        integer("steps", self.steps, minimum=1, why="the number of updates")
        integer("every", self.every, minimum=1, why="the number of updates between two records")
        require(self.steps % self.every == 0, f"steps must be a multiple of every={self.every}, got {self.steps}")
        self.problem()

    def problem(self) -> SymbolAddition:
        """What is learned."""
        seed = derived_seed(self.seed, self.replica, self.training_pairs, 0)
        return SymbolAddition(self.symbols, self.training_pairs, self.loss, seed=seed)


def run_cell(cell: DataSizeCell) -> dict[str, Any]:
    """The trained network as numbers; accuracies are shares of all pairs unless the name says of which."""
    from ... import training

    problem = cell.problem()
    optimizer = training.PerGroup(
        embedding=training.AdamW(cell.embedding_rate), decoder=training.AdamW(cell.decoder_rate, weight_decay=cell.decoder_decay)
    )
    seed = derived_seed(cell.seed, cell.replica, cell.training_pairs, 1)
    trajectory = training.train(problem, optimizer=optimizer, steps=cell.steps, every=cell.every, seed=seed)
    assert trajectory.embedding is not None  # the network of this problem has one
    data = problem.data()
    pairs, count = data.pairs[data.train_mask], len(data.pairs)
    known = len(pairs)
    ended = trained.trajectory_outputs(trajectory, cell.steps, LEVEL)
    # Counts, since the trainer's shares are float32; without test pairs their share is NaN
    right = round(known * ended["train_accuracy"]) + (round((count - known) * ended["test_accuracy"]) if known < count else 0)
    crossing = trajectory.crossing("rqi", LINE)
    rows = (ended["curve_step"] // cell.every).astype(int)
    return {
        **ended,
        "curve_rqi": trained.padded(trajectory.rqi, rows[-1] + 1)[rows],
        "rqi_step": trained.step_number(crossing),
        "real_accuracy": right / count,
        "predicted_accuracy": float(predicted_accuracy(trajectory.embedding, pairs)),
        "ideal_accuracy": ideal_accuracy(pairs, cell.symbols),
        "nullity": nullity(pairs, cell.symbols),
    }


def group_key(cell: DataSizeCell) -> tuple:
    """The shapes and the loss: rates, seeds and the number of training pairs are traced."""
    return cell.symbols, cell.loss
