"""Losses over rows of which some may not count, and what counts as right."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from .interface import Rows


def weighted_mean(values: jax.Array, weight: jax.Array) -> jax.Array:
    """Over rows; NaN for an empty set."""
    return values @ weight.astype(values.dtype) / weight.sum().astype(values.dtype)


@dataclass(frozen=True)
class NearestTemplate:
    """Squared error against the label's template, averaged over outputs; right if no other template is nearer."""

    def loss(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """(1/n) sum over rows of |f - Y|^2 / outputs."""
        # The templates of all rows through one gather, which has no gradient; XLA hoists it out of the loop over updates
        return weighted_mean(((outputs - templates[rows.answers]) ** 2).mean(axis=1), rows.weight)

    def correct(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """|f - Y_s|^2 up to |f|^2, which is the same for all s."""
        distance = (templates**2).sum(axis=1) - 2 * outputs @ templates.T
        return jnp.argmin(distance, axis=1) == rows.answers


@dataclass(frozen=True)
class Classes:
    """A loss on logits; right if the label has the largest.

    `loss_function(logits, labels, weighted=weights) -> scalar`; `dtype`: logits are cast to it first. `classes`: how many logits, from the
    first on, can be an answer; None: all.
    """

    loss_function: Callable[..., jax.Array]
    dtype: str | None = None
    classes: int | None = None

    def loss(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """The weighted mean over rows."""
        logits = outputs if self.dtype is None else outputs.astype(self.dtype)
        return self.loss_function(logits, rows.answers, weighted=rows.weight)

    def correct(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """Of equal logits the first wins."""
        return jnp.argmax(outputs[:, : self.classes], axis=1) == rows.answers


@dataclass(frozen=True)
class Within:
    """Squared error against target vectors, averaged over outputs; right if below `tolerance`."""

    tolerance: float

    def loss(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """(1/n) sum over rows of |f - y|^2 / outputs."""
        return weighted_mean(((outputs - rows.answers) ** 2).mean(axis=1), rows.weight)

    def correct(self, outputs: jax.Array, rows: Rows, templates: jax.Array) -> jax.Array:
        """Each sample by itself."""
        return ((outputs - rows.answers) ** 2).mean(axis=1) < self.tolerance
