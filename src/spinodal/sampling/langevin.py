"""Langevin dynamics, unadjusted or Metropolis-adjusted (MALA): a pure `step` on the state of `hmc`."""

from typing import Any

import jax
import jax.numpy as jnp

from .hmc import DIVERGENT, Info, State, init
from .posteriors.interface import Kernels


def step(
    key: jax.Array, state: State, kernels: Kernels, constants: Any, step_size: jax.Array, steps_per_draw: jax.Array, adjusted: bool
) -> tuple[State, Info]:
    """`steps_per_draw` steps z <- z - h (grad U_lik + z) + sqrt(2 h) xi; `adjusted` (static) refuses each by the MALA rule.

    ln q(z | z') - ln q(z' | z) = (|z' - z + h G|^2 - |z - z' + h G'|^2) / (4 h),     G = grad U_lik + z.
    """

    def one(i, carry):
        state, accepted, divergent = carry
        noise_key, test_key = jax.random.split(jax.random.fold_in(key, i))
        slope = state.gradient + state.position
        push = jnp.sqrt(2 * step_size) * jax.random.normal(noise_key, state.position.shape, state.position.dtype)
        moved = push - step_size * slope
        new = init(state.position + moved, kernels, constants)
        if not adjusted:
            return new, accepted + 1.0, divergent | ~jnp.isfinite(new.potential)
        back = step_size * (new.gradient + new.position) - moved
        backward = jnp.sum((back - push) * (back + push)) / (4 * step_size)
        change = new.potential - state.potential + jnp.sum(moved * (new.position + state.position)) / 2 + backward
        probability = jnp.where(jnp.isfinite(change), jnp.exp(jnp.minimum(-change, 0.0)), 0.0)
        taken = jax.random.uniform(test_key) < probability
        state = jax.tree.map(lambda a, b: jnp.where(taken, a, b), new, state)
        return state, accepted + probability, divergent | ~(jnp.abs(change) < DIVERGENT)

    start = (state, jnp.zeros((), state.potential.dtype), jnp.zeros((), bool))
    state, accepted, divergent = jax.lax.fori_loop(0, steps_per_draw, one, start)
    energy = state.potential + jnp.sum(state.position**2) / 2
    return state, Info(accepted / steps_per_draw, energy, divergent, jnp.zeros(1, state.potential.dtype))
