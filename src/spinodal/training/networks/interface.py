"""What a network of a table of pairs has to offer."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True)
class Symbols:
    """A table by its size alone; what is enough of a problem for a network to start."""

    symbols: int

    @property
    def prime(self) -> int:
        """The same, for networks that are made for a prime."""
        return self.symbols


def symbols_of(problem: Any) -> int:
    """How many symbols there are: `problem.symbols`, or `problem.prime` of a problem that says no more."""
    return problem.symbols if hasattr(problem, "symbols") else problem.prime


@runtime_checkable
class Network(Protocol):
    """A frozen, hashable shape: the key of the programs compiled for it. It holds no weights.

    All but `initialise` are pure, traceable by JAX and work in the dtype of the parameters; `pairs` is (n, 2) integers in 0..symbols-1.
    """

    def initialise(self, problem: Any, seed: int) -> dict[str, np.ndarray]:
        """Parameters at the start, from `problem.symbols`: float32 NumPy arrays, drawn from `numpy.random.default_rng(seed)`."""
        ...

    def logits(self, parameters: dict[str, Any], pairs: Any) -> Any:
        """Logits of the symbols, (n, symbols): what accuracies and measures look at."""
        ...

    def training_logits(self, parameters: dict[str, Any], pairs: Any) -> Any:
        """Logits that the training loss looks at, (n, classes): those of `logits`, and after them those of tokens that are no symbol."""
        ...

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[Any]:
        """Activations of each hidden layer after its nonlinearity, (n, width) each."""
        ...
