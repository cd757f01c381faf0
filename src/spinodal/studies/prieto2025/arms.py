"""The ways of training that are compared: some without decay until the softmax runs out of digits, some in a race to generalise."""

from dataclasses import dataclass

PUBLISHED_RATE = 1e-2
FIGURE_2_RATE = 5e-4
TINY_EPSILON = 1e-30  # of Adam, in the released commands for 40 % of the data in figure 2; elsewhere PyTorch's 1e-8
RACE_RATES = (3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
RACE_DECAYS = (0.3, 1.0, 3.0, 10.0)
QUICK_DECAYS = RACE_DECAYS[1:]
QUICK_PERPGRAD_RATES, QUICK_RATES = RACE_RATES[:4], RACE_RATES[2:]  # of the quick network, so that its best lie inside


@dataclass(frozen=True)
class Arm:
    """One way of training.

    `optimizer`: "adamw"; "perpgrad", which restores the length of the gradient as the released code does; "perpgrad-text", which does
    not. `pace`: which of a cell's lengths and training shares is its own: "long", "slow" (the rate of figure 2) or "race".
    """

    loss: str = "softmax"
    dtype: str = "float64"
    optimizer: str = "adamw"
    learning_rate: float = PUBLISHED_RATE
    weight_decay: float = 0.0
    epsilon: float = 1e-8
    pace: str = "race"


def decayed(rate: float, decay: float) -> str:
    """The name of AdamW with this rate and this decay."""
    return f"AdamW {rate:g}, decay {decay:g}"


def perpendicular(rate: float) -> str:
    """The name of PerpGrad, as its code has it, with this rate."""
    return f"PerpGrad {rate:g}"


COLLAPSING = {
    "float32": Arm(dtype="float32", pace="long"),
    "float64": Arm(pace="long"),
    "float32, epsilon 1e-30": Arm(dtype="float32", epsilon=TINY_EPSILON, pace="long"),
    "float64, epsilon 1e-30": Arm(epsilon=TINY_EPSILON, pace="long"),
    "StableMax": Arm(loss="stablemax", pace="long"),
    "float32, rate 5e-4": Arm(dtype="float32", learning_rate=FIGURE_2_RATE, epsilon=TINY_EPSILON, pace="slow"),
    "float64, rate 5e-4": Arm(learning_rate=FIGURE_2_RATE, epsilon=TINY_EPSILON, pace="slow"),
}
TWINS = {  # arms with a loss in float32, and the same in float64
    "float32": "float64",
    "float32, epsilon 1e-30": "float64, epsilon 1e-30",
    "float32, rate 5e-4": "float64, rate 5e-4",
}
RACING = {
    **{perpendicular(rate): Arm(optimizer="perpgrad", learning_rate=rate) for rate in RACE_RATES},
    "PerpGrad 0.01, not rescaled": Arm(optimizer="perpgrad-text"),
    **{decayed(rate, decay): Arm(learning_rate=rate, weight_decay=decay) for rate in RACE_RATES for decay in RACE_DECAYS},
    "StableMax, decay 1": Arm(loss="stablemax", weight_decay=1.0),
}
ARMS = COLLAPSING | RACING
STABLEMAX_TWIN = decayed(PUBLISHED_RATE, 1.0)  # of "StableMax, decay 1", with a softmax

QUICK_ARMS = (
    *tuple(COLLAPSING)[:3],
    "StableMax",
    *map(perpendicular, QUICK_PERPGRAD_RATES),
    "PerpGrad 0.01, not rescaled",
    STABLEMAX_TWIN,
    *(decayed(rate, decay) for rate in QUICK_RATES for decay in QUICK_DECAYS),
    "StableMax, decay 1",
)
