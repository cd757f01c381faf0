"""One run of the ensemble, with every measure along its way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, not_negative, positive, require
from ...problems import ModularArithmetic
from .. import trained
from ..outputs import derived_seed
from .look import Look
from .measures import MEASURES

LEVEL, FITTED = 0.9, 0.99  # accuracies: of the test, generalised; in training, fitted
NETWORKS = ("quadratic", "relu", "transformer")
DIMS = {**trained.DIMS, "value": ("measure", "curve")}
UNITS = trained.UNITS


@dataclass(frozen=True)
class ForecastCell:
    """One network at one training fraction and one weight decay; split, network and subsamples are drawn for this run alone.

    `width`: hidden units (the transformer has its own 128 and 512). `units`, `samples`, `clusters`: hidden units, training rows and
    clusters of units that go into the information measures.
    """

    network: str = "quadratic"
    train_fraction: float = 0.34
    weight_decay: float = 2.0
    replica: int = 0
    prime: int = 31
    width: int = 48
    learning_rate: float = 1e-2
    steps: int = 400
    every: int = 5
    units: int = 32
    samples: int = 256
    clusters: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        choice("network", self.network, NETWORKS)
        not_negative("weight_decay", self.weight_decay)
        positive("learning_rate", self.learning_rate)
        for name in ("width", "steps", "every", "units", "samples"):
            integer(name, getattr(self, name), minimum=1)
        integer("clusters", self.clusters, minimum=2)
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        require(self.steps % self.every == 0, f"steps must be a multiple of every={self.every}, got {self.steps}")
        require(
            self.samples >= self.units + 2,
            f"samples must be at least units + 2, or ranks carry no entropy, got {self.samples} and {self.units}",
        )
        require(self.train_fraction < 1, f"train_fraction must be below 1, or nothing is left to generalise to, got {self.train_fraction}")
        self.problem()

    def run_seed(self, what: int) -> int:
        """Of the split (0) and of the network (1)."""
        return derived_seed(self.seed, self.replica, self.train_fraction, self.weight_decay, what)

    def problem(self) -> ModularArithmetic:
        """What is learned."""
        return ModularArithmetic(self.prime, train_fraction=self.train_fraction, split_seed=self.run_seed(0))

    def shape(self) -> Any:
        """The network without weights."""
        from ...training.networks import OneLayerTransformer, QuadraticMLP, ReluMLP

        if self.network == "transformer":
            return OneLayerTransformer()
        return QuadraticMLP(self.width) if self.network == "quadratic" else ReluMLP((self.width,), bias="first")

    def look(self, problem: ModularArithmetic, parameters: dict[str, Any]) -> Look:
        """At these parameters."""
        return Look(problem, self.shape(), parameters, units=self.units, samples=self.samples, clusters=self.clusters)


def run_cell(cell: ForecastCell) -> dict[str, Any]:
    """Crossings, curves, and all measures at the steps of the curves."""
    from ...training import AdamW, train

    problem, optimizer = cell.problem(), AdamW(cell.learning_rate, cell.weight_decay, beta2=0.98)
    looked = [int(step) for step in trained.curve_steps(cell.steps, cell.every)]
    run = {"steps": cell.steps, "every": cell.every, "checkpoint_every": looked, "seed": cell.run_seed(1)}
    trajectory = train(problem, network=cell.shape(), optimizer=optimizer, **run)
    found = trained.trajectory_outputs(trajectory, cell.steps, LEVEL)
    fitted = trajectory.crossing("train_accuracy", FITTED)
    found["train_step"] = trained.step_number(fitted)
    value = np.full((len(MEASURES), len(found["curve_step"])), np.nan)  # stays so after the end of a run that diverged
    for k, step in enumerate(looked):
        if step in trajectory.checkpoints:
            look = cell.look(problem, trajectory.checkpoints[step])
            value[:, k] = [measure.of(look) for measure in MEASURES]
    return {**found, "value": value}


def group_key(cell: ForecastCell) -> tuple:
    """The shapes: decays and seeds are traced."""
    return cell.network, cell.prime, cell.width, cell.train_fraction
