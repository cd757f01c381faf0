"""Hamiltonian Monte Carlo with the Gaussian prior solved exactly: pure `init` and `step`."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from .posteriors.interface import Array, Kernels, Place

DIVERGENT = 1000.0  # an energy error beyond this is no rounding and no bad luck


class State(NamedTuple):
    """Position, the likelihood's potential there, the gradient that will kick, and the potential of that gradient.

    `guided` and `gradient` are the guide's where there is one, else `guided` is `potential`. `known`: what else the posterior tells.
    """

    position: Array
    potential: Array
    gradient: Array
    guided: Array
    known: Any = ()


class Info(NamedTuple):
    """What one trajectory did; `jumps[l - 1]` is its accepted squared jump of the potential after l steps, 0 beyond its length."""

    acceptance: Array
    energy: Array
    divergent: Array
    jumps: Array


def init(position: jax.Array, kernels: Kernels, constants: Any) -> State:
    """The state at a position: one gradient, and where there is a guide one potential more."""
    if kernels.guide is not None:
        return _settle(init(position, _of_guide(kernels), constants), kernels, constants)
    potential, gradient, *known = kernels.potential_and_gradient(position, constants)
    return State(position, potential, gradient, potential, *known)


def arrive(place: Place, kernels: Kernels, constants: Any) -> State:
    """The state at a place whose potential is known: with a guide its gradient alone is left to find."""
    if kernels.guide is None:
        return init(place.position, kernels, constants)
    guided, gradient = kernels.guide(place.position, constants)
    return State(place.position, place.potential, gradient, guided, place.known)


def step(
    key: jax.Array, state: State, kernels: Kernels, constants: Any, step_size: jax.Array, leapfrog_steps: jax.Array, most_steps: int
) -> tuple[State, Info]:
    """One trajectory: fresh momentum, `leapfrog_steps` gradients (at most `most_steps`, which is static), Metropolis's test.

    The kicks may come from a guide, whatever it is: kicks by a function of the position alone are shears, so trajectories stay reversible
    and keep volume, and the test asks for the true potential at both ends.

    The change of the energy H = U_lik + |z|^2/2 + |p|^2/2 is summed from the kicks, since rotations conserve the rest:

        dH = U_lik(end) - U_lik(start) + sum over kicks of (-(h/2) g.p + (h^2/8) |g|^2),

    so that float32 does not take the difference of two sums over all coordinates.
    """
    within = kernels if kernels.guide is None else _of_guide(kernels)
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
        moving = init(position, within, constants)
        momentum, change = kick(momentum, moving.gradient, change)
        jump = _probability(change + moving.guided - state.guided) * (moving.guided - state.guided) ** 2
        return moving, momentum, change, jumps.at[i].set(jnp.where(jnp.isfinite(jump), jump, 0.0))

    first = state if kernels.guide is None else state._replace(known=())
    start = (first, momentum, jnp.zeros((), state.potential.dtype), jnp.zeros(most_steps, state.potential.dtype))
    end, _, change, jumps = jax.lax.fori_loop(0, leapfrog_steps, advance, start)
    if kernels.guide is not None:
        end = _settle(end, kernels, constants)
    change = change + end.potential - state.potential
    probability = _probability(change)
    taken = jax.random.uniform(keys[2]) < probability
    state = jax.tree.map(lambda new, old: jnp.where(taken, new, old), end, state)
    info = Info(probability, energy + jnp.where(taken, change, 0.0), ~(jnp.abs(change) < DIVERGENT), jumps)
    return state, info


def _of_guide(kernels: Kernels) -> Kernels:
    return Kernels(kernels.guide, kernels.observe)


def _settle(state: State, kernels: Kernels, constants: Any) -> State:
    """The guide's state with the true potential; the true gradient is not asked for, and XLA leaves it out."""
    potential, _, *known = kernels.potential_and_gradient(state.position, constants)
    return State(state.position, potential, state.gradient, state.guided, *known)


def _probability(change: jax.Array) -> jax.Array:
    return jnp.where(jnp.isfinite(change), jnp.exp(jnp.minimum(-change, 0.0)), 0.0)
