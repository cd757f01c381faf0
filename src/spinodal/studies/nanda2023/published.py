"""Numbers of arXiv:2301.05217 and its released runs: p = 113, decay 1 unless it says otherwise, one seed a row."""

import numpy as np

PRIME, FRACTION, DECAY, STEPS = 113, 0.3, 1.0, 40_000
LEVELS = (1.0, 0.1, 0.01)  # of the test loss
CROSSINGS = {  # train fraction: first epochs with a test loss below LEVELS
    0.25: (21419, 21848, 22177),
    0.28: (14465, 15037, 15612),
    0.30: (7583, 7930, 8258),
    0.40: (2615, 3109, 3324),
    0.50: (744, 956, 1109),
    0.60: (270, 440, 556),
    0.70: (129, 222, 343),
    0.80: (177, 252, 439),
    0.90: (156, 222, 387),
    0.95: (123, 157, 279),
}
FITTED = (134, 163)  # first epoch with a train loss below 0.1, over fractions .25 to .70
FITTED_UP_TO = 0.70
PEAK_STEP, PEAK_LOSS = (1420, 1455), (26.6, 32.4)  # of the test loss, fractions up to .3
SLOW_DECAY, SLOW_FITTED, SLOW_CROSSING = 0.1, 138, 95_520  # at 30 %: train and test loss below 0.1
RELEASED_KEYS, RELEASED_NEURONS = (6, 23, 37, 39, 41), (185, 512)  # of the released net with decay 0.1; neurons of one frequency (> .85)
RELEASED_NET = {  # our name of a series: what that net has at its end
    "published_restricted": 2.2e-9,
    "published_excluded": 8.385,
    "published_variance_explained": 0.979,
    "gini_embedding": 0.539,
    "gini_logit_weights": 0.758,
}
RELEASED_SINGLY = (1.18, 0.029)  # its excluded loss without frequency 23, without 6; without any other alone below 1e-3
LINE = (12.8, -12.0)  # ln(delay) = 12.8 - 12.0 f, the exponential that describes the table


def delays() -> tuple[np.ndarray, np.ndarray]:
    """Fractions, and updates from a train loss to a test loss below 0.1, where both are known.

    The epoch of the train loss is known as a range for all fractions together: its middle is taken away.
    """
    fractions = np.array([f for f in CROSSINGS if f <= FITTED_UP_TO])
    return fractions, np.array([CROSSINGS[f][1] for f in fractions]) - np.mean(FITTED)


def decay_slope() -> float:
    """Of ln(step of a test loss below 0.1) against ln(decay), from the two published runs at 30 %."""
    return float(np.log(SLOW_CROSSING / CROSSINGS[FRACTION][1]) / np.log(SLOW_DECAY / DECAY))
