"""Single-neuron moves leave the posterior as it is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.special import erf

from spinodal.problems import TeacherStudent
from spinodal.sampling.adaptation import fit_proposal
from spinodal.sampling.posteriors import neuron_updates
from spinodal.sampling.posteriors import teacher_student as posterior

FITTED = neuron_updates.Proposal(*(np.float32(x) for x in (0.4, 1.1, 0.3, -0.5, 0.3)))


def bound(problem, seed=0):
    shape = posterior.shape_key(problem)
    constants = posterior.constants(problem, problem.draw(seed), 0.4)
    return shape, constants, posterior.bind(shape), posterior.prior_start(problem, np.random.default_rng(seed))


def test_the_reduced_force_is_the_gradient_of_potential_and_prior():
    problem = TeacherStudent(6, 5, 90, 0.3, -0.4, 0.6, 0.5)
    shape, constants, _, z = bound(problem)
    data = problem.draw(0)
    weights = z[:-5].reshape(5, 6).astype(np.float64)
    norm = np.linalg.norm(weights[:, 1:], axis=1)
    field = data.inputs[:, 1:] @ (weights[:, 1:] / norm[:, None]).T
    x = np.concatenate([weights[:, 0], norm, z[-5:]])

    def energy(x):
        q, rho, a = np.split(x, 3)
        scale = np.sqrt(0.6 / 6)
        f = erf(scale * (data.inputs[:, :1] * q + field * rho)) @ a * np.sqrt(0.5 / 5)
        prior = (q @ q + rho @ rho + a @ a) / 2 - 4 * np.log(rho).sum()
        return ((f - data.targets) ** 2).sum() / (2 * 0.3) + prior

    scaled = np.sqrt(0.6 / 6)
    inputs = constants.inputs
    across = np.zeros((inputs.shape[0], inputs.shape[1], 5), np.float32)
    across.reshape(-1, 5)[:90] = scaled * field
    tiles = neuron_updates._Tiles(inputs[..., 0] * scaled, across, constants.targets)
    reduced = neuron_updates._Reduced(*(jnp.asarray(part, jnp.float32) for part in np.split(x, 3)))
    _, force = neuron_updates._reduced_potential(reduced, tiles, constants, shape)
    numerical = [-(energy(x + 1e-6 * e) - energy(x - 1e-6 * e)) / 2e-6 for e in np.eye(15)]
    assert np.allclose(np.concatenate(force), numerical, rtol=2e-4, atol=2e-4 * np.abs(numerical).max())


@pytest.mark.parametrize("proposal", [neuron_updates.unfitted(), FITTED], ids=["unfitted", "fitted"])
@pytest.mark.parametrize("input_dim", [2, 6, 150])
def test_the_proposal_density_is_that_of_the_proposals(proposal, input_dim):
    """Importance weights p / G over draws from G average to 1: any error in either density shows."""
    shape = posterior.Shape(input_dim, 200_000, 1, 64)
    q, rho = neuron_updates._propose(jax.random.key(3), proposal, shape)
    weights = np.exp(np.asarray(neuron_updates._log_weight(q, rho, proposal, shape), np.float64))
    for moment, expected in ((1.0, 1.0), (np.asarray(q, np.float64) ** 2, 1.0), (np.asarray(rho, np.float64) ** 2, input_dim - 1.0)):
        values = weights * moment
        z = (values.mean() - expected) / (values.std(ddof=1) / np.sqrt(values.size))
        assert abs(z) < 4


def one_neuron_exactly(problem, data):
    """E[q^2], E[r] and E[a^2] for one neuron in two dimensions: the readout by hand, the weights on a grid."""
    grid = np.linspace(-6, 6, 241) * np.sqrt(problem.weight_variance / 2)
    q, w = np.meshgrid(grid, grid, indexing="ij")
    phi = erf(q[..., None] * data.inputs[:, 0] + w[..., None] * data.inputs[:, 1])
    s1, s2, cost = phi @ data.targets, (phi**2).sum(axis=-1), problem.noise / problem.readout_variance
    log_p = s1**2 / (2 * problem.noise * (s2 + cost)) - np.log1p(s2 / cost) / 2 - (q**2 + w**2) / problem.weight_variance
    p = np.exp(log_p - log_p.max())
    total = trapezoid(trapezoid(p, grid), grid)
    readout = s1**2 / (s2 + cost) ** 2 + problem.noise / (s2 + cost)
    return {name: trapezoid(trapezoid(p * v, grid), grid) / total for name, v in (("q2", q**2), ("r", w**2), ("a2", readout))}


@pytest.mark.parametrize("proposal", [neuron_updates.unfitted(), FITTED], ids=["unfitted", "fitted"])
def test_alone_they_reach_the_exact_law_of_one_neuron(proposal):
    """In two dimensions a transverse norm of either sign is all there is to a direction, so the moves need no HMC beside them."""
    problem = TeacherStudent(2, 1, 12, 0.8, -0.3, 1.0, 0.7)
    _, constants, kernels, z = bound(problem)
    tuning = neuron_updates.Tuning(np.int32(2), np.float32(0.4), np.int32(5), proposal)

    def chain(key):
        step = lambda z, key: (kernels.refresh(key, z, constants, tuning)[0],) * 2  # noqa: E731
        return jax.lax.scan(step, z, jax.random.split(key, 1500))[1][100:]

    draws = np.asarray(jax.jit(jax.vmap(chain))(jax.random.split(jax.random.key(1), 32)), np.float64)
    expected = one_neuron_exactly(problem, problem.draw(0))
    for column, scale, name in ((0, 1.0 / 2, "q2"), (1, 1.0 / 2, "r"), (2, 0.7, "a2")):
        means = (scale * draws[:, :, column] ** 2).mean(axis=1)
        z_score = (means.mean() - expected[name]) / (means.std(ddof=1) / np.sqrt(means.size))
        assert abs(z_score) < 4, (name, means.mean(), expected[name])


def test_a_mixture_of_prior_and_droplets_is_found_again():
    rng = np.random.default_rng(0)
    d, variance, n = 150, 0.5, 4000
    q = rng.normal(0, np.sqrt(variance / d), n)
    r = variance / d * rng.chisquare(d - 1, n)
    q[:200], r[:200] = rng.normal(0.85, 0.08, 200) * rng.choice([-1, 1], 200), np.exp(rng.normal(np.log(0.28), 0.1, 200))
    found = fit_proposal(q, r, variance, d)
    assert found.overlap == pytest.approx(0.85 / np.sqrt(variance), abs=0.03)
    assert found.overlap_deviation == pytest.approx(1.5 * 0.08 / np.sqrt(variance), rel=0.2)
    assert found.log_norm == pytest.approx(np.log(0.28 / variance), abs=0.03)


def test_prior_draws_alone_leave_nothing_to_fit():
    rng = np.random.default_rng(1)
    q, r = rng.normal(0, np.sqrt(0.5 / 150), 3000), 0.5 / 150 * rng.chisquare(149, 3000)
    assert fit_proposal(q, r, 0.5, 150).fitted_weight == 0
