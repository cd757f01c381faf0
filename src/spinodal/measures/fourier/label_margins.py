"""By how much is the label ahead?"""

from typing import Any

import numpy as np

from ...errors import require
from .checks import class_labels, numbers


def margins(logits: Any, labels: Any) -> np.ndarray:
    """The label's logit minus the best of its rivals.

        m = z_y - max_{c != y} z_c.

    Arguments:
        logits: (n, classes), at least 2 classes. labels: (n,) integers.
    Returns: (n,) float64; above 0 where the label wins, 0 for a tie, which is not correct.
    Undefined (NaN): rows with logits that are not finite.
    Source: the definition; its minimum over all pairs is what Morwani et al. (2024), arXiv:2311.07568, maximise.
    """
    table = numbers("logits", logits, (None, None), "(rows, classes)")
    require(table.shape[1] >= 2, f"logits must have at least 2 classes, got shape {table.shape}")
    labels = class_labels(labels, *table.shape)
    correct, rival = correct_and_rival(table, labels)
    finite = np.isfinite(table).all(axis=1)
    return np.subtract(correct, rival, out=np.full(len(table), np.nan), where=finite)


def correct_and_rival(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logit of the label and the largest other one, (n,) float64 each."""
    rows = np.arange(len(logits))
    others = logits.astype(np.promote_types(logits.dtype, np.float16))  # a copy, and integers have no infinity
    correct = others[rows, labels].astype(np.float64)
    others[rows, labels] = -np.inf
    return correct, others.max(axis=1).astype(np.float64)
