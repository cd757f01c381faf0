"""Log-determinants of all 2^n sets at once: each variable is either conditioned on or left out."""

import numpy as np

MOST = 20  # variables: 2^20 sets are 8 MB, and all that they pass through is some 30 MB


def log_determinants_of_all(matrix: np.ndarray) -> np.ndarray:
    """ln det of every set, shape (2,) * n: 0 along the axis of a variable that is a member, 1 where it is left out.

    In C order the sets of one size are then in lexicographic order. Variables are taken from the last to the first, the
    batch being the last axis, so that all arithmetic runs along contiguous memory.
    """
    n = len(matrix)
    rest, found = matrix[:, :, None], np.zeros(1)
    for m in range(n - 1, -1, -1):
        pivot, row = rest[m, m], rest[m, :m]
        given = rest[:m, :m] - row[:, None] * (row / pivot)[None, :]
        found = np.concatenate([found + np.log(pivot), found])
        rest = np.concatenate([given, rest[:m, :m]], axis=2)
    return found.reshape((2,) * n)


def o_information_of_all(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(sizes, ln det, O-information) of all 2^n sets, flat, in the order of `log_determinants_of_all`."""
    n = len(matrix)
    log_det = log_determinants_of_all(matrix)
    parents, sizes = np.zeros_like(log_det), np.zeros(log_det.shape, dtype=np.int8)
    for i in range(n):
        shape = (2**i, 2, -1)
        parents.reshape(shape)[:, 0] += log_det.reshape(shape)[:, 1]
        sizes.reshape(shape)[:, 0] += 1
    found = (sizes / 2 - 1) * log_det - parents / 2
    found[sizes <= 2] = 0.0
    return sizes.ravel(), log_det.ravel(), found.ravel()


def members_of(index: int, variables: int) -> tuple[int, ...]:
    """The set at this place of a flat table."""
    return tuple(i for i in range(variables) if not index >> (variables - 1 - i) & 1)
