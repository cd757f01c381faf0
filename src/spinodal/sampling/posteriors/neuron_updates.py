"""Moves of single neurons along the teacher: what makes droplets form and dissolve at the pace of a draw.

HMC carries a neuron over the barrier between the two phases about once in a hundred trajectories, and its trajectories are limited by
the (d - 2) N transverse directions, on which no observable depends. With each neuron's transverse *direction* u_i held fixed,

    h_i = q_i x_1 + rho_i (X u_i),      q_i = w_i . w*,     rho_i = |w_i,perp|,

a change of (q_i, rho_i, a_i) costs O(n) instead of O(n d). Two moves, both of which leave the posterior invariant:

1. a few rounds, neuron by neuron, with its readout integrated out: (q, rho) is proposed from a density G and accepted with probability

       min(1, [p(q', rho') L(q', rho') G(q, rho)] / [p(q, rho) L(q, rho) G(q', rho')]),
       L = (1 + s2 / c)^(-1/2) exp[s1^2 / (2 sigma^2 (s2 + c))],    s1 = phi . e,  s2 = phi . phi,  c = sigma^2 N / sigma_a^2,

   e the residual without this neuron; then the readout is drawn from its conditional, N(s1 / (s2 + c), sigma^2 / (s2 + c)).
   G mixes a normal in (q, ln r) shaped like the prior (half), a broad density, and a normal fitted in the warm-up to where neurons
   outside the prior were seen.
   Where droplets carry much of the output, one more or one less asks all the others to give way, which readouts that stand still
   forbid. So every second round integrates over the readouts of *partners* S as well, a random 70 % of the neurons beyond four prior
   deviations: dot products become a . P b with P = 1 - Phi_S^T (Phi_S Phi_S^T + c)^-1 Phi_S, partners do not move, the ratio gets the
   chance of S given q' over that given q, and the partners' readouts are drawn at the end.
2. one leapfrog trajectory of all (q, rho, a) together, with the Metropolis test.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from scipy.special import digamma, gammaln, polygamma

from .interface import Array
from .teacher_student import LANES, Constants, Shape, split

SLOTS = 32  # partners at most
PARTNER_SHARE = 0.7  # of the neurons beyond FAR
FAR = 4.0  # prior deviations of the overlap beyond which a neuron may be a partner
BROAD_OVERLAP = 2.5  # in units of sigma_w
BROAD_LOG_NORM = (np.log(0.15), np.log(1.4))  # of r / sigma_w^2


class Proposal(NamedTuple):
    """The density from which (|q|, ln r) of a neuron is proposed; the prior's like has weight 1/2, the broad part what is left."""

    fitted_weight: Array
    overlap: Array  # mean and deviation of |q|, in units of sigma_w
    overlap_deviation: Array
    log_norm: Array  # mean and deviation of ln(r / sigma_w^2)
    log_norm_deviation: Array


class Tuning(NamedTuple):
    """Rounds of the first move; the leapfrog's step, its number of steps, and the proposal. All traced."""

    rounds: Array
    step_size: Array
    leapfrog_steps: Array
    proposal: Proposal


class Info(NamedTuple):
    """Acceptance of the joint trajectory, and the share of neurons that took their proposal in a round."""

    acceptance: Array
    moved: Array


class _Reduced(NamedTuple):
    """Whitened (q, rho, a) of every neuron."""

    overlap: Array
    norm: Array
    readout: Array


def unfitted() -> Proposal:
    return Proposal(*(np.float32(x) for x in (0.0, 1.0, 1.0, 0.0, 1.0)))


def bind_neuron_updates(shape: Shape) -> Callable[[jax.Array, jax.Array, Constants, Tuning], tuple[jax.Array, Info]]:
    rows = shape.tiles * shape.tile // LANES

    def refresh(key: jax.Array, z: jax.Array, constants: Constants, tuning: Tuning) -> tuple[jax.Array, Info]:
        weights, readouts = split(z, shape)
        transverse = weights.at[:, 0].set(0.0)
        norm = jnp.sqrt(jnp.sum(transverse**2, axis=1))
        direction = transverse / norm[:, None]
        scaled = direction * constants.weight_scale
        along = constants.inputs[..., 0] * constants.weight_scale
        by_neuron = scaled @ constants.inputs.reshape(-1, shape.input_dim).T
        data = _Data(
            along.reshape(rows, LANES),
            by_neuron.reshape(shape.width, rows, LANES),
            constants.targets.reshape(rows, LANES),
            _Tiles(along, constants.inputs @ scaled.T, constants.targets),
        )

        def one_round(i, carry):
            x, moved = carry
            for with_partners in (False, True):
                round_key = jax.random.fold_in(key, 2 * i + with_partners)
                x, share = _update_each(round_key, x, data, constants, tuning.proposal, shape, with_partners=with_partners)
                moved = moved + share / (2 * tuning.rounds)
            return x, moved

        start = _Reduced(weights[:, 0], norm, readouts), jnp.float32(0)
        x, moved = jax.lax.fori_loop(0, tuning.rounds, one_round, start)
        x, accepted = _update_together(jax.random.fold_in(key, 2 * tuning.rounds), x, data, constants, tuning, shape)
        info = Info(accepted, moved)
        weights = (direction * x.norm[:, None]).at[:, 0].set(x.overlap)
        return jnp.concatenate([weights.ravel(), x.readout]), info

    return refresh


