"""What the information measures return: frozen records, all values in nats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CLAUW = "Clauw, Stramaglia, Marinazzo (2024), arXiv:2408.08944"
INVARIANTS = "Gutknecht et al. (2025), arXiv:2504.15779"
COPULA = "Ince et al. (2017), Hum. Brain Mapp. 38, 1541; ties by average ranks are ours"


@dataclass(frozen=True)
class Information:
    """The four quantities of one set of variables, in nats."""

    total_correlation: float
    dual_total_correlation: float
    o_information: float
    s_information: float


@dataclass(frozen=True, eq=False)
class CopulaCorrelation:
    """Correlation of normal scores; converts to its `.matrix` wherever an array is meant."""

    matrix: np.ndarray  # (k, k), of the columns in `kept`
    kept: np.ndarray  # (k,) columns as given
    dropped: np.ndarray  # columns that never vary
    tied_share: np.ndarray  # (n,) share of samples whose value repeats, 1 for a dropped column
    samples: int
    ties: str
    ridge: float
    citation: str = field(default=COPULA, repr=False)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The matrix."""
        return np.array(self.matrix, dtype=dtype) if copy or dtype is not None else self.matrix


@dataclass(frozen=True)
class RedundancySynergy:
    """What sources say of a target in common, and what only all together; by minimum mutual information."""

    redundancy: float
    synergy: float


@dataclass(frozen=True)
class ShannonInvariants:
    """How often the information on a target is held, and how much of it is lost with one source; NaN without information."""

    redundancy_degree: float
    vulnerability_degree: float
    citation: str = field(default=INVARIANTS, repr=False)


@dataclass(frozen=True, eq=False)
class Subsets:
    """All sets of one order, in lexicographic order."""

    members: np.ndarray  # (m, order)
    total_correlation: np.ndarray
    dual_total_correlation: np.ndarray
    o_information: np.ndarray
    s_information: np.ndarray


@dataclass(frozen=True)
class Found:
    """A set of variables and its O-information."""

    members: tuple[int, ...]
    o_information: float


@dataclass(frozen=True)
class Extremes:
    """The sets with the smallest and the largest O-information, best first."""

    synergistic: tuple[Found, ...]
    redundant: tuple[Found, ...]
    by_order: Mapping[int, "Extremes"] = field(repr=False)
    evaluated: int


@dataclass(frozen=True, eq=False)
class Grown:
    """A set that grew by one variable at a time."""

    members: tuple[int, ...]  # in order of joining
    o_information: np.ndarray  # of the start, and after each that joined
    evaluated: int


@dataclass(frozen=True)
class Annealed:
    """The best set that simulated annealing met."""

    members: tuple[int, ...]  # ascending
    o_information: float
    temperature: float  # at the start
    evaluated: int


@dataclass(frozen=True, eq=False)
class ClusterUnions:
    """O-information of all unions of two or more clusters of columns."""

    labels: np.ndarray  # (n,) cluster of each column; -1: left out
    unions: tuple[tuple[int, ...], ...]  # labels, in order of size, then lexicographic
    sizes: np.ndarray  # units of each union; in mode "means" its series
    o_information: np.ndarray
    synergy: float  # -min
    redundancy: float  # max
    synergy_members: tuple[int, ...]  # columns as given
    redundancy_members: tuple[int, ...]
    synergy_size: int
    redundancy_size: int
    mode: str
    bias_corrected: bool
    citation: str = field(default=CLAUW, repr=False)


@dataclass(frozen=True, eq=False)
class Null:
    """A statistic of the data, and of the data with every column shuffled by itself."""

    observed: Any
    values: np.ndarray  # (shuffles, ...)
    quantiles: np.ndarray  # (quantiles, ...)
    p_low: Any
    p_high: Any


@dataclass(frozen=True, eq=False)
class Progress:
    """Synergy and redundancy along a training run; NaN where `valid` is False, with the reason in `message`."""

    steps: np.ndarray
    synergy: np.ndarray
    redundancy: np.ndarray
    synergy_size: np.ndarray  # 0 where not valid
    redundancy_size: np.ndarray
    null_synergy: np.ndarray  # (steps, quantiles)
    null_redundancy: np.ndarray
    quantiles: np.ndarray
    tied_share: np.ndarray  # mean over columns
    dead: np.ndarray  # columns that never vary
    valid: np.ndarray
    message: tuple[str, ...]
    citation: str = field(default=CLAUW, repr=False)
