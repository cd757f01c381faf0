"""Centre and droplets side by side, at infinite size."""

import numpy as np
from scipy.optimize import root

from ...errors import choice, instance
from ...problems import TeacherStudent
from .action import SQRT6, action, linear_gain, projections, pull, slope_over_overlap
from .criteria import invariants, transition
from .landscape import Landscape
from .records import Coexistence

_TOLERANCE = 1e-10
_LONGEST_STEP, _SHORTEST_STEP = 0.15, 1e-4  # in ln noise


def coexistence(problem: TeacherStudent, *, transverse: str = "exact") -> Coexistence:
    """The discrepancies and the number of droplets below the onset, at infinite size and at the problem's noise (GMFL-I).

        s(q) = 0,   s'(q) = 0,   tau + v [diag(k / s''(0), 0) + pi g g^T] tau = y,   tau = (b, sqrt(6) c),

    the droplets' minimum pinned at the height of the centre (`transition` has s, u and v; k = 4 / (pi (1 + 2 sigma_w^2))).

    Arguments:
        problem: TeacherStudent. transverse: "exact" (default), with ds/dr = 0 too, or "mean", r = sigma_w^2 as in the paper.
    Returns: `Coexistence`; droplet_number is pi = d * (share of neurons in droplets), so the share itself is O(1 / d).
    Undefined: `converged=False` and NaN above the onset, where there are no droplets; with cubic = 0; and where a second
        kind of droplet would form, which these equations leave out.
    Raises: ValueError or TypeError that names the argument.
    Source: follows from arXiv:2310.03789, section 3.1, whose closure it solves as d tends to infinity.
    """
    instance("problem", problem, TeacherStudent)
    choice("transverse", transverse, ("exact", "mean"))

    def unknown(why: str) -> Coexistence:
        nan = float("nan")
        return Coexistence(nan, nan, nan, nan, nan, False, why, problem, transverse)

    onset = transition(problem, transverse=transverse)
    if not onset.converged:
        return unknown(onset.message)
    if problem.noise >= onset.noise:
        return unknown(f"no coexistence at noise {problem.noise:g}: the onset is at {onset.noise:.6g}, above it there are no droplets")
    exact = transverse == "exact"
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = _continued(problem, onset, exact)
        if found is None:
            return unknown("continuation from the onset stopped before it reached this noise")
        u, v = invariants(problem, problem.noise)
        b, c = found[:2] / np.sqrt(u)
        q, r = found[2], np.exp(found[3]) if exact else problem.weight_variance
        lowest = Landscape(np.array([u]), np.array([b]), c, problem.weight_variance, exact).lowest("degeneracy")[0][0]
    number = found[-1] * np.sqrt(u) / v
    if lowest * q * q < -1e-6 or number < -1e-9:
        return unknown(f"the pinned droplets at q = {q:.4g} aren't the lowest minimum at this noise: a second kind would form")
    said = f"coexistence {np.log(onset.noise / problem.noise):.3g} in ln(noise) below the onset at {onset.noise:.6g}"
    return Coexistence(float(b), float(c), float(q), float(r), float(number), True, said, problem, transverse)


def _continued(problem: TeacherStudent, onset, exact: bool):
    """The unknowns at the problem's noise, followed downwards from the onset, where pi = 0."""
    scale = np.sqrt(invariants(problem, onset.noise)[0])
    start = [scale * onset.linear_discrepancy, scale * problem.cubic, onset.overlap, np.log(onset.transverse_norm), 0.0]
    now = np.array(start if exact else start[:3] + start[4:])
    log_noise, goal, step = np.log(onset.noise), np.log(problem.noise), 0.02
    while log_noise > goal:
        ahead = max(log_noise - step, goal)
        answer = root(_equations, now, args=(problem, np.exp(ahead), exact), tol=1e-13)
        near = np.max(np.abs(answer.x[:-1] - now[:-1])) < 0.5 * np.max(np.abs(now[:-1]))
        if np.max(np.abs(answer.fun)) < _TOLERANCE and near and answer.x[2] > 0:
            now, log_noise, step = answer.x, ahead, min(1.5 * step, _LONGEST_STEP)
        elif (step := step / 2) < _SHORTEST_STEP:
            return None
    return now


def _equations(unknowns, problem: TeacherStudent, noise: float, exact: bool):
    """Residuals for (sqrt(u) b, sqrt(u) c, q, [ln r,] v pi / sqrt(u)), which stay of order one as the noise falls."""
    B, C, q = unknowns[:3]
    norm, weight = problem.weight_variance, unknowns[-1]
    r = np.exp(unknowns[3]) if exact else norm
    u, v = invariants(problem, noise)
    D = 1 + 2 * (q * q + r)
    m = q * q / D
    k = linear_gain(norm)
    stiffness = 1 / norm - k * B * B  # s''(0)
    g1, g3 = projections(q, r)
    reached = weight * (g1 * B + g3 * SQRT6 * C)
    found = [
        action(q, r, 1.0, B, C, norm),
        norm * slope_over_overlap(q, r, 1.0, B, C, norm),
        B / np.sqrt(u) * (1 + v * k / stiffness) + reached * g1 - 1,
        C / np.sqrt(u) + reached * g3 / SQRT6 - problem.cubic,
    ]
    if exact:
        found.append(r / norm - 1 + 8 / np.pi * m * r / D * pull(m, B, C))
    return np.array(found)
