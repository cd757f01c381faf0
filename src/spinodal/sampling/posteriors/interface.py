"""What a posterior offers to the samplers.

A module of this folder gives `SCALARS`, `CITATION`, `shape_key`, `constants`, `dimension`, `prior_start`, `planted_start`, `refreshes`
(whether the `refresh` of `bind` is worth its time for a problem), `guide_pays` (of a problem; None without a guide) and `bind`;
positions are flat vectors whose prior is N(0, I).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax

Array = Any  # NumPy on the host, JAX inside a compiled program


class Place(NamedTuple):
    """A position, its potential, and the third array of `potential_and_gradient` there."""

    position: Array
    potential: Array
    known: Array


class Kernels(NamedTuple):
    """Pure functions of one compiled shape.

    `potential_and_gradient(z, constants)`: minus log likelihood and its gradient, without the prior's |z|^2 / 2; a third array where
        `refresh` and `tune` want to know more of the position than the position.
    `observe(z, constants)`: dict of arrays kept for each draw, the scalars of `SCALARS` among them.
    `potential(z, constants)`: the first and third of these alone, where XLA is not to find out by itself what can be left out, or None.
    `guide(z, constants)`: a cheaper potential and gradient, near the true ones, for the steps within a trajectory, or None.
    `stiff(z, constants)`: the gradient of a part of the potential that costs next to nothing and holds its stiff directions, or None.
    `refresh(key, z, step_size, constants, tuning)`: an extra move that leaves the posterior invariant, or None: a `Place`, what it tells.
    `tune(z, known, constants, tuning)`: the tuning of this move fitted to positions (chains, dimension), between two chunks of the warm-up;
        `known` is that third array.
    `untuned(rounds)`: the tuning before that.
    """

    potential_and_gradient: Callable[[jax.Array, Any], tuple[jax.Array, ...]]
    observe: Callable[[jax.Array, Any], dict[str, jax.Array]]
    potential: Any = None
    guide: Any = None
    stiff: Any = None
    refresh: Any = None
    tune: Any = None
    untuned: Any = None
