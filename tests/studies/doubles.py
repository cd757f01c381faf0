"""A sampler that answers at once, with draws from the theory, and a trainer that answers at once, with curves that rise."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from spinodal.problems import ModularAddition, ModularArithmetic, TeacherStudent
from spinodal.theory import modular_addition, teacher_student
from spinodal.training import Grokfast, Trajectory
from spinodal.training import train as real_train
from spinodal.training.networks import Decoder


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


def trajectory(steps, **series) -> Trajectory:
    """A run that ended as asked, with these series; `rqi` and `parameters` only where given."""
    rest = {
        "rqi": np.full(len(steps), np.nan),
        "parameters": {},
        "measures": {},
        "measure_steps": np.array([], int),
        "checkpoints": {},
        "every": int(steps[1]) if len(steps) > 1 else 1,
        "converged": True,
        "message": "a double",
        "diverged_at": None,
        **dict.fromkeys(("seconds", "cpu_seconds", "measure_seconds"), 0.0),
        "settings": {},
    }
    return Trajectory(steps=steps, **{**rest, **series})


def train(problem, *, optimizer=None, steps=10_000, seed=0, every=10, **others) -> Trajectory:
    """Accuracies that rise at random times of this seed, in the record that `spinodal.training.train` returns."""
    curves_alone = isinstance(optimizer, Grokfast) or isinstance(others.get("network"), Decoder)
    if isinstance(problem, ModularArithmetic) and not curves_alone:  # its other studies look at real activations
        return real_train(problem, optimizer=optimizer, steps=steps, seed=seed, every=every, **others)
    rng = np.random.default_rng(seed)
    records = np.arange(0, steps + 1, every)
    fitted, generalised = steps * rng.uniform(0.1, 0.6, 2)
    rise, later = (np.clip(records / when, 0, 1) for when in (fitted, fitted + 2 * generalised))
    if others.get("norm") == "fixed" and others.get("initial_scale", 1.0) > 1.5:
        later = 0.3 * later  # a landscape that large norms do not pass
    symbols = getattr(problem, "symbols", None)
    line = later[-1] == 1
    embedding = {} if symbols is None else {"embedding": np.arange(symbols)[:, None] if line else rng.normal(size=(symbols, 1))}
    return trajectory(
        records,
        train_loss=np.exp(-4 * rise),
        test_loss=np.exp(-4 * later),
        train_accuracy=rise.astype(np.float32),
        test_accuracy=later.astype(np.float32),
        norm=10 * np.exp(-records / max(steps, 1)),
        rqi=later * line,
        parameters=embedding,
    )
