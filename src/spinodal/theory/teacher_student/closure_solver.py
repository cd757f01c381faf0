"""Newton's solution on grids that follow it: solve, look at the edges and the spacing, and again where they do not do."""

from dataclasses import dataclass

import numpy as np

from .corrections import Closure
from .grids import MOST_POINTS, Grid, Spacing, first_window, window_around, window_grid
from .newton import TOLERANCE, State, init, newton

# If even and odd points give the closure to this, the whole grid gives it to about its square
_HALVES_AGREE = 1e-5
_MOST_GRIDS = 40


@dataclass(frozen=True, eq=False)
class Solved:
    """Solutions of a batch of closures and the spacing at which they hold."""

    tau: np.ndarray  # (m, 2)
    residual: np.ndarray  # (m,)
    iterations: np.ndarray  # (m,)
    resolved: np.ndarray  # (m,): whether the grid is fine enough for this one
    spacing: Spacing


def solve_closure(cells: Closure, *, exact: bool, max_iterations: int, spacing: Spacing) -> Solved:
    """Solve every closure of the batch, on one grid for all."""
    tau = _start(cells)
    budget = np.full(len(tau), max_iterations)
    resolved, state = np.zeros(len(tau), dtype=bool), None
    window = first_window(cells, cells.field(tau), exact)
    for turn in range(_MOST_GRIDS):
        grid = window_grid(cells, window, spacing, exact)
        # the first grid was made for a guess: only good enough to make a better one
        state, steps = newton(tau, cells, grid, budget, tolerance=1e-3 if turn == 0 else TOLERANCE)
        budget = budget - steps
        tau = state.tau
        if not np.all(np.isfinite(state.error)) or not np.any(budget):
            break
        wanted = window.grown(window_around(cells, cells.field(tau), exact))
        if turn == 0 or wanted != window:
            window = wanted
            continue
        finer, resolved = _finer(state, cells, grid, spacing)
        growth = spacing.overlap / finer.overlap * spacing.transverse / finer.transverse
        if finer == spacing or grid.size * growth > MOST_POINTS:
            break
        spacing = finer
    assert state is not None
    return Solved(tau, state.error, max_iterations - budget, resolved, spacing)


def _start(cells: Closure):
    """tau = y / 2, or less where that would drive every neuron far out: u |tau|^2 is of order one at the solution."""
    size = np.sqrt(8 / (cells.u * np.sum(cells.target**2)))
    return np.minimum(0.5, size)[:, None] * cells.target


def _finer(state: State, cells: Closure, grid: Grid, spacing: Spacing) -> tuple[Spacing, np.ndarray]:
    """A smaller spacing in each direction in which one of the closures needs it, and which of them, (m,), need none."""

    def apart(halves) -> np.ndarray:
        even, odd = (init(state.tau, cells, half).residual for half in halves)
        return np.max(np.abs(even - odd), axis=1)

    def refined(now: float, off: float) -> float:
        return now if off < _HALVES_AGREE else now / (np.sqrt(2) if off < 0.01 else 2)

    off = [apart(halves) for halves in grid.halves()]
    transverse = refined(spacing.transverse, off[1].max()) if len(off) > 1 else spacing.transverse
    return Spacing(refined(spacing.overlap, off[0].max()), transverse), np.max(off, axis=0) < _HALVES_AGREE
