"""The Gaussian law of one more droplet."""

import jax.numpy as jnp
import numpy as np
from scipy.special import erf

from spinodal.problems import TeacherStudent
from spinodal.sampling.posteriors import droplet_law, neuron_updates

from .bound import bound


def test_averages_over_a_normal_pre_activation_match_quadrature():
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    mean, spread = np.meshgrid(np.linspace(-2, 2, 9), [0.0, 0.05, 0.4, 1.5])
    h = mean[..., None] + np.sqrt(spread)[..., None] * nodes
    slope = 2 / np.sqrt(np.pi) * np.exp(-h * h)
    expected = (erf(h), slope, -2 * h * slope, erf(h) * slope, slope**2 - 2 * h * slope * erf(h))
    found = droplet_law.averages(jnp.asarray(mean, jnp.float32), jnp.asarray(spread, jnp.float32))
    for name, values, exact in zip(found._fields, found, expected, strict=True):
        assert np.allclose(values, exact @ weights, atol=2e-6), name


def test_a_fitted_law_is_where_one_more_neuron_lies():
    """The law's Gaussian against the exact density of one neuron's weights, readout by hand: importance weights hardly vary."""
    problem = TeacherStudent(8, 1, 300, 0.1, -0.3, 0.5, 0.5)
    data = problem.draw(1)
    shape, constants, _ = bound(problem, 1)
    inputs = neuron_updates._scaled_inputs(constants, shape)
    cost = np.float32(problem.noise / problem.readout_variance)
    start = jnp.zeros(8).at[0].set(1.25 * np.sqrt(8))
    white = jnp.zeros((1, inputs.shape[0]))
    law = droplet_law.fit(start, inputs, constants.targets.ravel(), white, constants.noise, cost)
    assert float(law.mean[0]) > 0
    assert np.allclose(law.covariance @ law.factor @ law.factor.T, np.eye(8), atol=1e-4)
    rng = np.random.default_rng(0)
    steps = rng.standard_normal((4000, 8))
    x = np.asarray(law.mean) + np.linalg.solve(np.asarray(law.factor, np.float64).T, steps.T).T
    phi = erf(x * np.sqrt(problem.weight_variance / 8) @ data.inputs.T)
    s1, s2 = phi @ data.targets, (phi**2).sum(axis=1) + cost
    log_weight = s1**2 / (2 * problem.noise * s2) - np.log(s2) / 2 - (x**2).sum(axis=1) / 2 + (steps**2).sum(axis=1) / 2
    weight = np.exp(log_weight - log_weight.max())
    assert weight.sum() ** 2 / (weight**2).sum() > 0.3 * weight.size
