"""One network with an attention coefficient, trained on modular addition, and whether it is a clock or a pizza."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, not_negative, positive, real, require
from ...measures import fourier
from ...problems import ModularArithmetic
from .. import trained
from ..outputs import derived_seed

LEVEL = 0.99  # of accuracy, for the crossings
BETA2 = 0.98

READINGS = (
    "gradient_symmetricity",
    "irrelevance_correct",
    "irrelevance_max_wrong",
    "circularity",
    "keys_by_neurons",
    "keys_by_weights",
    "variance_by_neurons",
    "variance_by_weights",
    "accuracy",
)
MOMENTS = ("start", "half", "end")  # before training, at half of the updates, after the last

DIMS = {
    **trained.DIMS,
    **dict.fromkeys(READINGS, ("moment",)),
    "frequency_share": ("frequency",),
    "frequency_neurons": ("frequency",),
}
UNITS = {**trained.UNITS, "frequency_neurons": "neurons", "keys_by_neurons": "frequencies", "keys_by_weights": "frequencies"}


@dataclass(frozen=True)
class AttentionCell:
    """An attention coefficient, a width and a replica, which has its own split and its own initial weights in every cell.

    `d_model` is the width; the hidden layer has four times as many units. `attention`: 1 is ordinary attention, 0 constant.
    `loss_dtype`: logits are cast to it before the loss. In float32 the gradient of a learned table is lost in rounding, decay shrinks the
    weights until an update is far too large, and the network that is measured is one after such a burst.
    """

    attention: float = 1.0
    d_model: int = 128
    replica: int = 0
    prime: int = 59
    heads: int = 4
    train_fraction: float = 0.8
    learning_rate: float = 1e-3
    weight_decay: float = 2.0
    loss_dtype: str = "float64"
    steps: int = 20_000
    every: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        share = real("attention", self.attention)
        require(0 <= share <= 1, f"attention must be in [0, 1], got {share} (1 is ordinary attention, 0 constant)")
        integer("d_model", self.d_model, minimum=1)
        integer("heads", self.heads, minimum=1)
        require(self.d_model % self.heads == 0, f"d_model must be a multiple of heads={self.heads}, got {self.d_model}")
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        positive("learning_rate", self.learning_rate)
        not_negative("weight_decay", self.weight_decay)
        choice("loss_dtype", self.loss_dtype, ("float32", "float64"))
        integer("every", self.every, minimum=1, why="the number of updates between two records")
        integer("steps", self.steps, minimum=1, why="the number of updates")
        require(
            self.steps % (2 * self.every) == 0,
            f"steps must be a multiple of 2 * every={2 * self.every}, so that half of them is recorded, got {self.steps}",
        )
        self.problem()

    def problem(self) -> ModularArithmetic:
        """What is learned."""
        return ModularArithmetic(self.prime, train_fraction=self.train_fraction, split_seed=self._derived(0))

    def network_seed(self) -> int:
        """Of the initial parameters."""
        return self._derived(1)

    def _derived(self, which: int) -> int:
        """Cells share no random numbers, so that networks of different coefficients are independent."""
        return derived_seed(self.seed, self.replica, self.d_model, float(self.attention), which)


def run_cell(cell: AttentionCell) -> dict[str, Any]:
    """Crossings, curves, and the readings at the three moments; `accuracy` is that on all pairs. A run that diverged has NaN after it."""
    from ...training import AdamW, train
    from ...training.networks import OneLayerTransformer

    problem = cell.problem()
    network = OneLayerTransformer(cell.d_model, cell.heads, 4 * cell.d_model, attention=cell.attention, equals_token=False)
    found = train(
        problem,
        network=network,
        optimizer=AdamW(cell.learning_rate, cell.weight_decay, beta2=BETA2),
        steps=cell.steps,
        every=cell.every,
        checkpoint_every=cell.steps // 2,
        seed=cell.network_seed(),
        loss_dtype=cell.loss_dtype,
    )
    nothing = dict.fromkeys(READINGS, np.nan)
    waves = (cell.prime - 1) // 2
    seen, last = [], {"frequency_share": np.full(waves, np.nan), "frequency_neurons": np.full(waves, np.nan)}
    for step in (0, cell.steps // 2, cell.steps):
        here, frequencies = look(network, found.checkpoints[step], problem) if step in found.checkpoints else (nothing, last)
        seen.append(here)
        if step == cell.steps:
            last = frequencies
    readings = {name: np.array([here[name] for here in seen]) for name in READINGS}
    return {**trained.trajectory_outputs(found, cell.steps, LEVEL), **last, **readings}


def look(network: Any, parameters: dict[str, Any], problem: ModularArithmetic) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """All readings of one network, and its frequencies: shares of the energy of the embedding, and neurons of each."""
    prime, embedding = problem.prime, np.asarray(parameters["embedding"])
    logits = np.asarray(network.logits(parameters, problem.pairs), np.float64)
    by_neurons = fourier.key_frequencies(np.asarray(network.hidden(parameters, problem.pairs)[0]), prime)
    by_weights = fourier.key_frequencies(embedding, prime, method="weights")
    best = np.sort(logits, axis=1)[:, -2:]
    right = (logits.argmax(axis=1) == problem.true_labels) & (best[:, 1] > best[:, 0])  # a tie is not correct
    readings = {
        "gradient_symmetricity": fourier.gradient_symmetricity(lambda pairs: network.logits_from_embeddings(parameters, pairs), embedding),
        "irrelevance_correct": fourier.distance_irrelevance(logits, prime),
        "irrelevance_max_wrong": fourier.distance_irrelevance(logits, prime, logit="max-wrong"),
        "circularity": fourier.circularity(embedding),
        "keys_by_neurons": float(len(by_neurons.frequencies)),
        "keys_by_weights": float(len(by_weights.frequencies)),
        "variance_by_neurons": _explained(logits, prime, by_neurons.frequencies),
        "variance_by_weights": _explained(logits, prime, by_weights.frequencies),
        "accuracy": float(right.mean()),
    }
    owned = np.array([by_neurons.counts.get(k, 0) for k in range(1, (prime - 1) // 2 + 1)], float)
    return readings, {"frequency_share": by_weights.shares, "frequency_neurons": owned}


def group_key(cell: AttentionCell) -> tuple:
    """The shapes: the coefficient is traced, as rates and seeds are."""
    return cell.prime, cell.d_model, cell.heads, cell.train_fraction, cell.loss_dtype


def _explained(logits: np.ndarray, prime: int, frequencies: tuple[int, ...]) -> float:
    """NaN without a frequency: nothing is claimed of an empty set."""
    return fourier.variance_explained(logits, prime, frequencies) if frequencies else np.nan
