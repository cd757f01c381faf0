"""One neuron in the field of the others: Gaussian integrals of the erf, and the action at infinite size.

A neuron enters through q = w . w* (overlap) and r = |w_perp|^2 (transverse norm); D = 1 + 2 (q^2 + r), m = q^2 / D.
"""

import numpy as np

SQRT6 = np.sqrt(6.0)


def projections(q, r):
    """(g1, g3): the neuron's output erf(w . x) on the orthonormal modes He_1 and He_3 / sqrt(6) of the teacher's direction.

    g1 = 2 q / sqrt(pi D),   g3 = -4 q^3 / (sqrt(6 pi) D^(3/2))
    """
    x = q / np.sqrt(1 + 2 * (q * q + r))
    return 2 / np.sqrt(np.pi) * x, -4 / np.sqrt(6 * np.pi) * x**3


def mean_square(q, r):
    """<erf(w . x)^2> = (2 / pi) arcsin(2 (q^2 + r) / D)."""
    norm = q * q + r
    return 2 / np.pi * np.arcsin(2 * norm / (1 + 2 * norm))


def mean_square_slope_over_overlap(q, r):
    """(d<erf^2>/dq) / q = 8 / (pi D sqrt(2 D - 1))."""
    D = 1 + 2 * (q * q + r)
    return 8 / (np.pi * D * np.sqrt(2 * D - 1))


def linear_gain(weight_variance):
    """k = 4 / (pi (1 + 2 sigma_w^2)): g1^2 = k q^2 near q = 0 with r = sigma_w^2."""
    return 4 / (np.pi * (1 + 2 * weight_variance))


def pull(m, b, c):
    """d/dm of m (b - 2 c m)^2, the strength with which the discrepancy pulls a neuron outwards."""
    return (b - 2 * c * m) * (b - 6 * c * m)


def largest_pull(b, c):
    """Upper bound of `pull` over 0 <= m <= 1/2."""
    b, c = np.abs(b), np.abs(c)
    return (b + c) * (b + 3 * c)


def action(q, r, u, b, c, weight_variance):
    """s(q, r) = (q^2 + r) / (2 sigma_w^2) - ln(r / sigma_w^2) / 2 - 1/2 - (2 u / pi) m (b - 2 c m)^2, per input dimension.

    With r = sigma_w^2 it is the paper's action of q alone, since the terms of r cancel.
    """
    m = q * q / (1 + 2 * (q * q + r))
    rho = r / weight_variance
    return q * q / (2 * weight_variance) + (rho - np.log(rho) - 1) / 2 - 2 * u / np.pi * m * (b - 2 * c * m) ** 2


def slope_over_overlap(q, r, u, b, c, weight_variance):
    """(ds/dq) / q at fixed r = 1 / sigma_w^2 - (4 u / pi) (1 + 2 r) / D^2 (b - 2 c m) (b - 6 c m)."""
    D = 1 + 2 * (q * q + r)
    return 1 / weight_variance - 4 * u / np.pi * (1 + 2 * r) / D**2 * pull(q * q / D, b, c)


def overlap_bound(u, b, c, weight_variance):
    """No stationary point of s(q, r) in q, at any r, lies beyond this overlap.

    From `slope_over_overlap` and (1 + 2 r) / D^2 <= 1 / (8 q^2). Beyond it s grows at least as (q - bound)^2 / (2 sigma_w^2).
    """
    return np.sqrt(u * weight_variance * largest_pull(b, c) / (2 * np.pi))


def transverse_bounds(u, b, c, weight_variance):
    """(smallest, largest) r at which s(q, r) can be stationary in r, whatever q.

    1/r = 1/sigma_w^2 + (8 u / pi) (m / D) (b - 2 c m)(b - 6 c m), with 0 <= m / D <= 1 / (8 (1 + 2 r)) and the product >= -b^2 / 3.
    """
    lowest = 1 / (1 / weight_variance + u / np.pi * largest_pull(b, c))
    highest = weight_variance * (1 + np.where(np.asarray(b) * c > 0, u * np.square(b) / (6 * np.pi), 0.0))
    return lowest, highest
