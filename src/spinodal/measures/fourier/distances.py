"""Does a logit care about the distance of the two symbols?"""

from typing import Any

import numpy as np

from ...errors import choice, odd_prime
from .checks import all_finite, class_labels, round_off, table_logits
from .label_margins import correct_and_rival


def distance_irrelevance(logits: Any, prime: Any, *, logit: str = "correct", labels: Any = None) -> float:
    """Share of a logit's spread that is left among pairs of equal distance a - b: near 1 for a clock, low for a pizza.

        mean over d of std(Q_ab : a - b = d) / std(Q),    population standard deviations, differences modulo p.

    Arguments:
        logits: on all pairs, (p^2, p), row a p + b. prime: p, an odd prime.
        logit: Q is the "correct" one, as in the text and notebook of the paper, or "max-wrong", the largest logit that is not the label's:
            what the published table's column of this name holds. They differ on the same network.
        labels: (p^2,) integers; None is (a + b) mod p.
    Returns: >= 0, hardly above 1; `distance_irrelevance_null` is what noise gives.
    Undefined (NaN): logits that are not finite, or a Q that is constant up to round-off.
    Source: arXiv:2306.17844.
    """
    p = odd_prime("prime", prime)
    choice("logit", logit, ("correct", "max-wrong"))
    table = table_logits(logits, p)
    a, b = np.divmod(np.arange(p * p), p)
    y = (a + b) % p if labels is None else class_labels(labels, p * p, p)
    if not all_finite(table):
        return np.nan
    chosen = correct_and_rival(table, y)[0 if logit == "correct" else 1]
    largest = np.abs(chosen).max()
    if largest == 0:
        return np.nan
    q = (chosen / largest).reshape(p, p)
    spread = q.std()
    if spread < round_off(table):
        return np.nan
    n = np.arange(p)
    by_distance = q[n, (n - n[:, None]) % p]  # row d: the pairs (a, a - d)
    return float(by_distance.std(axis=1).mean() / spread)
