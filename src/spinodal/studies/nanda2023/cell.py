"""One run of arXiv:2301.05217: a transformer that learns to add, and its progress measures at looks evenly in the logarithm."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import integer, positive, require
from ...problems import ModularArithmetic
from ..outputs import derived_seed
from ..trained import padded, step_number
from .published import LEVELS
from .readings import NULLED, TRIG, WAYS, Reader, random_sets
from .rules import FITTED

MAIN = "main"
RECORDED = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm")
FIT_LEVEL = 0.1  # of the train loss: the delay counts from here


@dataclass(frozen=True)
class CircuitCell:
    """One run; `replica` draws its own split and initial weights in every arm.

    `arm`: "main", or "fraction 0.4" or "decay 0.1", which change this one setting of the main run. Runs of `brief_from` of the data or
    more make `brief_steps` updates, others `steps`. Losses and accuracies are looked at every `every`, everything else at about `looks`
    steps, evenly in the logarithm. `null_draws`: random sets of frequencies that are not key.
    """

    arm: str = MAIN
    replica: int = 0
    prime: int = 31
    train_fraction: float = 0.7
    weight_decay: float = 2.0
    learning_rate: float = 1e-3
    d_model: int = 64
    heads: int = 4
    d_mlp: int = 128
    steps: int = 2000
    brief_steps: int = 2000
    brief_from: float = 1.0
    every: int = 10
    looks: int = 40
    null_draws: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("replica", "seed"):
            integer(name, getattr(self, name), minimum=0)
        for name in ("d_model", "heads", "d_mlp", "steps", "brief_steps", "every", "null_draws"):
            integer(name, getattr(self, name), minimum=1)
        integer("looks", self.looks, minimum=3)
        for name in ("learning_rate", "weight_decay", "brief_from"):
            positive(name, getattr(self, name))
        for name in ("steps", "brief_steps"):
            require(getattr(self, name) % self.every == 0, f"{name} must be a multiple of every={self.every}, got {getattr(self, name)}")
        require(self.d_model % self.heads == 0, f"heads must divide d_model={self.d_model}, got {self.heads}")
        self.problem()

    def point(self) -> tuple[float, float]:
        """Fraction of the pairs in training, and weight decay."""
        return arm_point(self.arm, self.train_fraction, self.weight_decay)

    def length(self) -> int:
        """Updates of this run."""
        return self.brief_steps if self.point()[0] >= self.brief_from else self.steps

    def look_steps(self) -> np.ndarray:
        """0, the first record, and from there on evenly in the logarithm to the last."""
        records = self.length() // self.every
        return self.every * np.concatenate([[0], np.unique(np.round(np.geomspace(1, records, self.looks - 1)).astype(int))])

    def problem(self) -> ModularArithmetic:
        """What is learned; the shuffle is that of the released code."""
        return ModularArithmetic(self.prime, train_fraction=self.point()[0], split="python", split_seed=self.seed_of(0))

    def network(self) -> Any:
        """What learns."""
        return transformer(self)

    def seed_of(self, what: int) -> int:
        """Of the split (0), the network (1) and the null (2); every arm has its own, so that no accident of a split is shared."""
        return derived_seed(self.seed, self.replica, *(float(value) for value in self.point()), what)


def transformer(cell: Any) -> Any:
    """The network of a cell with `d_model`, `heads` and `d_mlp`."""
    from ...training.networks import OneLayerTransformer

    return OneLayerTransformer(cell.d_model, cell.heads, cell.d_mlp)


def train_as_published(problem: ModularArithmetic, network: Any, learning_rate: float, weight_decay: float, **run: Any) -> Any:
    """The trajectory under the published optimiser and a loss in float64; `run`: what else `training.train` is told."""
    from ...training import AdamW, losses, train

    optimizer = AdamW(learning_rate, weight_decay, beta2=0.98, warmup=10)
    return train(problem, network=network, optimizer=optimizer, loss=losses.cross_entropy, loss_dtype="float64", **run)


def arm_point(arm: str, fraction: float, decay: float) -> tuple[float, float]:
    """The fraction and the decay of an arm of a main run with these."""
    if arm == MAIN:
        return fraction, decay
    what, _, number = arm.partition(" ")
    try:
        value = positive("arm", float(number))
    except ValueError:
        what, value = "", 0.0
    require(what in ("fraction", "decay"), f"arm must be 'main', or 'fraction' or 'decay' and a number > 0, as 'decay 0.1', got {arm!r}")
    return (value, decay) if what == "fraction" else (fraction, value)


CROSSED = {level: f"test_below_{level:g}".replace(".", "_") for level in LEVELS}
CURVES = tuple(f"curve_{name}" for name in RECORDED)
GINIS = ("gini_embedding", "gini_logit_weights")
NULLS = tuple(f"null_{name}" for name in NULLED)
DIMS = {
    **dict.fromkeys(("curve_step", *CURVES, *GINIS), ("look",)),
    **dict.fromkeys((*TRIG, "key_count"), ("look", "choice")),
    **dict.fromkeys(NULLS, ("look", "quantile")),
    "excluded_singly": ("look", "frequency"),
    "final_key": ("way", "frequency"),
}
STEPS = ("train_step", "test_step", "fitted_step", *CROSSED.values(), "peak_step", "last_step", "diverged_at", "curve_step")
LOSSES = ("curve_train_loss", "curve_test_loss", "restricted", "restricted_text", "excluded", "excluded_singly", "peak_loss")
UNITS = {**dict.fromkeys(STEPS, "updates"), **dict.fromkeys((*LOSSES, "null_restricted", "null_excluded"), "nats")}


def run_cell(cell: CircuitCell) -> dict[str, Any]:
    """Crossings, the peak of the test loss, and everything that is seen at the looks."""
    problem, network, looks = cell.problem(), cell.network(), cell.look_steps()
    run = {"steps": cell.length(), "every": cell.every, "checkpoint_every": [int(step) for step in looks], "seed": cell.seed_of(1)}
    found = train_as_published(problem, network, cell.learning_rate, cell.point()[1], **run)
    kept = sorted(found.checkpoints)
    places = np.searchsorted(found.steps, kept)
    series = {f"curve_{name}": np.asarray(getattr(found, name), np.float64)[places] for name in RECORDED}
    series |= {"curve_step": np.array(kept, float), **looked(cell, Reader(problem, network), [found.checkpoints[step] for step in kept])}
    final = {name: series.pop(name) for name in ("final_key", "identity_gap")}
    peak = int(np.argmax(found.test_loss))
    return {
        "train_step": step_number(found.crossing("train_accuracy", FITTED)),
        "test_step": step_number(found.crossing("test_accuracy", FITTED)),
        "fitted_step": step_number(found.crossing("train_loss", FIT_LEVEL)),
        **{name: step_number(found.crossing("test_loss", level)) for level, name in CROSSED.items()},
        "peak_step": float(found.steps[peak]),
        "peak_loss": float(found.test_loss[peak]),
        **{name: float(getattr(found, name)[-1]) for name in RECORDED},
        "last_step": float(found.steps[-1]),
        "converged": bool(found.converged),
        "diverged_at": step_number(found.diverged_at),
        "fraction": cell.point()[0],
        "decay": cell.point()[1],
        **final,
        **{name: padded(values, cell.looks) for name, values in series.items()},
    }


def looked(cell: CircuitCell, reader: Reader, checkpoints: list[dict[str, Any]]) -> dict[str, Any]:
    """Series over the checkpoints; the last of them has the final key frequencies."""
    last = reader.view(checkpoints[-1])
    final = reader.keys(last)
    published = final["neurons"]
    sets = random_sets(cell.prime, published, cell.null_draws, cell.seed_of(2))
    rows = []
    for parameters in checkpoints:
        view = reader.view(parameters)
        now = reader.keys(view)
        chosen = (published, final["logit weights"], now["neurons"], now["logit weights"])
        trig = [reader.trig(view, keys) for keys in chosen]
        row: dict[str, Any] = {name: [one[name] for one in trig] for name in TRIG}
        row |= {"key_count": [float(len(keys)) for keys in chosen], "excluded_singly": reader.singly(view, published)}
        rows.append(row | reader.ginis(view) | reader.null(view, sets))
    final_key = np.zeros((len(WAYS), (cell.prime - 1) // 2))
    for i, way in enumerate(WAYS):
        final_key[i, [k - 1 for k in final[way]]] = 1
    series = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {**series, "final_key": final_key, "identity_gap": reader.identity_gap(last)}


def group_key(cell: CircuitCell) -> tuple:
    """The shapes: rates, decays and seeds are traced, the number of training pairs is not."""
    return cell.prime, cell.d_model, cell.heads, cell.d_mlp, cell.point()[0]