class _Tiles(NamedTuple):
    """The data for sums over neurons and samples alike: (tiles, tile), (tiles, tile, width), (tiles, tile)."""

    along: Array
    across: Array
    targets: Array


class _Data(NamedTuple):
    """Pre-activations are overlap * along + norm * across[neuron]; for sums over samples alone these lie in rows of LANES."""

    along: Array
    across: Array
    targets: Array
    tiles: _Tiles


def _sums(*terms: jax.Array) -> list[jax.Array]:
    """The sum of each array, all in one pass over the rows: separate sums over samples are five times slower on a CPU."""
    zeros = (jnp.float32(0),) * len(terms)
    return [jnp.sum(lane) for lane in jax.lax.reduce(terms, zeros, lambda x, y: tuple(a + b for a, b in zip(x, y, strict=True)), (0,))]


def _residual(x: _Reduced, data: _Data, constants: Constants) -> jax.Array:
    """Targets less the network's output, in rows of LANES."""
    a = x.readout * constants.readout_scale

    def tile(_, tile):
        along, across, targets = tile
        return None, targets - jax.lax.erf(along[:, None] * x.overlap + across * x.norm) @ a

    return jax.lax.scan(tile, None, data.tiles)[1].reshape(data.targets.shape)


class _Partners(NamedTuple):
    """Neurons whose readouts are integrated out for a whole round: which they are, L^-1 Phi_S, and L with L L^T = Phi_S Phi_S^T + c."""

    member: Array  # (width,) bool
    index: Array  # (slots,)
    valid: Array  # (slots,) bool; an empty slot has a row of zeros
    white: Array  # (slots, samples)
    factor: Array  # (slots, slots)
    usable: Array  # bool: all fit into the slots


def _choose_partners(key, x: _Reduced, data: _Data, cost: jax.Array, shape: Shape) -> _Partners:
    far = jnp.abs(x.overlap) > FAR
    member = far & jax.random.bernoulli(key, PARTNER_SHARE, (shape.width,))
    slots = min(SLOTS, shape.width)
    index = jnp.argsort(~member, stable=True)[:slots]
    valid = member[index]
    h = x.overlap[index, None, None] * data.along + x.norm[index, None, None] * data.across[index]
    activation = (jax.lax.erf(h) * valid[:, None, None]).reshape(slots, -1)
    factor = jnp.linalg.cholesky(activation @ activation.T + cost * jnp.eye(slots, dtype=jnp.float32))
    white = jax.scipy.linalg.solve_triangular(factor, activation, lower=True)
    return _Partners(member, index, valid, white, factor, jnp.sum(member) <= slots)


def _whitened(overlap, norm, white: jax.Array, data: _Data) -> jax.Array:
    """L^-1 Phi_S phi of every neuron, (width, slots): in one product, ten times faster than neuron by neuron."""

    def add_tile(total, tile):
        (along, across, _), part = tile
        return total + jax.lax.erf(along[:, None] * overlap + across * norm).T @ part, None

    tiles, tile = data.tiles.along.shape
    parts = white.T.reshape(tiles, tile, len(white))
    return jax.lax.scan(add_tile, jnp.zeros((len(overlap), len(white))), (data.tiles, parts))[0]


