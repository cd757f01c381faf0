"""Births and deaths of droplets of modular addition, against their definition and against an exact law."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from spinodal.problems import ModularAddition
from spinodal.sampling.posteriors import mode_flips, modular_addition
from spinodal.sampling.posteriors.mode_flips import Tuning

PROBLEM = ModularAddition(prime=7, width=40, noise=1.2 / 40, readout_variance=1 / (40 * 49), sextic_decay=0.3)
TUNING = Tuning(np.int32(2), np.int32(4), np.float32(-0.3), np.float32(0.3))


def at(problem, seed, dtype=np.float32, start=modular_addition.planted_start):
    constants = modular_addition.constants(problem, dtype=dtype)
    z = start(problem, np.random.default_rng(seed)).astype(dtype)
    return constants, modular_addition.split(jnp.asarray(z), constants)


def asked(problem, seed, dtype):
    """Dice, the network, and what all of them would do to it."""
    dice = jax.tree.map(np.asarray, mode_flips.throw(jax.random.key(seed)))
    with jax.enable_x64(dtype == np.float64):
        constants, weights = at(problem, seed, dtype)
        dice = jax.tree.map(lambda x: x if x.dtype == bool else x.astype(dtype), dice)
        tuning = jax.tree.map(lambda x: x if x.dtype == np.int32 else x.astype(dtype), TUNING)
        found = jax.jit(lambda dice: mode_flips.ask(dice, mode_flips.survey(weights, constants), constants, tuning))(dice)
        return jax.tree.map(np.asarray, (dice, weights, found))


def amplitudes(weights):
    """w_k and v_k of weights (P, 2, N), k = 1 ... (P - 1) / 2, by the definition."""
    P = len(weights)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(1, (P + 1) // 2), np.arange(P)) / P) / P
    return np.einsum("kn,nsi->ksi", waves, weights)


def energy(weights, problem):
    """U with the Gaussian prior, in float64 NumPy."""
    P, N = problem.prime, problem.width
    w, v = weights[:, 0], weights[:, 1]
    table = problem.table()
    features = (w[table.first] + v[table.second]) ** 2
    covariance = problem.noise * np.eye(P**2) + problem.readout_variance / N * features @ features.T
    misfit = np.sum(table.targets * np.linalg.solve(covariance, table.targets)) / 2
    decay = P * problem.sextic_decay / 3 * np.sum(np.abs(amplitudes(weights)) ** 6)
    decay += P * problem.sextic_decay / 6 * np.sum(np.abs(weights.mean(axis=0)) ** 6)
    return misfit + P / 2 * np.linalg.slogdet(covariance)[1] + decay + np.sum(weights**2) / 2


def log_law(power, problem, born):
    """ln of the density of a pair of amplitudes, in C^2: of a birth, or of the prior."""
    P = problem.prime
    if not born:
        return 2 * np.log(P / np.pi) - P * power.sum()
    logs = np.log(power / np.sqrt(3 / problem.sextic_decay))
    return np.sum(norm.logpdf(logs, float(TUNING.mean), float(TUNING.deviation)) - np.log(power) - np.log(np.pi))


def expected(dice, weights, found, problem):
    """The logarithm of Metropolis's ratio of every ask, each by itself from the energies of whole networks."""
    barrier = 1 / np.sqrt(3 * problem.sextic_decay)
    before = amplitudes(weights)
    far = np.all(np.abs(before) ** 2 > barrier, axis=1)
    droplets, quiet = far.sum(), (~far).sum()
    chances = []
    for k, born in enumerate(dice.born):
        moved = weights.copy()
        moved[:, :, found.neuron[k]] = found.weights[:, :, k]
        after = amplitudes(moved)
        changed = np.argwhere(np.any(np.abs(after - before) > 1e-9, axis=1))
        assert len(changed) == 1, "one mode of one neuron is asked"
        mode, neuron = changed[0]
        assert far[mode, neuron] != born
        old, new = (np.abs(where[mode, :, neuron]) ** 2 for where in (before, after))
        if np.all(new > barrier) != born:
            chances.append(-np.inf)
            continue
        chance = energy(weights, problem) - energy(moved, problem)
        chance += log_law(old, problem, not born) - log_law(new, problem, born)
        chances.append(chance + (np.log(quiet / (droplets + 1)) if born else np.log(droplets / (quiet + 1))))
    return np.array(chances)


@pytest.mark.parametrize("problem", [PROBLEM, dataclasses.replace(PROBLEM, prime=5, width=30)], ids=["N < P^2", "N > P^2"])
def test_the_chance_is_that_of_the_definition(problem):
    dice, weights, found = asked(problem, 3, np.float64)
    wanted = expected(dice, weights, found, problem)
    assert np.isfinite(wanted[dice.born]).sum() > 4
    assert np.isfinite(wanted[~dice.born]).sum() > 4
    np.testing.assert_allclose(found.log_chance, wanted, rtol=1e-8)


def test_float32_is_close_where_it_matters():
    exact, single = (asked(PROBLEM, 4, dtype)[2].log_chance for dtype in (np.float64, np.float32))
    likely = exact > -10
    assert likely.sum() > 3
    np.testing.assert_allclose(single[likely], exact[likely], atol=2e-3)


