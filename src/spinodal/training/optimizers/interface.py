"""What the trainer asks of an optimiser."""

from typing import Any, Protocol


class Optimizer(Protocol):
    """Frozen settings, a JAX pytree whose numbers are traced; `init` and `step` are pure."""

    def init(self, parameters: Any) -> Any:
        """The state before the first update."""
        ...

    def step(self, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
        """Parameters and state after one update."""
        ...
