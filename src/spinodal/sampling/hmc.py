"""Hamiltonian Monte Carlo with the Gaussian prior solved exactly: pure `init` and `step`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from .posteriors.interface import Array, Kernels, Place

INNER_STEPS = 2  # of the stiff part in one of the rest
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
    """What one trajectory did; `jumps[l - 1]` is its accepted squared jump of the potential after l steps, 0 beyond its length.

    With a stiff part jumps are a little low: a trajectory that really ended there would have kicked harder one step before.
    """

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

    Where the posterior names a stiff part of its potential, that and the prior are followed in `INNER_STEPS` shorter steps for each of
    the rest (Sexton and Weingarten 1992), whose kicks have Gregory's weights

        h (5/12, 13/12, 1, ..., 1, 13/12, 5/12):

    to first order in the rest the energy's error is that of a quadrature of its power along the path (Wisdom, Holman, Touma 1996), of
    order h^3 here and h^2 by the trapezoid rule of plain leapfrogs.
    """
    within = kernels if kernels.guide is None else _of_guide(kernels)
    stiff, inner_steps, end_share, beside = _splitting(kernels)
    keys = jax.random.split(key, 3)
    momentum = jax.random.normal(keys[0], state.position.shape, state.position.dtype)
    angle = step_size * jax.random.uniform(keys[1], minval=0.8, maxval=1.2)
    inner = angle / inner_steps
    cos, sin = jnp.cos(inner), jnp.sin(inner)
    energy = state.potential + jnp.sum(state.position**2) / 2 + jnp.sum(momentum**2) / 2

    def kicked(momentum, change, by):
        return momentum - by, change - jnp.vdot(by, momentum) + jnp.vdot(by, by) / 2

    def turned(position, momentum):
        position, momentum = cos * position + sin * momentum, cos * momentum - sin * position
        return position, momentum, stiff(position, constants)

    def turned_and_kicked(_, carry):
        position, momentum, change = carry
        position, momentum, force = turned(position, momentum)
        return position, *kicked(momentum, change, inner * force)

    def advance(i, carry):
        moving, force, momentum, change, jumps = carry
        share = jnp.where(i == 0, end_share, 1 - end_share) + jnp.where(i == 1, beside, 0) + jnp.where(i == leapfrog_steps - 1, beside, 0)
        momentum, change = kicked(momentum, change, angle * share * (moving.gradient - force) + inner / 2 * force)
        flow = (moving.position, momentum, change)
        if inner_steps > 1:
            flow = jax.lax.fori_loop(1, inner_steps, turned_and_kicked, flow)
        position, momentum, change = flow
        position, momentum, force = turned(position, momentum)
        moving = init(position, within, constants)
        share = end_share + jnp.where(leapfrog_steps == 1, beside, 0)
        momentum, change = kicked(momentum, change, angle * share * (moving.gradient - force) + inner / 2 * force)
        jump = _probability(change + moving.guided - state.guided) * (moving.guided - state.guided) ** 2
        return moving, force, momentum, change, jumps.at[i].set(jnp.where(jnp.isfinite(jump), jump, 0.0))

    first = state if kernels.guide is None else state._replace(known=())
    force, zero = stiff(state.position, constants), jnp.zeros((), state.potential.dtype)
    start = (first, force, momentum, zero, jnp.zeros(most_steps, state.potential.dtype))
    end, _, _, change, jumps = jax.lax.fori_loop(0, leapfrog_steps, advance, start)
    if kernels.guide is not None:
        end = _settle(end, kernels, constants)
    change = change + end.potential - state.potential
    probability = _probability(change)
    taken = jax.random.uniform(keys[2]) < probability
    state = jax.tree.map(lambda new, old: jnp.where(taken, new, old), end, state)
    info = Info(probability, energy + jnp.where(taken, change, 0.0), ~(jnp.abs(change) < DIVERGENT), jumps)
    return state, info


def _splitting(kernels: Kernels) -> tuple[Callable[[jax.Array, Any], Array], int, float, float]:
    """The stiff part's gradient, its steps in one of the rest, and shares of a step: the kick at an end, and what the next has beyond 1."""
    if kernels.stiff is None:
        return lambda position, constants: jnp.zeros((), position.dtype), 1, 1 / 2, 0.0
    return kernels.stiff, INNER_STEPS, 5 / 12, 1 / 12


def _of_guide(kernels: Kernels) -> Kernels:
    return Kernels(kernels.guide, kernels.observe, stiff=kernels.stiff)


def _settle(state: State, kernels: Kernels, constants: Any) -> State:
    """The guide's state with the true potential; where the true gradient comes with it, XLA leaves that out."""
    if kernels.potential is not None:
        potential, *known = kernels.potential(state.position, constants)
    else:
        potential, _, *known = kernels.potential_and_gradient(state.position, constants)
    return State(state.position, potential, state.gradient, state.guided, *known)


def _probability(change: jax.Array) -> jax.Array:
    return jnp.where(jnp.isfinite(change), jnp.exp(jnp.minimum(-change, 0.0)), 0.0)
