"""The posterior of the teacher-student network: every jitted kernel against its float64 NumPy twin."""

import jax
import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import erf

from spinodal.problems import TeacherStudent
from spinodal.sampling.posteriors import teacher_student as posterior

PROBLEM = TeacherStudent(input_dim=7, width=9, samples=150, noise=0.3, cubic=-0.4, weight_variance=0.6, readout_variance=0.5)


def setting(problem=PROBLEM, seed=0):
    data = problem.draw(seed)
    constants = posterior.constants(problem, data, 0.4)
    return data, constants, posterior.bind(posterior.shape_key(problem)), posterior.prior_start(problem, np.random.default_rng(seed))


def twin(z, problem, data):
    """Potential and gradient in float64, straight from the definition."""
    d, width = problem.input_dim, problem.width
    w = z[: d * width].reshape(width, d) * np.sqrt(problem.weight_variance / d)
    a = z[d * width :] * np.sqrt(problem.readout_variance / width)
    h = data.inputs @ w.T
    misfit = erf(h) @ a - data.targets
    slope_h = misfit[:, None] * a * 2 / np.sqrt(np.pi) * np.exp(-(h**2)) / problem.noise
    by_w = slope_h.T @ data.inputs * np.sqrt(problem.weight_variance / d)
    by_a = erf(h).T @ misfit / problem.noise * np.sqrt(problem.readout_variance / width)
    return misfit @ misfit / (2 * problem.noise), np.concatenate([by_w.ravel(), by_a])


@pytest.mark.parametrize("samples", [1, 64, 65, 150])
def test_potential_and_gradient_match_float64_whatever_the_padding(samples):
    problem = TeacherStudent(7, 9, samples, 0.3, -0.4, 0.6, 0.5)
    data, constants, kernels, z = setting(problem)
    found = jax.jit(kernels.potential_and_gradient)(z, constants)
    expected = twin(z.astype(np.float64), problem, data)
    assert float(found[0]) == pytest.approx(expected[0], rel=2e-6)
    assert np.abs(np.asarray(found[1]) - expected[1]).max() < 2e-6 * np.abs(expected[1]).max()


def test_the_guide_is_the_gradient_to_the_precision_of_bfloat16():
    """Factors rounded to 8 bits: errors of 2^-9 in each, which do not add up coherently."""
    _, constants, kernels, z = setting(TeacherStudent(40, 60, 500, 0.2, -0.4, 0.6, 0.5))
    potential, slope, _ = jax.jit(kernels.potential_and_gradient)(z, constants)
    guided, kick = jax.jit(kernels.guide)(z, constants)
    assert float(guided) == pytest.approx(float(potential), rel=0.01)
    error = np.linalg.norm(np.asarray(kick) - np.asarray(slope)) / np.linalg.norm(slope)
    assert 2e-4 < error < 2**-8  # not the float32 gradient, and near it


@pytest.mark.parametrize("samples", [1, 65, 150])
def test_the_potential_alone_is_that_which_comes_with_the_gradient(samples):
    problem = TeacherStudent(7, 9, samples, 0.3, -0.4, 0.6, 0.5)
    data, constants, kernels, z = setting(problem)
    potential, residual = jax.jit(kernels.potential)(z, constants)
    assert float(potential) == pytest.approx(twin(z.astype(np.float64), problem, data)[0], rel=2e-6)
    assert np.allclose(residual, kernels.potential_and_gradient(z, constants)[2], atol=2e-6)


def linear_part(z, data):
    """|y - X beta|^2 / (2 sigma^2) in float64, beta the mean over inputs x ~ N(0, 1) of f(x) x, by quadrature along each neuron."""
    weights, readouts = z[:-9].reshape(9, 7) * np.sqrt(0.6 / 7), z[-9:] * np.sqrt(0.5 / 9)
    nodes, heights = hermegauss(60)
    norm = np.linalg.norm(weights, axis=1)
    slopes = (erf(norm[:, None] * nodes) * nodes) @ heights / heights.sum() / norm
    misfit = data.targets - data.inputs @ ((readouts * slopes) @ weights)
    return misfit @ misfit / (2 * PROBLEM.noise)


