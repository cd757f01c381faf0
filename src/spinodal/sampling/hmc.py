"""Hamiltonian Monte Carlo with the Gaussian prior solved exactly: pure `init` and `step`."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from .posteriors.interface import Array, Kernels

DIVERGENT = 1000.0  # an energy error beyond this is no rounding and no bad luck


class State(NamedTuple):
    """Position, the likelihood's potential and gradient there, and what else the posterior tells of it."""

    position: Array
    potential: Array
    gradient: Array
    known: Any = ()


class Info(NamedTuple):
    """What one trajectory did; `jumps[l - 1]` is its accepted squared jump of the potential after l steps, 0 beyond its length."""

    acceptance: Array
    energy: Array
    divergent: Array
    jumps: Array


def init(position: jax.Array, kernels: Kernels, constants: Any) -> State:
    """The state at a position: one gradient."""
    return State(position, *kernels.potential_and_gradient(position, constants))


def step(
    key: jax.Array, state: State, kernels: Kernels, constants: Any, step_size: jax.Array, leapfrog_steps: jax.Array, most_steps: int
) -> tuple[State, Info]:
    """One trajectory: fresh momentum, `leapfrog_steps` gradients (at most `most_steps`, which is static), Metropolis's test.

    The change of the energy H = U_lik + |z|^2/2 + |p|^2/2 is summed from the kicks, since rotations conserve the rest:

        dH = U_lik(end) - U_lik(start) + sum over kicks of (-(h/2) g.p + (h^2/8) |g|^2),

    so that float32 does not take the difference of two sums over all coordinates.
    """
    keys = jax.random.split(key, 3)
    momentum = jax.random.normal(keys[0], state.position.shape, state.position.dtype)
    angle = step_size * jax.random.uniform(keys[1], minval=0.8, maxval=1.2)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    energy = state.potential + jnp.sum(state.position**2) / 2 + jnp.sum(momentum**2) / 2

    def kick(momentum, gradient, change):
        change = change - angle / 2 * jnp.vdot(gradient, momentum) + angle**2 / 8 * jnp.vdot(gradient, gradient)
        return momentum - angle / 2 * gradient, change

    def advance(i, carry):
        moving, momentum, change, jumps = carry
        momentum, change = kick(momentum, moving.gradient, change)
        position = cos * moving.position + sin * momentum
        momentum = cos * momentum - sin * moving.position
        moving = init(position, kernels, constants)
        momentum, change = kick(momentum, moving.gradient, change)
        jump = _probability(change + moving.potential - state.potential) * (moving.potential - state.potential) ** 2
        return moving, momentum, change, jumps.at[i].set(jnp.where(jnp.isfinite(jump), jump, 0.0))

    start = (state, momentum, jnp.zeros((), state.potential.dtype), jnp.zeros(most_steps, state.potential.dtype))
    end, _, change, jumps = jax.lax.fori_loop(0, leapfrog_steps, advance, start)
    change = change + end.potential - state.potential
    probability = _probability(change)
    taken = jax.random.uniform(keys[2]) < probability
    state = jax.tree.map(lambda new, old: jnp.where(taken, new, old), end, state)
    info = Info(probability, energy + jnp.where(taken, change, 0.0), ~(jnp.abs(change) < DIVERGENT), jumps)
    return state, info


def _probability(change: jax.Array) -> jax.Array:
    return jnp.where(jnp.isfinite(change), jnp.exp(jnp.minimum(-change, 0.0)), 0.0)
