"""The law of one complex Fourier mode: its saddles and its averages.

Amplitudes are measured in Phi_0 = 1 / sqrt(3 gamma), the barrier at the onset, and the coupling by its excess delta = g / g_c - 1.
With u = (Phi + Psi) / (2 Phi_0), v = (Phi - Psi) / (2 Phi_0) and the sharpness t = P Phi_0,

    2 P s_hat = t [2 u - (4/3) (1 + delta) u^2 + (2/9) u^3] + kappa v^2,    kappa = (2 t / 3) (2 (1 + delta) + u),

so that v is exactly Gaussian on (-u, u), and what remains is one integral over u. Outer saddle and barrier are the zeros u_+ > u_- of
3 - 4 (1 + delta) u + u^2, at 3 and 1 for delta = 0; a mode is in a droplet if both amplitudes exceed Phi_0, i.e. |v| < u - 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf

NODES, WEIGHTS = (a / 2 for a in np.polynomial.legendre.leggauss(16))  # on (-1/2, 1/2)
PANELS = 8  # a piece; eight times as many change nothing above 2e-12 for t from .003 to 1e7
DEPTH = 42.0  # e-folds below its own maximum at which a piece ends


@dataclass(frozen=True, eq=False)
class OuterSaddle:
    """Where droplets sit. All NaN below the spinodal, where there is no saddle."""

    amplitude: np.ndarray  # u_+
    barrier: np.ndarray  # u_-
    action: np.ndarray  # 2 P s_hat(u_+) / t
    curvature: np.ndarray  # of the action above, in u


def outer_saddle(excess: ArrayLike) -> OuterSaddle:
    """The outer saddle at `excess` = g / g_c - 1, without loss of digits as the excess goes to 0."""
    delta = np.asarray(excess, dtype=np.float64)
    square = 8 * delta + 4 * delta**2
    root = np.sqrt(np.where(square >= -1, 1 + square, np.nan))  # sqrt(g^2 - gamma) / Phi_0 gamma
    eta = square / (1 + root)  # root - 1
    plus = 3 + 2 * delta + eta
    action = -4 / 9 * plus * (5 * delta + eta + 2 * delta**2 + delta * eta)  # (2/3) u (2 - g Phi_+)
    return OuterSaddle(plus, 3 / plus, action, 4 / 3 * root)


def mean_product(sharpness: float, excess: ArrayLike) -> np.ndarray:
    """<Phi Psi> / Phi_0^2 at `sharpness` t > 0, for `excess` = g / g_c - 1 >= -1 of any shape; to about 12 digits."""
    weight, u, kappa = _quadrature(sharpness, np.asarray(excess, dtype=np.float64))
    volume, product = _moments(u * np.sqrt(kappa))
    return np.sum(weight * u**3 * product, axis=(-2, -1)) / np.sum(weight * u * volume, axis=(-2, -1))


def droplet_share(sharpness: float, excess: ArrayLike) -> np.ndarray:
    """P(Phi > Phi_0 and Psi > Phi_0), arguments as of `mean_product`."""
    weight, u, kappa = _quadrature(sharpness, np.asarray(excess, dtype=np.float64))
    inside = np.maximum(u - 1, 0)
    volume, part = (x * _moments(x * np.sqrt(kappa))[0] for x in (u, inside))
    return np.sum(weight * part, axis=(-2, -1)) / np.sum(weight * volume, axis=(-2, -1))


def _quadrature(t: float, delta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes u, their weights up to a common factor, without the integral over v, and kappa there; two axes more than delta."""
    start, length, action, slopes = _pieces(t, delta)
    edges = np.linspace(0, 1, PANELS + 1)
    share = ((edges[:-1, None] + edges[1:, None]) / 2 + NODES / PANELS).ravel()
    step = length[..., None] * share  # signed distance from the low end of each piece
    one, two, three = (t * c[..., None] for c in slopes)
    exponent = t * action[..., None] + step * (one + step * (two + step * three))
    weight = np.exp(np.min(exponent, axis=(-2, -1), keepdims=True) - exponent)
    weight *= np.abs(length)[..., None] * np.tile(WEIGHTS, PANELS)
    u = np.maximum(start[..., None] + step, 0)
    return weight, u, 2 * t / 3 * (2 * (1 + delta[..., None, None]) + u)


def _pieces(t: float, delta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """Pieces of u >= 0 on which the action is monotone, each cut where it has risen by `DEPTH` from its low end.

    Returns the low ends, the signed lengths from there, the action / t at the low ends, and the coefficients of the distance from
    there, its square and its cube; each has a last axis of four pieces.
    """
    saddle = outer_saddle(delta)
    none = np.isnan(saddle.amplitude)
    plus, minus = (np.where(none, 1.0, x) for x in (saddle.amplitude, saddle.barrier))
    cuts = np.sort(np.stack([np.zeros_like(plus), np.ones_like(plus), minus, plus], axis=-1), axis=-1)
    top = np.maximum(2 * cuts[..., -1], 6 * (1 + delta)) + 2 * np.cbrt(9 * DEPTH / t) + DEPTH / t  # the action there exceeds DEPTH
    left, right = cuts, np.concatenate([cuts[..., 1:], top[..., None]], axis=-1)
    falling = _action(right, delta[..., None]) < _action(left, delta[..., None])
    falling &= left < plus[..., None]
    low, high = np.where(falling, right, left), np.where(falling, left, right)
    at_saddle = ~none[..., None] & (low == plus[..., None])
    action = np.where(at_saddle, saddle.action[..., None], _action(low, delta[..., None]))
    slope = np.where(at_saddle, 0, 2 - 8 / 3 * (1 + delta[..., None]) * low + 2 / 3 * low**2)
    bend = np.where(at_saddle, saddle.curvature[..., None] / 2, -4 / 3 * (1 + delta[..., None]) + 2 / 3 * low)
    coefficients = (slope, bend, np.full_like(bend, 2 / 9))
    near, far = np.zeros_like(low), high - low
    for _ in range(60):  # bisection: the rise is monotone
        middle = (near + far) / 2
        deep = t * middle * (slope + middle * (bend + middle * coefficients[2])) > DEPTH
        near, far = np.where(deep, near, middle), np.where(deep, middle, far)
    return low, far, action, coefficients


def _action(u: np.ndarray, delta: np.ndarray) -> np.ndarray:
    return u * (2 + u * (-4 / 3 * (1 + delta) + 2 / 9 * u))


def _moments(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The integrals of exp(-z^2 x^2) and (1 - x^2) exp(-z^2 x^2) over |x| < 1; the second by its series where it would lose digits."""
    large = np.maximum(z, 1e-8)
    volume = np.sqrt(np.pi) * erf(large) / large
    large, small = np.maximum(z, 0.5), np.minimum(z, 0.5)
    closed = volume - (volume / 2 - np.exp(-(large**2))) / large**2
    return volume, np.where(z < 0.5, np.polynomial.polynomial.polyval(small**2, SERIES), closed)


_TERM = np.arange(12)
SERIES = (-1.0) ** _TERM * 4 / ((2 * _TERM + 1) * (2 * _TERM + 3)) / np.cumprod(np.maximum(_TERM, 1))
