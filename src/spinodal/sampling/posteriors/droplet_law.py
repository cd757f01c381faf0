"""Where the weights of a droplet are likely to be: a Gaussian approximation of one neuron's law, the others given.

With the readouts of the others integrated out, the weights x of one more neuron have the density

    ln p(x) = -|x|^2 / 2 + s1^2 / (2 sigma^2 s2) - ln(s2) / 2,      s1 = phi . r,  s2 = phi . phi + c - ...,   phi = erf(X x).

Far from the origin this is all but Gaussian once phi is averaged over the Gaussian itself, N(m, H^-1) (the variational one):

    E[grad ln p] = 0 fixes m,    H = -E[Hessian ln p] = 1 + X^T diag(omega) X,

and the averages are known for each sample, where h = x . X_mu ~ N(m . X_mu, X_mu H^-1 X_mu). Left out: the covariance of activations
at different samples in what the others project out, and the derivatives of the readout's mean A = s1 / s2. What is proposed need not
be exact, Metropolis's test is.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .interface import Array

SOFTEST = 0.7  # H is never softer than this share of the prior: averages of the likelihood may curve the other way


class DropletLaw(NamedTuple):
    """N(mean, covariance) of whitened weights; the mean is refined for each neuron asked."""

    mean: Array  # (input_dim,)
    covariance: Array  # (input_dim, input_dim)
    factor: Array  # lower, of the precision
    spread: Array  # (samples,): variance of h = x . X_mu


class Others(NamedTuple):
    """What a neuron sees of the rest of the network."""

    residual: Array  # (samples,): targets less output, the readouts integrated out at their mean
    shadow: Array  # (samples,): what the integrated-out readouts would do with this neuron's mean activation
    noise: Array
    cost: Array  # c = sigma^2 N / sigma_a^2


class Averages(NamedTuple):
    """Of phi = erf(h) over h ~ N(mean, spread): phi, phi', phi'', phi phi', (phi phi')'."""

    phi: Array
    slope: Array
    curvature: Array
    product: Array
    product_slope: Array


def averages(mean: Float[Array, "*#samples"], spread: Float[Array, "*#samples"]) -> Averages:
    """In closed form: products of normal densities and erf."""
    width = 1 + 2 * spread
    slope = 2 / jnp.sqrt(np.pi * width) * jnp.exp(-mean * mean / width)
    curvature = -2 * mean / width * slope
    narrow = jnp.sqrt(width * (1 + 4 * spread))
    inner = jax.lax.erf(mean / narrow)
    inner_slope = 2 / (np.sqrt(np.pi) * narrow) * jnp.exp(-((mean / narrow) ** 2))
    return Averages(jax.lax.erf(mean / jnp.sqrt(width)), slope, curvature, slope * inner, curvature * inner + slope * inner_slope)


def unknown(input_dim: int, samples: int) -> DropletLaw:
    """The prior: nothing is known of droplets."""
    eye = np.eye(input_dim, dtype=np.float32)
    return DropletLaw(np.zeros(input_dim, np.float32), eye, eye, np.zeros(samples, np.float32))


def refined(
    law: DropletLaw, typical: Averages, inputs: Float[Array, "samples input_dim"], others: Others
) -> Float[jax.Array, " input_dim"]:
    """One step of Newton's from the law's mean, where averages are `typical`, towards E[grad ln p] = 0."""
    push, _ = _forces(typical, law.spread, others)
    return law.mean + law.covariance @ (push @ inputs - law.mean)


def fit(
    mean: Float[Array, " input_dim"],
    inputs: Float[Array, "samples input_dim"],
    residual: Float[Array, " samples"],
    white: Float[Array, "slots samples"],
    noise: Array,
    cost: Array,
) -> DropletLaw:
    """The law of one more neuron in this network, from a start at `mean`; `white` is L^-1 Phi of the neurons whose readouts are out."""
    eye = jnp.eye(len(mean), dtype=mean.dtype)

    def described(mean, hessian):
        factor = jnp.linalg.cholesky(hessian)
        covariance = jax.scipy.linalg.cho_solve((factor, True), eye)
        return DropletLaw(mean, covariance, factor, jnp.sum((inputs @ covariance) * inputs, axis=1))

    def step(_, carry):
        law = described(*carry)
        average = averages(inputs @ law.mean, law.spread)
        push, omega = _forces(average, law.spread, Others(residual, (white @ average.phi) @ white, noise, cost))
        values, vectors = jnp.linalg.eigh(eye + (inputs * omega[:, None]).T @ inputs)
        values = jnp.maximum(values, SOFTEST)
        mean = law.mean + vectors @ ((vectors.T @ (push @ inputs - law.mean)) / values)
        return mean, (vectors * values) @ vectors.T

    return described(*jax.lax.fori_loop(0, 8, step, (mean, 2 * eye)))


def _forces(
    average: Averages, spread: Float[Array, " samples"], others: Others
) -> tuple[Float[jax.Array, " samples"], Float[jax.Array, " samples"]]:
    """Derivative of the averaged log likelihood by each sample's mean pre-activation, and minus its second derivative."""
    phi, slope = average.phi, average.slope
    terms = jnp.stack([others.residual, phi - others.shadow]) @ phi
    s1, s2 = terms[0], terms[1] + spread @ slope**2 + others.cost
    readout = s1 / s2
    pull, stiffness = readout / others.noise, readout**2 / others.noise + 1 / s2
    push = pull * others.residual * slope - stiffness * (average.product - others.shadow * slope)
    omega = stiffness * (average.product_slope - others.shadow * average.curvature) - pull * others.residual * average.curvature
    return push, omega
