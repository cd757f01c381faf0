"""What `sample` gives: draws, what they are worth, and whether to believe them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..problems import ModularAddition, TeacherStudent


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the posterior of one network on one data set.

    `scalars`: (chains, draws) array by name. `starts`: "prior" or "planted", by chain. `rhat`, `ess` (bulk), `ess_tail`: by scalar, NaN
    where undefined. `ebfmi`, `acceptance`, `divergences`: by chain. `acceptance` and `divergences` do not count the warm-up.
    `ebfmi` is NaN for Langevin, whose energy holds no momentum.
    `step_size` and `leapfrog_steps` are those after the warm-up; `gradient_evaluations` counts all chains and the warm-up, but not
    what neuron updates evaluate.
    `converged`: at least 2 chains, R-hat <= 1.05 and bulk ESS >= 100 of every scalar that varies, its means over planted and over other
    chains within 5 standard errors, all finite, no chain frozen; else `message` says why. It also names a scalar that is one number in
    every draw of every chain, which has no R-hat and is not judged, divergent trajectories and an E-BFMI below 0.3.
    """

    problem: TeacherStudent | ModularAddition
    scalars: dict[str, np.ndarray]
    starts: tuple[str, ...]
    acceptance: np.ndarray
    divergences: np.ndarray
    ebfmi: np.ndarray
    rhat: dict[str, float]
    ess: dict[str, float]
    ess_tail: dict[str, float]
    monte_carlo_error: dict[str, float]
    step_size: float
    leapfrog_steps: int
    converged: bool
    message: str
    gradient_evaluations: int
    seconds: float
    citation: str
    settings: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, eq=False)
class TeacherStudentPosterior(Posterior):
    """`Posterior` with `overlaps` w_i . w* and `transverse_norms` |w_i,perp|^2, (chains, draws, width) each."""

    overlaps: np.ndarray = field(repr=False)
    transverse_norms: np.ndarray = field(repr=False)

    @property
    def linear_discrepancy(self) -> np.ndarray:
        """b: the part of He_1 that is not learned, (chains, draws)."""
        return self.scalars["linear_discrepancy"]

    @property
    def cubic_discrepancy(self) -> np.ndarray:
        """c: the part of He_3 that is not learned, (chains, draws)."""
        return self.scalars["cubic_discrepancy"]

    @property
    def droplet_fraction(self) -> np.ndarray:
        """Share of neurons with |w . w*| above the threshold, (chains, draws)."""
        return self.scalars["droplet_fraction"]


@dataclass(frozen=True, eq=False)
class ModularAdditionPosterior(Posterior):
    """`Posterior` of modular addition, readouts integrated out."""

    @property
    def discrepancy(self) -> np.ndarray:
        """a: the part of the target that is not learned, (chains, draws)."""
        return self.scalars["discrepancy"]

    @property
    def droplet_weight(self) -> np.ndarray:
        """w: share of Fourier modes in a droplet, (chains, draws)."""
        return self.scalars["droplet_weight"]

    @property
    def amplitude_product(self) -> np.ndarray:
        """Mean of Phi_k Psi_k over neurons and modes k >= 1, (chains, draws)."""
        return self.scalars["amplitude_product"]
