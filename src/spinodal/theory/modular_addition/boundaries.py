"""The transitions of modular addition in closed form."""

import math

from ...errors import choice, instance
from ...problems import ModularAddition
from .records import ModularTransitions, eigenvalue_factor

CONVENTIONS = ("exact", "printed")


def transitions(problem: ModularAddition, *, eigenvalue: str = "exact") -> ModularTransitions:
    """The noises at which droplets become possible, start to form and fill every mode.

        spinodal = sqrt(2 sigma_a^2 P^2 / (N sqrt(gamma))),    onset = sqrt(sigma_a^2 P^2 sqrt(3 / gamma) / N),
        completion = onset - lambda_c,    lambda_c = 3 C sigma_a^2 / gamma,    C = 4 P^2 (exact) or 1 (printed).

    Arguments:
        problem: a `ModularAddition`; its noise plays no part.
        eigenvalue: "exact", or "printed" for the published eigenvalue, which lacks the factor 4 P^2; default "exact".
    Returns: `ModularTransitions`, noises sigma^2 with spinodal > onset > completion.
    Undefined: `completion` is None where lambda_c >= onset; at fixed P, and sigma_a^2 = s / (N P^2), the exact eigenvalue needs
        s < sqrt(3) gamma^(3/2) / 144.
    Source: arXiv:2310.03789, section 3.2 and appendix B, large P. Erratum: lambda of (35) and (36) needs 4 P^2.
    """
    instance("problem", problem, ModularAddition)
    choice("eigenvalue", eigenvalue, CONVENTIONS)
    onset, width = onset_noise(problem), droplet_eigenvalue(problem, eigenvalue)
    completion = onset - width if width < onset else None
    end = (
        f"complete at {completion:.6g}" if completion is not None else "never complete: all modes in droplets would exceed the onset noise"
    )
    spinodal = onset * (4 / 3) ** 0.25  # g falls as 1 / noise^2, and the two couplings are as 1 to 2 / sqrt(3)
    message = f"droplets possible below noise {spinodal:.6g}, formed below {onset:.6g}, {end}"
    return ModularTransitions(spinodal, onset, completion, message, eigenvalue, problem)


def onset_noise(problem: ModularAddition) -> float:
    """sigma_I^2, where at discrepancy 1 the coupling g reaches g_c = 2 sqrt(gamma / 3)."""
    # Roots before quotients, which may leave the range of floats
    per_neuron = math.sqrt(problem.readout_variance) / math.sqrt(problem.width)
    return problem.prime * per_neuron * 3**0.25 / problem.sextic_decay**0.25


def droplet_eigenvalue(problem: ModularAddition, eigenvalue: str) -> float:
    """lambda_c, the eigenvalue when every mode is a droplet of amplitude sqrt(3 / gamma)."""
    return 3 * eigenvalue_factor(problem, eigenvalue) * problem.readout_variance / problem.sextic_decay
