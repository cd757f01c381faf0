"""A posterior as numbers of fixed shape: no times, no host, so that every executor stores the same bytes."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def derived_seed(*words: int | float) -> int:
    """A seed for a cell's chains out of its settings: cells must not share random numbers, or their errors would be correlated."""
    entropy = [int(word) if isinstance(word, int) else int(np.float64(word).view(np.uint64)) for word in words]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def posterior_outputs(posterior: Any) -> dict[str, Any]:
    """Means with errors and diagnostics of every scalar, and the health of the chains."""
    found: dict[str, Any] = {}
    for name, draws in posterior.scalars.items():
        values = np.asarray(draws, dtype=np.float64)
        sd = float(values.std(ddof=1)) if values.size > 1 else np.nan
        found[f"{name}_mean"] = float(values.mean())
        found[f"{name}_sd"] = sd
        found[f"{name}_mcse"] = float(posterior.monte_carlo_error[name])
        found[f"{name}_rhat"] = float(posterior.rhat[name])
        found[f"{name}_ess_bulk"] = float(posterior.ess[name])
        found[f"{name}_ess_tail"] = float(posterior.ess_tail[name])
        found[f"{name}_chain_mean"] = values.mean(axis=1)
    found["converged"] = bool(posterior.converged)
    found["acceptance"] = np.asarray(posterior.acceptance, dtype=np.float64)
    found["ebfmi"] = np.asarray(posterior.ebfmi, dtype=np.float64)
    found["divergences"] = int(np.sum(posterior.divergences))
    found["gradient_evaluations"] = int(posterior.gradient_evaluations)
    found["kept_draws"] = int(next(iter(posterior.scalars.values())).shape[1])
    found["planted"] = np.array([start == "planted" for start in posterior.starts])
    return found


def output_dims(scalars: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Names for the dimensions of `posterior_outputs`."""
    return {**{f"{name}_chain_mean": ("chain",) for name in scalars}, **dict.fromkeys(("acceptance", "ebfmi", "planted"), ("chain",))}
