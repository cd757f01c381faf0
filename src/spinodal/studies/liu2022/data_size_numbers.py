"""What the data-size study reads off its networks: how well the embedding predicts."""

import numpy as np
import xarray

COUNT = 55  # pairs of ten symbols


def agreement(here: xarray.Dataset) -> dict[str, float]:
    """How well the embedding predicts, over the networks of one decoder rate whose accuracies are known; NaN without any."""
    known = (here["training_pairs"] / COUNT).broadcast_like(here["real_accuracy"])
    share, real, predicted = (
        a.transpose(*here["real_accuracy"].dims).values.ravel() for a in (known, here["real_accuracy"], here["predicted_accuracy"])
    )
    fine = np.isfinite(real) & np.isfinite(predicted)
    share, real, predicted = share[fine], real[fine], predicted[fine]
    test_pairs = 1 - share
    test = here["test_accuracy"].values.ravel()[fine]
    promised = (predicted - share) / test_pairs
    return {
        "correlation": _correlation(real, predicted),
        "by size alone": _correlation(real, share),
        "on test pairs": _correlation(test, promised),
        "mean difference": float(np.mean(np.abs(real - predicted))) if real.size else np.nan,
        "largest difference": float(np.max(np.abs(real - predicted))) if real.size else np.nan,
    }


def sufficient(half: float, error: float, forced: float) -> str:
    """Whether half of the networks have the line where half of the training sets force it; `half` NaN: they never do."""
    if np.isfinite(half) and not abs(half - forced) > 3 * error:
        return "not shown to be more or less than enough"
    return "enough here" if half <= forced else "not sufficient"


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
