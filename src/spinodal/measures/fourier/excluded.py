"""Loss of the network without its trigonometry."""

from typing import Any, Literal, overload

import numpy as np

from .checks import chosen_rows, class_labels
from .trig_part import Table, table

DEEPEST = 300.0  # exponents up to twice this stay far from the underflow of float64 at exp(-745)


@overload
def excluded_loss(
    logits: Any, labels: Any, prime: Any, frequencies: Any, *, mask: Any = ..., per_frequency: Literal[False] = ..., operation: str = ...
) -> float: ...
@overload
def excluded_loss(
    logits: Any, labels: Any, prime: Any, frequencies: Any, *, mask: Any = ..., per_frequency: Literal[True], operation: str = ...
) -> dict[int, float]: ...
def excluded_loss(
    logits: Any, labels: Any, prime: Any, frequencies: Any, *, mask: Any = None, per_frequency: bool = False, operation: str = "add"
) -> float | dict[int, float]:
    """Cross-entropy, in nats, with the key frequencies of a + b taken away.

        loss of L - sum_k T_k jointly,    or of L - T_k for each k alone,    T_k = (u_k u_k^T + v_k v_k^T) L as in `restricted_loss`.

    Arguments:
        logits, labels, prime, frequencies, mask, operation: as in `restricted_loss`. The published curve is that of the training pairs.
        per_frequency: False is the paper's curve; True gives {k: loss}, as the released trainer logs. On a network that generalises every
            single loss may look harmless where the joint one is large: report both.
    Returns: a loss (>= 0 but for rounding), or one for each frequency. A large one says that the network lives on these frequencies.
    Undefined (NaN): logits that are not finite, or no pair left by `mask`.
    Source: arXiv:2301.05217, section 5.1 (joint) and its released trainer (single).
    """
    found = table(logits, prime, frequencies, operation)
    labels = class_labels(labels, *found.logits.shape)
    kept = chosen_rows(mask, len(labels))
    sets = [(k,) for k in found.frequencies] if per_frequency else [found.frequencies]
    means = found.means()
    if not np.isfinite(means).all() or not kept[found.rows].any():
        losses = np.full(len(sets), np.nan)
    else:
        losses = _losses(found, labels, kept, np.array([found.parts(one, means) for one in sets]).reshape(-1, *means.shape))
    return {k: float(loss) for (k,), loss in zip(sets, losses, strict=True)} if per_frequency else float(losses[0])


def _losses(found: Table, labels: np.ndarray, kept: np.ndarray, removed: np.ndarray) -> np.ndarray:
    """Mean cross-entropy of L - removed[set] over the kept rows, for every set."""
    deep = np.abs(removed).max(initial=0.0) > DEEPEST
    lift = (-removed).max(axis=2, keepdims=True)
    factors = np.exp(-removed - lift) if not deep else None
    total, count = np.zeros(len(removed)), 0
    for rows, sums in zip(found.rows, found.sums, strict=True):  # one a at a time: a block stays in the cache
        keep = kept[rows]
        rows, sums = rows[keep], sums[keep]
        block = np.asarray(found.block(rows), dtype=np.float64)
        each, y = np.arange(len(rows)), labels[rows]
        if factors is not None:  # exp(L - T) = exp(L) exp(-T): one exponential of the logits serves all sets
            top = block.max(axis=1, keepdims=True)
            partition = np.log(np.einsum("bc,kbc->kb", np.exp(block - top), factors[:, sums])) + lift[:, sums, 0] + top[:, 0]
            loss = partition - (block[each, y] - removed[:, sums, y])
        else:
            rest = block - removed[:, sums]
            rest -= rest.max(axis=2, keepdims=True)
            loss = np.log(np.exp(rest).sum(axis=2)) - rest[:, each, y]
        total += loss.sum(axis=1)
        count += len(rows)
    return total / count
