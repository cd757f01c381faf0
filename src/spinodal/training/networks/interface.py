"""What a network of a table of pairs has to offer."""

from typing import Any, Protocol, runtime_checkable

import numpy as np


class HasPrime(Protocol):
    """A problem over the symbols 0..prime-1."""

    @property
    def prime(self) -> int: ...


@runtime_checkable
class Network(Protocol):
    """A frozen, hashable shape: the key of the programs compiled for it. It holds no weights.

    All but `initialise` are pure, traceable by JAX and work in the dtype of the parameters; `pairs` is (n, 2) integers in 0..prime-1.
    """

    def initialise(self, problem: HasPrime, seed: int) -> dict[str, np.ndarray]:
        """Parameters at the start: float32 NumPy arrays, drawn from `numpy.random.default_rng(seed)`."""
        ...

    def logits(self, parameters: dict[str, Any], pairs: Any) -> Any:
        """Logits of the symbols, (n, prime): what accuracies and measures look at."""
        ...

    def training_logits(self, parameters: dict[str, Any], pairs: Any) -> Any:
        """Logits that the training loss looks at, (n, classes): those of `logits`, and after them those of tokens that are no symbol."""
        ...

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[Any]:
        """Activations of each hidden layer after its nonlinearity, (n, width) each."""
        ...