def _update_each(
    key, x: _Reduced, data: _Data, constants: Constants, proposal: Proposal, shape: Shape, *, with_partners: bool
) -> tuple[_Reduced, jax.Array]:
    """One round of the first move; with partners, a . b stands for a . P b and partners do not move."""
    keys = jax.random.split(key, 5)
    overlap, norm = _propose(keys[0], proposal, shape)
    norm = jnp.copysign(norm, x.norm)  # a proposal never turns the direction over, so the way back is open
    log_ratio = _log_weight(overlap, norm, proposal, shape) - _log_weight(x.overlap, x.norm, proposal, shape)
    noise, cost = constants.noise, constants.noise / constants.readout_scale**2
    readouts, normals = x.readout * constants.readout_scale, jax.random.normal(keys[2], (shape.width,))
    free = jnp.ones(shape.width, bool)
    partners, white = None, jnp.zeros((0, data.targets.size))
    if with_partners:
        partners = _choose_partners(keys[3], x, data, cost, shape)
        free, white = ~partners.member & partners.usable, partners.white
        # The chance that this neuron is no partner, after and before, belongs to the law of neurons and partners together
        log_ratio = log_ratio + np.log1p(-PARTNER_SHARE) * ((jnp.abs(overlap) > FAR) * 1.0 - (jnp.abs(x.overlap) > FAR) * 1.0)
        readouts = jnp.where(partners.member, 0.0, readouts)
    level = jnp.log(jax.random.uniform(keys[1], (shape.width,), minval=jnp.finfo(jnp.float32).tiny)) - log_ratio

    def gain(s1, s2):
        return s1 * s1 / (2 * noise * (s2 + cost)) - jnp.log1p(s2 / cost) / 2

    def update(carry, neuron):
        residual, projected = carry
        q, rho, readout, q_new, rho_new, level, normal, free, across, white_old, white_new = neuron
        old = jax.lax.erf(q * data.along + rho * across)
        new = jax.lax.erf(q_new * data.along + rho_new * across)
        others = residual + readout * old
        s1, s2, s1_new, s2_new = _sums(others * old, old * old, others * new, new * new)
        projected = projected + readout * white_old
        s1, s1_new = s1 - projected @ white_old, s1_new - projected @ white_new
        s2, s2_new = s2 - white_old @ white_old, s2_new - white_new @ white_new
        taken = free & (level < gain(s1_new, s2_new) - gain(s1, s2))
        s1, s2 = jnp.where(taken, s1_new, s1), jnp.where(taken, s2_new, s2)
        readout = jnp.where(free, s1 / (s2 + cost) + normal * jnp.sqrt(noise / (s2 + cost)), readout)
        projected = projected - readout * jnp.where(taken, white_new, white_old)
        return (others - readout * jnp.where(taken, new, old), projected), (taken, readout)

    residual = _residual(x._replace(readout=readouts / constants.readout_scale), data, constants)
    projected = white @ residual.ravel()
    whitened = [_whitened(q, rho, white, data) for q, rho in ((x.overlap, x.norm), (overlap, norm))]
    neurons = (x.overlap, x.norm, readouts, overlap, norm, level, normals, free, data.across, *whitened)
    (_, projected), (taken, readouts) = jax.lax.scan(update, (residual, projected), neurons)
    if partners is not None:
        noisy = projected + jnp.sqrt(noise) * jax.random.normal(keys[4], projected.shape)
        drawn = jax.scipy.linalg.solve_triangular(partners.factor, noisy, lower=True, trans=1)
        readouts = readouts.at[partners.index].set(jnp.where(partners.valid, drawn, readouts[partners.index]))
        readouts = jnp.where(partners.usable, readouts, x.readout * constants.readout_scale)
    x = _Reduced(jnp.where(taken, overlap, x.overlap), jnp.where(taken, norm, x.norm), readouts / constants.readout_scale)
    return x, jnp.mean(taken)


def _propose(key, proposal: Proposal, shape: Shape) -> tuple[jax.Array, jax.Array]:
    """Whitened (q, rho) of every neuron from G."""
    keys, size, d = jax.random.split(key, 5), (shape.width,), shape.input_dim
    part = jax.random.uniform(keys[0], size)
    normals, (uniform_q, uniform_r) = jax.random.normal(keys[1], (2, *size)), jax.random.uniform(keys[2], (2, *size))
    sign = jnp.where(jax.random.bernoulli(keys[3], 0.5, size), 1.0, -1.0)
    centre, deviation = _prior_log_norm(d)
    low, high = BROAD_LOG_NORM
    parts = [part < proposal.fitted_weight, part < 0.5]
    q = jnp.select(
        parts,
        [sign * (proposal.overlap + proposal.overlap_deviation * normals[0]), BROAD_OVERLAP * (2 * uniform_q - 1)],
        normals[0] / np.sqrt(d),
    )
    log_norm = jnp.select(
        parts,
        [proposal.log_norm + proposal.log_norm_deviation * normals[1], low + (high - low) * uniform_r],
        centre + deviation * normals[1],
    )
    return q * np.sqrt(d), jnp.exp(log_norm / 2) * np.sqrt(d)


