"""Solve the adaptive-kernel theory at finite size: one problem, or one problem at many noises."""

from dataclasses import dataclass, fields

import numpy as np

from ...errors import instance, nearest, positive, require
from ...problems import TeacherStudent
from .action import SQRT6
from .closure_solver import solve_closure
from .corrections import Closure, closure
from .density import Density, density, unknown_density
from .gaussian import gaussian_density, solve_gaussian
from .grids import MOST_POINTS, Spacing
from .newton import TOLERANCE
from .records import Saddle, Settings, Solution, Solutions

_NOISES_ON_ONE_GRID = 64


def solve(
    problem: TeacherStudent,
    *,
    transverse: str = "exact",
    branch: str = "equilibrium",
    corrections=(),
    data=None,
    max_iterations: int = 200,
    fineness: float = 1.0,
) -> Solution:
    """Discrepancies and the density of one neuron's overlap in the posterior of an erf network, by mean-field theory.

        S(w) = d |w|^2 / (2 sigma_w^2) - (A / 2) (tau . g)^2,   A = sigma_a^2 / (N kappa^2),   kappa = sigma^2 / n,
        (Q + kappa) tau = kappa y,   Q = sigma_a^2 <g g^T>_S,   tau = (b, sqrt(6) c),   y = (1, sqrt(6) epsilon),

    with g the projections of erf(w . x) on He_1 and He_3 / sqrt(6) (`action.projections`). The closure is the gradient of a
    convex function: there is exactly one solution, and no hysteresis to find.

    Arguments:
        problem: TeacherStudent. transverse: "exact" (default) integrates |w_perp|^2 over its law; "mean" fixes it at sigma_w^2,
            as the paper does. branch: "equilibrium" (default), or "gaussian": the closed form for neurons that all stay near
            q = 0, at infinite size and the same for both values of transverse.
        corrections: any of "cavity" (finite width), "ridge" (finite samples), "gram" (this data set; needs `data`).
            On the Gaussian branch they enter with the cavity's denominator taken at q = 0.
        data: what problem.draw(seed) returned; used by "gram" alone.
        max_iterations: Newton steps, default 200; 5 to 70 are needed.
        fineness: divides the grid's spacings, default 1 and at most 256, which is refined until the closure is right to about 1e-10.
    Returns: `Solution`. linear_discrepancy is b and cubic_discrepancy c of y - <f> = b He_1 + c He_3; 1 and `cubic` before learning.
    Undefined: with `converged=False` (residual >= 1e-8, or a density that needs too large a grid) the numbers are where
        it stopped, NaN where arithmetic overflowed, and `message` says why.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2310.03789, eq. 12 and A.3; errata: Q_11 has 4 q^2 (printed 2), eq. 12 lacks the factor sigma^2 / n,
        and r does not tend to sigma_w^2 at large size.
    """
    instance("problem", problem, TeacherStudent)
    settings = Settings(transverse, branch, corrections, data, max_iterations, fineness)
    settings.check_data(problem)
    found = _solve(problem, np.array([problem.noise]), settings)
    table = found.density
    log_p = table.log_p[0]
    return Solution(
        linear_discrepancy=float(found.tau[0, 0]),
        cubic_discrepancy=float(found.tau[0, 1] / SQRT6),
        overlap=np.concatenate([-table.q[:0:-1], table.q]),
        log_density=np.concatenate([log_p[:0:-1], log_p]),
        saddles=found.saddles[0],
        phase=found.phase[0],
        residual=float(found.residual[0]),
        iterations=int(found.iterations[0]),
        converged=bool(found.converged[0]),
        message=found.message[0],
        problem=problem,
        settings=settings,
        _density=table,
    )


