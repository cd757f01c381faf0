"""One trained network: a share of pairs, a decay, a share of corrupted labels and a seed."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ...errors import integer, not_negative
from ...measures.fourier import participation_null
from ...problems import ModularArithmetic
from ...theory.fourier_network import FourierNetwork
from .. import trained
from ..outputs import derived_seed
from .neurons import Neurons, read_neurons

LEVEL = 0.99  # of accuracy
MOMENTS = ("start", "crossing", "end")  # crossing: the first record at which the test accuracy has reached the level
NEURONS = tuple(field.name for field in fields(Neurons))
DIMS = {**trained.DIMS, **dict.fromkeys(NEURONS, ("moment", "neuron"))}
UNITS = {**trained.UNITS, "sum_residual": "rad", "other_residual": "rad"}


@dataclass(frozen=True)
class SquareCell:
    """A network of arXiv:2310.13061: `replica` numbers splits and networks, the same for all decays and, as to the split, all noises."""

    train_fraction: float = 0.3
    weight_decay: float = 5.0
    label_noise: float = 0.0
    replica: int = 0
    prime: int = 97
    width: int = 500
    steps: int = 2000
    every: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        not_negative("weight_decay", self.weight_decay)
        integer("width", self.width, minimum=1, why="the number of hidden units")
        for name in ("steps", "every"):
            integer(name, getattr(self, name), minimum=1)
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        self.problem()

    def problem(self) -> ModularArithmetic:
        """What is learned."""
        seed = derived_seed(self.seed, self.replica, 0)
        return ModularArithmetic(self.prime, train_fraction=self.train_fraction, split_seed=seed, label_noise=self.label_noise)


def run_cell(cell: SquareCell) -> dict[str, Any]:
    """Crossings, curves, every neuron at three moments, and what became of corrupted labels."""
    from ...training import initial_parameters, train
    from ...training.presets import preset

    published, problem = preset("doshi2024"), cell.problem()
    network = replace(published.network, width=cell.width)
    optimizer = replace(published.optimizer, weight_decay=cell.weight_decay)
    seed = derived_seed(cell.seed, cell.replica, 1)
    run = {"steps": cell.steps, "every": cell.every, "checkpoint_at": LEVEL, "seed": seed}
    found = train(problem, network=network, optimizer=optimizer, loss=published.loss, **run)
    ended = trained.trajectory_outputs(found, cell.steps, LEVEL)
    crossing = None if np.isnan(ended["test_step"]) else found.checkpoints[int(ended["test_step"])]
    seen = [initial_parameters(problem, network=network, seed=seed), crossing, found.parameters]
    looks = [None if parameters is None else read_neurons(parameters) for parameters in seen]
    nothing = np.full(cell.width, np.nan)
    answers = np.asarray(network.logits(found.parameters, problem.pairs)).argmax(axis=1)
    kept, lost = problem.train_mask & ~problem.corrupted, problem.corrupted
    last = looks[2]
    assert last is not None  # the end is there whether or not the level was reached
    return {
        **ended,
        **{name: np.stack([nothing if look is None else getattr(look, name) for look in looks]) for name in NEURONS},
        "clean_accuracy": _share(answers[kept] == problem.labels[kept]),
        "memorised": _share(answers[lost] == problem.labels[lost]),
        "recovered": _share(answers[lost] == problem.true_labels[lost]),
        "idealised_accuracy": idealised_accuracy(found.parameters, last),
        "possible_frequencies": (cell.prime - 1) // 2,
        "participation_null": participation_null(cell.prime),
    }


def idealised_accuracy(parameters: dict[str, Any], neurons: Neurons) -> float:
    """Accuracy of the analytic network with the frequencies and phases of the periodic neurons that match, all amplitudes 1.

    The readout's phase is the sum of the two, whatever the trained one is. NaN without such neurons.
    """
    p = len(parameters["first"]) // 2
    chosen = np.flatnonzero(neurons.matches == 1)
    if not chosen.size:
        return np.nan
    k = neurons.frequency[chosen].astype(int)
    angle = 2 * np.pi / p * (np.outer(np.arange(p), k) % p)
    tables = (parameters["first"][:p, chosen], parameters["first"][p:, chosen])
    phi, psi = (np.angle(np.sum(table * np.exp(-1j * angle), axis=0)) for table in tables)
    return FourierNetwork(np.cos(angle + phi), np.cos(angle + psi), np.cos(angle + phi + psi).T, k).accuracy()


def group_key(cell: SquareCell) -> tuple:
    """The shapes: rates, decays, noise and seeds are traced."""
    return cell.prime, cell.width, cell.train_fraction


def _share(right: np.ndarray) -> float:
    return float(right.mean()) if right.size else np.nan