def test_a_round_keeps_its_inverse():
    """Replaced column by column, against that of the weights at the end; and weights change in whole modes only."""
    constants, weights = at(PROBLEM, 5)
    start = mode_flips.survey(weights, constants)
    end, share = jax.jit(mode_flips.flips)(mode_flips.throw(jax.random.key(8)), start, constants, TUNING)
    assert share > 0.1
    again = mode_flips.survey(end.weights, constants)
    np.testing.assert_allclose(end.inverse, again.inverse, atol=2e-5)
    np.testing.assert_allclose(end.fitted, again.fitted, atol=2e-5)
    np.testing.assert_allclose(np.mean(end.weights, axis=0), np.mean(weights, axis=0), atol=1e-5)


def test_flips_alone_reach_the_exact_law():
    """One neuron, P = 3: one mode, its mean weights at rest. Against the prior weighted by the likelihood, within 4 standard errors."""
    problem = ModularAddition(prime=3, width=1, noise=0.5, readout_variance=0.01, sextic_decay=20.0)
    constants, weights = at(problem, 6, start=modular_addition.prior_start)
    barrier = 1 / np.sqrt(60)
    tuning = TUNING._replace(mean=np.float32(-0.6), deviation=np.float32(0.4))

    @jax.jit
    def chain(key, weights):
        def one(weights, key):
            network, share = mode_flips.flips(mode_flips.throw(key), mode_flips.survey(weights, constants), constants, tuning)
            return network.weights, (network.weights, share)

        return jax.lax.scan(one, weights, jax.random.split(key, 20_000))[1]

    drawn, share = chain(jax.random.key(0), weights)
    power = np.abs(np.array([amplitudes(x)[0, :, 0] for x in np.asarray(drawn, np.float64)])) ** 2
    assert 0.05 < share.mean() < 0.6

    rng = np.random.default_rng(7)
    fresh = rng.standard_normal((200_000, 3, 2))
    fresh += np.mean(weights, axis=0)[:, 0] - fresh.mean(axis=1, keepdims=True)
    table = problem.table()
    features = (fresh[:, table.first, 0] + fresh[:, table.second, 1]) ** 2
    # One neuron: A = noise + readout_variance x x^T, so both its inverse and its determinant are known
    ratio = problem.readout_variance / problem.noise
    length = 1 + ratio * np.sum(features**2, axis=1)
    overlap = np.sum((features @ table.targets) ** 2, axis=1)
    exact = np.abs(np.einsum("n,ins->is", np.exp(-2j * np.pi * np.arange(3) / 3) / 3, fresh)) ** 2
    log_weight = ratio * overlap / (2 * problem.noise * length) - 1.5 * np.log(length) - problem.sextic_decay * np.sum(exact**3, axis=1)
    weight = np.exp(log_weight - log_weight.max())
    for measure in (lambda p: np.all(p > barrier, axis=1), lambda p: p[:, 0] * p[:, 1], lambda p: p.sum(axis=1)):
        wanted = np.average(measure(exact), weights=weight)
        error = np.sqrt(np.sum((weight * (measure(exact) - wanted)) ** 2)) / weight.sum()
        batches = measure(power).reshape(100, -1).mean(axis=1)
        assert abs(batches.mean() - wanted) < 4 * np.hypot(error, batches.std(ddof=1) / 10)


def test_the_law_of_births_is_fitted_to_the_droplets():
    """To all chains, beside what eight droplets' worth of prior knowledge says."""
    constants, weights = at(PROBLEM, 9)
    untuned = mode_flips.untuned(2)
    tuned = jax.jit(mode_flips.tune)(np.stack([weights.ravel()] * 3), np.zeros((3, 0)), constants, untuned)
    power = np.abs(amplitudes(np.asarray(weights, np.float64))) ** 2
    far = np.all(power > 1 / np.sqrt(3 * PROBLEM.sextic_decay), axis=1)
    logs = np.tile(np.log(power / np.sqrt(3 / PROBLEM.sextic_decay)).transpose(0, 2, 1)[far].ravel(), 3)
    count = len(logs) + mode_flips.CERTAINTY
    mean = (logs.sum() + mode_flips.CERTAINTY * mode_flips.MEAN) / count
    square = (np.sum((logs - mean) ** 2) + mode_flips.CERTAINTY * mode_flips.DEVIATION**2) / count
    assert tuned.mean == pytest.approx(mean, abs=1e-4)
    assert tuned.deviation == pytest.approx(max(square**0.5, mode_flips.LEAST_DEVIATION), rel=1e-3)
    assert tuned.updates == 2
    assert 1 <= tuned.rounds <= mode_flips.MOST_ROUNDS


def test_nobody_asks_where_none_would_be_taken():
    """Droplets a thousand nats from the prior, of which much noise lets the data say nothing."""
    hard = dataclasses.replace(PROBLEM, noise=10.0, sextic_decay=1e-4)
    constants, weights = at(hard, 10, start=modular_addition.prior_start)
    tuned = jax.jit(mode_flips.tune)(weights.reshape(1, -1), np.zeros((1, 0)), constants, mode_flips.untuned(2))
    assert tuned.rounds == 0
    place, taken = jax.jit(mode_flips.refresh)(jax.random.key(0), weights.ravel(), np.float32(0.1), constants, tuned)
    assert np.array_equal(place.position, weights.ravel())
    assert taken == 0
