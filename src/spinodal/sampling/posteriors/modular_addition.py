"""The exact posterior of modular addition, all readouts integrated out.

    U(w, v) = (1/2) sum_p y_p^T A^-1 y_p + (P/2) log det A + (P gamma / 6) sum_k (Phi_k^3 + Psi_k^3),
    A = sigma^2 + (sigma_a^2 / N) X X^T,    X_(nm),i = (w_in + v_im)^2,    Phi_k = |(1/P) sum_n w_n e^(-2 pi i k n / P)|^2,

up to the constant P^3 log(sigma^2) / 2, with k over all P modes. The coordinates are the weights themselves, whose prior is the
standard normal: z is (P, 2, N), residue by w or v by neuron, flattened. With D = P A^-1 - A^-1 Y Y^T A^-1 the gradient is
dU/dX = (sigma_a^2 / N) D X; where N < P^2 the same from the N x N matrix sigma^2 + (sigma_a^2 / N) X^T X.

float32 does: A has a condition number of 1 + |K| / sigma^2, of order 1 to 100. Against float64 U is wrong by 1e-6 of its size at most
(.001 at P = 7, N = 400; .07 at P = 23) and the gradient likewise. By hand the gradient takes half the time of autodiff or less:
0.12 ms at P = 7, N = 400 on one core, 16 ms at P = 23. A trajectory of angle 1.5 to 2 (the prior rotated exactly) mixes best.
"""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular
from jaxtyping import Bool, Float

from ...citations import RUBIN2024
from ...problems import ModularAddition
from .interface import Array, Kernels

CITATION = RUBIN2024

SCALARS = ("discrepancy", "droplet_weight", "amplitude_product")
LARGEST_FLIPPED = 23  # prime: the inverse of its P^2 x P^2 matrix takes a tenth of a trajectory


class Constants(NamedTuple):
    """What one compiled program takes as arguments, so that it serves every noise and prior at one prime and width."""

    targets: Array  # (P^2, P), first residue slowest
    noise: Array
    readout_variance: Array
    sextic_decay: Array


def shape_key(problem: ModularAddition) -> tuple[int, ...]:
    """What changes the compiled program: prime and width."""
    return problem.prime, problem.width


def constants(problem: ModularAddition, data: object = None, droplet_threshold: object = None, *, dtype: Any = np.float32) -> Constants:
    """The arguments of the kernels. `data` and `droplet_threshold` play no part: the table is the data, 1 / sqrt(3 gamma) the threshold."""
    scalars = (np.asarray(x, dtype) for x in (problem.noise, problem.readout_variance, problem.sextic_decay))
    return Constants(problem.table().targets.astype(dtype), *scalars)


def dimension(problem: ModularAddition) -> int:
    """Length of z: every first-layer weight."""
    return 2 * problem.prime * problem.width


def refreshes(problem: ModularAddition) -> bool:
    """Whether modes are flipped (`mode_flips`): not of large primes."""
    return problem.prime <= LARGEST_FLIPPED


guide_pays = None  # there is none: its time goes into the inverse, not into products


def bind(shape: tuple[int, ...]) -> Kernels:
    """The functions of this posterior, which take their shapes from their arguments."""
    from .mode_flips import refresh, tune, untuned

    del shape
    return Kernels(potential_and_gradient, observe, refresh=refresh, tune=tune, untuned=untuned)


def potential_and_gradient(z: Float[Array, " dim"], constants: Constants) -> tuple[Float[jax.Array, ""], Float[jax.Array, " dim"]]:
    """U above, without the Gaussian prior |z|^2 / 2, and dU/dz; shapes come from `constants.targets` and z alone."""
    weights = split(z, constants)
    total = weights[:, None, 0] + weights[None, :, 1]  # (P, P, N)
    features = jnp.square(total).reshape(len(constants.targets), -1)
    misfit, pull = _likelihood(features, constants)
    kick = 2 * total * pull.reshape(total.shape)
    decay, slope = _decay(weights, constants)
    return misfit + decay, (jnp.stack([kick.sum(1), kick.sum(0)], axis=1) + slope).ravel()


