"""One neuron's density of its overlap: on a fine grid, its tail beyond a threshold, its stationary points, its phase."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline, PPoly

from .corrections import Closure
from .grids import FAINTEST, MOST_POINTS, Spacing, around, log_weights, scan, spaced, steps, tensor_grid
from .records import Saddle

# The table has this many points per point of the closure's grid: a spline of log p is then right to 1e-10
_OVERSAMPLING, _MOST_OVERLAPS = 10, 20_000
_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)
OUTER_OVERLAP = 0.4  # an outer minimum below it makes no droplets


@dataclass(frozen=True, eq=False)
class Density:
    """log p(q) and <r | q> of m closures on one grid of overlaps q >= 0; symmetric in q, integral over all q one."""

    q: np.ndarray  # (Q,) from 0
    log_p: np.ndarray  # (m, Q)
    transverse_norm: np.ndarray  # (m, Q)
    input_dim: int

    def beyond(self, threshold: float) -> np.ndarray:
        """P(|q| > threshold), (m,): exp of the spline of log p, by Gauss's rule in every cell."""
        known = np.flatnonzero(np.isfinite(self.log_p).all(axis=1))
        found = np.full(len(self.log_p), np.nan)
        if not len(known):
            return found
        if threshold >= self.q[-1]:
            found[known] = 0.0
            return found
        below, above = self.q[self.q < threshold], self.q[self.q > threshold]
        edges = np.concatenate([below, [threshold], above])
        half = np.diff(edges)[:, None] / 2
        at = edges[:-1, None] + half * (1 + _GAUSS)
        spline = _even_spline(self.q, self.log_p[known].T)
        with np.errstate(over="ignore", invalid="ignore"):  # an unresolved density may overflow between its nodes
            cells = (np.exp(spline(at.ravel())).T * (half * _GAUSS_WEIGHTS).ravel()).reshape(len(known), -1, len(_GAUSS))
            cells = cells.sum(axis=2)
            found[known] = cells[:, len(below) :].sum(axis=1) / cells.sum(axis=1)
        return found

    def row(self, k: int) -> "Density":
        """The density of one closure alone."""
        return Density(self.q, self.log_p[k : k + 1], self.transverse_norm[k : k + 1], self.input_dim)

    def saddles(self) -> "list[tuple[Saddle, ...]]":
        """Stationary points of s(q) = -[log p(q) - log p(0)] / d on q >= 0, by overlap, for every closure."""
        return [self._saddles_of(log_p, r) for log_p, r in zip(self.log_p, self.transverse_norm, strict=True)]

    def _saddles_of(self, log_p, r) -> tuple[Saddle, ...]:
        if not np.isfinite(log_p).all():
            return ()
        s = _even_spline(self.q, -(log_p - log_p[0]) / self.input_dim)
        norm = _even_spline(self.q, r)
        slope = s.derivative()
        at_nodes = slope(self.q)
        found = [Saddle(0.0, float(r[0]), 0.0, "central" if s(0.0, 2) > 0 else "barrier")]
        rising = s(0.0, 2) > 0
        for cell in np.flatnonzero((at_nodes[1:] > 0) != np.concatenate([[rising], at_nodes[1:-1] > 0])):
            q = _root(slope, int(cell), self.q)
            kind = "outer" if at_nodes[cell + 1] > 0 else "barrier"
            found.append(Saddle(q, float(norm(q)), float(s(q)), kind))
        return tuple(found)


def density(cells: Closure, tau, spacing: Spacing, exact: bool) -> Density:
    """The density at the solutions tau (m, 2) of closures that share a grid."""
    d, weight_variance = cells.problem.input_dim, cells.problem.weight_variance
    x = cells.field(tau)
    if not np.isfinite(x).all():
        return Density(np.linspace(0, 1, 3), np.full((len(x), 3), np.nan), np.full((len(x), 3), np.nan), d)
    q, log_r = _table_nodes(cells, x, spacing, exact)
    log_p, mean_r = np.empty((len(x), len(q))), np.empty((len(x), len(q)))
    rows = max(1, 60_000 // len(log_r))
    for start in range(0, len(q), rows):
        grid = tensor_grid(q[start : start + rows], log_r, d, weight_variance, exact)
        for k in range(len(x)):
            weights = log_weights(x[k : k + 1], cells.take([k]), grid)[0].reshape(-1, len(log_r))
            top = weights.max(axis=1)
            weights = np.exp(weights - top[:, None])
            total = weights.sum(axis=1)
            log_p[k, start : start + rows] = top + np.log(total)
            mean_r[k, start : start + rows] = weights @ np.exp(log_r) / total
    # at q = 0 the grid's weight is halved, as the trapezoid rule on q >= 0 wants; the density is not
    log_p[:, 0] += np.log(2)
    return normalised(q, log_p, mean_r, d)


def normalised(q, log_p, transverse_norm, d: int) -> Density:
    """The density whose trapezoid integral over all q is 1."""
    log_p = log_p - log_p.max(axis=1, keepdims=True)
    p = np.exp(log_p)
    total = 2 * (q[1] - q[0]) * (p.sum(axis=1) - (p[:, 0] + p[:, -1]) / 2)
    return Density(q, log_p - np.log(total)[:, None], transverse_norm, d)


def phase(density: Density, found: tuple[Saddle, ...], width: int) -> str:
    """GFL without a droplet minimum; else GMFL-II with fewer than one neuron inside the last barrier, else GMFL-I; "" if unknown.

    `density` is of one closure, `found` its stationary points.
    """
    if not found:
        return ""
    outer = max((s.overlap for s in found if s.kind == "outer"), default=0.0)
    if outer <= OUTER_OVERLAP:
        return "GFL"
    barrier = max((s.overlap for s in found if s.kind == "barrier" and s.overlap < outer), default=0.0)
    inside = float(density.beyond(0.0)[0] - density.beyond(barrier)[0])
    return "GMFL-II" if width * inside < 1 else "GMFL-I"


def _table_nodes(cells: Closure, x, spacing: Spacing, exact: bool):
    """(q, ln r): q up to the faintest density and the last stationary point, ln r wherever <r | q> needs it."""
    q, log_r, weights = scan(cells, x, exact)
    profile = weights.max(axis=2)
    wanted = np.any(profile > -FAINTEST, axis=0)
    wanted[1:] |= np.any(np.diff(profile, axis=1) > 0, axis=0)
    last = np.flatnonzero(wanted)[-1] + 1
    columns = np.any(weights[:, : last + 1] > profile[:, : last + 1, None] - 45, axis=(0, 1))
    step, log_step = steps(cells, spacing)
    log_r = spaced(around(log_r, np.flatnonzero(columns)), log_step, most=MOST_POINTS)
    return spaced((0.0, float(q[min(last, len(q) - 1)])), step / _OVERSAMPLING, most=_MOST_OVERLAPS), log_r


def _even_spline(q, values) -> CubicSpline:
    """The cubic spline of an even function, values (Q, ...) at q >= 0."""
    boundary: Any = ((1, np.zeros(values.shape[1:])), "not-a-knot")  # scipy's own annotation admits a string only
    return CubicSpline(q, values, bc_type=boundary)


def _root(slope: PPoly, cell: int, q) -> float:
    """The root of the spline's derivative in this cell, nearest its middle if rounding leaves two."""
    roots = PPoly(slope.c[:, cell : cell + 1], slope.x[cell : cell + 2]).roots(extrapolate=False)
    middle = (q[cell] + q[cell + 1]) / 2
    return float(roots[np.argmin(np.abs(roots - middle))]) if len(roots) else float(middle)
