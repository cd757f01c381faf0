"""What problems on pairs of symbols have in common."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import integer, positive, require


@dataclass(frozen=True, eq=False)
class SymbolPairs:
    """`pairs` (n, 2) and `labels` (n,) integers, `train_mask` (n,) bool, `templates` (labels, template_dim) float64."""

    pairs: np.ndarray
    labels: np.ndarray
    train_mask: np.ndarray
    templates: np.ndarray


def training_rows(rows: int, count: int, seed: int) -> np.ndarray:
    """(rows,) bool: `count` rows of this seed; the smaller set of a seed lies inside the larger."""
    mask = np.zeros(rows, bool)
    mask[np.random.default_rng([seed, 0]).permutation(rows)[:count]] = True
    return mask


def widths(name: str, given: Any) -> tuple[int, ...]:
    """Hidden widths, at least one, as a tuple."""
    require(isinstance(given, (tuple, list)) and len(given) > 0, f"{name} must be at least one width such as (200, 200), got {given!r}")
    return tuple(integer(name, width, minimum=1) for width in given)


def shape_of_decoder(problem: Any) -> dict[str, Any]:
    """The checked settings that every embedding-and-decoder problem has."""
    return {
        "template_dim": integer("template_dim", problem.template_dim, minimum=1),
        "hidden_widths": widths("hidden_widths", problem.hidden_widths),
        "decoder_scale": positive("decoder_scale", problem.decoder_scale),
    }
