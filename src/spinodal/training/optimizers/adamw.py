"""Adam with decoupled weight decay."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from ...errors import above_tiny, below_one, integer, not_negative, require
from .pytree import traced


class AdamWState(NamedTuple):
    """First and second moments, shaped as the parameters, and the number of updates made."""

    mean: Any
    square: Any
    updates: jax.Array


@traced("learning_rate", "weight_decay", "beta1", "beta2", "epsilon", "warmup")
@dataclass(frozen=True)
class AdamW:
    """Adam with decoupled decay on all parameters, biases and embeddings included.

        m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2,
        theta <- theta (1 - rate decay) - rate m_hat / (sqrt(v_hat) + epsilon),   m_hat = m / (1 - beta1^t),  v_hat = v / (1 - beta2^t).

    Arguments:
        learning_rate: > 0. weight_decay: >= 0. beta1, beta2: 0 <= beta < 1. epsilon: > 0.
        warmup: update t = 1, 2, ... has the rate times min((t - 1) / warmup, 1), for the decay too: the first update does
            nothing; 0: none.
    The factor 1 - rate decay is rounded as the parameters are: in float32 to multiples of 6e-8, so that rate times decay is good to some
    percent only at 1e-6, and nothing decays below 3e-8.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:1711.05101, algorithm 2, with the decay multiplied by the learning rate as in PyTorch.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    warmup: int = 0

    def __post_init__(self) -> None:
        checked = {
            "learning_rate": above_tiny("learning_rate", self.learning_rate),
            "weight_decay": not_negative("weight_decay", self.weight_decay),
            "beta1": below_one("beta1", self.beta1),
            "beta2": below_one("beta2", self.beta2),
            "epsilon": above_tiny("epsilon", self.epsilon),
            "warmup": integer("warmup", self.warmup, minimum=0, why="the number of updates until the full rate"),
        }
        # It is compared with the number of updates, an int32
        require(checked["warmup"] < 2**31, f"warmup must be below 2^31 updates, got {self.warmup}")
        # Floats all of them: an integer would be traced as one, in a program of its own
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def init(self, parameters: Any) -> AdamWState:
        """No moments yet."""
        return AdamWState(jax.tree.map(jnp.zeros_like, parameters), jax.tree.map(jnp.zeros_like, parameters), jnp.int32(0))

    def step(self, parameters: Any, gradients: Any, state: AdamWState) -> tuple[Any, AdamWState]:
        """One update."""
        updates = state.updates + 1
        t = updates.astype(jnp.result_type(jnp.float32, *jax.tree.leaves(parameters)))
        rate = self.learning_rate * jnp.where(t - 1 < self.warmup, (t - 1) / jnp.maximum(self.warmup, 1), 1.0)
        mean = jax.tree.map(lambda m, g: self.beta1 * m + (1 - self.beta1) * g, state.mean, gradients)
        square = jax.tree.map(lambda v, g: self.beta2 * v + (1 - self.beta2) * g * g, state.square, gradients)
        # expm1 and log: 1 - beta^t loses five digits of float32 at t = 1 and beta = .999
        mean_scale = rate / -jnp.expm1(t * jnp.log(self.beta1))
        square_scale = 1 / -jnp.expm1(t * jnp.log(self.beta2))
        keep = 1 - rate * self.weight_decay

        def moved(p, m, v):
            return (p * keep - mean_scale * m / (jnp.sqrt(v * square_scale) + self.epsilon)).astype(p.dtype)

        return jax.tree.map(moved, parameters, mean, square), AdamWState(mean, square, updates)
