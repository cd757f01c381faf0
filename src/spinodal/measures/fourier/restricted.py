"""Loss of the part of the network that does trigonometry."""

from typing import Any

import numpy as np

from .checks import chosen_rows, class_labels
from .trig_part import table


def restricted_loss(
    logits: Any, labels: Any, prime: Any, frequencies: Any, *, bias_correction: bool = True, mask: Any = None, operation: str = "add"
) -> float:
    """Cross-entropy, in nats, with everything taken away but the key frequencies of a + b.

        T = sum_k (u_k u_k^T + v_k v_k^T) L,    u_k, v_k = cos, sin of 2 pi k (a+b) / p as unit vectors over all pairs,
        loss of T + mean over pairs of (L - T),    or of T.

    Arguments:
        logits: L on all pairs, (p^2, p), row a p + b. labels: (p^2,) integers. prime: p.
        frequencies: several of 1..(p-1)/2, as `key_frequencies` finds them; none leaves the mean logits.
        bias_correction: True is the released code, False the text of the paper.
        mask: (p^2,) bool, the pairs that the loss is averaged over; the projection always uses all. The published curve has no mask.
        operation: "add"; "sub" (a - b); "mul", whose rows with a factor 0 count nowhere and whose p is p - 1 in the formula; "divide" as
            "mul", with (p (p-1), p) logits.
    Returns: a loss >= 0. A small one says that the key frequencies suffice. A set that is too small makes it large on a perfectly good
        network, so give it with `variance_explained`.
    Undefined (NaN): logits that are not finite, or no pair left by `mask`.
    Source: arXiv:2301.05217, section 5.1 and its released code.
    """
    found = table(logits, prime, frequencies, operation)
    labels = class_labels(labels, *found.logits.shape)
    kept = chosen_rows(mask, len(labels))[found.rows]
    means = found.means()
    if not np.isfinite(means).all() or not kept.any():
        return np.nan
    trig = found.parts(found.frequencies, means)
    if bias_correction:
        trig = trig + means.mean(axis=0)  # T itself has mean 0
    trig -= trig.max(axis=1, keepdims=True)
    partition = np.log(np.exp(trig).sum(axis=1))
    sums = found.sums[kept]
    return float(np.mean(partition[sums] - trig[sums, labels[found.rows[kept]]]))