def _log_weight(overlap, norm, proposal: Proposal, shape: Shape) -> jax.Array:
    """ln p - ln G of whitened (q, rho), up to a constant; all densities with respect to d(q / sigma_w) d(ln r / sigma_w^2)."""
    d = shape.input_dim
    q, log_norm = overlap / np.sqrt(d), jnp.log(norm**2 / d)
    along = (np.log(d / (2 * np.pi)) - overlap**2) / 2
    prior = along + (d - 1) / 2 * jnp.log(norm**2 / 2) - norm**2 / 2 - gammaln((d - 1) / 2)
    near_prior = along + _log_normal(log_norm, *_prior_log_norm(d))
    low, high = BROAD_LOG_NORM
    inside = (jnp.abs(q) < BROAD_OVERLAP) & (log_norm > low) & (log_norm < high)
    broad = jnp.where(inside, -np.log(2 * BROAD_OVERLAP * (high - low)), -jnp.inf)
    sides = [_log_normal(q, side * proposal.overlap, proposal.overlap_deviation) for side in (1, -1)]
    fitted = jnp.logaddexp(*sides) - np.log(2) + _log_normal(log_norm, proposal.log_norm, proposal.log_norm_deviation)
    shares = np.log(0.5), jnp.log(0.5 - proposal.fitted_weight), jnp.log(proposal.fitted_weight)
    return prior - logsumexp(jnp.stack([share + part for share, part in zip(shares, (near_prior, broad, fitted), strict=True)]), axis=0)


def _log_normal(x, mean, deviation) -> jax.Array:
    return -(((x - mean) / deviation) ** 2) / 2 - jnp.log(np.sqrt(2 * np.pi) * deviation)


def _prior_log_norm(input_dim: int) -> tuple[float, float]:
    """Mean and deviation of ln(r / sigma_w^2) under the prior, whose law is that of ln(chi^2_(d-1) / d)."""
    shape = (input_dim - 1) / 2
    return float(digamma(shape) - np.log(input_dim / 2)), float(polygamma(1, shape) ** 0.5)


def _update_together(key, x: _Reduced, data: _Data, constants: Constants, tuning: Tuning, shape: Shape) -> tuple[_Reduced, jax.Array]:
    """One leapfrog trajectory in (q, rho, a); p(rho) ~ rho^(d-2) e^(-rho^2 / 2) is even in rho, so a flip of the direction is allowed."""
    keys = jax.random.split(key, 3)
    step = tuning.step_size * jax.random.uniform(keys[0], minval=0.8, maxval=1.2)
    momentum = _Reduced(*jax.random.normal(keys[1], (3, shape.width)))
    potential, force = _reduced_potential(x, data.tiles, constants, shape)

    def leapfrog(_, carry):
        position, momentum, _, force = carry
        momentum = jax.tree.map(lambda p, f: p + step / 2 * f, momentum, force)
        position = jax.tree.map(lambda y, p: y + step * p, position, momentum)
        potential, force = _reduced_potential(position, data.tiles, constants, shape)
        return position, jax.tree.map(lambda p, f: p + step / 2 * f, momentum, force), potential, force

    end, last, potential_end, _ = jax.lax.fori_loop(0, tuning.leapfrog_steps, leapfrog, (x, momentum, potential, force))
    # Differences neuron by neuron: the energies themselves would lose the difference to rounding
    kinetic = sum(jnp.sum((b - a) * (b + a)) / 2 for a, b in zip(momentum, last, strict=True))
    prior = sum(jnp.sum((b - a) * (b + a)) / 2 for a, b in zip(x, end, strict=True))
    prior = prior - (shape.input_dim - 2) * jnp.sum(jnp.log(jnp.abs(end.norm / x.norm)))
    change = potential_end - potential + prior + kinetic
    probability = jnp.where(jnp.isfinite(change), jnp.exp(jnp.minimum(-change, 0.0)), 0.0)
    taken = jax.random.uniform(keys[2]) < probability
    return jax.tree.map(lambda new, old: jnp.where(taken, new, old), end, x), probability


def _reduced_potential(x: _Reduced, tiles: _Tiles, constants: Constants, shape: Shape) -> tuple[jax.Array, _Reduced]:
    """Minus log likelihood, and the force on (q, rho, a) from likelihood and prior."""
    a = x.readout * constants.readout_scale

    def add_tile(sums, tile):
        potential, by_overlap, by_norm, by_readout = sums
        along, across, targets = tile
        h = along[:, None] * x.overlap + across * x.norm
        activation = jax.lax.erf(h)
        misfit = (activation @ a - targets) / constants.noise
        slope = jnp.exp(-h * h)
        potential = potential + constants.noise / 2 * (misfit @ misfit)
        by_overlap, by_readout = by_overlap + (misfit * along) @ slope, by_readout + misfit @ activation
        return (potential, by_overlap, by_norm + jnp.sum(misfit[:, None] * slope * across, axis=0), by_readout), None

    zeros = jnp.zeros(shape.width, jnp.float32)
    (potential, by_overlap, by_norm, by_readout), _ = jax.lax.scan(add_tile, (jnp.float32(0), zeros, zeros, zeros), tiles)
    slope = a * (2 / np.sqrt(np.pi))
    force = _Reduced(
        -slope * by_overlap - x.overlap,
        -slope * by_norm - x.norm + (shape.input_dim - 2) / x.norm,
        -by_readout * constants.readout_scale - x.readout,
    )
    return potential, force
