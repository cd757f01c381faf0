"""A network at one checkpoint, with what its measures share computed once."""

import functools
from functools import cached_property
from typing import Any

import numpy as np

from ...measures import fourier, information
from ...problems import ModularArithmetic
from ..outputs import derived_seed


class Look:
    """What an experimenter has at one step of one run; every part is computed when it is first asked for.

    `units`, `samples`: at most so many hidden units and training rows, drawn once for the run, go into the information measures.
    """

    def __init__(self, problem: ModularArithmetic, network: Any, parameters: dict[str, Any], *, units: int, samples: int, clusters: int):
        self.problem, self.network, self.parameters = problem, network, parameters
        self.units, self.samples, self.clusters = units, samples, clusters

    @cached_property
    def table(self) -> np.ndarray:
        """(p, features): what reads the first symbol."""
        from ...training.hooks import symbol_table

        return symbol_table(self.parameters, self.problem.prime).astype(np.float64)

    @cached_property
    def energies(self) -> np.ndarray:
        """((p-1)/2,): energy of each frequency in the table."""
        waves = fourier.basis(self.problem.prime)[1:] @ self.table
        return (waves**2).reshape(-1, 2 * waves.shape[1]).sum(axis=1)

    @cached_property
    def frequencies(self) -> tuple[int, ...]:
        """Key frequencies of the table at this step, not those of the end."""
        return fourier.key_frequencies(self.table, self.problem.prime, method="weights").frequencies

    @cached_property
    def participation(self) -> np.ndarray:
        """(features,), NaN for dead ones."""
        return fourier.inverse_participation_ratio(self.table.T)

    @cached_property
    def outputs(self) -> tuple[np.ndarray, np.ndarray]:
        """Last hidden layer and logits on all pairs."""
        hidden, logits = _forward(self.network)(self.parameters, self.problem.pairs)
        return np.asarray(hidden), np.asarray(logits)

    @property
    def logits(self) -> np.ndarray:
        """(p * p, p)."""
        return self.outputs[1]

    @cached_property
    def training_logits(self) -> np.ndarray:
        """(training rows, p)."""
        return self.logits[self.problem.train_mask]

    @cached_property
    def margins(self) -> np.ndarray:
        """(training rows,)."""
        return fourier.margins(self.training_logits, self.problem.labels[self.problem.train_mask])

    @cached_property
    def unions(self) -> information.ClusterUnions | None:
        """Of some hidden units on some training rows; None where units can't be clustered (too few that vary, or copies)."""
        hidden = self.outputs[0][self.problem.train_mask].astype(np.float64)
        draw = np.random.default_rng(derived_seed(self.problem.split_seed, 2))
        rows, columns = (np.sort(draw.permutation(n)[:most]) for n, most in zip(hidden.shape, (self.samples, self.units), strict=True))
        try:
            return information.cluster_unions(hidden[np.ix_(rows, columns)], self.clusters)
        except ValueError:
            return None


@functools.cache
def _forward(network: Any) -> Any:
    """(parameters, pairs) -> last hidden layer, logits; compiled once a network and shape."""
    import jax

    from ...compiling import one_thread

    def forward(parameters: Any, pairs: Any) -> tuple[Any, Any]:
        return network.hidden(parameters, pairs)[-1], network.logits(parameters, pairs)

    return jax.jit(forward, compiler_options=one_thread())
