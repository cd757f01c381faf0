"""One run of arXiv:2501.04697: a ReLU network on modular addition, with or without decay, in float32 or float64."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, require
from ...problems import ModularArithmetic
from ..outputs import derived_seed
from ..trained import answered, padded, step_number
from .arms import ARMS, Arm
from .looks import READINGS, Looks

FITTED = 0.99  # of training accuracy
GROKKED = 0.95  # of test accuracy
RISEN = 0.5
SLINGSHOT = 0.95  # a fitted network that falls below this training accuracy has lost its training set
HELD = 10  # records in a row, so that the ups and downs of the fit itself are no loss of the training set
RECORDED = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm")


@dataclass(frozen=True)
class NumericsCell:
    """One arm and one replica, which is a split and a network of its own, the same in every arm.

    Updates of a run and between two records: `long_steps` and `every`; `slow_steps` and `every` at the rate of figure 2; `race_steps` and
    `race_every` in the race, which ends for a run once it has generalised. Each run is looked at `looks` + 1 times at most, evenly.
    `prime`, `width` and `train_fraction` are those of the long and slow runs; the race has its own.
    """

    arm: str = "float32"
    prime: int = 113
    width: int = 200
    train_fraction: float = 0.4
    race_prime: int = 113
    race_width: int = 200
    race_fraction: float = 0.4
    long_steps: int = 80_000
    slow_steps: int = 20_000
    race_steps: int = 3000
    every: int = 50
    race_every: int = 5
    looks: int = 40
    replica: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        choice("arm", self.arm, ARMS)
        for name in ("width", "race_width", "long_steps", "slow_steps", "race_steps", "every", "race_every", "looks"):
            integer(name, getattr(self, name), minimum=1)
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        for pace in ("long", "slow", "race"):
            steps, every = self.length(pace)
            require(
                steps % (every * self.looks) == 0,
                f"{pace}_steps must be a multiple of {every} updates between records times looks={self.looks}, got {steps}",
            )
        for pace in ("long", "race"):
            self.problem(pace)

    def length(self, pace: str) -> tuple[int, int]:
        """Updates of a run, and updates between two records."""
        steps = {"long": self.long_steps, "slow": self.slow_steps, "race": self.race_steps}[pace]
        return steps, self.race_every if pace == "race" else self.every

    def shape(self, pace: str) -> tuple[int, int, float]:
        """Prime, width of both hidden layers, share of the pairs in training."""
        if pace == "race":
            return self.race_prime, self.race_width, self.race_fraction
        return self.prime, self.width, self.train_fraction

    def problem(self, pace: str) -> ModularArithmetic:
        """What is learned."""
        prime, _, fraction = self.shape(pace)
        return ModularArithmetic(prime, train_fraction=fraction, split_seed=derived_seed(self.seed, self.replica, 0))

    def network_seed(self) -> int:
        """Of the initial parameters."""
        return derived_seed(self.seed, self.replica, 1)


SERIES = (*(f"curve_{name}" for name in RECORDED), *READINGS)
DIMS = dict.fromkeys(("curve_step", *SERIES), ("look",))
STEPS = ("train_step", "test_step", "risen_step", "slingshot_step", "last_step", "diverged_at", "curve_step", "budget")
UNITS: dict[str, str] = dict.fromkeys(STEPS, "updates")


def run_cell(cell: NumericsCell) -> dict[str, Any]:
    """Crossings, last values, and what is seen at the looks; NaN where a run had ended."""
    from ...training import losses, train
    from ...training.networks import ReluMLP

    arm = ARMS[cell.arm]
    steps, every = cell.length(arm.pace)
    between = steps // cell.looks
    width = cell.shape(arm.pace)[1]
    problem, network = cell.problem(arm.pace), ReluMLP((width, width))
    loss = losses.stablemax if arm.loss == "stablemax" else losses.cross_entropy
    found = train(
        problem,
        network=network,
        optimizer=optimizer(arm),
        loss=loss,
        loss_dtype=arm.dtype,
        steps=steps,
        every=every,
        seed=cell.network_seed(),
        measures={"look": Looks(problem, network, loss, arm.dtype, between)},
        measure_every=between,
        stop_at=GROKKED if arm.pace == "race" else None,
    )
    seen = np.reshape(found.measures["look"], (len(found.measure_steps), len(READINGS)))
    fine = found.measure_steps <= found.steps[-1]  # a run that diverges is looked at before it is found out
    seen, looked = seen[fine], found.measure_steps[fine]
    places = np.searchsorted(found.steps, looked)
    series = {f"curve_{name}": np.asarray(getattr(found, name), np.float64)[places] for name in RECORDED}
    series |= dict(zip(READINGS, seen.T, strict=True)) | {"curve_step": looked.astype(float)}
    levels = {"train_step": ("train_accuracy", FITTED), "test_step": ("test_accuracy", GROKKED), "risen_step": ("test_accuracy", RISEN)}
    crossings = {name: step_number(found.crossing(*level)) for name, level in levels.items()}
    lost, least = fallen(np.asarray(found.train_accuracy))
    return {
        **crossings,
        "slingshot_step": lost * every,
        "least_train_accuracy": least,
        "largest_test_accuracy": float(np.max(found.test_accuracy)),
        **{name: float(getattr(found, name)[-1]) for name in RECORDED},
        "last_step": float(found.steps[-1]),
        "budget": float(steps),
        "converged": answered(found, may_diverge=arm.pace == "race"),
        "diverged_at": step_number(found.diverged_at),
        **{name: padded(values, cell.looks + 1) for name, values in series.items()},
    }


def optimizer(arm: Arm) -> Any:
    """Its settings; beta2 is .999, since the betas of the released commands were not passed on."""
    from ...training import AdamW, PerpGrad

    inner = AdamW(arm.learning_rate, arm.weight_decay, epsilon=arm.epsilon)
    return inner if arm.optimizer == "adamw" else PerpGrad(inner, rescale=arm.optimizer == "perpgrad")


def fallen(accuracy: np.ndarray) -> tuple[float, float]:
    """The record at which a network that had held its training set first loses it (NaN: never), and its least accuracy since it held it."""
    held = np.convolve(accuracy >= FITTED, np.ones(HELD), "valid") == HELD
    if not held.any():
        return np.nan, np.nan
    since = int(np.argmax(held)) + HELD - 1
    below = np.flatnonzero(accuracy[since:] < SLINGSHOT)
    return float(since + below[0]) if below.size else np.nan, float(accuracy[since:].min())


def group_key(cell: NumericsCell) -> tuple:
    """Shapes, the loss and its dtype, the structure of the optimiser: rates, decays, epsilons and seeds are traced."""
    arm = ARMS[cell.arm]
    return *cell.shape(arm.pace), arm.loss, arm.dtype, arm.optimizer
