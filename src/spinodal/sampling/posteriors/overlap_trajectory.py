"""One trajectory of HMC in the overlaps and readouts of all neurons, their transverse weights at rest.

Quiet neurons learn the linear part of the target by q_i a_i: likelihood and prior together leave the direction q_i ~ a_i of each of them
soft, several times slower than the rest of HMC, and the cubic discrepancy follows the mean of q_i^2. With h = q x_1 + X w_perp and
X w_perp known, a step here costs a third of a gradient of the posterior.
"""

import jax
import jax.numpy as jnp
import numpy as np

from .. import hmc
from .interface import Array, Kernels
from .teacher_student import Constants, Shape, bind_stiff, split

STEPS = 8


def slide(key: jax.Array, z: jax.Array, constants: Constants, step_size: Array, shape: Shape) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The position after Metropolis's test, targets less output there, and the chance of having been accepted."""
    weights, readouts = split(z, shape)
    stiff_of_all = bind_stiff(shape)
    transverse = weights.at[:, 0].set(0.0) * constants.weight_scale
    across = jax.lax.map(lambda inputs: transverse @ inputs.T, constants.inputs)  # (tiles, width, tile)
    along = constants.inputs[..., 0] * constants.weight_scale

    def potential_and_gradient(x: jax.Array, constants: Constants) -> tuple[jax.Array, jax.Array, jax.Array]:
        """As the posterior's own, of x = (overlaps, readouts)."""
        overlaps, a = x[: shape.width], x[shape.width :] * constants.readout_scale

        def add_tile(sums, tile):
            potential, by_overlap, by_readout = sums
            along, across, targets = tile
            h = overlaps[:, None] * along + across
            activation = jax.lax.erf(h)
            residual = targets - a @ activation
            misfit = residual / -constants.noise
            potential = potential + constants.noise / 2 * (misfit @ misfit)
            return (potential, by_overlap + jnp.exp(-h * h) @ (misfit * along), by_readout + activation @ misfit), residual

        zeros = jnp.zeros(shape.width, jnp.float32)
        tiles = (along, across, constants.targets)
        (potential, by_overlap, by_readout), residual = jax.lax.scan(add_tile, (jnp.float32(0), zeros, zeros), tiles)
        gradient = jnp.concatenate([by_overlap * a * (2 / np.sqrt(np.pi)), by_readout * constants.readout_scale])
        return potential, gradient, residual.ravel()

    def stiff(x: jax.Array, constants: Constants) -> jax.Array:
        slopes = stiff_of_all(jnp.concatenate([weights.at[:, 0].set(x[: shape.width]).ravel(), x[shape.width :]]), constants)
        by_weight, by_readout = split(slopes, shape)
        return jnp.concatenate([by_weight[:, 0], by_readout])

    kernels = Kernels(potential_and_gradient, observe=lambda x, constants: {}, stiff=stiff)
    start = hmc.init(jnp.concatenate([weights[:, 0], readouts]), kernels, constants)
    state, info = hmc.step(key, start, kernels, constants, step_size, jnp.int32(STEPS), STEPS)
    overlaps, readouts = jnp.split(state.position, 2)
    return jnp.concatenate([weights.at[:, 0].set(overlaps).ravel(), readouts]), state.known, info.acceptance
