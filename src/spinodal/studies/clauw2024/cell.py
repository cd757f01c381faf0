"""One run of arXiv:2408.08944: a network on modular addition, and the information in its hidden layer along the way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import choice, integer, positive, require
from ...problems import ModularArithmetic
from ..trained import padded, step_number
from .layer import NULLS, READINGS, Looks
from .retraining import RETRAINED, SETS, retrained
from .rules import LEVEL, RISEN

SEED_STRIDE = 100  # the paper's seeds are 0, 100, ..., 400
RECORDED = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm")


@dataclass(frozen=True)
class Arm:
    """One curve of the paper. `pace`: which of a cell's three lengths of a run is its own."""

    weight_decay: float = 0.0
    initial_scale: float = 1.0
    fixed_norm: bool = False
    pace: str = "brief"


ARMS = {
    "decay 0.1": Arm(0.1, pace="slow"),
    "decay 2": Arm(2.0, pace="usual"),
    "decay 10": Arm(10.0),
    "decay 50": Arm(50.0),
    "scale 8": Arm(initial_scale=8.0, fixed_norm=True, pace="usual"),
    "scale 1": Arm(initial_scale=1.0, fixed_norm=True),
    "scale 50": Arm(initial_scale=50.0, fixed_norm=True),
    "scale 5": Arm(initial_scale=5.0, fixed_norm=True),  # one sentence of the paper has 5 for 50
}
PUBLISHED_ARMS = tuple(ARMS)[:7]


