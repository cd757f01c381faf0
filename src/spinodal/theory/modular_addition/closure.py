"""The closure of modular addition: one unknown, one root."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from ...errors import choice, even, instance, require
from ...problems import ModularAddition
from .boundaries import CONVENTIONS, droplet_eigenvalue, onset_noise, transitions
from .mode_law import droplet_share, mean_product, outer_saddle
from .records import ModularSolution, ModularSolutions
from .root import increasing_root

TOLERANCE = 1e-10  # on the residual


def solve(problem: ModularAddition, *, eigenvalue: str = "exact") -> ModularSolution:
    """The discrepancy and the droplets of modular addition in equilibrium.

        a = noise / (lambda + noise),    lambda = C sigma_a^2 <Phi Psi>,    C = 4 P^2 (exact) or 1 (printed),
        p(Phi, Psi) ~ exp(-2 P [(Phi + Psi) / 2 - g Phi Psi + gamma (Phi^3 + Psi^3) / 6]),    g = 2 sigma_a^2 P^2 a^2 / (N noise^2).

    Arguments:
        problem: a `ModularAddition`.
        eigenvalue: "exact" integrates over the law above at this P; "printed" is the published closure as a whole, <Phi Psi> = w Phi_+^2
            with w = 4 e^(-S_k) / (1 + 4 e^(-S_k)) above the spinodal coupling and 0 below; default "exact".
    Returns: `ModularSolution`. The discrepancy falls from 1 to 0 as the addition is learned; `droplet_weight` is the share of modes with
        both amplitudes above 1 / sqrt(3 gamma) (exact) or w (printed).
    Undefined: `action_gap` and `outer_amplitude` are NaN without an outer saddle. The printed closure jumps at the spinodal and for
        small P / sqrt(gamma) has no solution at some noises: `converged=False`, with the fields at the jump.
    Source: arXiv:2310.03789, section 3.2 and appendix B. Errata: lambda of (35) and (36) lacks 4 P^2, (39) reads 4 sigma_a^2 a^2 P^2,
        (41) lacks the volume of the phases and the pairing of k with P - k.
    """
    instance("problem", problem, ModularAddition)
    found = solve_many(problem, noise=[problem.noise], eigenvalue=eigenvalue)
    names = ("discrepancy", "droplet_weight", "action_gap", "outer_amplitude", "eigenvalue", "phase", "residual", "converged", "noise")
    values = {name: getattr(found, name)[0].item() for name in names}
    return ModularSolution(**values, message=found.message[0], convention=eigenvalue, problem=problem)


def solve_many(problem: ModularAddition, *, noise: ArrayLike, eigenvalue: str = "exact") -> ModularSolutions:
    """`solve` at every entry of `noise`, a 1-D array of variances that replace `problem.noise`; 200 take about a second.

    Arguments:
        problem, eigenvalue: as of `solve`. noise: sigma^2 > 0, shape (points,).
    Returns: `ModularSolutions`, arrays of shape (points,).
    Undefined, Source: as of `solve`.
    """
    instance("problem", problem, ModularAddition)
    choice("eigenvalue", eigenvalue, CONVENTIONS)
    variance = _noises(noise)
    onset, full = onset_noise(problem), droplet_eigenvalue(problem, eigenvalue)
    t = problem.prime / (math.sqrt(3) * math.sqrt(problem.sextic_decay))
    average, share = (mean_product, droplet_share) if eigenvalue == "exact" else (_printed_product, _printed_share)

    def eigenvalue_at(excess: np.ndarray) -> np.ndarray:
        return full * average(t, excess) / 9

    # The unknown is the excess of g over g_c: near the transition the digits of g itself, or of a, run out.
    # In it the closure reads (noise + lambda) sqrt(1 + excess) = onset, and the left side increases.
    # Where g < g_c / 100 the digits of 1 + excess run out instead, and the unknown is its logarithm.
    def coupling(unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The excess, and sqrt(1 + excess)."""
        return np.where(weak, np.expm1(unknown), unknown), np.where(weak, np.exp(unknown / 2), np.sqrt(1 + np.maximum(unknown, -1)))

    def balance(unknown: np.ndarray) -> np.ndarray:
        excess, root = coupling(unknown)
        return (variance + eigenvalue_at(excess)) * root - onset

    with np.errstate(all="ignore"):  # overflow at absurd settings shows in the residual, and is said in the message
        weak = (variance + eigenvalue_at(np.full_like(variance, -0.99))) / 10 > onset
        high = np.where(weak, math.log(0.01), np.minimum(onset / variance, 1e100) ** 2 - 1)
        unknown = increasing_root(balance, low=np.where(weak, -1500.0, -1.0), high=high)
        excess = coupling(unknown)[0]
        lam, weight, saddle = eigenvalue_at(excess), share(t, excess), outer_saddle(excess)
        residual = np.abs(balance(unknown)) / onset
        a = variance / (lam + variance)
        gap = t / 2 * saddle.action
    converged = residual <= TOLERANCE
    phase = _phases(problem, variance, eigenvalue)
    return ModularSolutions(
        discrepancy=a,
        droplet_weight=weight,
        action_gap=gap,
        outer_amplitude=saddle.amplitude / math.sqrt(3 * problem.sextic_decay),
        eigenvalue=lam,
        phase=phase,
        residual=residual,
        converged=converged,
        message=tuple(_message(eigenvalue, *row) for row in zip(converged, phase, a, weight, residual, strict=True)),
        noise=variance,
        convention=eigenvalue,
        problem=problem,
    )


def _printed_product(t: float, excess: np.ndarray) -> np.ndarray:
    amplitude = outer_saddle(excess).amplitude
    return _printed_share(t, excess) * np.where(np.isnan(amplitude), 0, amplitude) ** 2


def _printed_share(t: float, excess: np.ndarray) -> np.ndarray:
    action = outer_saddle(excess).action
    none = np.isnan(action)
    return np.where(none, 0, expit(math.log(4) - t / 2 * np.where(none, 0, action)))


def _phases(problem: ModularAddition, noise: np.ndarray, eigenvalue: str) -> np.ndarray:
    found = transitions(problem, eigenvalue=eigenvalue)
    complete = noise <= (found.completion if found.completion is not None else -np.inf)
    return np.where(noise > found.onset, "GFL", np.where(complete, "GMFL-II", "GMFL-I"))


def _message(eigenvalue: str, converged: bool, phase: str, discrepancy: float, weight: float, residual: float) -> str:
    if converged:
        return f"{phase}: discrepancy {discrepancy:.6g}, droplets in {weight:.3g} of the modes, residual {residual:.1g}"
    if eigenvalue == "exact" or not math.isfinite(residual):
        return f"no solution: residual {residual:.1g}, above {TOLERANCE:g} or unknown, since the settings are out of the range of floats"
    return (
        f"no solution: residual {residual:.1g} > {TOLERANCE:g} at discrepancy {discrepancy:.6g}, where the printed closure jumps as the "
        'outer saddle appears; eigenvalue="exact" has none such'
    )


def _noises(noise: ArrayLike) -> np.ndarray:
    values = even("noise", noise, "(k,)")
    if values.dtype.kind not in "fiu":
        raise TypeError(f"noise must be a 1-D array of variances > 0, got {noise!r}")
    values = values.astype(np.float64)
    require(values.ndim == 1 and values.size > 0, f"noise must be a non-empty 1-D array of variances > 0, got shape {values.shape}")
    wrong = values[~(np.isfinite(values) & (values > 0))]
    require(wrong.size == 0, f"noise must hold finite variances > 0, got {wrong[:3].tolist()}")
    return values
