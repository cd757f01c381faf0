"""One trajectory of HMC in the overlaps and readouts of all neurons, their transverse weights at rest.

Quiet neurons learn the linear part of the target by q_i a_i: likelihood and prior together leave the direction q_i ~ a_i of each of them
soft, several times slower than the rest of HMC, and the cubic discrepancy follows the mean of q_i^2. With h = q x_1 + X w_perp and
X w_perp known, a step here costs a third of a gradient of the posterior.
"""

import jax
import jax.numpy as jnp
import numpy as np

from .interface import Array
from .teacher_student import Constants, Shape, split

STEPS = 6


def slide(key: jax.Array, z: jax.Array, constants: Constants, step_size: Array, shape: Shape) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The position after Metropolis's test, targets less output there, and the chance of having been accepted."""
    keys = jax.random.split(key, 3)
    weights, readouts = split(z, shape)
    across = constants.inputs @ (weights.at[:, 0].set(0.0) * constants.weight_scale).T  # (tiles, tile, width)
    along = constants.inputs[..., 0] * constants.weight_scale
    angle = step_size * jax.random.uniform(keys[0], minval=0.8, maxval=1.2)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    momentum = jax.random.normal(keys[1], (2, shape.width))

    def evaluate(x):
        """Potential, gradient (2, width), targets less output."""
        a = x[1] * constants.readout_scale

        def add_tile(sums, tile):
            potential, by_overlap, by_readout = sums
            along, across, targets = tile
            h = along[:, None] * x[0] + across
            activation = jax.lax.erf(h)
            residual = targets - activation @ a
            misfit = residual / -constants.noise
            potential = potential + constants.noise / 2 * (misfit @ misfit)
            return (potential, by_overlap + (misfit * along) @ jnp.exp(-h * h), by_readout + misfit @ activation), residual

        zeros = jnp.zeros(shape.width, jnp.float32)
        tiles = (along, across, constants.targets)
        (potential, by_overlap, by_readout), residual = jax.lax.scan(add_tile, (jnp.float32(0), zeros, zeros), tiles)
        return potential, jnp.stack([by_overlap * a * (2 / np.sqrt(np.pi)), by_readout * constants.readout_scale]), residual.ravel()

    def kick(momentum, gradient, change):
        change = change - angle / 2 * jnp.vdot(gradient, momentum) + angle**2 / 8 * jnp.vdot(gradient, gradient)
        return momentum - angle / 2 * gradient, change

    def advance(_, carry):
        x, momentum, (_, gradient, _), change = carry
        momentum, change = kick(momentum, gradient, change)
        x, momentum = cos * x + sin * momentum, cos * momentum - sin * x
        there = evaluate(x)
        momentum, change = kick(momentum, there[1], change)
        return x, momentum, there, change

    begin = jnp.stack([weights[:, 0], readouts])
    here = evaluate(begin)
    end, _, there, change = jax.lax.fori_loop(0, STEPS, advance, (begin, momentum, here, jnp.float32(0)))
    change = change + there[0] - here[0]
    probability = jnp.where(jnp.isfinite(change), jnp.exp(jnp.minimum(-change, 0.0)), 0.0)
    taken = jax.random.uniform(keys[2]) < probability
    x, residual = jnp.where(taken, end, begin), jnp.where(taken, there[2], here[2])
    return jnp.concatenate([weights.at[:, 0].set(x[0]).ravel(), x[1]]), residual, probability
