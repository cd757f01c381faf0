"""A small posterior with its constants and kernels, as the tests of its parts need it."""

import jax.numpy as jnp
import numpy as np

from spinodal.sampling.posteriors import teacher_student as posterior


def bound(problem, seed=0):
    constants = posterior.constants(problem, problem.draw(seed), 0.4)
    return posterior.shape_key(problem), constants, posterior.bind(posterior.shape_key(problem))


def started(problem, start=posterior.prior_start, rounds=1):
    """The same with a starting point, and neuron updates tuned there."""
    shape, constants, kernels = bound(problem)
    z = jnp.asarray(start(problem, np.random.default_rng(0)))
    tuning = kernels.tune(z[None], kernels.potential_and_gradient(z, constants)[2][None], constants, kernels.untuned(rounds))
    return shape, constants, kernels, z, tuning
