"""What the released table of arXiv:2306.17844 says: facts, not our runs."""

import numpy as np

from .order import level_crossing

SOURCE = "released table of arXiv:2306.17844 (MIT), 1,044 runs"
PRIME, WIDTH, RUNS = 59, 128, 1044
CIRCULAR = 0.995  # circularity above which its runs were kept

# Means over the runs in each tenth of the attention coefficient, p = 59, width 128, circularity above .995
BIN_CENTRES = np.arange(0.05, 1.0, 0.1)
SYMMETRICITY = np.array([0.982, 0.994, 0.985, 0.987, 0.976, 0.925, 0.762, 0.663, 0.590, 0.455])
IRRELEVANCE = np.array([0.335, 0.327, 0.327, 0.319, 0.368, 0.420, 0.596, 0.665, 0.727, 0.820])  # of the largest wrong logit


def crossing() -> float:
    """Where the published means are halfway between their first and their last bin."""
    return level_crossing(BIN_CENTRES, SYMMETRICITY, 0.5)


def fall() -> float:
    """From where a quarter of the published fall is done to where three quarters are."""
    return level_crossing(BIN_CENTRES, SYMMETRICITY, 0.75) - level_crossing(BIN_CENTRES, SYMMETRICITY, 0.25)


def at_end(values: np.ndarray, end: int) -> tuple[float, float]:
    """The mean of the first (0) or last (-1) bin, and what its breadth may hide: half of the step to its neighbour."""
    return float(values[end]), float(abs(values[end] - values[1 if end == 0 else -2])) / 2
