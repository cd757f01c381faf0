"""Trapezoid grids over one neuron's overlap q and log transverse norm ln r, no larger and no finer than the weight asks for.

The integrands are smooth and decay at both ends, so the trapezoid rule converges exponentially: half the spacing squares
the error (for a normal density of deviation s the relative error is 2 exp(-2 pi^2 s^2 / h^2), 1e-8 already at h = s).
That is how it is watched: the difference of even and odd points (`Grid.halves`) is about the root of what is left.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw

from .action import SQRT6, mean_square, mean_square_slope_over_overlap, overlap_bound, projections, slope_over_overlap, transverse_bounds
from .corrections import Closure

# What is left out weighs exp(-NEGLIGIBLE) of the largest; the margin lets the discrepancy move without a new grid
NEGLIGIBLE, MARGIN = 42.0, 20.0
FAINTEST = 90.0  # densities are tabled down to exp(-FAINTEST) of their largest
MOST_POINTS = 2_000_000


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

    def halves(self) -> "list[tuple[Grid, Grid]]":
        """The even and the odd lines in q, and in ln r if there are several: trapezoid and midpoint rule of twice the spacing."""
        every, even, odd = slice(None), slice(None, None, 2), slice(1, None, 2)
        in_q = (self.part(even, every), self.part(odd, every))
        return [in_q] if len(self.log_r) < 2 else [in_q, (self.part(every, even), self.part(every, odd))]


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


@dataclass(frozen=True)
class Window:
    """Ranges of q and ln r."""

    q: tuple[float, float]
    log_r: tuple[float, float]

    def grown(self, wanted: "Window") -> "Window":
        """The union with `wanted`, but q at most twice as far and r at most four times as small or large as now.

        A window that shrank, or jumped to wherever a wrong discrepancy sends the neurons, might never settle.
        """
        low = max(min(self.log_r[0], wanted.log_r[0]), self.log_r[0] - np.log(4))
        high = min(max(self.log_r[1], wanted.log_r[1]), self.log_r[1] + np.log(4))
        return Window((min(self.q[0], wanted.q[0]), min(max(self.q[1], wanted.q[1]), 2 * self.q[1])), (low, high))


def window_around(cells: Closure, x, exact: bool) -> Window:
    """Where the weight of any closure at fields x (m, 2) exceeds exp(-NEGLIGIBLE - MARGIN) of its largest."""
    q, log_r, weights = scan(cells, x, exact)
    likely = weights > -(NEGLIGIBLE + MARGIN)
    rows, columns = np.flatnonzero(likely.any(axis=(0, 2))), np.flatnonzero(likely.any(axis=(0, 1)))
    return Window(around(q, rows), around(log_r, columns))


def first_window(cells: Closure, x, exact: bool) -> Window:
    """A generous one for fields x that are no more than a guess."""
    found = window_around(cells, x, exact)
    return Window((0.0, 2 * found.q[1]), (found.log_r[0] - np.log(2) * exact, found.log_r[1]))


def around(nodes, kept) -> tuple[float, float]:
    """The range of the kept nodes and a neighbour at either side."""
    return float(nodes[max(kept[0] - 1, 0)]), float(nodes[min(kept[-1] + 1, len(nodes) - 1)])


def window_grid(cells: Closure, window: Window, spacing: Spacing, exact: bool) -> Grid:
    """The grid of this spacing on a window, coarser in q only where it would be too large."""
    step, log_step = steps(cells, spacing)
    log_r = spaced(window.log_r, log_step, most=MOST_POINTS // 64)
    q = spaced(window.q, step, most=max(MOST_POINTS // len(log_r), 64))
    return tensor_grid(q, log_r, cells.problem.input_dim, cells.problem.weight_variance, exact)


def steps(cells: Closure, spacing: Spacing) -> tuple[float, float]:
    """The spacings in q and in ln r."""
    d = cells.problem.input_dim
    return spacing.overlap * np.sqrt(cells.problem.weight_variance / d), spacing.transverse * min(np.sqrt(2 / d), 0.43)


def spaced(ends: tuple[float, float], step: float, most: int):
    """Equidistant nodes, both ends included."""
    low, high = ends
    return np.linspace(low, high, min(int(np.ceil((high - low) / step)), most) + 1)


def reach(cells: Closure, x, exact: bool, tail: float) -> tuple[float, tuple[float, float]]:
    """(largest q, range of ln r) beyond which weights are below exp(-tail) and nothing is stationary, at fields x (m, 2)."""
    d, weight_variance = cells.problem.input_dim, cells.problem.weight_variance
    at = (cells.u, x[:, 0], x[:, 1] / np.sqrt(6.0), weight_variance)
    furthest = np.max(overlap_bound(*at)) + np.sqrt(2 * tail * weight_variance / d)
    if not exact:
        return float(furthest), (np.log(weight_variance),) * 2
    lowest, highest = transverse_bounds(*at)
    below, above = _gamma_edges(d, tail)
    return float(furthest), (float(np.log(np.min(lowest)) + below), float(np.log(np.max(highest)) + above))


def scan(cells: Closure, x, exact: bool):
    """(q, ln r, log weight (m, Q, R) relative to each closure's largest) on coarse nodes that reach everywhere it may matter.

    Neighbours are as far apart as the weight is wide, or 4 % of q where that is more: enough to see where it lies, not to
    integrate. The weight is per q and ln r.
    """
    d, weight_variance = cells.problem.input_dim, cells.problem.weight_variance
    furthest, ends = reach(cells, x, exact, FAINTEST)
    scale = np.sqrt(weight_variance / d) / 0.04
    turns = np.arcsinh(furthest / scale)
    q = scale * np.sinh(np.linspace(0, turns, int(np.ceil(turns / 0.04)) + 1))
    log_r = spaced(ends, min(1.5 * np.sqrt(2 / d), 0.5), most=MOST_POINTS)
    grid = tensor_grid(q, log_r, d, weight_variance, exact)
    weights = log_weights(x, cells, grid)[0].reshape(len(x), len(q), len(log_r))
    return q, log_r, weights - weights.max(axis=(1, 2), keepdims=True)


def log_weights(x, cells: Closure, grid: Grid):
    """(log weight (m, points), 1 / L (m, points) or None without cavity): log prior + A (x . g)^2 / (2 L) - ln(L) / 2."""
    pairs = np.stack([x[:, 0] ** 2, 2 * x[:, 0] * x[:, 1], x[:, 1] ** 2], axis=1)
    weights = (cells.coupling[:, None] / 2 * pairs) @ grid.modes[:3]
    inverse = None
    if np.any(cells.self_response):
        inverse = 1 / (1 + cells.self_response[:, None] * grid.mean_square)
        weights *= inverse
        weights += 0.5 * np.log(inverse)
    weights += grid.log_prior.ravel()
    return weights, inverse


def log_weight_slopes(x, cells: Closure, q, log_r):
    """(d ln w / dq) / q (Q, R) of the log weight of one closure at field x (2,); finite at q = 0, where it is the curvature."""
    q, r = q[:, None], np.exp(log_r)
    b, c, (u,), d = x[0], x[1] / SQRT6, cells.u, cells.problem.input_dim
    if not np.any(cells.self_response):
        return -d * slope_over_overlap(q, r, u, b, c, cells.problem.weight_variance)
    inverse = 1 / (1 + cells.self_response[0] * mean_square(q, r))
    g1, g3 = projections(q, r)
    squared = cells.coupling[0] * (x[0] * g1 + x[1] * g3) ** 2
    lost = cells.self_response[0] * mean_square_slope_over_overlap(q, r) / 2 * inverse * (1 + squared * inverse)
    return -d * slope_over_overlap(q, r, u * inverse, b, c, cells.problem.weight_variance) - lost


def _gamma_edges(d: int, tail: float):
    """Where a prior's ln r is as rare as exp(-tail): the roots t of (d - 1) / 2 * (t + 1 - e^t) = -tail."""
    level = -1 - 2 * tail / (d - 1)  # t - e^t = level, so t = level - W(-e^level) on both branches of W
    below = level - lambertw(-np.exp(level), 0).real
    above = level - lambertw(-np.exp(level), -1).real
    return float(below), float(above)
