"""How wide random phases must be: a bound by large deviations, whose logarithm in p says that widths do not scale with the prime."""

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ive

from ...errors import odd_prime, positive, require

NODES = 256  # on the circle; a periodic smooth integrand converges faster than any power


def sufficient_width(prime: Any, error: float = 0.01) -> float:
    """A width at which networks of random phases are wrong on no more than a share `error` of the pairs, on average over the phases.

        N = ln((p - 1) / error) / I,    I = -min_t (1/p) sum_k ln E exp(-t g_k),

    where g_k = (1 + cos D)(1 + cos S)(cos S - cos(S - 2 pi k / p)) is what a neuron of frequency k adds to the label's lead over a rival:
    with S and D the sum and the difference of its two angles, independent and uniform, its square is (1 + cos S)(1 + cos D) and its
    readout cos S at the label. The lead is 0 or less with probability at most exp(-N I) (Chernoff), against p - 1 rivals (union).

    Arguments:
        prime: p, an odd prime. error: in (0, 1), ties counted as wrong.
    Returns: N, not rounded; exact as a bound where p divides N, so that every k occurs equally often. It grows as ln p.
    Source: derived here. Draws need about 30 % less at every p from 11 to 59.
    """
    p = odd_prime("prime", prime)
    require(positive("error", error) < 1, f"error must be in (0, 1), got {error} (it is a share of the pairs)")
    return float(np.log((p - 1) / error) / deviation_rate(p))


def deviation_rate(prime: Any) -> float:
    """I of `sufficient_width`: the chance that a pair is lost to one rival falls as exp(-N I) with the width N.

    Arguments: prime: p, an odd prime.
    """
    p = odd_prime("prime", prime)
    angle = 2 * np.pi * np.arange(NODES) / NODES
    shifts = 2 * np.pi * np.arange(1, p) / p  # k = 0 adds nothing to the lead
    lead = (1 + np.cos(angle)) * (np.cos(angle) - np.cos(angle - shifts[:, None]))

    def cumulant(t: float) -> float:
        c = t * lead
        # The mean over D of exp(-c (1 + cos D)) is exp(-c) I_0(c); ive is I_0 times exp(-|c|)
        return float(np.sum(np.log(np.mean(ive(0, c) * np.exp(np.abs(c) - c), axis=1))) / p)

    found: Any = minimize_scalar(cumulant, bounds=(0, 4), method="bounded", options={"xatol": 1e-10})
    return -float(found.fun)
