"""The posterior of modular addition against its definition in float64 NumPy and against theory."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.problems import ModularAddition
from spinodal.sampling.posteriors import modular_addition as posterior

TALL = ModularAddition(prime=7, width=20, noise=0.06, readout_variance=1e-3, sextic_decay=0.3)  # N < P^2: the N x N form
WIDE = ModularAddition(prime=5, width=60, noise=0.02, readout_variance=1e-3, sextic_decay=0.3)
SPEC = ModularAddition(prime=7, width=400, noise=0.9 / 400, readout_variance=1 / (400 * 49), sextic_decay=0.3)
STARTS = (posterior.prior_start, posterior.planted_start)


def definition(z, problem):
    """U by explicit loops over outputs and modes, with the determinant and the inverse of the P^2 x P^2 matrix."""
    P, N = problem.prime, problem.width
    w, v = np.moveaxis(np.asarray(z, dtype=np.float64).reshape(P, 2, N), 1, 0)
    table = problem.table()
    features = (w[table.first] + v[table.second]) ** 2
    covariance = problem.noise * np.eye(P**2) + problem.readout_variance / N * features @ features.T
    misfit = sum(0.5 * y @ np.linalg.solve(covariance, y) for y in table.targets.T)
    modes = np.exp(-2j * np.pi * np.outer(np.arange(P), np.arange(P)) / P) / P
    decay = P * problem.sextic_decay / 6 * sum(np.sum(np.abs(modes @ side) ** 6) for side in (w, v))
    return misfit + P / 2 * (np.linalg.slogdet(covariance)[1] - P**2 * np.log(problem.noise)) + decay


def evaluated(problem, z, dtype):
    with jax.enable_x64(dtype == np.float64):
        constants = posterior.constants(problem, dtype=dtype)
        found = jax.jit(posterior.potential_and_gradient)(np.asarray(z, dtype), constants)
        return tuple(np.asarray(x) for x in found)


def observed(problem, z):
    return {
        name: float(value) for name, value in jax.jit(posterior.observe)(np.asarray(z, np.float32), posterior.constants(problem)).items()
    }


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("problem", [TALL, WIDE, SPEC], ids=["tall", "wide", "spec"])
def test_float64_is_the_definition_and_float32_close(problem, start):
    z = start(problem, np.random.default_rng(0))
    exact, gradient = evaluated(problem, z, np.float64)
    assert exact == pytest.approx(definition(z, problem), rel=1e-12)
    direction = np.random.default_rng(1).standard_normal(z.size)
    difference = (definition(z + 1e-5 * direction, problem) - definition(z - 1e-5 * direction, problem)) / 2e-5
    assert direction @ gradient == pytest.approx(difference, rel=1e-6)
    single, single_gradient = evaluated(problem, z, np.float32)
    assert single.dtype == single_gradient.dtype == np.float32
    assert abs(single - exact) < 1e-6 * abs(exact)
    assert np.linalg.norm(single_gradient - gradient) < 3e-6 * np.linalg.norm(gradient)


@pytest.mark.parametrize("problem", [TALL, WIDE], ids=["tall", "wide"])
def test_each_entry_of_the_gradient(problem):
    z = posterior.planted_start(problem, np.random.default_rng(2))
    gradient = evaluated(problem, z, np.float64)[1]
    for entry in np.random.default_rng(3).choice(z.size, size=30, replace=False):
        step = np.zeros(z.size)
        step[entry] = 1e-5
        difference = (definition(z + step, problem) - definition(z - step, problem)) / 2e-5
        assert gradient[entry] == pytest.approx(difference, rel=1e-5, abs=1e-5)


def test_both_gram_matrices_give_the_same():
    """N = P^2 - 1 neurons, and the same with two dead ones, straddle the change of form."""
    small = dataclasses.replace(TALL, prime=5, width=24)
    large = dataclasses.replace(small, width=26, readout_variance=small.readout_variance * 26 / 24)  # the same variance of each readout
    z = posterior.prior_start(small, np.random.default_rng(4)).reshape(5, 2, 24)
    padded = np.concatenate([z, np.zeros((5, 2, 2))], axis=-1)
    (u, g), (u_padded, g_padded) = evaluated(small, z.ravel(), np.float64), evaluated(large, padded.ravel(), np.float64)
    assert u == pytest.approx(u_padded, rel=1e-12)
    assert np.allclose(g.reshape(5, 2, 24), g_padded.reshape(5, 2, 26)[..., :24], rtol=1e-9, atol=1e-9)


def test_the_discrepancy_is_what_the_readouts_mean_leaves():
    """Against ridge regression on the features with penalty noise N / sigma_a^2."""
    z = posterior.planted_start(WIDE, np.random.default_rng(5))
    w, v = np.moveaxis(z.reshape(WIDE.prime, 2, WIDE.width), 1, 0)
    table = WIDE.table()
    features = (w[table.first] + v[table.second]) ** 2
    penalty = WIDE.noise * WIDE.width / WIDE.readout_variance
    readouts = np.linalg.solve(features.T @ features + penalty * np.eye(WIDE.width), features.T @ table.targets)
    left = np.sum(table.targets * (table.targets - features @ readouts)) / np.sum(table.targets**2)
    assert observed(WIDE, z)["discrepancy"] == pytest.approx(left, rel=1e-5)


def test_prior_amplitudes_are_those_of_independent_exponentials():
    """<Phi Psi> = 1 / P^2 and P(both > threshold) = exp(-2 P threshold), k >= 1, within 4 standard errors."""
    problem = dataclasses.replace(SPEC, width=20_000, sextic_decay=6.0)
    found = observed(problem, posterior.prior_start(problem, np.random.default_rng(6)))
    modes, threshold = 3 * problem.width, 1 / np.sqrt(18)
    share = np.exp(-2 * 7 * threshold)
    assert abs(found["amplitude_product"] - 1 / 49) < 4 * np.sqrt(3 / modes) / 49
    assert abs(found["droplet_weight"] - share) < 4 * np.sqrt(share / modes)


def test_the_planted_start_has_the_droplets_it_planted():
    found = observed(SPEC, posterior.planted_start(SPEC, np.random.default_rng(7)))
    full = 12 / (400 * 0.3)
    onset = 7 * np.sqrt(1 / (400 * 49 * 400)) * 10**0.25
    assert found["droplet_weight"] == pytest.approx(round(400 * 3 * (onset - SPEC.noise) / full) / 400, abs=1e-6)
    above = dataclasses.replace(SPEC, noise=1.0, width=10)
    assert observed(above, posterior.planted_start(above, np.random.default_rng(7)))["droplet_weight"] == 1
    few = dataclasses.replace(SPEC, readout_variance=1e3)
    assert observed(few, posterior.planted_start(few, np.random.default_rng(7)))["droplet_weight"] == pytest.approx(1 / 400)


def test_the_mean_field_relation_holds_for_many_neurons():
    """lambda = 4 P^2 sigma_a^2 <Phi Psi> and a = noise / (lambda + noise), the kernel of many neurons with random phases.

    At large noise and N = 20 000 the correction is of order P^2 / N and of (K / noise), both about a per cent.
    """
    problem = ModularAddition(prime=5, width=20_000, noise=1.0, readout_variance=0.02, sextic_decay=0.3)
    found = observed(problem, posterior.planted_start(problem, np.random.default_rng(8)))
    eigenvalue = 4 * 25 * problem.readout_variance * found["amplitude_product"]
    assert eigenvalue > 0.3
    assert found["discrepancy"] == pytest.approx(problem.noise / (eigenvalue + problem.noise), rel=0.02)


def test_one_program_serves_every_noise():
    traces = []

    @jax.jit
    def compiled(z, constants):
        traces.append(z.shape)
        return posterior.potential_and_gradient(z, constants)[0]

    z = posterior.prior_start(TALL, np.random.default_rng(9)).astype(np.float32)
    for noise in (0.01, 0.1, 1.0):
        changed = dataclasses.replace(TALL, noise=noise, sextic_decay=noise)
        assert posterior.shape_key(changed) == posterior.shape_key(TALL)
        assert compiled(z, posterior.constants(changed)) == pytest.approx(definition(z, changed), rel=1e-5)
    assert len(traces) == 1


def test_starts_have_the_dimension_and_repeat():
    for start in STARTS:
        first, again = (start(TALL, np.random.default_rng(10)) for _ in range(2))
        assert first.shape == (posterior.dimension(TALL),)
        assert np.array_equal(first, again)


def test_bound_kernels_observe_every_scalar():
    kernels = posterior.bind(posterior.shape_key(TALL))
    z = jnp.asarray(posterior.prior_start(TALL, np.random.default_rng(11)))
    assert set(kernels.observe(z, posterior.constants(TALL))) == set(posterior.SCALARS)
    assert posterior.refreshes(TALL)
    assert not posterior.refreshes(dataclasses.replace(TALL, prime=29))  # the inverse would take longer than the trajectory


@pytest.mark.slow
@pytest.mark.parametrize(("scaled_noise", "discrepancy"), [(2.4, 0.960), (1.6, 0.879), (0.9, 0.494)])
def test_plain_hmc_from_both_starts_meets_the_published_discrepancy(scaled_noise, discrepancy):
    """Prior rotated exactly, kicks of the potential: 8 steps of .15, 400 trajectories, the first 150 dropped."""
    problem = dataclasses.replace(SPEC, noise=scaled_noise / 400)
    constants = posterior.constants(problem)

    def trajectory(state, key):
        z, u, _ = state
        momentum, accept = jax.random.split(key)
        p = p0 = jax.random.normal(momentum, z.shape)
        z1, u1, g1 = state
        for _ in range(8):
            p = p - 0.075 * g1
            z1, p = np.cos(0.15) * z1 + np.sin(0.15) * p, np.cos(0.15) * p - np.sin(0.15) * z1
            u1, g1 = posterior.potential_and_gradient(z1, constants)
            p = p - 0.075 * g1
        rise = u1 - u + (z1 @ z1 - z @ z + p @ p - p0 @ p0) / 2
        taken = jnp.log(jax.random.uniform(accept)) < -rise
        state = tuple(jnp.where(taken, new, old) for new, old in zip((z1, u1, g1), state, strict=True))
        return state, posterior.observe(state[0], constants)["discrepancy"]

    for seed, start in enumerate(STARTS):
        z = jnp.asarray(start(problem, np.random.default_rng(seed)), jnp.float32)
        state = (z, *posterior.potential_and_gradient(z, constants))
        draws = np.asarray(jax.jit(lambda s, k: jax.lax.scan(trajectory, s, k))(state, jax.random.split(jax.random.key(seed), 400))[1])[
            150:
        ]
        assert draws.mean() == pytest.approx(discrepancy, abs=0.003)
