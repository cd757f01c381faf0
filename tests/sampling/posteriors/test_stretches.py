"""Stretches of the transverse weights; that they keep the exact law is checked with the other moves, in test_neuron_updates."""

import jax
import jax.numpy as jnp
import numpy as np

from spinodal.problems import TeacherStudent
from spinodal.sampling.posteriors import droplet_moves, neuron_updates, stretches
from spinodal.sampling.posteriors import teacher_student as posterior

from .bound import started


def test_neurons_whose_transverse_weights_float32_would_lose_are_not_stretched():
    """A steep law of r asks for e^-200 and less: refused, and nothing is NaN; what is lost already stays as it is."""
    problem = TeacherStudent(6, 9, 90, 0.3, -0.4, 0.6, 0.5)
    shape, constants, _, z, tuning = started(problem)
    inputs = neuron_updates._scaled_inputs(constants, shape)
    weights, readouts = posterior.split(z, shape)
    weights = weights.at[:, 0].set(30.0).at[0, 1:].set(0.0).at[1, 1:].set(1e-15)
    phi = jax.lax.erf(weights @ inputs.T)
    residual = constants.targets.ravel() - (readouts * constants.readout_scale) @ phi
    picked = droplet_moves.Collapsed(inputs, residual, constants.noise, neuron_updates._cost(constants), jnp.ones(9, bool))
    for bend in (0.3, 1.0):
        stretched, activations, moved = stretches.stretch(jax.random.key(0), weights, phi, picked, tuning.tail, np.float32(bend))
        assert float(moved) == 0
        assert np.allclose(stretched, weights, rtol=1e-6)
        assert np.array_equal(activations, phi)
    flat, activations, moved = stretches.stretch(jax.random.key(0), weights, phi, picked, tuning.tail, np.float32(0))
    assert np.isfinite(flat).all()
    assert np.isfinite(activations).all()
    assert moved > 0
    assert np.array_equal(flat[:2], weights[:2])
