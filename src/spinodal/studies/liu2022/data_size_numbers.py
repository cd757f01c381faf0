"""What the data-size study reads off its networks: how well the embedding predicts, and where half of them reach a level."""

import numpy as np
import xarray
from scipy.optimize import isotonic_regression

COUNT = 55  # pairs of ten symbols
RESAMPLED = 400


def agreement(here: xarray.Dataset) -> dict[str, float]:
    """How well the embedding predicts, over the networks of one decoder rate."""
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
        "mean difference": float(np.mean(np.abs(real - predicted))),
        "largest difference": float(np.max(np.abs(real - predicted))),
    }


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def half_crossing(pairs: np.ndarray, share: np.ndarray, networks: int) -> tuple[float, float]:
    """Pairs at which a share of networks reaches 1/2, interpolated, and its standard error; NaN if it never does.

    Of the best share that never falls (isotonic regression): a few networks above 1/2 by chance are no crossing. The error is from
    resampling the networks at each number of pairs, with (x + 1/2) / (N + 1) in place of x / N: three of three is not certainty.
    """
    smooth = (np.asarray(share) * networks + 0.5) / (networks + 1)
    drawn = np.random.default_rng(0).binomial(networks, smooth, size=(RESAMPLED, len(smooth))) / networks
    resampled = np.array([_first_half(pairs, row) for row in drawn])
    resampled = resampled[np.isfinite(resampled)]
    return _first_half(pairs, np.asarray(share)), float(resampled.std(ddof=1)) if len(resampled) > RESAMPLED / 2 else float("nan")


def _first_half(pairs: np.ndarray, share: np.ndarray) -> float:
    share = isotonic_regression(share).x
    above = np.flatnonzero(share >= 0.5)
    if above.size == 0:
        return float("nan")
    i = int(above[0])
    if i == 0:
        return float(pairs[i])
    return float(pairs[i - 1] + (0.5 - share[i - 1]) / (share[i] - share[i - 1]) * (pairs[i] - pairs[i - 1]))
