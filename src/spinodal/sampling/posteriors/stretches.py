"""Single neurons stretched along the teacher, the readouts of all picked neurons integrated out.

Between quiet neurons and droplets lies a tail in which overlap and readout grow together against next to no force. Each picked neuron in
turn is asked to take

    q' = q + t,     t normal with deviation WALK or twice or four times that (prior deviations),
    ln r' drawn from N(rho(q'), 2 / (d - 1)),     rho(q) = ln E[r] of the prior - bend q^2,      r = |w_perp|^2,

its transverse direction kept, and refused where r or r' is below `LEAST_NORM`, which float32 could not tell from 0 after some more; else
accepted by Metropolis's rule under p L s. All activations that a sweep may need are two arrays (slots, samples), old and proposed; after
their Gram matrices a sweep is algebra on matrices of slots x slots, with G^-1 kept by rank-one updates.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .droplet_moves import Collapsed, Kind
from .interface import Array

SWEEPS = 2  # a round
WALK = 1.2
LEAST_NORM = 1e-24  # of r: with a thousand weights the square of each is well above 1e-38, where float32 ends


class _Sweep(NamedTuple):
    """Half-way: G^-1; Phi e; Phi Phi'^T, Phi' the proposed activations; who has moved."""

    inverse: Array
    field: Array
    cross: Array
    taken: Array


def stretch(
    key: jax.Array, weights: Float[Array, "slots input_dim"], phi: Float[Array, "slots samples"], picked: Collapsed, kind: Kind, bend: Array
) -> tuple[Float[jax.Array, "slots input_dim"], Float[jax.Array, "slots samples"], Float[jax.Array, ""]]:
    """SWEEPS sweeps; weights, activations, and the share of neurons that moved."""
    slots, input_dim = weights.shape
    across = weights.at[:, 0].set(0.0) @ picked.inputs.T
    along, square = picked.inputs[:, 0], jnp.sum(weights[:, 1:] ** 2, axis=1)
    large = square >= LEAST_NORM
    norm, least = jnp.sqrt(jnp.where(large, square, 1.0)), np.float32(np.log(LEAST_NORM))
    eye, deviation = jnp.eye(slots, dtype=phi.dtype), float(np.sqrt(2 / (input_dim - 1)))
    count = jnp.sum(picked.inside)

    def misfit(q, log_r):
        return (log_r - np.log(input_dim - 1) + bend * q**2) / deviation

    def log_weight(q, log_r):
        """ln of the density of (q, ln r) under prior and picking, over that of the proposal of ln r."""
        prior = -(q**2) / 2 + (input_dim - 1) / 2 * log_r - jnp.exp(log_r) / 2
        return prior + kind.log_chance(q[:, None]) + misfit(q, log_r) ** 2 / 2

    def gain(s1, s2):
        return s1 * s1 / (2 * picked.noise * s2) - jnp.log(s2) / 2

    def sweep(i, carry):
        q, log_r, phi, taken_so_far = carry
        keys = jax.random.split(jax.random.fold_in(key, i), 4)
        reach = WALK * 2.0 ** jax.random.randint(keys[0], (slots,), 0, 3)
        q_new = q + reach * jax.random.normal(keys[1], (slots,))
        log_r_new = np.log(input_dim - 1) - bend * q_new**2 + deviation * jax.random.normal(keys[2], (slots,))
        possible, log_r_new = large & (log_r_new >= least), jnp.maximum(log_r_new, least)
        scale = jnp.exp(log_r_new / 2) / norm
        phi_new = jax.lax.erf(q_new[:, None] * along + scale[:, None] * across) * picked.inside.astype(phi.dtype)[:, None]
        gram, cross, gram_new = phi @ phi.T, phi @ phi_new.T, phi_new @ phi_new.T
        field, field_new = phi @ picked.targets, phi_new @ picked.targets
        level = jnp.log(jax.random.uniform(keys[3], (slots,), minval=jnp.finfo(jnp.float32).tiny))
        level = level - log_weight(q_new, log_r_new) + log_weight(q, log_r)

        def ask(j, now: _Sweep) -> _Sweep:
            column, corner = now.inverse[j], now.inverse[j, j]
            without = now.inverse - jnp.outer(column, column / corner)  # the inverse for all but j, bordered by zeros
            weight = without @ now.cross[:, j]
            s1, s2 = (column @ now.field) / corner, 1 / corner
            s1_new, s2_new = field_new[j] - weight @ now.field, gram_new[j, j] + picked.cost - weight @ now.cross[:, j]
            taken = possible[j] & (level[j] < gain(s1_new, s2_new) - gain(s1, s2))
            border = weight.at[j].set(-1.0)
            return _Sweep(
                jnp.where(taken, without + jnp.outer(border, border / s2_new), now.inverse),
                now.field.at[j].set(jnp.where(taken, field_new[j], now.field[j])),
                now.cross.at[j].set(jnp.where(taken, gram_new[j], now.cross[j])),
                now.taken.at[j].set(taken),
            )

        inverse = jax.scipy.linalg.cho_solve((picked.factor(gram), True), eye)
        taken = jax.lax.fori_loop(0, count, ask, _Sweep(inverse, field, cross, jnp.zeros(slots, bool))).taken
        q, log_r = jnp.where(taken, q_new, q), jnp.where(taken, log_r_new, log_r)
        return q, log_r, jnp.where(taken[:, None], phi_new, phi), taken_so_far + jnp.sum(taken)

    start = (weights[:, 0], 2 * jnp.log(norm), phi, jnp.int32(0))
    q, log_r, phi, taken = jax.lax.fori_loop(0, SWEEPS, sweep, start)
    weights = (weights * jnp.where(large, jnp.exp(log_r / 2) / norm, 1.0)[:, None]).at[:, 0].set(q)
    return weights, phi, taken / jnp.maximum(1, count * SWEEPS)
