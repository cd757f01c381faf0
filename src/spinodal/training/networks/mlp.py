"""Plain multilayer perceptrons on vectors."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...errors import choice

ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu}


def uniform_layers(rng: np.random.Generator, sizes: Sequence[int], scale: float = 1.0) -> dict[str, list[np.ndarray]]:
    """`weights` and `biases` ~ U(-1, 1)/sqrt(fan-in) times `scale`, float32."""
    weights, biases = [], []
    for fan_in, fan_out in itertools.pairwise(sizes):
        bound = scale / np.sqrt(fan_in)
        weights.append(rng.uniform(-bound, bound, (fan_in, fan_out)).astype(np.float32))
        biases.append(rng.uniform(-bound, bound, fan_out).astype(np.float32))
    return {"weights": weights, "biases": biases}


def layers(parameters: dict[str, Any], h: jax.Array, activation: str) -> jax.Array:
    """h through all layers; the last one is linear."""
    for layer, (weights, bias) in enumerate(zip(parameters["weights"], parameters["biases"], strict=True)):
        h = (ACTIVATIONS[activation](h) if layer else h) @ weights + bias
    return h


@dataclass(frozen=True)
class MLP:
    """x -> hidden_widths -> output_dim of the problem, `activation` between.

    Arguments:
        activation: "tanh" (default) or "relu".
    Parameters: `weights` [(in, out), ...] and `biases` [(out,), ...], U(-1, 1)/sqrt(fan-in), float32.
    """

    activation: str = "tanh"

    def __post_init__(self):
        choice("activation", self.activation, tuple(ACTIVATIONS))

    def initialise(self, problem: Any, seed: int) -> dict[str, Any]:
        """Uniform parameters of this seed."""
        sizes = (problem.input_dim, *problem.hidden_widths, problem.output_dim)
        return uniform_layers(np.random.default_rng(seed), sizes)

    def logits(self, parameters: dict[str, Any], inputs: jax.Array) -> jax.Array:
        """(n, outputs) of inputs (n, features)."""
        return layers(parameters, inputs, self.activation)
