"""Weights that add modulo a prime, written down instead of trained."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...citations import GROMOV2023, MORWANI2024
from ...errors import choice, integer, odd_prime, require
from .record import FourierNetwork


def weights(
    prime: Any,
    width: Any = None,
    *,
    phases: str = "random",
    per_frequency: int = 6,
    multipliers: tuple[int, int] = (1, 4),
    frequencies: Any = None,
    seed: int = 0,
) -> FourierNetwork:
    """A square network whose neurons are cosines of one frequency each, with phases that make the unwanted terms cancel.

        first[n, i] = cos(w_i n + phi_i),   second[m, i] = cos(w_i m + psi_i),   readout[i, q] = cos(w_i q + phi_i + psi_i),
        w_i = 2 pi k_i / p,    logits (first[a] + second[b])^2 @ readout.

        random:  k_i = i mod p from i = 0, phases uniform: the unwanted terms average out as the width grows
        lattice: M = per_frequency neurons for each k, phi = 2 pi alpha j / M, psi = 2 pi beta j / M, j = 0..M-1: they cancel
                 exactly if `cancels(M, (alpha, beta))`, and every margin is M p / 4 with all k = 1..(p-1)/2

    Arguments:
        prime: p, an odd prime.
        width: N >= 1, for "random" only, where it must be given. phases: "random" or "lattice".
        per_frequency: M >= 1. multipliers: (alpha, beta), integers. Both for "lattice" only.
        frequencies: the list of k in place of the above, for "random" 0..p-1 and repeated until the width is full, for "lattice" 1..p-1.
        seed: of the random phases.
    Returns: `FourierNetwork`. The readout's phase is the *sum* of the two with the same sign; with another sign the network is at chance.
    Raises: ValueError or TypeError that names the argument.
    Source: Gromov (2023), arXiv:2301.02679 (random); Morwani et al. (2024), arXiv:2311.07568 (largest margin).
    """
    p = odd_prime("prime", prime)
    choice("phases", phases, ("random", "lattice"))
    m = integer("per_frequency", per_frequency, minimum=1, why="M, the number of neurons of each frequency")
    alpha, beta = _multipliers(multipliers)
    integer("seed", seed, minimum=0, why="of the random phases")
    if phases == "random":
        require(width is not None, "width must be given with phases='random', got None (it is N, the number of neurons)")
        neurons = integer("width", width, minimum=1, why="N, the number of neurons")
        chosen = np.resize(_frequencies(frequencies, range(p), smallest=0, largest=p - 1), neurons)
        phi, psi = np.random.default_rng(seed).uniform(0, 2 * np.pi, size=(2, neurons))
    else:
        chosen = np.repeat(_frequencies(frequencies, range(1, (p - 1) // 2 + 1), smallest=1, largest=p - 1), m)
        require(
            width is None,
            f"width must not be given with phases='lattice', got {width}: it is per_frequency times frequencies, {len(chosen)}",
        )
        j = np.tile(np.arange(m), len(chosen) // m)
        phi, psi = 2 * np.pi / m * (alpha % m * j % m), 2 * np.pi / m * (beta % m * j % m)
    angles = 2 * np.pi / p * (np.outer(np.arange(p), chosen) % p)
    citation = GROMOV2023 if phases == "random" else MORWANI2024
    return FourierNetwork(np.cos(angles + phi), np.cos(angles + psi), np.cos(angles + phi + psi).T, chosen, citation)


def cancels(per_frequency: int, multipliers: tuple[int, int]) -> bool:
    """Whether a lattice of phases cancels every unwanted term, so that all margins are equal.

        none of a+b, a-b, 2a, 2b, 3a+b, a+3b, 2(a+b) is 0 modulo M,    (a, b) = multipliers, M = per_frequency.

    Arguments: as in `weights`. M = 6 with (1, 4) is one of the smallest; M = 4 with (1, 1) and M = 6 with (1, 2) fail and tie.
    Source: the sums of exp(2 pi i c j / M) over j; derived here, checked against the margins of every lattice up to M = 8.
    """
    m = integer("per_frequency", per_frequency, minimum=1)
    a, b = _multipliers(multipliers)
    return all(term % m for term in (a + b, a - b, 2 * a, 2 * b, 3 * a + b, a + 3 * b, 2 * (a + b)))


def _frequencies(given: Any, default: range, *, smallest: int, largest: int) -> np.ndarray:
    if given is None:
        return np.array(default)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"frequencies must be several integers of {smallest}..{largest}, got {given!r}")
    found = [integer("frequencies", k, minimum=smallest) for k in given]
    require(bool(found), f"frequencies must be several integers of {smallest}..{largest}, got none")
    require(max(found) <= largest, f"frequencies must be in {smallest}..{largest}, got {max(found)}")
    return np.array(found)


def _multipliers(given: Any) -> tuple[int, int]:
    require(isinstance(given, tuple | list) and len(given) == 2, f"multipliers must be two integers (alpha, beta), got {given!r}")
    return integer("multipliers", given[0], minimum=-(10**6)), integer("multipliers", given[1], minimum=-(10**6))
