"""A sampler that answers at once: draws from the theory, in the record that `spinodal.sampling.sample` returns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from spinodal.problems import ModularAddition, TeacherStudent
from spinodal.theory import modular_addition, teacher_student


@dataclass(frozen=True, eq=False)
class Posterior:
    problem: Any
    scalars: dict
    overlaps: Any = None
    transverse_norms: Any = None
    rhat: Any = None
    ess: Any = None
    ess_tail: Any = None
    monte_carlo_error: Any = None
    acceptance: Any = None
    ebfmi: Any = None
    divergences: Any = None
    starts: tuple = ()
    converged: bool = True
    message: str = "a double"
    gradient_evaluations: int = 1234
    seconds: float = 0.0
    step_size: float = 0.1
    leapfrog_steps: int = 14
    settings: Any = None
    citation: str = "nobody"


def sample(problem, *, data_seed=0, chains=4, draws=40, warmup=0, seed=0, stop=None, **others) -> Posterior:
    """Theory plus noise, deterministic in the seeds."""
    draws = min(draws, 40)
    rng = np.random.default_rng([seed, data_seed])
    if isinstance(problem, TeacherStudent):
        found = teacher_student.solve(problem, corrections=("gram",), data=problem.draw(data_seed))
        centre = {
            "linear_discrepancy": found.linear_discrepancy,
            "cubic_discrepancy": found.cubic_discrepancy,
            "droplet_fraction": found.droplet_fraction(0.4),
        }
        weights = np.exp(found.log_density - found.log_density.max())
        overlaps = rng.choice(found.overlap, size=(chains, draws, problem.width), p=weights / weights.sum())
        norms = np.where(np.abs(overlaps) > 0.4, 0.27, 0.5) + 0.02 * rng.standard_normal(overlaps.shape)
    else:
        assert isinstance(problem, ModularAddition)
        found = modular_addition.solve(problem)
        product = found.eigenvalue / (4 * problem.prime**2 * problem.readout_variance)
        centre = {"discrepancy": found.discrepancy, "droplet_weight": found.droplet_weight, "amplitude_product": product}
        overlaps = norms = None
    scalars = {name: value + 0.002 * rng.standard_normal((chains, draws)) for name, value in centre.items()}
    return Posterior(
        problem=problem,
        scalars=scalars,
        overlaps=overlaps,
        transverse_norms=norms,
        rhat=dict.fromkeys(scalars, 1.003),
        ess=dict.fromkeys(scalars, 150.0),
        ess_tail=dict.fromkeys(scalars, 130.0),
        monte_carlo_error=dict.fromkeys(scalars, 0.002 / np.sqrt(150)),
        acceptance=np.full(chains, 0.8),
        ebfmi=np.full(chains, 0.9),
        divergences=np.zeros(chains, int),
        starts=tuple("planted" if i % 2 else "prior" for i in range(chains)),
        settings={"seed": seed},
    )
