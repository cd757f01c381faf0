"""Rules in place of the eye: which phase a run is in."""

import numpy as np

LEVEL, RISEN = 0.98, 0.5  # accuracies: what the paper calls generalised, and where the rise of the test accuracy is dated
SMALL = 0.1  # of the largest size of a curve so far: a slope below it is none
PHASES = ("flat", "emergence", "decoupling", "both rise", "both fall")


def slope_signs(values: np.ndarray, spread: np.ndarray, share: float = SMALL) -> np.ndarray:
    """-1, 0 or 1 at each checkpoint: is the curve on its way, beyond what shuffled data differ by, and beyond small change?

    The curve is smoothed by the mean of three neighbours (two at the ends); its slope is what it changes by over two checkpoints, from
    the neighbours on both sides (at the ends from the next one). A sign begins where the slope is larger than `spread` and than `share`
    of the largest size of the curve so far, and holds until the slope is below half of that or has the other sign. Values that are NaN
    have sign 0 and end what went before.
    """
    values, n = np.asarray(values, float), len(values)
    least = np.fmax(np.asarray(spread, float), share * np.fmax.accumulate(np.abs(values)))
    least = np.where(np.isfinite(spread), least, np.nan)
    smooth, place = (np.array([row[max(0, i - 1) : i + 2].mean() for i in range(n)]) for row in (values, np.arange(n)))
    signs, now = np.zeros(n, int), 0
    for i in range(n):
        before, after = max(i - 1, 0), min(i + 1, n - 1)
        apart = place[after] - place[before]
        slope = 2 * (smooth[after] - smooth[before]) / apart if apart > 0 else np.nan
        if not np.isfinite(slope) or not np.isfinite(least[i]):
            now = 0
        elif abs(slope) > least[i]:
            now = int(np.sign(slope))
        elif now and (now * slope < least[i] / 2):
            now = 0
        signs[i] = now
    return signs


def phase_codes(synergy_sign: np.ndarray, redundancy_sign: np.ndarray) -> np.ndarray:
    """Index into `PHASES`. Emergence: synergy rises, redundancy does not. Decoupling: redundancy rises, synergy does not."""
    s, r = np.asarray(synergy_sign), np.asarray(redundancy_sign)
    return np.select([(s > 0) & (r <= 0), (s <= 0) & (r > 0), (s > 0) & (r > 0), (s < 0) | (r < 0)], [1, 2, 3, 4], 0)
