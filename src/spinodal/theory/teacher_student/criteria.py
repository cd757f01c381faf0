"""Where the Gaussian phase ends, at infinite size."""

import numpy as np
from scipy.optimize import brentq

from ...errors import choice, instance
from ...problems import TeacherStudent
from .action import largest_pull
from .gaussian import gaussian_discrepancy
from .landscape import Landscape
from .records import Transition

# The noise is searched downwards in steps of 4 % over 12 decades, 24 noises at a time
_RATIO, _LOWEST, _AT_ONCE = 0.96, 1e-12, 24


def transition(problem: TeacherStudent, *, transverse: str = "exact", criterion: str = "degeneracy") -> Transition:
    """The noise at which droplets first exist (spinodal) or first weigh as much as the centre (degeneracy), at infinite size.

        s(q, r) = (q^2 + r) / (2 sigma_w^2) - ln(r / sigma_w^2) / 2 - 1/2 - (2 u / pi) m (b - 2 c m)^2,
        u = n^2 sigma_a^2 / (sigma^4 d N),   v = n sigma_a^2 / (sigma^2 d),   m = q^2 / (1 + 2 (q^2 + r)),

    minimised over r, along the Gaussian branch b(u, v), c = epsilon.

    Arguments:
        problem: TeacherStudent; only its noise is varied. transverse: "exact" (default) or "mean", r = sigma_w^2 as in the paper.
        criterion: "degeneracy" (default), the largest noise at which the outer minimum reaches s = 0, GFL to GMFL-I; or
            "spinodal", the largest noise at which there is an outer minimum. The spinodal is the higher noise of the two.
    Returns: `Transition`; overlap and transverse_norm are those of the droplets, barrier is the largest s on the way there.
    Undefined: `converged=False` and NaN with cubic = 0, where the landscape has no outer minimum at any noise, and where none
        is found over 12 decades of noise.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2310.03789, section 3.1; erratum: r is macroscopic and is not sigma_w^2 in the droplets, which lifts the onset
        of fig. 2 from 0.1787 to 0.2171.
    """
    instance("problem", problem, TeacherStudent)
    choice("transverse", transverse, ("exact", "mean"))
    choice("criterion", criterion, ("degeneracy", "spinodal"))

    def unknown(why: str) -> Transition:
        nan = float("nan")
        return Transition(nan, nan, nan, nan, nan, False, why, problem, transverse, criterion)

    if problem.cubic == 0:
        return unknown("no transition: with cubic = 0 the landscape has no outer minimum at any noise")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        bracket = _bracket(problem, transverse, criterion)
        if bracket is None:
            return unknown(f"no {criterion} found down to {_LOWEST:g} of the largest noise at which it could lie")

        def lowest(log_noise: float) -> float:
            return float(gaussian_landscape(problem, np.exp([log_noise]), transverse).lowest(criterion)[0][0])

        log_noise: float = brentq(lowest, *np.log(bracket), xtol=1e-13)  # pyright: ignore[reportAssignmentType]
        noise = float(np.exp(log_noise))
        landscape = gaussian_landscape(problem, np.array([noise]), transverse)
        q = landscape.lowest(criterion)[1][0]
        r = landscape.at(np.array([[q]]))[2][0, 0]
        barrier = landscape.barrier(q)
    said = f"{criterion} at noise {noise:.6g}, transverse {transverse!r}, infinite size"
    return Transition(noise, float(landscape.b[0]), float(q), float(r), barrier, True, said, problem, transverse, criterion)


def invariants(problem: TeacherStudent, noise):
    """(u, v) at a noise."""
    v = problem.samples * problem.readout_variance / (noise * problem.input_dim)
    return v * problem.samples / (noise * problem.width), v


def gaussian_landscape(problem: TeacherStudent, noise, transverse: str) -> Landscape:
    """The landscape on the Gaussian branch at noises (m,)."""
    u, v = invariants(problem, noise)
    b, _ = gaussian_discrepancy(u, v, problem.weight_variance)
    return Landscape(u, b, problem.cubic, problem.weight_variance, transverse == "exact")


def _bracket(problem: TeacherStudent, transverse: str, criterion: str):
    """Two noises, one with an outer minimum (below zero) and the next higher one without; None if there is none."""
    # ds/dq > 0 while u < pi / (4 sigma_w^2 pull), and u falls as noise^-2
    u, _ = invariants(problem, 1.0)
    highest = np.sqrt(u * 4 * problem.weight_variance * largest_pull(1.0, problem.cubic) / np.pi)
    noises = highest * _RATIO ** np.arange(np.log(_LOWEST) / np.log(_RATIO))
    for start in range(0, len(noises), _AT_ONCE):
        some = noises[start : start + _AT_ONCE]
        below = np.flatnonzero(gaussian_landscape(problem, some, transverse).lowest(criterion)[0] < 0)
        if len(below):
            first = start + below[0]
            return float(noises[first]), float(noises[max(first - 1, 0)])
    return None
