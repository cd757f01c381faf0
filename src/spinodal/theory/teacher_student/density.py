"""One neuron's density of its overlap: on a fine grid, its tail beyond a threshold, its stationary points, its phase."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PPoly

from .corrections import Closure
from .grids import FAINTEST, MOST_POINTS, Spacing, around, log_weight_slopes, log_weights, scan, spaced, steps, tensor_grid
from .records import Saddle

# The table has this many points per point of the closure's grid: a spline of log p is then right to 1e-10
_OVERSAMPLING, _MOST_OVERLAPS = 10, 20_000
_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)
OUTER_OVERLAP = 0.4  # an outer minimum below it makes no droplets


@dataclass(frozen=True, eq=False)
class Density:
    """log p(q) and <r | q> of m closures on one grid of overlaps q >= 0; symmetric in q, integral over all q one.

    The slope of log p is tabled too. Where the likeliest r jumps, log p may bend within one cell: a spline through its values
    alone rings there, and would have stationary points that log p has not.
    """

    q: np.ndarray  # (Q,) from 0
    log_p: np.ndarray  # (m, Q)
    slope_over_overlap: np.ndarray  # (m, Q): (d log p / dq) / q; at q = 0 the curvature
    transverse_norm: np.ndarray  # (m, Q)
    input_dim: int

    @cached_property
    def known(self) -> np.ndarray:
        """Whether the density is a number everywhere, (m,)."""
        return np.all(np.isfinite(self.log_p), axis=1)

    @cached_property
    def _spline(self) -> CubicHermiteSpline:
        """log p of every closure, a cubic in each cell."""
        known = self.known[:, None]
        return CubicHermiteSpline(self.q, np.where(known, self.log_p, 0.0).T, np.where(known, self.q * self.slope_over_overlap, 0.0).T)

    @cached_property
    def _norm(self) -> CubicSpline:
        """<r | q> of every closure, as a cubic spline that is even in q."""
        return _even_spline(self.q, np.where(self.known[:, None], self.transverse_norm, 0.0).T)

    def beyond(self, threshold: float) -> np.ndarray:
        """P(|q| > threshold), (m,): exp of the spline of log p, by Gauss's rule in every cell."""
        if threshold >= self.q[-1]:
            return np.where(self.known, 0.0, np.nan)
        inside, outside = _integral(self._spline, self.q, 0.0, threshold), _integral(self._spline, self.q, threshold, np.inf)
        with np.errstate(invalid="ignore"):  # an unresolved density may overflow between its nodes
            return np.where(self.known, outside / (inside + outside), np.nan)

    def transverse_norm_beyond(self, threshold: float) -> np.ndarray:
        """<r | |q| > threshold>, (m,); NaN beyond the grid, where there is no density to speak of."""
        if threshold >= self.q[-1]:
            return np.full(len(self.log_p), np.nan)
        spline, norm = self._spline, self._norm
        with np.errstate(invalid="ignore"):
            found = _integral(spline, self.q, threshold, np.inf, norm) / _integral(spline, self.q, threshold, np.inf)
        return np.where(self.known, found, np.nan)

    def within(self, k: int, bound: float) -> float:
        """P(|q| < bound) of the k-th closure."""
        return 2 * float(_integral(PPoly.construct_fast(self._spline.c[:, :, k], self.q), self.q, 0.0, bound))

    @cached_property
    def saddles(self) -> "list[tuple[Saddle, ...]]":
        """Stationary points of s(q) = -[log p(q) - log p(0)] / d on q >= 0, by overlap, for every closure."""
        rising = self.slope_over_overlap.T < 0  # s, where log p falls
        norm = self._norm
        turns = [np.flatnonzero(rising[1:, k] != rising[:-1, k]) for k in range(len(self.log_p))]
        return [self._saddles_of(k, turns[k], rising[:, k], norm) if self.known[k] else () for k in range(len(turns))]

    def _saddles_of(self, k: int, cells, rising, norm: CubicSpline) -> tuple[Saddle, ...]:
        found = [Saddle(0.0, float(self.transverse_norm[k, 0]), 0.0, "central" if rising[0] else "barrier")]
        for cell in cells:
            a3, a2, a1, a0 = self._spline.c[:, cell, k]
            x = _root(3 * a3, 2 * a2, a1, float(self.q[cell + 1] - self.q[cell]))
            s = (self.log_p[k, 0] - (((a3 * x + a2) * x + a1) * x + a0)) / self.input_dim
            r = np.polyval(norm.c[:, cell, k], x)
            found.append(Saddle(float(self.q[cell] + x), float(r), float(s), "outer" if rising[cell + 1] else "barrier"))
        return tuple(found)

    def phase(self, k: int, width: int) -> str:
        """GFL without a droplet minimum; else GMFL-II with fewer than one neuron inside its barrier, else GMFL-I; "" if unknown.

        Of several droplet minima the innermost counts, and of the barriers below it the last (q = 0 if there is none).
        """
        found = self.saddles[k]
        if not found:
            return ""
        outer = min((s.overlap for s in found if s.kind == "outer" and s.overlap > OUTER_OVERLAP), default=0.0)
        if not outer:
            return "GFL"
        barrier = max((s.overlap for s in found if s.kind == "barrier" and s.overlap < outer), default=0.0)
        return "GMFL-II" if width * self.within(k, barrier) < 1 else "GMFL-I"


