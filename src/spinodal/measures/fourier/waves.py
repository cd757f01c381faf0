"""The real Fourier basis of functions of a residue."""

from typing import Any

import numpy as np

from ...errors import odd_prime


def basis(prime: Any) -> np.ndarray:
    """Orthonormal cosines and sines on 0..p-1, one in a row.

        row 0: 1 / sqrt p,    row 2k-1: sqrt(2/p) cos(2 pi k n / p),    row 2k: sqrt(2/p) sin(2 pi k n / p),    k = 1..(p-1)/2.

    Arguments:
        prime: p, an odd prime.
    Returns: (p, p) float64; `basis(p) @ basis(p).T` is the identity. The last frequency, (p-1)/2, belongs to it.
    Source: Nanda et al. (2023), arXiv:2301.05217; the released loop `range(1, p // 2)` loses the last frequency.
    """
    return all_modes(odd_prime("prime", prime))


def all_modes(length: int) -> np.ndarray:
    """The constant and `modes` of the frequencies 1..length // 2: `basis` of any length."""
    return np.vstack([np.full((1, length), length**-0.5), modes(length, range(1, length // 2 + 1))])


def modes(length: int, frequencies: Any) -> np.ndarray:
    """(rows, length): cos and sin of each frequency, unit vectors; of frequency length/2 the cosine alone, since its sine is 0."""
    k, n = np.asarray(list(frequencies), dtype=np.int64), np.arange(length)
    angle = 2 * np.pi / length * (np.outer(k, n) % length)  # reduced in integers: exact for large k n
    found = np.sqrt(2 / length) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    half = 2 * k == length
    found[half, 0] *= np.sqrt(0.5)
    found[half, 1] = 0.0
    return found.reshape(-1, length)
