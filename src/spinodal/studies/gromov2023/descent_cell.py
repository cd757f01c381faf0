"""One run of plain gradient descent on the quadratic network in the mean-field form."""

from dataclasses import dataclass
from typing import Any

from ...errors import integer, positive
from ...problems import ModularArithmetic
from .. import trained
from ..outputs import derived_seed
from .cell import LEVEL

DIMS = trained.DIMS
POWER = 11 / 6  # of p in the updates until training is done, at one rate
UNITS = {**trained.UNITS, "learning_rate": "1 (learning rate)"}


def learning_rate(rate: float, prime: int, width: int) -> float:
    """Of gradient descent on `QuadraticMLP(init="mean-field")` with squared error: rate N p (2p)^(2/3).

    With weights theta = (2p)^(1/3) phi the outputs f = mean_i (phi_a + phi_b)_i^2 phi_iq are of order 1 where phi is, and a step of eta in
    theta is one of eta / (2p)^(2/3) in phi. There the squares h > 0 share a mean over all pairs, and with it the squared error, a mean
    over p classes, has curvature (2/p) |h|^2 / N^2 ~ 2 / (p N) once phi is of order 1: steps are stable up to rate ~ 1.

    How long learning takes: what tells the labels apart is in 1 of p classes and of p pairs. A wave of amplitude A in all three weights of
    a neuron has a gradient of order A^2 / (p^2 N), so that it needs of order p / (rate A) updates from its start to order 1. The start is
    a wave's share of noise, A ~ (2p)^(-1/3) p^(-1/2): of order p^(11/6) / rate updates in all, but for logarithms: the luckiest waves lead.
    """
    return rate * width * prime * (2 * prime) ** (2 / 3)


@dataclass(frozen=True)
class DescentCell:
    """A prime, a rate in units of N p (2p)^(2/3), and a replica (its own split and network, the same at every rate)."""

    prime: int = 23
    rate: float = 0.5
    train_fraction: float = 0.7
    replica: int = 0
    neurons_per_symbol: int = 5
    steps: int = 3000
    every: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        positive("rate", self.rate, why="a learning rate in units of N p (2p)^(2/3)")
        for name in ("neurons_per_symbol", "steps", "every"):
            integer(name, getattr(self, name), minimum=1)
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        self.problem()

    @property
    def width(self) -> int:
        """N."""
        return self.neurons_per_symbol * self.prime

    def problem(self) -> ModularArithmetic:
        """What is learned."""
        seed = derived_seed(self.seed, self.replica, self.prime, 0)
        return ModularArithmetic(self.prime, train_fraction=self.train_fraction, split_seed=seed)


def run_cell(cell: DescentCell) -> dict[str, Any]:
    """Crossings and curves up to the chunk in which both accuracies have reached the level."""
    return descend(cell)


def descend(cell: DescentCell, *, any_split: bool = False) -> dict[str, Any]:
    """`run_cell`; with `any_split` all shares of the pairs share a compiled program."""
    from ...training import SGD, train
    from ...training.losses import mean_squared
    from ...training.networks import QuadraticMLP

    eta = learning_rate(cell.rate, cell.prime, cell.width)
    network = QuadraticMLP(cell.width, init="mean-field")
    run = {"steps": cell.steps, "every": cell.every, "stop_at": LEVEL, "seed": derived_seed(cell.seed, cell.replica, cell.prime, 1)}
    found = train(cell.problem(), network=network, optimizer=SGD(eta), loss=mean_squared, any_split=any_split, **run)
    ended = trained.trajectory_outputs(found, cell.steps, LEVEL, may_diverge=True)
    return {**ended, "learning_rate": eta, "diverged": not found.converged}


def group_key(cell: DescentCell) -> tuple:
    """The shapes: rates and seeds are traced."""
    return cell.prime, cell.width, cell.train_fraction
