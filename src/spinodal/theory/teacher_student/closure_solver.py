"""Newton's solution on grids that follow it: solve, look at the edges and the spacing, and again where they do not do."""

from dataclasses import dataclass, replace

import numpy as np

from .corrections import Closure
from .grids import MARGIN, MOST_POINTS, NEGLIGIBLE, Grid, Spacing, nodes, tensor_grid
from .newton import TOLERANCE, State, init, log_weights, newton

# If every second point moves the closure by less than this, the whole grid is right to its square, 1e-11
_HALVED_TOLERANCE = 3e-6
_MOST_GRIDS = 12


@dataclass(frozen=True, eq=False)
class Solved:
    """Solutions of a batch of closures and the spacing at which they hold."""

    tau: np.ndarray  # (m, 2)
    residual: np.ndarray  # (m,)
    iterations: np.ndarray  # (m,)
    resolved: bool
    spacing: Spacing


def solve_closure(cells: Closure, *, exact: bool, max_iterations: int, spacing: Spacing, start=None) -> Solved:
    """Solve every closure of the batch, on one grid for all."""
    tau = _start(cells) if start is None else start
    budget = np.full(len(tau), max_iterations)
    resolved, state = False, None
    for turn in range(_MOST_GRIDS):
        grid = trimmed_grid(cells, tau, spacing, exact)
        # the first grid was made for a guess: only good enough to make a better one
        state, steps = newton(tau, cells, grid, budget, tolerance=1e-3 if turn == 0 else TOLERANCE)
        budget = budget - steps
        moved = np.max(np.abs(state.tau - tau))
        tau = state.tau
        if not np.all(np.isfinite(state.error)) or not np.any(budget):
            break
        if turn == 0 or (moved > 1e-6 and not _holds(cells, tau, grid)):
            continue
        finer = _finer(state, cells, grid, spacing)
        if finer is None:
            resolved = True
            break
        if grid.size >= MOST_POINTS / 2:
            break
        spacing = finer
    assert state is not None
    return Solved(tau, state.error, max_iterations - budget, resolved, spacing)


def trimmed_grid(cells: Closure, tau, spacing: Spacing, exact: bool) -> Grid:
    """The grid for these solutions, without the rows and columns that carry nothing."""
    x = cells.field(tau)
    grid = tensor_grid(*nodes(cells, x, spacing, exact), cells.problem.input_dim, cells.problem.weight_variance, exact)
    in_q, in_r = _profiles(cells, x, grid)
    limit = -(NEGLIGIBLE + MARGIN)
    rows, columns = np.flatnonzero(in_q > limit), np.flatnonzero(in_r > limit)
    return grid.part(slice(0, rows[-1] + 2), slice(max(columns[0] - 1, 0), columns[-1] + 2))


def _start(cells: Closure):
    """tau = y / 2, or less where that would drive every neuron far out: u |tau|^2 is of order one at the solution."""
    size = np.sqrt(8 / (cells.u * np.sum(cells.target**2)))
    return np.minimum(0.5, size)[:, None] * cells.target


def _profiles(cells: Closure, x, grid: Grid):
    """Largest log weight in every row and column over the batch, relative to each closure's largest."""
    in_q, in_r = np.full(len(grid.q), -np.inf), np.full(len(grid.log_r), -np.inf)
    for k in range(len(x)):
        weights = log_weights(x[k : k + 1], cells.take([k]), grid)[0].reshape(grid.log_prior.shape)
        weights -= weights.max()
        np.maximum(in_q, weights.max(axis=1), out=in_q)
        np.maximum(in_r, weights.max(axis=0), out=in_r)
    return in_q, in_r


def _holds(cells: Closure, tau, grid: Grid) -> bool:
    """Whether the weight at the edges is negligible."""
    in_q, in_r = _profiles(cells, cells.field(tau), grid)
    edges = [in_q[-1]] if len(in_r) == 1 else [in_q[-1], in_r[0], in_r[-1]]
    return max(edges) < -NEGLIGIBLE


def _finer(state: State, cells: Closure, grid: Grid, spacing: Spacing) -> Spacing | None:
    """The spacing over sqrt(2) in each direction that needs it; None if none does."""
    off = [np.max(np.abs(init(state.tau, cells, part).residual - state.residual)) for part in grid.halved()]
    if max(off) < _HALVED_TOLERANCE:
        return None
    if off[0] >= _HALVED_TOLERANCE:
        spacing = replace(spacing, overlap=spacing.overlap / np.sqrt(2))
    if len(off) > 1 and off[1] >= _HALVED_TOLERANCE:
        spacing = replace(spacing, transverse=spacing.transverse / np.sqrt(2))
    return spacing
