"""What the Fourier measures give for Gaussian noise, in closed form: the zero of each scale."""

from math import exp, lgamma, log, pi, sqrt
from typing import Any

import numpy as np

from ...errors import choice, odd_prime, real, require
from .checks import chosen_frequencies
from .participation import TRANSFORMS


def participation_null(prime: Any, *, exponent: float = 2, transform: str = "rfft") -> float:
    """Mean inverse participation ratio of a row of independent normal numbers.

        without the constant, K = (p-1)/2 equal exponential energies: K Gamma(K) Gamma(1+r) / Gamma(K+r), 2 / (K+1) for r = 2;
        with it an average over the constant's share of the energy, Beta(1/2, K).

    Arguments:
        prime: p, entries of a row. exponent, transform: as in `inverse_participation_ratio`.
    Returns: the exact mean over rows.
    Source: the moments of a Dirichlet law; rederived.
    """
    p, r = odd_prime("prime", prime), real("exponent", exponent)
    require(r > 1, f"exponent must be > 1, got {exponent} (at 1 every row gives 1)")
    choice("transform", transform, TRANSFORMS)
    modes = (p - 1) // 2
    waves = exp(log(modes) + lgamma(modes) + lgamma(1 + r) - lgamma(modes + r))
    if transform == "rfft-no-constant":
        return waves

    def given(share: np.ndarray) -> np.ndarray:  # the share of the constant in the energy of the row
        if transform == "fft":  # every wave is there twice, with half its energy
            return share**r + 2 * (1 - share) ** r * waves / 2**r
        total = share + (1 - share) / 2  # rfft has every wave once, with half its energy
        return (share**r + ((1 - share) / 2) ** r * waves) / total**r

    # share = u^2 takes the pole of the Beta density away; what is left is close to exp(-modes u^2), and gone at u = 10 / sqrt(modes)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    end = min(1.0, 10 / sqrt(modes))
    u = end * (1 + nodes) / 2
    density = 2 * exp(lgamma(modes + 0.5) - lgamma(modes)) / sqrt(pi) * (1 - u**2) ** (modes - 1)
    return float(end / 2 * weights @ (density * given(u**2)))


def variance_explained_null(prime: Any, frequencies: Any) -> float:
    """Mean of `variance_explained` for independent normal logits.

        2 |K| / (p^2 - 1): directions kept over directions there are.

    Arguments: prime: p. frequencies: several of 1..(p-1)/2, chosen without looking at the logits.
    Returns: the exact mean. Frequencies *found* in the same logits explain more.
    Source: rotational symmetry.
    """
    p = odd_prime("prime", prime)
    return 2 * len(chosen_frequencies(frequencies, p)) / (p**2 - 1)


def neuron_share_null(prime: Any) -> float:
    """Mean share that `key_frequencies` gives each frequency of a neuron of independent normal activations.

        8 / (p^2 - 1): the nine functions of a 3x3 block without the mean.

    Arguments: prime: p.
    Returns: the exact mean; the largest of the (p-1)/2 shares is larger.
    Source: rotational symmetry.
    """
    return 8 / (odd_prime("prime", prime) ** 2 - 1)


def distance_irrelevance_null(prime: Any) -> float:
    """Mean of `distance_irrelevance` for a chosen logit that is independent and normal in every pair.

        sqrt(p) Gamma(p/2) Gamma((p^2-1)/2) / (Gamma((p-1)/2) Gamma(p^2/2)): mean of s_d over mean of s.

    Arguments: prime: p.
    Returns: the exact mean, just below 1. It is that of "correct"; the largest of many logits is not normal.
    Source: the ratio s_d / s does not depend on s (Basu's theorem), so its mean is the ratio of the two means.
    """
    p = odd_prime("prime", prime)
    return p**0.5 * _half_step((p - 1) / 2) / _half_step((p**2 - 1) / 2)


def _half_step(x: float) -> float:
    """Gamma(x + 1/2) / Gamma(x), x > 0; lgamma loses its digits where x is large, and Stirling's series for the ratio gains them."""
    if x < 100:
        return exp(lgamma(x + 0.5) - lgamma(x))
    return x**0.5 * (1 - 1 / (8 * x) + 1 / (128 * x**2) + 5 / (1024 * x**3) - 21 / (32768 * x**4))
