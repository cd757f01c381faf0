"""Trapezoid grids over one neuron's overlap q and log transverse norm ln r, no larger and no finer than the weight asks for.

The integrands are smooth and decay at both ends, so the trapezoid rule converges exponentially: half the spacing squares
the error (for a normal density of deviation s the relative error is 2 exp(-2 pi^2 s^2 / h^2), 1e-8 already at h = s).
That is also how `halved` measures it: the difference to every second point is the root of what is left.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw

from .action import mean_square, overlap_bound, projections, transverse_bounds
from .corrections import Closure

# What is left out weighs exp(-NEGLIGIBLE) of the largest; the margin lets the discrepancy move without a new grid
NEGLIGIBLE, MARGIN = 42.0, 20.0
MOST_POINTS = 8_000_000


@dataclass(frozen=True)
class Spacing:
    """Distance of neighbours in q, in prior deviations sigma_w / sqrt(d), and in ln r, in sqrt(2 / d) but at most 0.3."""

    overlap: float = 0.45
    transverse: float = 0.55


@dataclass(frozen=True, eq=False)
class Grid:
    """A tensor grid q >= 0 times ln r (a single r for `transverse="mean"`); the weight is even in q."""

    q: np.ndarray  # (Q,) from 0
    log_r: np.ndarray  # (R,)
    log_prior: np.ndarray  # (Q, R), with the halved end point at q = 0; not normalised
    modes: np.ndarray  # (8, Q * R): the products g1^2, g1 g3, g3^2 and g1^4, g1^3 g3, g1^2 g3^2, g1 g3^3, g3^4
    mean_square: np.ndarray  # (Q * R,)

    @property
    def size(self) -> int:
        return self.log_prior.size

    def part(self, rows: slice, columns: slice) -> "Grid":
        """A window of, or every second line of, the grid."""
        shape = self.log_prior.shape
        flat = np.arange(self.size).reshape(shape)[rows, columns].ravel()
        return Grid(self.q[rows], self.log_r[columns], self.log_prior[rows, columns], self.modes[:, flat], self.mean_square[flat])

    def halved(self) -> "list[Grid]":
        """The grid with every second q and, if it has more than one, with every second r."""
        every = slice(None, None, 1)
        grids = [self.part(slice(None, None, 2), every)]
        return [*grids, self.part(every, slice(None, None, 2))] if len(self.log_r) > 1 else grids


def tensor_grid(q, log_r, d: int, weight_variance: float, exact: bool) -> Grid:
    """The grid on given nodes; prior weight e^(-d q^2 / 2 sigma_w^2) r^((d-1)/2) e^(-d r / 2 sigma_w^2) d(ln r)."""
    r = np.exp(log_r)
    log_prior = -d * q[:, None] ** 2 / (2 * weight_variance) + np.zeros_like(r)
    if exact:
        log_prior = log_prior + (d - 1) / 2 * log_r - d * r / (2 * weight_variance)
    log_prior[q == 0] -= np.log(2)
    g1, g3 = (g.ravel() for g in projections(q[:, None], r))
    pairs = [g1 * g1, g1 * g3, g3 * g3]
    modes = np.stack([*pairs, pairs[0] ** 2, pairs[0] * pairs[1], pairs[0] * pairs[2], pairs[1] * pairs[2], pairs[2] ** 2])
    return Grid(q, log_r, log_prior, modes, mean_square(q[:, None], r).ravel())


def nodes(cells: Closure, x, spacing: Spacing, exact: bool, tail: float = NEGLIGIBLE + MARGIN):
    """(q, ln r) that hold every weight above exp(-tail) of the largest and every stationary point, at fields x (m, 2)."""
    d, weight_variance = cells.problem.input_dim, cells.problem.weight_variance
    at = (cells.u, x[:, 0], x[:, 1] / np.sqrt(6.0), weight_variance)
    deviation = np.sqrt(weight_variance / d)
    furthest = np.max(overlap_bound(*at)) + deviation * np.sqrt(2 * tail)
    step = spacing.overlap * deviation
    if not exact:
        count = min(int(np.ceil(furthest / step)), MOST_POINTS)
        return np.linspace(0, furthest, count + 1), np.log([weight_variance])
    lowest, highest = (np.log(bound) for bound in transverse_bounds(*at))
    below, above = _gamma_edges(d, tail)
    log_step = spacing.transverse * min(np.sqrt(2 / d), 0.43)
    low, high = np.min(lowest) + below, np.max(highest) + above
    columns = int(np.ceil((high - low) / log_step))
    count = min(int(np.ceil(furthest / step)), max(MOST_POINTS // (columns + 1), 64))
    return np.linspace(0, furthest, count + 1), np.linspace(low, high, columns + 1)


def _gamma_edges(d: int, tail: float):
    """Where a prior's ln r is as rare as exp(-tail): the roots t of (d - 1) / 2 * (t + 1 - e^t) = -tail."""
    level = -1 - 2 * tail / (d - 1)  # t - e^t = level, so t = level - W(-e^level) on both branches of W
    below = level - lambertw(-np.exp(level), 0).real
    above = level - lambertw(-np.exp(level), -1).real
    return float(below), float(above)