def density(cells: Closure, tau, spacing: Spacing, exact: bool) -> Density:
    """The density at the solutions tau (m, 2) of closures that share a grid."""
    d, weight_variance = cells.problem.input_dim, cells.problem.weight_variance
    x = cells.field(tau)
    if not np.isfinite(x).all():
        return unknown_density(len(x))
    q, log_r = _table_nodes(cells, x, spacing, exact)
    log_p, slope, mean_r = (np.empty((len(x), len(q))) for _ in range(3))
    rows = max(1, 60_000 // len(log_r))
    for start in range(0, len(q), rows):
        part = slice(start, start + rows)
        grid = tensor_grid(q[part], log_r, d, weight_variance, exact)
        for k in range(len(x)):
            single = cells.take([k])
            weights = log_weights(x[k : k + 1], single, grid)[0].reshape(-1, len(log_r))
            top = weights.max(axis=1)
            weights = np.exp(weights - top[:, None])
            total = weights.sum(axis=1)
            log_p[k, part] = top + np.log(total)
            slope[k, part] = np.sum(weights * log_weight_slopes(x[k], single, q[part], log_r), axis=1) / total
            mean_r[k, part] = weights @ np.exp(log_r) / total
    # at q = 0 the grid's weight is halved, as the trapezoid rule on q >= 0 wants; the density is not
    log_p[:, 0] += np.log(2)
    return normalised(q, log_p, slope, mean_r, d)


def unknown_density(m: int) -> Density:
    """Of m closures that have no solution."""
    nan = np.full((m, 3), np.nan)
    return Density(np.linspace(0, 1, 3), nan, nan, nan, 1)


def normalised(q, log_p, slope_over_overlap, transverse_norm, d: int) -> Density:
    """The density whose trapezoid integral over all q is 1."""
    log_p = log_p - log_p.max(axis=1, keepdims=True)
    p = np.exp(log_p)
    total = 2 * (q[1] - q[0]) * (p.sum(axis=1) - (p[:, 0] + p[:, -1]) / 2)
    return Density(q, log_p - np.log(total)[:, None], slope_over_overlap, transverse_norm, d)


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


def _integral(spline: PPoly, q, low: float, high: float, times: PPoly | None = None):
    """The integral of exp(spline), times another spline, from `low` to `high`, by Gauss's rule between neighbouring nodes."""
    edges = np.unique(np.concatenate([[low], q[(q > low) & (q < high)], [min(high, q[-1])]]))
    if len(edges) < 2:
        return np.zeros(np.shape(spline.c)[2:])
    half = np.diff(edges)[:, None] / 2
    at = (edges[:-1, None] + half * (1 + _GAUSS)).ravel()
    with np.errstate(over="ignore"):
        return (half * _GAUSS_WEIGHTS).ravel() @ (np.exp(spline(at)) * (1 if times is None else times(at)))


def _root(a: float, b: float, c: float, width: float) -> float:
    """The root of a x^2 + b x + c nearest the middle of [0, width], kept inside."""
    roots = np.roots([a, b, c])
    near = roots.real[np.abs(roots.imag) <= 1e-6 * width]
    return float(np.clip(near[np.argmin(np.abs(near - width / 2))], 0, width)) if len(near) else width / 2
