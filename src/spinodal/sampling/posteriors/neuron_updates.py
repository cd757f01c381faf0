"""Moves beside HMC for what HMC moves slowly: the number of droplets, their common size, and the overlaps of quiet neurons.

`refresh` first slides along the overlaps of all neurons (`overlap_trajectory`), then runs rounds. A round

1. picks a set T of neurons: each droplet, |w . w*| > `far`, with chance `far_share`, each of the tail below with `middle_share`, each
   quiet neuron with `near_share`, such that about `PICKED` of each kind are in (hundreds of quiet ones need not all be asked);
2. integrates over the readouts of T. With G = Phi_T Phi_T^T + c, c = sigma^2 N / sigma_a^2, and e the targets less what the neurons
   outside T say, the likelihood of the weights in T is

       L = |G / c|^(-1/2) exp[-e . r / (2 sigma^2)],      r = e - Phi_T^T alpha,   alpha = G^-1 Phi_T e;

3. lets droplets be born and die, and grow and shrink together, under p L s (`droplet_moves`), s the chance of having been picked: the law
   of neurons and T together is the posterior times the chance of T;
4. draws the readouts of T from their conditional, N(alpha, sigma^2 G^-1).

If more neurons are picked than there are slots, the round does nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from . import droplet_law, droplet_moves
from .droplet_law import DropletLaw
from .droplet_moves import Collapsed, Kind, Yielding
from .interface import Array, Place
from .overlap_trajectory import slide
from .stretches import stretch
from .teacher_student import Constants, Shape, split

SLOTS = 40  # neurons in T at most
PICKED = 4, 6, 22  # quiet neurons, tail and droplets aimed at; chance adds some
PICKED_TO_STRETCH = 18, 10  # tail and droplets
STRETCHES = 3  # rounds of stretches for each of births and deaths
MIDDLE, LEAST_FAR = 2.5, 5.0  # prior deviations of the overlap; a droplet is what lies beyond that and half of the droplet's mean
START = 1.25  # overlap in units of sigma_w from which the droplet's mean is sought
YIELD = 0.08  # share of its answer to one more droplet, all others at rest, that a droplet gives when all of them answer
SLIDE = 1.6  # step of the slide, in steps of HMC: no stiff direction but the readouts'


class Tuning(NamedTuple):
    """Rounds, and what the warm-up has learned of droplets. All traced."""

    rounds: Array
    kind: Kind
    yielding: Yielding
    law: DropletLaw
    tail: Kind  # the same cuts, with the chances for rounds of stretches
    bend: Array  # r of a neuron falls as exp(-bend q^2) with its whitened overlap q


class Info(NamedTuple):
    """Share of the neurons asked that changed their kind, of breaths and stretches taken, and acceptance of the slide."""

    changed: Array
    breathed: Array
    stretched: Array
    slid: Array


class _Network(NamedTuple):
    """Whitened weights (width, input_dim) and readouts (width,), targets less output (samples,)."""

    weights: Array
    readouts: Array
    residual: Array


def bind_neuron_updates(shape: Shape) -> tuple[Callable, Callable, Callable]:
    """`refresh`, `tune` and `untuned` of `Kernels`; `refresh` tells `Info`."""
    slots = min(SLOTS, shape.width)

    def refresh(key: jax.Array, z: jax.Array, step_size: Array, constants: Constants, tuning: Tuning) -> tuple[Place, Info]:
        inputs = _scaled_inputs(constants, shape)
        typical = droplet_law.averages(inputs @ tuning.law.mean, tuning.law.spread)
        z, residual, slid = slide(jax.random.fold_in(key, tuning.rounds), z, constants, SLIDE * step_size, shape)

        def births(key, weights, phi, picked):
            keys = jax.random.split(key)
            weights, phi, changed = droplet_moves.births_and_deaths(
                keys[0], weights, phi, picked, typical, tuning.law, tuning.yielding, tuning.kind
            )
            weights, phi, breathed = droplet_moves.breathe(keys[1], weights, phi, picked, tuning.kind)
            return weights, phi, jnp.stack([changed, breathed])

        def stretches(key, weights, phi, picked):
            return stretch(key, weights, phi, picked, tuning.tail, tuning.bend)

        def body(i, carry):
            network, told, stretched = carry
            keys = jax.random.split(jax.random.fold_in(key, i), 1 + STRETCHES)
            network, told_now = _round(keys[0], network, births, inputs, constants, tuning.kind, slots)

            def stretch_round(k, carry):
                network, stretched = carry
                network, now = _round(keys[1 + k], network, stretches, inputs, constants, tuning.tail, slots)
                return network, stretched + now / STRETCHES

            network, stretched = jax.lax.fori_loop(0, STRETCHES, stretch_round, (network, stretched))
            return network, told + told_now, stretched

        start = (_Network(*split(z, shape), residual), jnp.zeros(2), jnp.float32(0))
        end, told, stretched = jax.lax.fori_loop(0, tuning.rounds, body, start)
        rounds = jnp.maximum(tuning.rounds, 1)
        position, potential = jnp.concatenate([end.weights.ravel(), end.readouts]), end.residual @ end.residual / (2 * constants.noise)
        return Place(position, potential, end.residual), Info(told[0] / rounds, told[1] / rounds, stretched / rounds, slid)

    def untuned(rounds: int) -> Tuning:
        near_share = min(1.0, PICKED[0] / shape.width)
        kind = Kind(*(np.float32(x) for x in (MIDDLE, LEAST_FAR, near_share, max(near_share, 0.1), 1.0)))
        law = droplet_law.unknown(shape.input_dim, shape.tiles * shape.tile)
        return Tuning(np.int32(rounds), kind, Yielding(np.zeros_like(law.mean), np.float32(1)), law, kind, np.float32(0))

    def tune(z: jax.Array, residual: jax.Array, constants: Constants, tuning: Tuning) -> Tuning:
        """To the network with most droplets: their law, how they yield to one more, and the share of them that fits into the slots."""
        inputs = _scaled_inputs(constants, shape)
        every_weight, every_readout = jax.vmap(lambda position: split(position, shape))(z)
        most = jnp.argmax(jnp.sum(tuning.kind.is_far(every_weight), axis=1))
        weights, readouts, residual = every_weight[most], every_readout[most], residual[most]
        far = tuning.kind.is_far(weights)
        index = jnp.argsort(~far, stable=True)[:slots]
        phi = jax.lax.erf(weights[index] @ inputs.T) * far[index, None]
        targets = residual + (readouts[index] * constants.readout_scale) @ phi
        cost = _cost(constants)
        factor = jnp.linalg.cholesky(phi @ phi.T + cost * jnp.eye(slots, dtype=jnp.float32))
        white = jax.scipy.linalg.solve_triangular(factor, phi, lower=True)
        start = jnp.zeros(shape.input_dim, jnp.float32).at[0].set(START * np.sqrt(shape.input_dim))

        def fitted(white):
            return droplet_law.fit(start, inputs, targets - (white @ targets) @ white, white, constants.noise, cost)

        law = fitted(white)
        one_more = jax.lax.erf(inputs @ law.mean)
        one_more = one_more - (white @ one_more) @ white
        loaded = fitted(jnp.concatenate([white, one_more[None] / jnp.sqrt(one_more @ one_more + cost)]))
        scale = (jnp.trace(loaded.covariance) / jnp.trace(law.covariance)) ** (YIELD / 2)
        shift = YIELD * (loaded.mean - law.mean) + (1 - scale) * law.mean
        kind = tuning.kind._replace(far=jnp.maximum(LEAST_FAR, jnp.abs(law.mean[0]) / 2))
        droplets, beyond = jnp.sum(kind.is_far(weights)), jnp.sum(jnp.abs(weights[:, 0]) > kind.middle)

        def with_room(kind: Kind, middle: int, far: int) -> Kind:
            shares = jnp.minimum(1.0, jnp.array([middle, far]) / jnp.maximum(1, jnp.stack([beyond - droplets, droplets])))
            return kind._replace(middle_share=jnp.maximum(shares[0], kind.near_share), far_share=shares[1])

        kind, tail = with_room(kind, *PICKED[1:]), with_room(kind, *PICKED_TO_STRETCH)
        squares = law.mean**2 + jnp.diag(law.covariance)
        bend = -jnp.log(jnp.mean(squares[1:])) / squares[0]
        return Tuning(tuning.rounds, kind, Yielding(shift, scale), law, tail, bend)

    return refresh, tune, untuned


def _round(
    key: jax.Array,
    network: _Network,
    move: Callable,
    inputs: Float[Array, "samples input_dim"],
    constants: Constants,
    kind: Kind,
    slots: int,
) -> tuple[_Network, jax.Array]:
    """Pick neurons, `move(key, weights, phi, picked)` them, draw their readouts; the network, and what the move tells."""
    keys = jax.random.split(key, 3)
    member = jax.random.uniform(keys[0], network.readouts.shape) < jnp.exp(kind.log_chance(network.weights))
    count = jnp.sum(member)
    count = jnp.where(count <= slots, count, 0)
    index = jnp.argsort(~member, stable=True)[:slots]
    inside = jnp.arange(slots) < count

    weights, a = network.weights[index], network.readouts[index] * constants.readout_scale
    phi = jax.lax.erf(weights @ inputs.T) * inside.astype(jnp.float32)[:, None]
    picked = Collapsed(inputs, network.residual + a @ phi, constants.noise, _cost(constants), inside)
    moved, phi, told = move(keys[1], weights, phi, picked)

    factor = picked.factor(phi @ phi.T)
    noisy = jax.scipy.linalg.solve_triangular(factor, phi @ picked.targets, lower=True)
    noisy = noisy + jnp.sqrt(constants.noise) * jax.random.normal(keys[2], (slots,))
    a = jnp.where(inside, jax.scipy.linalg.solve_triangular(factor, noisy, lower=True, trans=1), a)
    network = _Network(
        network.weights.at[index].set(jnp.where(inside[:, None], moved, weights)),
        network.readouts.at[index].set(a / constants.readout_scale),
        picked.targets - a @ phi,  # empty slots have no activation
    )
    return network, told


def _scaled_inputs(constants: Constants, shape: Shape) -> Float[Array, "samples input_dim"]:
    """(samples, input_dim): pre-activations are these times whitened weights."""
    return constants.inputs.reshape(-1, shape.input_dim) * constants.weight_scale


def _cost(constants: Constants) -> Float[Array, ""]:
    """c = sigma^2 N / sigma_a^2."""
    return constants.noise / constants.readout_scale**2
