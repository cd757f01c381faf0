"""Fourier modes of single neurons flipped between the quiet well and the outer one, all readouts integrated out.

A droplet is a mode k of a neuron with Phi_k and Psi_k both beyond the barrier. HMC carries one over it once in many trajectories;
here a mode is asked to take new amplitudes w_k, v_k from the other well at once. A birth picks one of the Q quiet modes of all neurons and
draws it from

    ln Phi and ln Psi ~ N(m, s^2), both phases uniform, so that its density is g(w, v) = p(Phi) p(Psi) / pi^2 with d(w, v) in C^2,

a death picks one of the M droplets and draws it from the Gaussian prior, f(w, v) = (P / pi)^2 exp[-P (Phi + Psi)]. Births and deaths are
asked equally often, and Metropolis's rule takes a birth x -> x' with probability

    min(1, exp[-(U(x') - U(x))] [f(x') / g(x')] Q / (M + 1)),

U without the Gaussian prior, which f(x) as the proposal of the way back cancels; a death is its inverse. One neuron is one column x of
the features, so that with B = 1 + s X X^T, s = sigma_a^2 / (N sigma^2), taking x out and x' in changes both terms of U by numbers: with
v = B^-1 x, l = 1 - s x.v, beta = x'.v, alpha = x'.B^-1 x' + s beta^2 / l,

    Y^T B^-1 Y  grows by  s |Y^T v|^2 / l - s |Y^T (B^-1 x' + s v beta / l)|^2 / (1 + s alpha),     det B by the factor l (1 + s alpha).

m, s and the number of asks are fitted to all chains in the warm-up.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import cho_solve
from jaxtyping import Float

from .interface import Array, Place
from .modular_addition import Constants, coupling_of, features_of, is_droplet, modes_of, potential_and_gradient, power_of, split, waves

ASKS = 32  # births or deaths tried in a round
FLIPS, MOST_ROUNDS = 2.0, 32  # of `HMC.neuron_updates`, each asks so often that about FLIPS are taken, in MOST_ROUNDS rounds at most
HOPELESS = 1e-4  # share of asks that are taken below which none is made
MEAN, DEVIATION, CERTAINTY = 0.0, 0.35, 8.0  # of ln(Phi / sqrt(3 / gamma)) before droplets are seen, and how many of them that is worth
LEAST_DEVIATION = 0.1


class Tuning(NamedTuple):
    """Updates asked for, rounds for each, and the law of ln(Phi / sqrt(3 / gamma)) in droplets. All traced."""

    updates: Array
    rounds: Array
    mean: Array
    deviation: Array


class Dice(NamedTuple):
    """What chance decides of ASKS asks, in advance: the network that they meet does not depend on it."""

    born: Array  # (asks,) bool: a birth, else a death
    which: Array  # (asks,) uniform: which of the modes that could
    logs: Array  # (asks, 2) standard normal: ln Phi and ln Psi of a birth
    phases: Array  # (asks, 2)
    normals: Array  # (asks, 2, 2) standard normal: real and imaginary w_k and v_k of a death
    level: Array  # (asks,) logarithm of a uniform number


class Network(NamedTuple):
    """Weights (P, 2, N), and B^-1 (P^2, P^2) and B^-1 Y (P^2, P) of their features."""

    weights: Array
    inverse: Array
    fitted: Array


class Asked(NamedTuple):
    """Of each ask: the neuron, its weights (P, 2, asks) if it agrees, logarithm of the chance of being taken, both columns of features."""

    neuron: Array
    weights: Array
    log_chance: Array
    before: Array  # (P^2, asks)
    after: Array


def untuned(updates: int) -> Tuning:
    """Before droplets are seen."""
    return Tuning(np.int32(updates), np.int32(1), np.float32(MEAN), np.float32(DEVIATION))


def tune(z: jax.Array, known: jax.Array, constants: Constants, tuning: Tuning) -> Tuning:
    """To all chains z (chains, dimension): the law of their droplets, and how many asks it takes until some are taken."""
    del known
    every_weights = jax.vmap(lambda position: split(position, constants))(z)
    power = jax.vmap(lambda weights: power_of(weights, constants))(every_weights)
    far = is_droplet(power, constants, axis=2)[:, :, None]
    logs, count = jnp.log(power / _outer(constants)), 2 * jnp.sum(far) + CERTAINTY
    mean = (jnp.sum(jnp.where(far, logs, 0)) + CERTAINTY * MEAN) / count
    square = (jnp.sum(jnp.where(far, (logs - mean) ** 2, 0)) + CERTAINTY * DEVIATION**2) / count
    tuning = tuning._replace(mean=mean, deviation=jnp.maximum(LEAST_DEVIATION, jnp.sqrt(square)))

    def taken(weights, chain):
        chances = ask(throw(jax.random.key(chain)), survey(weights, constants), constants, tuning).log_chance
        return jnp.mean(jnp.exp(jnp.minimum(0.0, chances)))

    share = jnp.mean(jax.lax.map(lambda both: taken(*both), (every_weights, jnp.arange(len(z)))))
    rounds = jnp.clip(jnp.round(FLIPS / (ASKS * jnp.maximum(share, HOPELESS))), 1, MOST_ROUNDS)
    return tuning._replace(rounds=jnp.where(share > HOPELESS, rounds, 0).astype(jnp.int32))


def refresh(key: jax.Array, z: jax.Array, step_size: Array, constants: Constants, tuning: Tuning) -> tuple[Place, Array]:
    """All rounds; the place, and the share of asks that were taken."""
    del step_size
    rounds = tuning.updates * tuning.rounds

    def one_round(i, carry):
        network, taken = carry
        network, now = flips(throw(jax.random.fold_in(key, i)), network, constants, tuning)
        return network, taken + now

    def flipped(weights):
        network, taken = jax.lax.fori_loop(0, rounds, one_round, (survey(weights, constants), jnp.zeros((), z.dtype)))
        return network.weights, taken / rounds

    def left_alone(weights):
        return weights, jnp.zeros((), z.dtype)

    weights, taken = jax.lax.cond(rounds > 0, flipped, left_alone, split(z, constants))
    position = weights.ravel()
    return Place(position, potential_and_gradient(position, constants)[0], ()), taken


def throw(key: jax.Array) -> Dice:
    """The dice of one round."""
    keys = jax.random.split(key, 6)
    return Dice(
        jax.random.bernoulli(keys[0], 0.5, (ASKS,)),
        jax.random.uniform(keys[1], (ASKS,)),
        jax.random.normal(keys[2], (ASKS, 2)),
        jax.random.uniform(keys[3], (ASKS, 2), maxval=2 * np.pi),
        jax.random.normal(keys[4], (ASKS, 2, 2)),
        jnp.log(jax.random.uniform(keys[5], (ASKS,), minval=jnp.finfo(jnp.float32).tiny)),
    )


def survey(weights: Float[Array, "prime 2 width"], constants: Constants) -> Network:
    """The network at these weights."""
    features = features_of(weights)
    gram = jnp.eye(len(features), dtype=weights.dtype) + coupling_of(weights.shape[2], constants) * (features @ features.T)
    inverse = cho_solve((jnp.linalg.cholesky(gram), True), jnp.eye(len(features), dtype=weights.dtype))
    return Network(weights, inverse, inverse @ constants.targets)


def flips(dice: Dice, network: Network, constants: Constants, tuning: Tuning) -> tuple[Network, jax.Array]:
    """All asks of a round, one after the other; the network, and the share that was taken."""
    coupling = coupling_of(network.weights.shape[2], constants)

    def body(carry):
        """All who have not been asked are tried at once, but only the first who is taken counts: the others meet another network."""
        network, first, flipped = carry
        asked = ask(dice, network, constants, tuning)
        taken = (dice.level < asked.log_chance) & (jnp.arange(ASKS) >= first)
        i, any_taken = jnp.argmax(taken), jnp.any(taken)
        inverse = _replaced(network.inverse, asked.before[:, i], asked.after[:, i], coupling)
        weights = network.weights.at[:, :, asked.neuron[i]].set(asked.weights[:, :, i])
        moved = Network(weights, inverse, inverse @ constants.targets)
        network = jax.tree.map(lambda new, old: jnp.where(any_taken, new, old), moved, network)
        return network, jnp.where(any_taken, i + 1, ASKS), flipped + any_taken

    start = (network, 0, jnp.zeros((), network.weights.dtype))
    network, _, flipped = jax.lax.while_loop(lambda carry: carry[1] < ASKS, body, start)
    return network, flipped / ASKS


def ask(dice: Dice, network: Network, constants: Constants, tuning: Tuning) -> Asked:
    """What every ask would do to this network if it were the next."""
    weights, inverse, fitted = network
    P, coupling = len(weights), coupling_of(weights.shape[2], constants)
    real, imaginary = (part[1:] for part in modes_of(weights, constants))  # (modes, 2, N)
    power = real**2 + imaginary**2
    far = is_droplet(power, constants, axis=1).ravel()
    so_far = jnp.cumsum(far)
    droplets = so_far[-1]
    quiet = far.size - droplets
    among = jnp.where(dice.born, quiet, droplets)
    wanted = jnp.minimum(jnp.floor(dice.which * among).astype(jnp.int32), among - 1) + 1
    places = [jnp.searchsorted(count, wanted) for count in (jnp.arange(1, far.size + 1) - so_far, so_far)]
    mode, neuron = jnp.divmod(jnp.clip(jnp.where(dice.born, *places), 0, far.size - 1), weights.shape[2])

    def of_asked(parts):
        return parts[mode, :, neuron]  # (asks, 2)

    log_power = tuning.mean + tuning.deviation * dice.logs + jnp.log(_outer(constants))
    radius, prior = jnp.exp(log_power / 2), dice.normals / np.sqrt(2 * P)
    real_new = jnp.where(dice.born[:, None], radius * jnp.cos(dice.phases), prior[..., 0])
    imaginary_new = jnp.where(dice.born[:, None], radius * jnp.sin(dice.phases), prior[..., 1])
    old, new = of_asked(power), real_new**2 + imaginary_new**2
    cosine, sine = jnp.split(waves(constants), 2)
    change = jnp.einsum("kn,ks->nsk", cosine[1 + mode], real_new - of_asked(real))
    change = change + jnp.einsum("kn,ks->nsk", sine[1 + mode], imaginary_new - of_asked(imaginary))
    weights_of_asked = weights[:, :, neuron]
    weights_new = weights_of_asked + 2 * P * change

    before, after = features_of(weights_of_asked), features_of(weights_new)
    solved, solved_new = inverse @ before, inverse @ after
    left = 1 - coupling * jnp.sum(before * solved, axis=0)
    beta = jnp.sum(after * solved, axis=0)
    right = 1 + coupling * (jnp.sum(after * solved_new, axis=0) + coupling * beta**2 / left)
    said = fitted.T @ before
    said_new = fitted.T @ after + coupling * said * (beta / left)
    misfit = coupling * (jnp.sum(said**2, axis=0) / left - jnp.sum(said_new**2, axis=0) / right)
    rise = misfit / (2 * constants.noise) + P / 2 * (jnp.log(left) + jnp.log(right))
    rise = rise + P * constants.sextic_decay / 3 * jnp.sum(new**3 - old**3, axis=1)

    def log_droplet(power):
        """ln(g / f) = sum over Phi and Psi of ln p(Phi) + P Phi - ln P."""
        misfit = (jnp.log(power / _outer(constants)) - tuning.mean) / tuning.deviation
        density = -(misfit**2) / 2 - jnp.log(tuning.deviation * np.sqrt(2 * np.pi)) - jnp.log(power)
        return jnp.sum(density + P * power - np.log(P), axis=1)

    more, fewer = (jnp.where(dice.born, *counts).astype(weights.dtype) for counts in ((quiet, droplets), (droplets + 1, quiet + 1)))
    log_chance = -rise + jnp.where(dice.born, -log_droplet(new), log_droplet(old)) + jnp.log(more / fewer)
    possible = (is_droplet(new, constants, axis=1) == dice.born) & (among > 0) & (left > 0)
    return Asked(neuron, weights_new, jnp.where(possible, log_chance, -jnp.inf), before, after)


def _replaced(
    inverse: Float[jax.Array, "pairs pairs"], before: Float[jax.Array, " pairs"], after: Float[jax.Array, " pairs"], coupling: Array
) -> Float[jax.Array, "pairs pairs"]:
    """The inverse of B with one column of the features replaced."""
    solved = inverse @ before
    inverse = inverse + jnp.outer(solved, solved * (coupling / (1 - coupling * before @ solved)))
    solved = inverse @ after
    return inverse - jnp.outer(solved, solved * (coupling / (1 + coupling * after @ solved)))


def _outer(constants: Constants) -> Float[jax.Array, ""]:
    """Phi in the outer well at the onset."""
    return jnp.sqrt(3 / constants.sextic_decay)
