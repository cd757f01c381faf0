"""The Gaussian branch: neurons stay near q = 0 with r = sigma_w^2, and the closure is one equation."""

import numpy as np

from .action import SQRT6, linear_gain, mean_square
from .corrections import Closure
from .density import Density, normalised


def gaussian_discrepancy(u, v, weight_variance):
    """(b, s''(0)) on the branch without corrections, vectorised over u and v; s''(0) > 0 always.

    b (1 + v k / s''(0)) = 1,   s''(0) = 1 / sigma_w^2 - u k b^2,   k = 4 / (pi (1 + 2 sigma_w^2)).
    """
    k = linear_gain(weight_variance)
    b = _field(u * k, v * k, 1 / weight_variance, top=1.0)
    return b, 1 / weight_variance - u * k * b * b


def solve_gaussian(cells: Closure):
    """(tau (m, 2), s''(0) (m,), residual (m,)) with every correction: c = epsilon and, in the field x that a neuron sees,

        b = 1 - v k' x / s''(0),   s''(0) = 1 / sigma_w^2 - u k' x^2,   x = G_11 [(1 - s) b + s] + G_12 sqrt(6) epsilon,

    u and v with the corrected kappa, k' = k / L at q = 0, r = sigma_w^2 (L varies with q at the order left out here).
    """
    problem = cells.problem
    norm = problem.weight_variance
    gain = linear_gain(norm) / (1 + cells.self_response * mean_square(0.0, norm))
    uk, vk = cells.u * gain, problem.readout_variance / (cells.kappa * problem.input_dim) * gain
    g11, keep = cells.gram[0, 0], 1 - cells.self_share
    offset = cells.gram[0, 1] * cells.target[1]
    top = g11 + offset
    # At width 1 the neuron sees the target itself, whatever b is
    x = _field(uk, vk * g11 * keep, 1 / norm, top=top) if keep > 0 else np.full(np.shape(uk), top)
    stiffness = 1 / norm - uk * x * x
    # b from x, not from the closure: there the difference of two large numbers
    b = ((x - offset) / g11 - cells.self_share) / keep if keep > 0 else 1 - vk * x / stiffness
    b = np.where(stiffness > 0, b, np.nan)  # a neuron that sees the target itself may have no stable centre
    tau = np.stack([b, np.full_like(b, SQRT6 * problem.cubic)], axis=1)
    return tau, stiffness, np.abs(b - 1 + vk * x / stiffness)


def gaussian_density(stiffness, weight_variance: float, d: int) -> Density:
    """N(0, 1 / (d s''(0))) with r = sigma_w^2, for each stiffness s''(0), (m,)."""
    deviation = 1 / np.sqrt(d * stiffness[:, None])
    known = deviation[np.isfinite(deviation)]
    narrowest, widest = (known.min(), known.max()) if len(known) else (1.0, 1.0)
    q = np.linspace(0, 13.5 * widest, int(min(540 * widest / narrowest, 20_000)) + 1)
    every = np.ones((len(stiffness), len(q)))
    return normalised(q, -((q / deviation) ** 2) / 2, -every / deviation**2, every * weight_variance, d)


def _field(uk, vk, stiffness, top: float):
    """The only root x between 0 and `top` of (x - top) (stiffness - u k x^2) + v k x = 0 with u k x^2 < stiffness, bisected."""
    uk, vk = np.broadcast_arrays(np.asarray(uk, dtype=np.float64), vk)
    low, high = np.zeros_like(uk), np.minimum(abs(top), np.sqrt(stiffness / uk))
    for _ in range(110):  # to the last bit, also where the root is tiny
        middle = (low + high) / 2
        above = (middle - abs(top)) * (stiffness - uk * middle**2) + vk * middle > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.copysign((low + high) / 2, top)
