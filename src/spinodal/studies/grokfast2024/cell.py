"""One run: a network on multiplication modulo a prime, with one optimiser setting of those that are compared."""

from dataclasses import dataclass
from typing import Any

from ...errors import choice, integer, positive, require
from ...problems import ModularArithmetic
from .. import trained
from ..outputs import derived_seed

LEVEL = 0.95  # of test accuracy, as published
METHODS = ("baseline", "ema", "ma")
RATES = (3e-4, 1e-3, 3e-3, 3e-2, 1e-1, 3e-1)
DECAYS = {  # (coupled, decoupled)
    "0": (0.0, 0.0),
    "L2 0.005": (0.005, 0.0),
    "L2 0.01": (0.01, 0.0),
    "AdamW 0.1": (0.0, 0.1),
    "AdamW 1": (0.0, 1.0),
    "AdamW 5": (0.0, 5.0),
    "AdamW 10": (0.0, 10.0),
}
EMA_DECAY, EMA_AMPLIFICATION, MA_WINDOW, MA_AMPLIFICATION = 0.98, 2.0, 100, 5.0


@dataclass(frozen=True)
class Arm:
    """One setting of one method. `rate`: of Adam, or, for the arms of SGD, in units of the cell's `sgd_rate`."""

    method: str
    rate: float
    decay: str = "0"
    sgd: bool = False


def name_of(method: str, rate: float, decay: str) -> str:
    """How an arm of the tuning grid is called."""
    return f"{method}, rate {rate:g}, decay {decay}"


SGD_ARMS = {
    "SGD": Arm("baseline", 1.0, sgd=True),
    "SGD, Grokfast": Arm("ema", 1.0, sgd=True),
    "SGD, rate x 3": Arm("baseline", 1 + EMA_AMPLIFICATION, sgd=True),
}
ARMS = {name_of(m, rate, decay): Arm(m, rate, decay) for m in METHODS for rate in RATES for decay in DECAYS} | SGD_ARMS
PUBLISHED = {
    "baseline": name_of("baseline", 1e-3, "0"),
    "ema": name_of("ema", 1e-3, "L2 0.005"),
    "ma": name_of("ma", 1e-3, "L2 0.01"),
}
PUBLISHED_STEPS = {"baseline": 39_890, "ema": 910, "ma": 790}  # updates to the level, table of the released code
DIMS = dict(trained.DIMS)
UNITS = {**trained.UNITS, "half_step": "updates"}


@dataclass(frozen=True)
class GrokfastCell:
    """An arm and a replica (its own split, network and batches, the same for every arm).

    `network`: "decoder" is the published one; "quadratic", a quadratic layer of `width` with squared error, is hundreds of times cheaper.
    `batch`: rows of an update, 0 for all. `steps`: the cap; arms of SGD have `sgd_steps`.
    """

    arm: str = PUBLISHED["ema"]
    prime: int = 97
    train_fraction: float = 0.5
    network: str = "decoder"
    width: int = 128
    batch: int = 512
    steps: int = 100_000
    sgd_steps: int = 10_000
    every: int = 10
    sgd_rate: float = 0.05
    replica: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        choice("arm", self.arm, ARMS)
        choice("network", self.network, ("decoder", "quadratic"))
        for name in ("width", "steps", "sgd_steps", "every"):
            integer(name, getattr(self, name), minimum=1)
        for name in ("batch", "replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        positive("sgd_rate", self.sgd_rate)
        for name in ("steps", "sgd_steps"):
            value = getattr(self, name)
            require(value % self.every == 0, f"{name} must be a multiple of every={self.every}, got {value}")
        self.problem()

    def problem(self) -> ModularArithmetic:
        """What is learned; a replica has a split of its own."""
        return ModularArithmetic(self.prime, "mul", train_fraction=self.train_fraction, split_seed=derived_seed(self.seed, self.replica, 0))


def optimizer_of(cell: GrokfastCell) -> Any:
    """Without a filter the amplification is 0, which changes nothing and needs no other program."""
    from ...training import SGD, AdamW, CoupledDecay, Grokfast

    arm = ARMS[cell.arm]
    coupled, decoupled = DECAYS[arm.decay]
    if arm.sgd:
        inner: Any = SGD(arm.rate * cell.sgd_rate)
    else:
        inner = CoupledDecay(AdamW(arm.rate, decoupled, beta2=0.98, warmup=10), coupled)
    if arm.method == "ma":
        return Grokfast(inner, kind="ma", amplification=MA_AMPLIFICATION, window=MA_WINDOW)
    return Grokfast(inner, decay=EMA_DECAY, amplification=EMA_AMPLIFICATION if arm.method == "ema" else 0.0)


def run_cell(cell: GrokfastCell) -> dict[str, Any]:
    """Crossings, last values and curves; `half_step`: when the training loss is first at half of its start."""
    from ... import training
    from ...training.networks import Decoder, QuadraticMLP

    sgd = ARMS[cell.arm].sgd
    steps = cell.sgd_steps if sgd else cell.steps
    found = training.train(
        cell.problem(),
        network=Decoder(variant="grokfast2024") if cell.network == "decoder" else QuadraticMLP(cell.width),
        optimizer=optimizer_of(cell),
        steps=steps,
        every=cell.every,
        batch=cell.batch or None,
        stop_at=None if sgd else LEVEL,
        seed=derived_seed(cell.seed, cell.replica, 1),
    )
    half = found.crossing("train_loss", float(found.train_loss[0]) / 2)
    ended = trained.trajectory_outputs(found, max(cell.steps, cell.sgd_steps), LEVEL, may_diverge=not sgd)
    return {**ended, "half_step": trained.step_number(half)}


def group_key(cell: GrokfastCell) -> tuple:
    """The shapes, and which filter: rates, decays, amplifications and seeds are traced."""
    arm = ARMS[cell.arm]
    return cell.prime, cell.train_fraction, cell.network, cell.width, cell.batch, arm.sgd, arm.method == "ma"
