"""How well one number separates two sides."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from ...errors import even, require

CITATION = "DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, 837"


@dataclass(frozen=True)
class Auroc:
    """What `auroc` found; `value` is NaN without both sides."""

    value: float  # 0..1
    error: float  # one standard error
    positives: int
    negatives: int
    citation: str = CITATION


def auroc(scores: Any, labels: Any) -> Auroc:
    """The chance that a run of the positive side scores above one of the other: the area under the ROC curve, exactly.

        A = mean over pairs of [s+ > s-] + [s+ = s-] / 2,    the Mann-Whitney statistic over the number of pairs,
        error^2 = var_i(A_i) / n+ + var_j(A_j) / n-,         A_i, A_j: the mean over the pairs of one run of either side (DeLong).

    Arguments:
        scores: (n,) numbers; those that are NaN are left out. labels: (n,) bool, True for the positive side.
    Returns: `Auroc`. Above 1/2: a high score speaks for the positive side; ties count half, so a constant score has exactly 1/2.
    Undefined (NaN): `value` where a side is empty; `error` with fewer than two runs on a side. At 0 and 1 the error is 0, which says that
        the sample holds no counterexample, not that there is none.
    Source: DeLong et al. (1988) for runs that are independent; for pairs within strata, clusters and horizons see `auroc_against_horizon`.
    """
    scores, labels = np.asarray(even("scores", scores, "(runs,)"), np.float64), even("labels", labels, "(runs,)")
    require(
        scores.ndim == 1 and scores.shape == labels.shape,
        f"scores and labels must have one shape (runs,), got {scores.shape} and {labels.shape}",
    )
    if labels.dtype.kind != "b":
        raise TypeError(f"labels must be booleans, True for the positive side, got dtype {labels.dtype}")
    there = ~np.isnan(scores)
    scores, labels = scores[there], labels[there]
    n, m = int(labels.sum()), int((~labels).sum())
    if not n or not m:
        return Auroc(np.nan, np.nan, n, m)
    ranks = rankdata(scores)
    of_positives = (ranks[labels] - rankdata(scores[labels])) / m
    of_negatives = 1 - (ranks[~labels] - rankdata(scores[~labels])) / n
    error = np.sqrt(of_positives.var(ddof=1) / n + of_negatives.var(ddof=1) / m) if min(n, m) > 1 else np.nan
    return Auroc(float(of_positives.mean()), float(error), n, m)