def observe(z: jax.Array, constants: Constants) -> dict[str, jax.Array]:
    """The discrepancy a, the share of modes in droplets, and <Phi Psi>, of the weights z.

    a = sigma^2 sum_p y_p^T A^-1 y_p / sum_p |y_p|^2: the readouts' mean leaves y - f = sigma^2 A^-1 y, projected on y.
    A droplet is a mode k = 1 ... (P - 1) / 2 of a neuron with both amplitudes above 1 / sqrt(3 gamma); averages run over these modes.
    """
    weights = split(z, constants)
    solution = _inverse(features_of(weights), constants)[1]
    power = power_of(weights, constants)
    return {
        "discrepancy": jnp.vdot(constants.targets, solution) / jnp.sum(jnp.square(constants.targets)),
        "droplet_weight": jnp.mean(is_droplet(power, constants, axis=1).astype(z.dtype)),
        "amplitude_product": jnp.mean(power[:, 0] * power[:, 1]),
    }


def prior_start(problem: ModularAddition, generator: np.random.Generator) -> np.ndarray:
    """Weights from the Gaussian prior."""
    return generator.standard_normal(dimension(problem)).astype(np.float32)


def planted_start(problem: ModularAddition, generator: np.random.Generator) -> np.ndarray:
    """Weights from the prior with too many droplets: Phi_k = Psi_k = sqrt(3 / gamma), where the outer well is at the onset, random phases.

    The share of the neurons in a droplet of mode k is three times what large-P theory has below the onset, at least what halves
    the discrepancy, at least one neuron for each k and at most all of them.
    """
    P, N = problem.prime, problem.width
    onset = P * math.sqrt(problem.readout_variance / N) * (3 / problem.sextic_decay) ** 0.25
    full = 12 * P**2 * problem.readout_variance / problem.sextic_decay  # eigenvalue with every mode a droplet
    share = min(1.0, max(3 * (onset - problem.noise), problem.noise) / full)
    amplitude = (3 / problem.sextic_decay) ** 0.25
    weights = generator.standard_normal((P, 2, N))
    for k in range(1, (P + 1) // 2):
        planted = generator.choice(N, size=max(1, round(share * N)), replace=False)
        wave = np.exp(2j * np.pi * k * np.arange(P) / P)
        phase = generator.uniform(0, 2 * np.pi, size=(2, len(planted)))
        before = np.einsum("n,nsi->si", wave.conj(), weights[:, :, planted]) / P
        change = amplitude * np.exp(1j * phase) - before
        weights[:, :, planted] += 2 * np.real(np.multiply.outer(wave, change))
    return weights.ravel().astype(np.float32)


def split(z: Float[Array, " dim"], constants: Constants) -> Float[Array, "prime 2 width"]:
    """Weights (P, 2, N): residue, w or v, neuron."""
    return z.reshape(constants.targets.shape[1], 2, -1)


def features_of(weights: Float[Array, "prime 2 neurons"]) -> Float[jax.Array, "prime*prime neurons"]:
    """(w_n + v_m)^2, (P^2, neurons), of weights (P, 2, neurons)."""
    return jnp.square(weights[:, None, 0] + weights[None, :, 1]).reshape(-1, weights.shape[2])


def coupling_of(width: int, constants: Constants) -> Array:
    """s = sigma_a^2 / (N sigma^2)."""
    return constants.readout_variance / (width * constants.noise)


def _inverse(
    features: Float[jax.Array, "pairs width"], constants: Constants
) -> tuple[Float[jax.Array, "lesser lesser"], Float[jax.Array, "pairs prime"], Float[jax.Array, ""]]:
    """The inverse of the smaller Gram matrix, 1 + s X X^T or 1 + s X^T X, then sigma^2 A^-1 Y, then log det(A / sigma^2)."""
    samples, width = features.shape
    coupling = coupling_of(width, constants)
    gram = features @ features.T if samples <= width else features.T @ features
    one = jnp.eye(len(gram), dtype=gram.dtype)
    factor = jnp.linalg.cholesky(one + coupling * gram, symmetrize_input=False)
    half = solve_triangular(factor, one, lower=True)
    inverse = half.T @ half
    logdet = 2 * jnp.sum(jnp.log(jnp.diagonal(factor)))
    if samples <= width:
        return inverse, inverse @ constants.targets, logdet
    return inverse, constants.targets - coupling * features @ (inverse @ (features.T @ constants.targets)), logdet


def _likelihood(
    features: Float[jax.Array, "pairs width"], constants: Constants
) -> tuple[Float[jax.Array, ""], Float[jax.Array, "pairs width"]]:
    """Minus log likelihood of the table and its gradient in the features X."""
    outputs = constants.targets.shape[1]
    inverse, solution, logdet = _inverse(features, constants)
    coupling = coupling_of(features.shape[1], constants)
    potential = jnp.vdot(constants.targets, solution) / (2 * constants.noise) + outputs / 2 * logdet
    if len(features) <= features.shape[1]:
        return potential, coupling * (outputs * inverse - solution @ solution.T / constants.noise) @ features
    # A^-1 X = X (sigma^2 + s X^T X)^-1
    return potential, coupling * (features @ (outputs * inverse) - solution @ (solution.T @ features) / constants.noise)


def modes_of(
    weights: Float[Array, "prime 2 width"], constants: Constants
) -> tuple[Float[jax.Array, "modes 2 width"], Float[jax.Array, "modes 2 width"]]:
    """Real and imaginary Fourier amplitudes of modes 0 ... (P - 1) / 2, (modes, 2, N) each."""
    found = waves(constants) @ weights.reshape(len(weights), -1)
    real, imaginary = found.reshape(2, -1, *weights.shape[1:])
    return real, imaginary


def power_of(weights: Float[Array, "prime 2 width"], constants: Constants) -> Float[jax.Array, "modes 2 width"]:
    """Phi_k and Psi_k, k = 1 ... (P - 1) / 2, (modes, 2, N)."""
    real, imaginary = modes_of(weights, constants)
    return (jnp.square(real) + jnp.square(imaginary))[1:]


def is_droplet(power: Float[Array, "*shape"], constants: Constants, axis: int) -> Bool[jax.Array, "*rest"]:
    """Whether Phi and Psi, side by side along `axis`, are both above 1 / sqrt(3 gamma)."""
    return jnp.all(power > 1 / jnp.sqrt(3 * constants.sextic_decay), axis=axis)


def _decay(weights: Float[Array, "prime 2 width"], constants: Constants) -> tuple[Float[jax.Array, ""], Float[jax.Array, "prime 2 width"]]:
    """The sextic decay and its gradient in the weights; a mode k >= 1 stands for itself and P - k."""
    strength = len(weights) * constants.sextic_decay
    real, imaginary = modes_of(weights, constants)
    pair = np.where(np.arange(len(real)) > 0, 2, 1).astype(weights.dtype)[:, None, None]
    power = jnp.square(real) + jnp.square(imaginary)
    square = strength * pair * jnp.square(power)
    slope = jnp.stack([square * real, square * imaginary]).reshape(2 * len(real), -1)
    return jnp.sum(square * power) / 6, (waves(constants).T @ slope).reshape(weights.shape)


def waves(constants: Constants) -> Float[jax.Array, "twice_modes prime"]:
    """Rows cos(2 pi k n / P) / P of the modes 0 ... (P - 1) / 2, then rows -sin(2 pi k n / P) / P; times w_n these are w_k."""
    P = constants.targets.shape[1]
    angle = 2 * np.pi * np.outer(np.arange((P + 1) // 2), np.arange(P)) / P
    return jnp.asarray(np.concatenate([np.cos(angle), -np.sin(angle)]) / P, constants.targets.dtype)