def test_the_stiff_part_is_the_misfit_of_the_linear_function_that_the_network_holds():
    data, constants, kernels, z = setting()
    z, step = z.astype(np.float64), 1e-5
    expected = [(linear_part(z + step * e, data) - linear_part(z - step * e, data)) / (2 * step) for e in np.eye(z.size)]
    found = np.asarray(jax.jit(kernels.stiff)(z.astype(np.float32), constants))
    assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


def test_the_rest_is_soft_where_the_stiff_part_is_stiff():
    """Curvature along the gradient of the stiff part, as trajectories meet it."""
    problem = TeacherStudent(20, 200, 1500, 0.1, -0.4, 0.6, 0.5)
    _, constants, kernels, z = setting(problem)
    stiff = jax.jit(lambda z: kernels.stiff(z, constants))
    rest = jax.jit(lambda z: kernels.potential_and_gradient(z, constants)[1] - kernels.stiff(z, constants))
    along = np.asarray(stiff(z))
    along = along / np.linalg.norm(along)
    of_stiff, of_rest = (float((f(z + 0.01 * along) - f(z - 0.01 * along)) @ along) / 0.02 for f in (stiff, rest))
    assert of_stiff > 5
    assert abs(of_rest) < 0.2 * of_stiff


def test_several_tiles_add_up(monkeypatch):
    monkeypatch.setattr(posterior, "TILE_BYTES", 4 * 9 * 64)
    data, constants, kernels, z = setting()
    assert constants.inputs.shape == (3, 64, 7)
    found = jax.jit(kernels.potential_and_gradient)(z, constants)
    expected = twin(z.astype(np.float64), PROBLEM, data)
    assert np.abs(np.asarray(found[1]) - expected[1]).max() < 2e-6 * np.abs(expected[1]).max()


def test_the_twin_itself_agrees_with_finite_differences():
    data, _, _, z = setting()
    z = z.astype(np.float64)
    slope, step = twin(z, PROBLEM, data)[1], 1e-6
    numerical = [(twin(z + step * e, PROBLEM, data)[0] - twin(z - step * e, PROBLEM, data)[0]) / (2 * step) for e in np.eye(z.size)]
    assert np.allclose(numerical, slope, rtol=1e-6, atol=1e-5)


def test_discrepancies_are_what_quadrature_over_inputs_gives():
    """b = <(y - f) He_1>, c = <(y - f) He_3> / 6, with h of a neuron Gaussian given z: a two-dimensional Gauss-Hermite rule."""
    _, constants, kernels, z = setting()
    found = kernels.observe(z, constants)
    weights, readouts = z[:-9].reshape(9, 7) * np.sqrt(0.6 / 7), z[-9:] * np.sqrt(0.5 / 9)
    nodes, heights = hermegauss(80)
    heights = heights / heights.sum()
    norm = np.sqrt((weights[:, 1:] ** 2).sum(axis=1))
    h = weights[:, 0, None, None] * nodes[:, None] + norm[:, None, None] * nodes
    given_z = np.einsum("i,izx,x->z", readouts, erf(h), heights)
    misfit = nodes - 0.4 * (nodes**3 - 3 * nodes) - given_z
    assert float(found["linear_discrepancy"]) == pytest.approx(heights @ (misfit * nodes), abs=1e-6)
    assert float(found["cubic_discrepancy"]) == pytest.approx(heights @ (misfit * (nodes**3 - 3 * nodes)) / 6, abs=1e-6)
    assert float(found["droplet_fraction"]) == pytest.approx(np.mean(np.abs(weights[:, 0]) > 0.4))


def test_a_planted_network_starts_in_the_droplet_phase():
    _, constants, kernels, _ = setting()
    z = posterior.planted_start(PROBLEM, np.random.default_rng(0))
    prior = posterior.prior_start(PROBLEM, np.random.default_rng(0))
    assert float(kernels.observe(z, constants)["linear_discrepancy"]) < float(kernels.observe(prior, constants)["linear_discrepancy"])
    assert abs(float(kernels.observe(z, constants)["overlaps"][0])) > 0.4