@dataclass(frozen=True)
class LayerCell:
    """One arm and one seed; `replica` numbers the seeds, the split is the same for all.

    `usual_steps` is the length of a run at decay 2 and scale 8, `slow_steps` at decay 0.1, `brief_steps` elsewhere; the layer is judged
    every `checkpoint` (`slow_checkpoint`) updates, accuracies are looked at every `every`. `last_layer` of the arms with a fixed norm:
    "zero", the norm being that before (text and released code), or "drawn" (the code's shipped setting). `retrain_draws`: random sets
    for the retraining of parts of the network at decay 2, 0 for none.
    """

    arm: str = "decay 2"
    prime: int = 97
    width: int = 250
    train_fraction: float = 0.4
    learning_rate: float = 0.03
    last_layer: str = "zero"
    usual_steps: int = 600
    slow_steps: int = 2400
    brief_steps: int = 300
    checkpoint: int = 50
    slow_checkpoint: int = 100
    every: int = 5
    clusters: int = 10
    null_checkpoints: int = 4
    shuffles: int = 5
    retrain_draws: int = 0
    replica: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        choice("arm", self.arm, ARMS)
        choice("last_layer", self.last_layer, ("zero", "drawn"))
        positive("learning_rate", self.learning_rate)
        for name in ("width", "usual_steps", "slow_steps", "brief_steps", "checkpoint", "slow_checkpoint", "every", "shuffles"):
            integer(name, getattr(self, name), minimum=1)
        integer("clusters", self.clusters, minimum=2)
        integer("null_checkpoints", self.null_checkpoints, minimum=2)
        for name in ("retrain_draws", "replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        for name in ("usual", "slow", "brief"):
            steps, between = self.length(name)
            require(
                steps % between == 0 and between % self.every == 0,
                f"{name}_steps must be a multiple of its checkpoint, and that of every={self.every}, got {steps} and {between}",
            )
        self.problem()

    def length(self, pace: str) -> tuple[int, int]:
        """Updates of a run, and updates between two checkpoints."""
        steps = {"usual": self.usual_steps, "slow": self.slow_steps, "brief": self.brief_steps}[pace]
        return steps, self.slow_checkpoint if pace == "slow" else self.checkpoint

    def checkpoints(self) -> int:
        """Of the longest arm: shorter ones are filled with NaN, so that all cells of a sweep have one shape."""
        return max(1 + steps // between for steps, between in map(self.length, ("usual", "slow", "brief")))

    def problem(self) -> ModularArithmetic:
        """What is learned: one split for all seeds, as published."""
        return ModularArithmetic(self.prime, train_fraction=self.train_fraction)

    def network_seed(self) -> int:
        """Of the initial parameters."""
        return self.seed + SEED_STRIDE * self.replica


SERIES = (*(f"curve_{name}" for name in RECORDED), *READINGS)
DIMS = {
    **dict.fromkeys(("curve_step", *SERIES), ("checkpoint",)),
    "null_step": ("null",),
    **dict.fromkeys(NULLS, ("null", "quantile")),
    **dict.fromkeys(RETRAINED, ("set", "draw")),
}
NATS = [name for name in (*READINGS, *NULLS) if name.endswith(("synergy", "redundancy"))]
STEPS = ("train_step", "test_step", "risen_step", "last_step", "diverged_at", "curve_step", "null_step", "retrain_risen_step")
UNITS = {**dict.fromkeys(NATS, "nats"), **dict.fromkeys((*STEPS, "retrain_test_step"), "updates")}


def run_cell(cell: LayerCell) -> dict[str, Any]:
    """Crossings, last values, and everything that is seen at the checkpoints."""
    from ...training.networks import ReluMLP

    steps, between = cell.length(ARMS[cell.arm].pace)
    problem, network = cell.problem(), ReluMLP((cell.width,), bias="first")
    found, start, optimizer = trained(cell, problem, network, steps, between)
    looks = Looks(cell.clusters, cell.shuffles, cell.seed)
    rows = problem.pairs[problem.train_mask]
    judged, kept = [], sorted(found.checkpoints)
    marks = null_marks(steps // between, cell.null_checkpoints)
    nulls = []
    for i, step in enumerate(kept):
        activations = np.asarray(network.hidden(found.checkpoints[step], rows)[0], np.float64)
        judged.append(looks.at(activations))
        if i in marks:
            nulls.append((step, looks.null(activations)))
    places = np.searchsorted(found.steps, kept)
    series = {f"curve_{name}": np.asarray(getattr(found, name), np.float64)[places] for name in RECORDED}
    series |= {name: np.array([seen[name] for seen, _ in judged]) for name in READINGS} | {"curve_step": np.array(kept, float)}
    fitted, tested, risen = (
        found.crossing(*what) for what in (("train_accuracy", LEVEL), ("test_accuracy", LEVEL), ("test_accuracy", RISEN))
    )
    parts = {name: np.full((len(SETS), max(1, cell.retrain_draws)), np.nan) for name in RETRAINED}
    if cell.arm == "decay 2" and cell.retrain_draws and fitted is not None:
        units = judged[_most_synergistic(series, fitted)][1]
        parts = retrained(problem, start, units, optimizer, steps, cell)
    return {
        "train_step": step_number(fitted),
        "test_step": step_number(tested),
        "risen_step": step_number(risen),
        **{name: float(getattr(found, name)[-1]) for name in RECORDED},
        "last_step": float(found.steps[-1]),
        "converged": bool(found.converged),
        "diverged_at": step_number(found.diverged_at),
        **{name: padded(values, cell.checkpoints()) for name, values in series.items()},
        "null_step": padded([step for step, _ in nulls], cell.null_checkpoints),
        **{name: padded(np.reshape([here[name] for _, here in nulls], (len(nulls), 3)), cell.null_checkpoints) for name in NULLS},
        **parts,
    }


def trained(cell: LayerCell, problem: ModularArithmetic, network: Any, steps: int, between: int) -> tuple[Any, dict[str, Any], Any]:
    """The run, the parameters it started from (before they are scaled), and its optimiser."""
    from ...training import AdamW, initial_parameters, train

    arm = ARMS[cell.arm]
    start = initial_parameters(problem, network=network, seed=cell.network_seed())
    kept: dict[str, Any] = {}
    if arm.fixed_norm:
        matrices = [values for values in start.values() if values.ndim == 2]
        kept = {"norm": "fixed-matrices", "norm_value": arm.initial_scale * float(np.sqrt(sum((w**2).sum() for w in matrices)))}
        if cell.last_layer == "zero":
            start["weights_1"] = np.zeros_like(start["weights_1"])
    optimizer = AdamW(cell.learning_rate, arm.weight_decay, beta2=0.98)
    run = {"steps": steps, "every": cell.every, "checkpoint_every": between, "seed": cell.network_seed(), **kept}
    found = train(problem, network=network, optimizer=optimizer, parameters=start, initial_scale=arm.initial_scale, **run)
    return found, start, optimizer


def null_marks(last: int, count: int) -> set[int]:
    """At which checkpoints columns are shuffled: the first, the last, and others evenly in the logarithm, since most happens early."""
    return {0, *(int(i) for i in np.round(np.geomspace(1, last, count - 1))[:-1]), last}


def group_key(cell: LayerCell) -> tuple:
    """The shapes, and whether the norm is kept: rates, decays, scales and seeds are traced."""
    return cell.prime, cell.width, cell.train_fraction, ARMS[cell.arm].fixed_norm


def _most_synergistic(series: dict[str, np.ndarray], since: int) -> int:
    """The checkpoint with the most synergy since the training set is fitted: untrained synergy says nothing about the task."""
    later = np.where(series["curve_step"] >= since, np.nan_to_num(series["synergy"], nan=-np.inf), -np.inf)
    return int(later.argmax())
