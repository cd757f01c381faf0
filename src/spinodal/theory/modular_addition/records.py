"""What the theory of modular addition answers with."""

from dataclasses import dataclass

import numpy as np

from ...citations import RUBIN2024 as CITATION
from ...problems import ModularAddition


def eigenvalue_factor(problem: ModularAddition, convention: str) -> float:
    """C of lambda = C sigma_a^2 <Phi Psi>: 4 P^2 exactly, 1 as printed."""
    return 4.0 * problem.prime**2 if convention == "exact" else 1.0


@dataclass(frozen=True)
class ModularSolution:
    """The closure at one noise. Without an outer saddle `action_gap` and `outer_amplitude` are NaN."""

    discrepancy: float  # a, share of the target not yet learned: 1 before learning
    droplet_weight: float  # w, share of the Fourier modes of all neurons in the outer well
    action_gap: float  # S_k = P s_hat(Phi_+, Phi_+), against 0 for the empty mode
    outer_amplitude: float  # Phi_+
    eigenvalue: float  # lambda of the mean kernel on the target
    phase: str  # "GFL", "GMFL-I" or "GMFL-II", by the closed forms of `transitions`
    residual: float  # |a (lambda + noise) - noise| / noise, a being that of the coupling at which lambda was taken
    converged: bool
    message: str
    noise: float
    convention: str  # of the eigenvalue: "exact" or "printed"
    problem: ModularAddition
    citation: str = CITATION

    @property
    def amplitude_product(self) -> float:
        """<Phi Psi>, the mean product of the two amplitudes of a mode, that this eigenvalue claims: lambda / (C sigma_a^2)."""
        return self.eigenvalue / (eigenvalue_factor(self.problem, self.convention) * self.problem.readout_variance)


@dataclass(frozen=True, eq=False)
class ModularSolutions:
    """The closure at many noises: the fields of `ModularSolution`, each an array of `noise.shape`."""

    discrepancy: np.ndarray
    droplet_weight: np.ndarray
    action_gap: np.ndarray
    outer_amplitude: np.ndarray
    eigenvalue: np.ndarray
    phase: np.ndarray
    residual: np.ndarray
    converged: np.ndarray
    message: tuple[str, ...]
    noise: np.ndarray
    convention: str
    problem: ModularAddition  # its own noise is not used
    citation: str = CITATION

    @property
    def amplitude_product(self) -> np.ndarray:
        """<Phi Psi>, the mean product of the two amplitudes of a mode, that this eigenvalue claims: lambda / (C sigma_a^2)."""
        return self.eigenvalue / (eigenvalue_factor(self.problem, self.convention) * self.problem.readout_variance)


@dataclass(frozen=True)
class ModularTransitions:
    """Where the phases of modular addition end, as noises, in the limit of a large prime."""

    spinodal: float  # below it an outer saddle exists
    onset: float  # GFL above, GMFL-I below: the outer well is as deep as the centre
    completion: float | None  # GMFL-II at and below it; None where droplets never fill all modes
    message: str
    convention: str
    problem: ModularAddition  # its noise plays no part
    citation: str = CITATION
