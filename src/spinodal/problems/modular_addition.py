"""Modular addition learned from the full table by a network with square activations."""

from dataclasses import dataclass

import numpy as np

from ..errors import integer, odd_prime, positive


@dataclass(frozen=True, eq=False)
class AdditionTable:
    """All pairs of residues: `first`, `second` (prime^2,) integers and `targets` (prime^2, prime) float64."""

    first: np.ndarray
    second: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class ModularAddition:
    """A two-layer square network that learns n + m mod prime from all pairs (n, m) as regression.

        f_p(n, m) = sum_i a_ip (w_in + v_im)^2,   target  delta(p, n + m mod P) - 1/P,
        w, v ~ N(0, 1) times exp(-(P gamma / 6) sum_k (|w_k|^6 + |v_k|^6)),   a ~ N(0, readout_variance / width),

    with Fourier amplitudes w_k = (1/P) sum_n w_n e^(2 pi i k n / P).

    Arguments:
        prime: P, an odd prime. width: N >= 1, hidden units.
        noise: sigma^2 > 0, variance of the likelihood. readout_variance: sigma_a^2 > 0. sextic_decay: gamma > 0.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2310.03789, section 3.2.
    """

    prime: int
    width: int
    noise: float
    readout_variance: float
    sextic_decay: float

    def __post_init__(self) -> None:
        checked = {
            "prime": odd_prime("prime", self.prime, why="P, the modulus"),
            "width": integer("width", self.width, minimum=1, why="N, the number of hidden units"),
            "noise": positive("noise", self.noise, why="the variance sigma^2 of the likelihood"),
            "readout_variance": positive("readout_variance", self.readout_variance, why="sigma_a^2; Var[a] = sigma_a^2 / width"),
            "sextic_decay": positive("sextic_decay", self.sextic_decay, why="gamma, the strength of the decay of Fourier amplitudes"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def table(self) -> AdditionTable:
        """Every pair once, `first` varying slowest."""
        first, second = (grid.ravel() for grid in np.meshgrid(np.arange(self.prime), np.arange(self.prime), indexing="ij"))
        targets = np.eye(self.prime)[(first + second) % self.prime] - 1 / self.prime
        return AdditionTable(first, second, targets)
