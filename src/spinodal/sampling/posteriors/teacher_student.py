"""The exact posterior of a two-layer erf network on one training set, in prior-whitened coordinates.

Position z = (w_11 ... w_Nd, a_1 ... a_N) in units of the prior standard deviation, so that the prior is N(0, I) and

    potential(z) = |y - f|^2 / (2 sigma^2),     f = Phi a,   Phi = erf(X W^T).

The prior term |z|^2 / 2 belongs to the integrator, which solves it exactly.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ...citations import RUBIN2024
from ...problems import TeacherStudent, TeacherStudentData
from .interface import Array, Kernels

CITATION = RUBIN2024

SCALARS = ("linear_discrepancy", "cubic_discrepancy", "droplet_fraction")
LEAST_GUIDED, LEAST_GUIDED_NOISE = 2e7, 0.2  # d N n, and noise in units of sigma_a, from which on a guide is worth its draws
MOST_CONDITION = 1e5  # of the matrix that neuron updates factor in float32: readouts then keep two digits and more
TILE_BYTES = 1_400_000  # one tile of pre-activations stays in the L2 cache
LANES = 64  # sums over samples run over rows of this many, which XLA's CPU back end turns into vector instructions


class Constants(NamedTuple):
    """What one compiled program reads: data in tiles of samples, padded with zeros, and the scalars of the problem."""

    inputs: Array  # (tiles, tile, input_dim)
    targets: Array  # (tiles, tile)
    rounded_inputs: Array  # the inputs in bfloat16
    gram: Array  # X^T X, (input_dim, input_dim)
    moment: Array  # X^T y, (input_dim,)
    noise: Array
    weight_scale: Array  # sigma_w / sqrt(d)
    readout_scale: Array  # sigma_a / sqrt(N)
    cubic: Array
    threshold: Array  # |q| above which a neuron counts as a droplet


class Shape(NamedTuple):
    """What changes the compiled program."""

    input_dim: int
    width: int
    tiles: int
    tile: int


def shape_key(problem: TeacherStudent) -> Shape:
    """Whole numbers of lanes, as few as hold the data: a sample of zeros adds nothing to the potential, but takes time."""
    most = max(LANES, TILE_BYTES // (4 * problem.width))
    tiles = -(-problem.samples // most)
    return Shape(problem.input_dim, problem.width, tiles, -(-problem.samples // (tiles * LANES)) * LANES)


def dimension(problem: TeacherStudent) -> int:
    return problem.width * (problem.input_dim + 1)


def constants(problem: TeacherStudent, data: TeacherStudentData, droplet_threshold: float) -> Constants:
    shape = shape_key(problem)
    inputs = np.zeros((shape.tiles * shape.tile, shape.input_dim), np.float32)
    targets = np.zeros(shape.tiles * shape.tile, np.float32)
    inputs[: problem.samples], targets[: problem.samples] = data.inputs, data.targets
    scalars = (
        problem.noise,
        (problem.weight_variance / problem.input_dim) ** 0.5,
        (problem.readout_variance / problem.width) ** 0.5,
        problem.cubic,
        droplet_threshold,
    )
    inputs, targets = inputs.reshape(shape.tiles, shape.tile, -1), targets.reshape(shape.tiles, shape.tile)
    gram, moment = ((data.inputs.T @ right).astype(np.float32) for right in (data.inputs, data.targets))
    return Constants(inputs, targets, inputs.astype(jnp.bfloat16), gram, moment, *(np.float32(scalar) for scalar in scalars))


def refreshes(problem: TeacherStudent) -> bool:
    """Whether droplets come and go by `neuron_updates`: not at a noise so low that float32 cannot draw their readouts.

    These are drawn with the factor of Phi Phi^T + c, c = sigma^2 N / sigma_a^2, whose condition number is at most 1 + |T| n / c.
    """
    from .neuron_updates import SLOTS

    cost = problem.noise * problem.width / problem.readout_variance
    return min(SLOTS, problem.width) * problem.samples <= MOST_CONDITION * cost


def guide_pays(problem: TeacherStudent) -> bool:
    """Whether trajectories by the guide are cheaper where the processor has a unit for its products: measured at fixed acceptance.

    Its outputs are wrong by some 2^-9 of sigma_a and its kicks by that over sigma^2: at a noise below .2 sigma_a steps shrink for it.
    """
    large = problem.input_dim * problem.width * problem.samples >= LEAST_GUIDED
    return large and problem.noise >= LEAST_GUIDED_NOISE * problem.readout_variance**0.5


def prior_start(problem: TeacherStudent, generator: np.random.Generator) -> np.ndarray:
    return generator.standard_normal(dimension(problem)).astype(np.float32)


def planted_start(problem: TeacherStudent, generator: np.random.Generator) -> np.ndarray:
    """A prior draw in which every twentieth neuron lies along the teacher and carries its share of the linear target."""
    z = prior_start(problem, generator)
    d, n_planted = problem.input_dim, max(1, problem.width // 20)
    weights, readouts = z[: -problem.width].reshape(problem.width, d), z[-problem.width :]
    overlap = 1.5 * problem.weight_variance**0.5 * np.where(np.arange(n_planted) % 2, -1.0, 1.0)
    weights[:n_planted, 0] = overlap / (problem.weight_variance / d) ** 0.5
    response = 2 * overlap / np.sqrt(np.pi * (1 + 2 * (overlap**2 + problem.weight_variance)))
    readouts[:n_planted] = 0.7 / (n_planted * response) / (problem.readout_variance / problem.width) ** 0.5
    return z


def bind(shape: Shape) -> Kernels:
    """The functions of this posterior for arrays of one shape."""
    from .neuron_updates import bind_neuron_updates

    exact, guide = _bind_gradient(shape, jnp.float32), _bind_guide(shape)
    return Kernels(exact, _bind_observe(shape), _bind_potential(shape), guide, bind_stiff(shape), *bind_neuron_updates(shape))


def split(z: Float[Array, " dim"], shape: Shape) -> tuple[Float[Array, "width input_dim"], Float[Array, " width"]]:
    """First-layer weights (width, input_dim) and readouts (width,), whitened."""
    return z[: -shape.width].reshape(shape.width, shape.input_dim), z[-shape.width :]


def _bind_gradient(shape: Shape, precision: Any) -> Callable[[jax.Array, Constants], tuple[jax.Array, jax.Array, jax.Array]]:
    def potential_and_gradient(
        z: Float[Array, " dim"], constants: Constants
    ) -> tuple[Float[jax.Array, ""], Float[jax.Array, " dim"], Float[jax.Array, " samples"]]:
        """Potential, gradient and targets less output, sample by sample; the factors of products rounded to `precision`, sums float32.

        Pre-activations lie (width, tile), so that no product has to turn one of them: that costs bfloat16 most of what it gains.
        """
        weights, readouts = split(z, shape)
        w, a = (weights * constants.weight_scale).astype(precision), readouts * constants.readout_scale
        every_input = constants.inputs if precision == jnp.float32 else constants.rounded_inputs

        def add_tile(sums, tile):
            potential, slope_a, slope_w = sums
            inputs, targets = tile
            h = jax.lax.dot_general(w, inputs, (((1,), (1,)), ((), ())), preferred_element_type=jnp.float32)
            activation = jax.lax.erf(h)
            residual = targets - a @ activation
            misfit = residual / -constants.noise
            # The readout factor of d f / d w waits until the sum is done: one product per weight, not per sample
            slope_h = (misfit * jnp.exp(-h * h)).astype(precision)
            slope_w = slope_w + jax.lax.dot(slope_h, inputs, preferred_element_type=jnp.float32)
            return (potential + constants.noise / 2 * (misfit @ misfit), slope_a + activation @ misfit, slope_w), residual

        zero = (jnp.float32(0), jnp.zeros(shape.width, jnp.float32), jnp.zeros((shape.width, shape.input_dim), jnp.float32))
        (potential, slope_a, slope_w), residual = jax.lax.scan(add_tile, zero, (every_input, constants.targets))
        slope_w = slope_w * (a * constants.weight_scale * (2 / np.sqrt(np.pi)))[:, None]
        return potential, jnp.concatenate([slope_w.ravel(), slope_a * constants.readout_scale]), residual.ravel()

    return potential_and_gradient


def _bind_potential(shape: Shape) -> Callable[[jax.Array, Constants], tuple[jax.Array, jax.Array]]:
    def potential(z: Float[Array, " dim"], constants: Constants) -> tuple[Float[jax.Array, ""], Float[jax.Array, " samples"]]:
        """As `potential_and_gradient`. The sum over neurons is not written as a product: XLA takes 1.6 times as long over that."""
        weights, readouts = split(z, shape)
        w, a = weights * constants.weight_scale, readouts * constants.readout_scale

        def left(tile):
            inputs, targets = tile
            return targets - jnp.sum(a[:, None] * jax.lax.erf(w @ inputs.T), axis=0)

        residual = jax.lax.map(left, (constants.inputs, constants.targets)).ravel()
        return residual @ residual / (2 * constants.noise), residual

    return potential


def _bind_guide(shape: Shape) -> Callable[[jax.Array, Constants], tuple[jax.Array, jax.Array]]:
    rounded = _bind_gradient(shape, jnp.bfloat16)
    return lambda z, constants: rounded(z, constants)[:2]  # its residual is not to be kept: neuron updates rely on the true one


def bind_stiff(shape: Shape) -> Callable[[jax.Array, Constants], jax.Array]:
    def stiff(z: Float[Array, " dim"], constants: Constants) -> Float[jax.Array, " dim"]:
        """Gradient of |y - X beta|^2 / (2 sigma^2), beta = E_x[f x] = sum_i a_i g(w_i) w_i, g(w) = 2 / sqrt(pi (1 + 2 |w|^2)).

        The n inputs tell each of the d components of beta some n / d times better than any other function of theirs.
        """
        weights, readouts = split(z, shape)
        w, a = weights * constants.weight_scale, readouts * constants.readout_scale
        spread = 1 + 2 * jnp.sum(w * w, axis=1)
        g = 2 / jnp.sqrt(np.pi * spread)
        pull = (constants.gram @ ((a * g) @ w) - constants.moment) / constants.noise
        along = w @ pull
        slope_w = (a * g)[:, None] * pull - (2 * a * g * along / spread)[:, None] * w
        return jnp.concatenate([(slope_w * constants.weight_scale).ravel(), g * along * constants.readout_scale])

    return stiff


def _bind_observe(shape: Shape) -> Callable[[jax.Array, Constants], dict[str, jax.Array]]:
    def observe(z: jax.Array, constants: Constants) -> dict[str, jax.Array]:
        """Discrepancies from the exact overlaps of erf with He_1 and He_3 / sqrt(6), no test points (spec of the Gaussian integrals)."""
        weights, readouts = split(z, shape)
        a = readouts * constants.readout_scale
        q = weights[:, 0] * constants.weight_scale
        r = jnp.sum(weights[:, 1:] ** 2, axis=1) * constants.weight_scale**2
        spread = 1 + 2 * (q**2 + r)
        g1 = 2 * q / jnp.sqrt(np.pi * spread)
        g3 = -4 * q**3 / (np.sqrt(6 * np.pi) * spread**1.5)
        return {
            "linear_discrepancy": 1 - a @ g1,
            "cubic_discrepancy": constants.cubic - a @ g3 / np.sqrt(6),
            "droplet_fraction": jnp.mean(jnp.abs(q) > constants.threshold),
            "overlaps": q,
            "transverse_norms": r,
        }

    return observe
