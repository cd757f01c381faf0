"""A cell of a phase diagram: probabilities of the phases over seeds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...errors import even, nearest, require
from .phases import PHASES
from .wilson import wilson_interval

ENOUGH = 8  # seeds; with fewer an interval spans most of 0..1 and supports no claim


@dataclass(frozen=True, eq=False)
class PhaseProbabilities:
    """Shares of seeds in each phase, with Wilson intervals; not `converged` with fewer than 8 seeds, which support no claim."""

    phases: tuple[str, ...]  # names along the last axis
    probability: np.ndarray  # (..., 4), sums to 1 over the last axis
    low: np.ndarray  # (..., 4)
    high: np.ndarray  # (..., 4)
    seeds: int
    confidence: float
    converged: bool
    message: str


def phase_probabilities(labels_by_seed: ArrayLike, *, confidence: float = 0.95) -> PhaseProbabilities:
    """Probability of each learning phase over seeds, cell by cell.

    Arguments:
        labels_by_seed: names as `classify` gives them, seeds on the first axis, cells on the others: (seeds, ...).
        confidence: of each interval by itself, within (0, 1).
    Returns: `PhaseProbabilities`, phases in the order comprehension, grokking, memorization, confusion.
    Raises: ValueError for other labels, or no seeds.
    Source: `wilson_interval`. Published diagrams have one seed a cell.
    """
    labels = even("labels_by_seed", labels_by_seed, "(seeds, ...)")
    require(labels.ndim >= 1 and len(labels) > 0, f"labels_by_seed must have seeds on its first axis, at least one, got {labels.shape}")
    known = labels[..., None] == np.array(PHASES)
    strange = labels[~np.any(known, axis=-1)]
    if strange.size:
        near = nearest(str(strange[0]), PHASES)
        raise ValueError(f"labels_by_seed must hold {', '.join(PHASES)}, got {str(strange[0])!r}" + (f"; nearest: {near}" if near else ""))
    seeds, count = len(labels), known.sum(axis=0)
    low, high = wilson_interval(count, seeds, confidence=confidence)
    enough = seeds >= ENOUGH
    message = f"{seeds} seeds a cell" + ("" if enough else f": fewer than {ENOUGH} support no claim, look at the intervals")
    return PhaseProbabilities(PHASES, count / seeds, low, high, seeds, confidence, converged=enough, message=message)
