"""A network at one checkpoint, with what its measures share computed once."""

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
    def keys(self) -> fourier.KeyFrequencies:
        """Key frequencies of the table at this step, not those of the end, and the share of each frequency in its energy."""
        return fourier.key_frequencies(self.table, self.problem.prime, method="weights")

    @property
    def frequencies(self) -> tuple[int, ...]:
        """The key ones."""
        return self.keys.frequencies

    @cached_property
    def participation(self) -> np.ndarray:
        """(features,), NaN for dead ones."""
        return fourier.inverse_participation_ratio(self.table.T)

    @cached_property
    def outputs(self) -> tuple[np.ndarray, np.ndarray]:
        """Last hidden layer and logits on all pairs."""
        from ...training.hooks import forward

        hidden, logits = forward(self.network)(self.parameters, self.problem.pairs)
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
