"""How much too large the plug-in estimates are on finite samples."""

from typing import Any

import numpy as np
from scipy.special import digamma

from ...errors import integer, require
from .records import Information


def bias(variables: int, samples: int) -> Information:
    """Mean error of the plug-in estimates for Gaussian samples with estimated mean: subtract it.

        b_n = (1/2) sum_{i=1..n} [ psi((T - i) / 2) + ln(2 / (T - 1)) ]        of the entropy of n variables
        TC: n b_1 - b_n     DTC: n b_{n-1} - (n - 1) b_n     O: (n - 2) b_n + n b_1 - n b_{n-1}     S: TC + DTC

    Arguments:
        variables: n >= 1;  samples: T >= n + 2.
    Returns: `Information` in nats. Exact for Gaussian data, an approximation for normal scores; with one n it is a constant,
        so it matters where sets of different sizes are compared.
    Undefined (`ValueError`): fewer than n + 2 samples.
    Source: Misra, Singh, Demchuk (2005), J. Multivar. Anal. 92, 324; Goodman (1963).
    """
    n = integer("variables", variables, minimum=1)
    enough_samples(n, samples)
    b = entropy_bias(n, samples)
    total = n * b[1] - b[n]
    dual = n * b[n - 1] - (n - 1) * b[n]
    return Information(float(total), float(dual), float(total - dual) if n > 2 else 0.0, float(total + dual))


def entropy_bias(variables: int, samples: int) -> np.ndarray:
    """b_0..b_n, nats; b_0 = 0."""
    i = np.arange(1, variables + 1)
    return np.concatenate([[0.0], np.cumsum(digamma((samples - i) / 2) + np.log(2 / (samples - 1))) / 2])


def o_information_bias(variables: int, samples: int) -> np.ndarray:
    """Bias of O for sets of 0..n variables, nats."""
    b = entropy_bias(variables, samples)
    n = np.arange(variables + 1)
    found = (n - 2) * b + n * b[min(1, variables)] - n * np.concatenate([[0.0], b[:-1]])
    found[:3] = 0.0
    return found


def enough_samples(variables: int, samples: Any) -> int:
    """`samples` as an int that is at least `variables` + 2."""
    samples = integer("samples", samples, minimum=3)
    require(samples >= variables + 2, f"samples must be at least {variables + 2} for {variables} variables, got {samples}")
    return samples
