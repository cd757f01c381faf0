"""One run of arXiv:2501.04697: a ReLU network on modular addition, with or without decay, in float32 or float64."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, require
from ...problems import ModularArithmetic
from ..outputs import derived_seed
from .arms import ARMS, RACING, Arm
from .looks import READINGS, Looks

FITTED = 0.99  # of training accuracy
GROKKED = 0.95  # of test accuracy
RISEN = 0.5
SLINGSHOT = 0.9  # a fitted network that falls below this training accuracy has lost its training set
RECORDED = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm")


@dataclass(frozen=True)
class NumericsCell:
    """One arm and one replica, which is a split and a network of its own, the same in every arm.

    Updates of a run and between two records: `long_steps` and `every`; `slow_steps` and `every` at the rate of figure 2; `race_steps` and
    `race_every` in the race, which ends for a run once it has generalised. Each run is looked at `looks` + 1 times at most, evenly.
    `train_fraction` is that of the long and slow runs.
    """

    arm: str = "float32"
    prime: int = 113
    width: int = 200
    train_fraction: float = 0.4
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
        for name in ("width", "long_steps", "slow_steps", "race_steps", "every", "race_every", "looks"):
            integer(name, getattr(self, name), minimum=1)
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        for pace in ("long", "slow", "race"):
            steps, every = self.length(pace)
            require(
                steps % (every * self.looks) == 0,
                f"{pace}_steps must be a multiple of {every} updates between records times looks={self.looks}, got {steps}",
            )
        for name in (next(iter(RACING)), "float32"):
            self.problem(ARMS[name])

    def length(self, pace: str) -> tuple[int, int]:
        """Updates of a run, and updates between two records."""
        steps = {"long": self.long_steps, "slow": self.slow_steps, "race": self.race_steps}[pace]
        return steps, self.race_every if pace == "race" else self.every

    def problem(self, arm: Arm | None = None) -> ModularArithmetic:
        """What is learned."""
        fraction = self.race_fraction if (arm or ARMS[self.arm]).pace == "race" else self.train_fraction
        return ModularArithmetic(self.prime, train_fraction=fraction, split_seed=derived_seed(self.seed, self.replica, 0))

    def network_seed(self) -> int:
        """Of the initial parameters."""
        return derived_seed(self.seed, self.replica, 1)


SERIES = (*(f"curve_{name}" for name in RECORDED), *READINGS)
DIMS = dict.fromkeys(("curve_step", *SERIES), ("look",))
STEPS = ("train_step", "test_step", "risen_step", "slingshot_step", "last_step", "diverged_at", "curve_step", "budget")
UNITS = dict.fromkeys(STEPS, "updates")


def run_cell(cell: NumericsCell) -> dict[str, Any]:
    """Crossings, last values, and what is seen at the looks; NaN where a run had ended."""
    from ...training import losses, train
    from ...training.networks import ReluMLP

    arm = ARMS[cell.arm]
    steps, every = cell.length(arm.pace)
    between = steps // cell.looks
    problem, network = cell.problem(), ReluMLP((cell.width, cell.width))
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
    crossings = {name: _number(found.crossing(*level)) for name, level in levels.items()}
    slingshot, least = fallen(found.steps, np.asarray(found.train_accuracy), crossings["train_step"])
    return {
        **crossings,
        "slingshot_step": slingshot,
        "least_train_accuracy": least,
        "largest_test_accuracy": float(np.max(found.test_accuracy)),
        **{name: float(getattr(found, name)[-1]) for name in RECORDED},
        "last_step": float(found.steps[-1]),
        "budget": float(steps),
        "converged": bool(found.converged),
        "diverged_at": _number(found.diverged_at),
        **{name: _padded(values, cell.looks + 1) for name, values in series.items()},
    }


def optimizer(arm: Arm) -> Any:
    """Its settings; beta2 is .999, since the betas of the released commands were not passed on."""
    from ...training import AdamW, PerpGrad

    inner = AdamW(arm.learning_rate, arm.weight_decay, epsilon=arm.epsilon)
    return inner if arm.optimizer == "adamw" else PerpGrad(inner, rescale=arm.optimizer == "perpgrad")


def fallen(steps: np.ndarray, accuracy: np.ndarray, fitted: float) -> tuple[float, float]:
    """When a fitted network first loses its training set (NaN: never), and its least training accuracy since it was fitted."""
    since = steps >= fitted
    if not since.any():
        return np.nan, np.nan
    below = since & (accuracy < SLINGSHOT)
    return float(steps[np.argmax(below)]) if below.any() else np.nan, float(accuracy[since].min())


def group_key(cell: NumericsCell) -> tuple:
    """Shapes, the loss and its dtype, the structure of the optimiser: rates, decays, epsilons and seeds are traced."""
    arm = ARMS[cell.arm]
    fraction = cell.race_fraction if arm.pace == "race" else cell.train_fraction
    return cell.prime, cell.width, fraction, arm.loss, arm.dtype, arm.optimizer


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([values, np.full(length - len(values), np.nan)])


def _number(step: int | None) -> float:
    return np.nan if step is None else float(step)
