"""Finite-size corrections: what each changes in the closure, as coefficients of a batch of noises."""

from dataclasses import dataclass, replace

import numpy as np

from ...problems import TeacherStudent, TeacherStudentData
from .action import SQRT6

CORRECTIONS = ("cavity", "ridge", "gram")


@dataclass(frozen=True, eq=False)
class Closure:
    """The closure of m noises: x = G [(1 - s) tau + s y],  tau - y + Q(x) x / kappa = 0,  Q = sigma_a^2 <g g^T / L>.

    Neurons have weight exp[A (x . g)^2 / (2 L) - ln(L) / 2] over their prior, L = 1 + ell <erf^2>.
    Without corrections G = 1, s = 0 and ell = 0.
    """

    noise: np.ndarray  # (m,)
    kappa: np.ndarray  # (m,)
    coupling: np.ndarray  # (m,): A = sigma_a^2 / (N kappa^2)
    self_response: np.ndarray  # (m,): ell
    self_share: float  # s
    gram: np.ndarray  # (2, 2)
    target: np.ndarray  # (2,): y = (1, sqrt(6) epsilon)
    problem: TeacherStudent

    def take(self, which) -> "Closure":
        """The closures of some of the noises."""
        noise, kappa, coupling, response = (a[which] for a in (self.noise, self.kappa, self.coupling, self.self_response))
        return replace(self, noise=noise, kappa=kappa, coupling=coupling, self_response=response)

    @property
    def u(self) -> np.ndarray:
        """u = A / d, with the corrected kappa."""
        return self.coupling / self.problem.input_dim

    def field(self, tau):
        """x, the discrepancy that one neuron sees; tau (m, 2) in the orthonormal basis."""
        return ((1 - self.self_share) * tau + self.self_share * self.target) @ self.gram.T


def closure(problem: TeacherStudent, noise, corrections=(), data: TeacherStudentData | None = None) -> Closure:
    """The coefficients at every noise.

    cavity (finite width N): the neuron's own contribution is put back; s = 1 / N, ell = sigma_a^2 n / (N sigma^2).
    ridge (finite n): kappa becomes the effective ridge of `effective_ridge`.
    gram (this data set): G = H^T H / n with H = (He_1, He_3 / sqrt(6)) at the data.
    """
    noise = np.asarray(noise, dtype=np.float64)
    kappa = noise / problem.samples
    if "ridge" in corrections:
        kappa = effective_ridge(problem, kappa)
    cavity = "cavity" in corrections
    response = problem.readout_variance * problem.samples / (problem.width * noise)
    return Closure(
        noise=noise,
        kappa=kappa,
        coupling=problem.readout_variance / problem.width / kappa / kappa,  # kappa^2 could underflow
        self_response=response if cavity else np.zeros_like(noise),
        self_share=1 / problem.width if cavity else 0.0,
        gram=gram_matrix(data) if "gram" in corrections and data is not None else np.eye(2),
        target=np.array([1.0, SQRT6 * problem.cubic]),
        problem=problem,
    )


def effective_ridge(problem: TeacherStudent, kappa):
    """The positive root of t = kappa + (d - 1) / n * lambda_1 t / (lambda_1 + t) + rho / n, a quadratic.

    lambda_1 = 4 sigma_a^2 sigma_w^2 / (pi d (1 + 2 sigma_w^2)) is the kernel's eigenvalue of the d linear modes,
    rho = (2 sigma_a^2 / pi) (arcsin(x) - x), x = 2 sigma_w^2 / (1 + 2 sigma_w^2), its trace over the modes too high to be learned.
    """
    d, n, a = problem.input_dim, problem.samples, problem.readout_variance
    x = 2 * problem.weight_variance / (1 + 2 * problem.weight_variance)
    eigenvalue = 2 * a * x / (np.pi * d)
    floor = kappa + 2 * a / np.pi * (np.arcsin(x) - x) / n
    half = (eigenvalue * (1 - (d - 1) / n) - floor) / 2
    product = np.sqrt(half * half + floor * eigenvalue)
    # of the two forms of the root, the one without cancellation
    return np.where(half > 0, floor * eigenvalue / (product + np.abs(half)), product - half)


def gram_matrix(data: TeacherStudentData):
    """G = H^T H / n, the data's own overlaps of He_1 and He_3 / sqrt(6) along the teacher."""
    z = data.inputs @ data.teacher
    modes = np.stack([z, (z**3 - 3 * z) / SQRT6])
    return modes @ modes.T / len(z)
