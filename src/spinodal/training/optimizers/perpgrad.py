"""PerpGrad: no step along the weights, so that logits cannot grow by scale alone."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from .inner import require_optimizer
from .pytree import traced

PARALLEL = 1e-6  # of |g|: what is left of a gradient along w is round-off


@traced("inner")
@dataclass(frozen=True)
class PerpGrad:
    """Give `inner` the part of each tensor's gradient that is perpendicular to the tensor.

        g_perp = g - (w . g / w . w) w,   rescaled to the length of g

    Arguments:
        inner: the optimiser that makes the step. Its own weight decay still acts along w.
        rescale: True (default, the released code) or False (the paper's text).
    A gradient with |g_perp| < 1e-6 |g| (along w, as any one-element tensor's) becomes 0, not round-off blown up to |g|; a tensor that is
    all zeros has no direction and keeps g.
    Source: arXiv:2501.04697, section 5, and its released code.
    """

    inner: Any
    rescale: bool = True

    def __post_init__(self):
        require_optimizer("inner", self.inner)
        if not isinstance(self.rescale, bool):
            raise TypeError(f"rescale must be True or False, got {self.rescale!r}")

    def init(self, parameters: Any) -> Any:
        """The state of `inner`; this one has none."""
        return self.inner.init(parameters)

    def step(self, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
        """The step of `inner` on the perpendicular gradient."""
        return self.inner.step(parameters, jax.tree.map(self._perpendicular, parameters, gradients), state)

    def _perpendicular(self, weights: jax.Array, gradient: jax.Array) -> jax.Array:
        # In units of the largest entries, so that no square leaves the range of float32
        largest = jnp.max(jnp.abs(gradient), initial=0)
        unit, g = _divided(weights, jnp.max(jnp.abs(weights), initial=0)), _divided(gradient, largest)
        square = jnp.maximum(jnp.sum(unit * unit), jnp.finfo(unit.dtype).tiny)
        perpendicular = g
        for _ in range(2):  # a second time: the sums of the first leave round-off that grows with the size of the tensor
            perpendicular = perpendicular - jnp.sum(unit * perpendicular) / square * unit
        length, left = jnp.sqrt(jnp.sum(g * g)), jnp.sqrt(jnp.sum(perpendicular * perpendicular))
        if self.rescale:
            perpendicular = perpendicular * _divided(length, left)
        return jnp.where(left < PARALLEL * length, 0, perpendicular * largest)


def _divided(values: jax.Array, by: jax.Array) -> jax.Array:
    """`values / by`, and `values` where `by` is 0."""
    return values / jnp.where(by == 0, 1, by)
