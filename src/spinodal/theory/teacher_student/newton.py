"""The closure's only solution, by Newton's method on a convex function, for a batch of noises at once.

    psi(tau) = N kappa log Z(x) + (1 - s) (tau - y)^T G (tau - y) / 2,   x = G [(1 - s) tau + s y],
    F(tau) = tau - y + Q(x) x / kappa,   grad psi = (1 - s) G F,   dF/dtau = 1 + (sigma_a^2 / kappa) [<g g^T> + A Cov((x . g) g)] (1 - s) G.

log Z is convex, since exp(A x^2 / 2) is a Gaussian mixture of exponentials linear in x; so psi is, with every correction.
(The cavity keeps the gradient once it is written in x: L does not depend on tau.)
"""

from dataclasses import dataclass

import numpy as np

from .corrections import Closure
from .grids import Grid, log_weights

TOLERANCE = 1e-8
# A step that cannot lower psi any more lies within its rounding errors; the residual decides there
_SUFFICIENT, _SHORTEST = 1e-4, 2.0**-40
_CACHED_POINTS = 60_000  # weights worked on together: half a megabyte stays in the cache (benchmarks/theory_map.py)


@dataclass(frozen=True, eq=False)
class State:
    """Where a batch of closures stands."""

    tau: np.ndarray  # (m, 2)
    residual: np.ndarray  # (m, 2): F
    jacobian: np.ndarray  # (m, 2, 2)
    merit: np.ndarray  # (m,): psi

    @property
    def error(self) -> np.ndarray:
        """Largest residual of each closure, (m,)."""
        return np.max(np.abs(self.residual), axis=1)


def init(tau, cells: Closure, grid: Grid) -> State:
    """Evaluate the closure, its derivative and psi at tau (m, 2)."""
    x = cells.field(tau)
    log_z, second, fourth = moments(x, cells, grid)
    problem = cells.problem
    keep = 1 - cells.self_share
    q = symmetric(second)  # <g g^T / L>
    qx = np.einsum("mij,mj->mi", q, x)
    # <h h^T> with h = (x . g) g: the fourth moments contracted with x twice
    x11, x12, x22 = x[:, 0] ** 2, x[:, 0] * x[:, 1], x[:, 1] ** 2
    hh = symmetric(np.stack([fourth[:, k] * x11 + 2 * fourth[:, k + 1] * x12 + fourth[:, k + 2] * x22 for k in range(3)], axis=1))
    gain = problem.readout_variance / cells.kappa
    response = q + cells.coupling[:, None, None] * (hh - qx[:, :, None] * qx[:, None, :])
    away = tau - cells.target
    return State(
        tau=tau,
        residual=away + gain[:, None] * qx,
        jacobian=np.eye(2) + gain[:, None, None] * keep * response @ cells.gram,
        merit=problem.width * cells.kappa * log_z + keep / 2 * np.einsum("mi,ij,mj->m", away, cells.gram, away),
    )


def step(state: State, cells: Closure, grid: Grid) -> State:
    """One Newton step, halved until psi falls (or, within its rounding errors, the residual does)."""
    direction = -_solved(state.jacobian, state.residual)
    slope = (1 - cells.self_share) * np.einsum("mi,ij,mj->m", state.residual, cells.gram, direction)
    length = np.ones(len(slope))
    found, open_ = state, np.arange(len(slope))
    while len(open_):
        trial = init(state.tau[open_] + length[open_, None] * direction[open_], cells.take(open_), grid)
        lower = trial.merit <= state.merit[open_] + _SUFFICIENT * length[open_] * slope[open_]
        tiny = np.abs(slope[open_]) <= 1e-10 * np.maximum(1, np.abs(state.merit[open_]))
        good = lower | (tiny & (trial.error < state.error[open_]))
        found = _replace(found, open_[good], trial, good)
        length[open_] /= 2
        open_ = open_[~good & (length[open_] > _SHORTEST)]
    return found


def newton(tau, cells: Closure, grid: Grid, budget, tolerance: float = TOLERANCE):
    """(State, steps (m,)): step every closure to one step past a residual below `tolerance`, or until its budget (m,) is spent."""
    state = init(tau, cells, grid)
    steps = np.zeros(len(tau), dtype=int)
    # the step after convergence costs little and leaves the residual at its rounding errors
    polished = np.zeros(len(tau), dtype=bool)
    while True:
        small = state.error < tolerance
        open_ = np.flatnonzero(np.isfinite(state.error) & ~polished & (steps < budget))
        if not len(open_):
            return state, steps
        after = step(_part(state, open_), cells.take(open_), grid)
        moved = np.any(after.tau != state.tau[open_], axis=1)
        state = _replace(state, open_, after, slice(None))
        steps[open_] += 1
        polished[open_] = small[open_] | ~moved
    return state, steps


def moments(x, cells: Closure, grid: Grid):
    """(log Z (m,), <g g / L> (m, 3), <g g g g / L^2> (m, 5)) under the weight of one neuron at fields x (m, 2)."""
    m, chunk = len(x), max(1, _CACHED_POINTS // grid.size)
    log_z, second, fourth = np.empty(m), np.empty((m, 3)), np.empty((m, 5))
    for start in range(0, m, chunk):
        some = slice(start, start + chunk)
        weights, inverse = log_weights(x[some], cells.take(some), grid)
        top = weights.max(axis=1)
        weights -= top[:, None]
        np.exp(weights, out=weights)
        total = weights.sum(axis=1)
        log_z[some] = top + np.log(total)
        if inverse is not None:
            weights *= inverse
        second[some] = weights @ grid.modes[:3].T / total[:, None]
        if inverse is not None:
            weights *= inverse
        fourth[some] = weights @ grid.modes[3:].T / total[:, None]
    return log_z, second, fourth


def symmetric(packed):
    """(m, 3) as (m, 2, 2)."""
    return packed[:, [[0, 1], [1, 2]]]


def _solved(matrix, vector):
    """matrix^-1 vector for 2 x 2 matrices (m, 2, 2), by Cramer's rule: infinite, not an exception, where one is singular."""
    (a, b), (c, d) = np.moveaxis(matrix, 0, -1)
    x, y = vector.T
    return np.stack([d * x - b * y, a * y - c * x], axis=1) / (a * d - b * c)[:, None]


def _part(state: State, which) -> State:
    return State(state.tau[which], state.residual[which], state.jacobian[which], state.merit[which])


def _replace(state: State, where, source: State, which) -> State:
    """`state` with the entries `where` taken from the entries `which` of `source`."""
    arrays = []
    for old, new in zip(vars(state).values(), vars(source).values(), strict=True):
        changed = old.copy()
        changed[where] = new[which]
        arrays.append(changed)
    return State(*arrays)
