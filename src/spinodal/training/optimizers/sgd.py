"""Gradient descent with momentum."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from ...errors import above_tiny, below_one, not_negative
from .pytree import traced


@traced("learning_rate", "momentum", "weight_decay")
@dataclass(frozen=True)
class SGD:
    """Gradient descent with momentum and coupled decay.

        v <- momentum v + g + decay theta,   theta <- theta - rate v.

    Arguments:
        learning_rate: > 0. momentum: 0 <= momentum < 1. weight_decay: >= 0, coupled: it goes through the momentum.
    Raises: ValueError or TypeError that names the argument.
    """

    learning_rate: float = 0.1
    momentum: float = 0.0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        checked = {
            "learning_rate": above_tiny("learning_rate", self.learning_rate),
            "momentum": below_one("momentum", self.momentum),
            "weight_decay": not_negative("weight_decay", self.weight_decay),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def init(self, parameters: Any) -> Any:
        """No velocity yet."""
        return jax.tree.map(jnp.zeros_like, parameters)

    def step(self, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
        """One update."""
        velocity = jax.tree.map(lambda v, g, p: self.momentum * v + g + self.weight_decay * p, state, gradients, parameters)
        return jax.tree.map(lambda p, v: (p - self.learning_rate * v).astype(p.dtype), parameters, velocity), velocity