def solve_many(problem: TeacherStudent, *, noise, **as_solve) -> Solutions:
    """`solve` at many noises, sharing grids among neighbours.

    Arguments:
        problem: TeacherStudent, whose own noise is not used. noise: 1-D array of values > 0, in any order.
        as_solve: the keyword arguments of `solve`.
    Returns: `Solutions`, arrays of noise.shape in the order given; `droplet_fraction(threshold)` is one too.
    Undefined, Raises, Source: as `solve`.
    """
    instance("problem", problem, TeacherStudent)
    noise = _checked_noise(noise)
    settings = Settings(**_known(as_solve))
    settings.check_data(problem)
    parts = [part for where in _neighbours(problem, noise) for part in _apart(problem, noise, where, settings)]

    def gathered(name, dtype):
        values = np.empty(noise.shape, dtype=dtype)
        for where, found in parts:
            values[where] = getattr(found, name)
        return values

    return Solutions(
        noise=noise,
        linear_discrepancy=gathered("linear", float),
        cubic_discrepancy=gathered("cubic", float),
        phase=gathered("phase", "<U7"),
        residual=gathered("residual", float),
        iterations=gathered("iterations", int),
        converged=gathered("converged", bool),
        message=gathered("message", object).astype(str),
        problem=problem,
        settings=settings,
        _densities=tuple((where, found.density) for where, found in parts),
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """A batch of noises solved together."""

    tau: np.ndarray  # (m, 2)
    residual: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray
    message: list[str]
    density: Density
    saddles: list[tuple[Saddle, ...]]
    phase: list[str]

    @property
    def linear(self) -> np.ndarray:
        return self.tau[:, 0]

    @property
    def cubic(self) -> np.ndarray:
        return self.tau[:, 1] / SQRT6


def _solve(problem: TeacherStudent, noise, settings: Settings) -> _Found:
    # overflow at absurd settings shows in the residual, and is said in the message
    with np.errstate(all="ignore"):
        if not np.all(_in_range(problem, noise)):
            return _unknown(problem, len(noise))
        cells = closure(problem, noise, settings.corrections, settings.data)
        if settings.branch == "gaussian":
            return _gaussian(cells)
        exact = settings.transverse == "exact"
        spacing = Spacing(Spacing.overlap / settings.fineness, Spacing.transverse / settings.fineness)
        solved = solve_closure(cells, exact=exact, max_iterations=settings.max_iterations, spacing=spacing)
        table = density(cells, solved.tau, solved.spacing, exact)
    converged = (solved.residual < TOLERANCE) & solved.resolved
    return _Found(
        solved.tau,
        solved.residual,
        solved.iterations,
        converged,
        [_message(*given, settings) for given in zip(solved.residual, solved.iterations, solved.resolved, strict=True)],
        table,
        table.saddles,
        [table.phase(k, problem.width) for k in range(len(converged))],
    )


def _apart(problem: TeacherStudent, noise, where: np.ndarray, settings: Settings) -> list[tuple[np.ndarray, _Found]]:
    """Solutions of neighbours on one grid, but for each that is hard on a grid of its own: it would spoil that of the others."""
    found = _solve(problem, noise[where], settings)
    hard = ~found.converged
    if len(where) == 1 or not np.any(hard):
        return [(where, found)]
    groups = [where[~hard], *(where[[k]] for k in np.flatnonzero(hard))]
    return [(group, _solve(problem, noise[group], settings)) for group in groups if len(group)]


def _in_range(problem: TeacherStudent, noise) -> np.ndarray:
    """Whether A |y|^2, the largest exponent that can occur, is far from overflow, and the grid's own scales are."""
    with np.errstate(over="ignore"):
        strength = problem.readout_variance / problem.width * (problem.samples / noise) ** 2 * (1 + 6 * np.square(problem.cubic))
    return (strength < 1e60) & (not _without_grid(problem))


def _without_grid(problem: TeacherStudent) -> str:
    """Why no grid over q and r can be made in floats, or an empty string."""
    if not 1e-100 < problem.weight_variance < 1e100:
        return f"weight_variance must be within 1e-100 and 1e100, got {problem.weight_variance:g}"
    # beyond, the width of the law of r is lost beside its mean
    return f"input_dim must be at most 1e15, got {problem.input_dim}: ask transition(problem)" if problem.input_dim > 1e15 else ""


def _neighbours(problem: TeacherStudent, noise) -> list[np.ndarray]:
    """Indices of noises to solve together: close to each other, and none beyond the range of floats with one that isn't."""
    order = np.argsort(noise, kind="stable")
    within = _in_range(problem, noise[order])
    groups = [order[~within], *(order[within][k : k + _NOISES_ON_ONE_GRID] for k in range(0, len(order), _NOISES_ON_ONE_GRID))]
    return [group for group in groups if len(group)]


def _unknown(problem: TeacherStudent, m: int) -> _Found:
    coupling = "the coupling n^2 sigma_a^2 (1 + 6 epsilon^2) / (N sigma^4) is beyond what floats can weigh; raise noise"
    told = [f"out of range: {_without_grid(problem) or coupling}"] * m
    nothing = np.full(m, np.nan)
    tau = np.full((m, 2), np.nan)
    return _Found(tau, nothing, np.zeros(m, dtype=int), np.zeros(m, dtype=bool), told, unknown_density(m), [()] * m, [""] * m)


def _gaussian(cells: Closure) -> _Found:
    tau, stiffness, residual = solve_gaussian(cells)
    problem = cells.problem
    table = gaussian_density(stiffness, problem.weight_variance, problem.input_dim)
    converged = residual < TOLERANCE
    refused = "no stable centre, or arithmetic overflowed"
    told = [f"closed form, residual {r:.1e}" if ok else refused for r, ok in zip(residual, converged, strict=True)]
    m = len(converged)
    saddles = [(Saddle(0.0, problem.weight_variance, 0.0, "central"),)] * m
    return _Found(tau, residual, np.ones(m, dtype=int), converged, told, table, saddles, ["GFL"] * m)


def _message(residual: float, iterations: int, resolved: bool, settings: Settings) -> str:
    if not np.isfinite(residual):
        return "arithmetic overflowed on the way; the settings are out of range"
    if residual >= TOLERANCE:
        stopped = f"stopped after {iterations} iterations with residual {residual:.1e} >= {TOLERANCE:g}"
        return stopped + ("; raise max_iterations" if iterations >= settings.max_iterations else ": psi could not be lowered any further")
    if not resolved and iterations >= settings.max_iterations:
        return f"residual {residual:.1e}, but no step was left to check the grid; raise max_iterations"
    if not resolved:
        return f"residual {residual:.1e}, but the density needs a grid of more than {MOST_POINTS:,} points"
    return f"converged in {iterations} Newton steps to residual {residual:.1e}"


def _checked_noise(noise) -> np.ndarray:
    try:
        values = np.asarray(noise)
        shape = values.shape
    except ValueError as ragged:
        raise ValueError(f"noise must be a non-empty 1-D array of numbers > 0, got {noise!r}") from ragged
    require(values.ndim == 1 and values.size > 0, f"noise must be a non-empty 1-D array of numbers > 0, got an array of shape {shape}")
    return np.array([positive("noise", value, why="the variance sigma^2 of the label noise") for value in values.tolist()])


def _known(as_solve: dict) -> dict:
    names = [f.name for f in fields(Settings)]
    for name in as_solve:
        if name not in names:
            near = nearest(name, names)
            raise TypeError(f"solve_many has no argument {name!r}" + (f"; nearest: {near}" if near else ""))
    return as_solve
