"""Births, deaths, breaths and slides leave the posterior as it is, and alone reach all of it."""

import itertools
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

from spinodal.problems import TeacherStudent
from spinodal.sampling import hmc, sample
from spinodal.sampling.posteriors import droplet_law, droplet_moves, neuron_updates, overlap_trajectory, stretches
from spinodal.sampling.posteriors import teacher_student as posterior

from .bound import bound, started


def tuned(shape, far, near_share=1.0, far_share=1.0):
    """A droplet law that is nowhere exact, and droplets that yield."""
    factor = np.array([[1.6, 0.0], [0.4, 1.3]], np.float32)
    spread = np.full(shape.tiles * shape.tile, 0.1, np.float32)
    law = droplet_law.DropletLaw(np.array([1.5, 0.3], np.float32), np.linalg.inv(factor @ factor.T), factor, spread)
    kind = droplet_moves.Kind(*(np.float32(x) for x in (0.5 * far, far, near_share, (near_share + far_share) / 2, far_share)))
    yielding = droplet_moves.Yielding(np.array([-0.2, 0.05], np.float32), np.float32(1.1))
    tail = kind._replace(middle_share=kind.far_share, far_share=kind.near_share)
    return neuron_updates.Tuning(np.int32(1), kind, yielding, law, tail, np.float32(0.1))


def exact_moments(problem, data):
    """E of q^2, |w_perp|^2, a^2 of a neuron and of the product of all a_i q_i: readouts by hand, weights on a grid (two dimensions)."""
    grid = np.linspace(-3.4, 3.4, 35 if problem.width > 1 else 61) * np.sqrt(problem.weight_variance / 2)
    q, w = (x.ravel() for x in np.meshgrid(grid, grid, indexing="ij"))
    phi = erf(np.outer(q, data.inputs[:, 0]) + np.outer(w, data.inputs[:, 1]))
    cost = problem.noise * problem.width / problem.readout_variance
    field, gram = phi @ data.targets, phi @ phi.T
    sites = np.array(list(itertools.product(range(q.size), repeat=problem.width)))
    G = gram[sites[:, :, None], sites[:, None, :]] + cost * np.eye(problem.width)
    mean = np.linalg.solve(G, field[sites][..., None])[..., 0]
    log_p = (mean * field[sites]).sum(1) / (2 * problem.noise) - np.linalg.slogdet(G)[1] / 2
    log_p -= ((q**2 + w**2)[sites]).sum(1) / problem.weight_variance
    p = np.exp(log_p - log_p.max())
    second = mean[:, :, None] * mean[:, None, :] + problem.noise * np.linalg.inv(G)
    values = {"q2": q[sites[:, 0]] ** 2, "r": w[sites[:, 0]] ** 2, "a2": second[:, 0, 0]}
    if problem.width > 1:
        values["a1a2q1q2"] = second[:, 0, 1] * q[sites[:, 0]] * q[sites[:, 1]]
    return {name: (p * value).sum() / p.sum() for name, value in values.items()}


def worst_z(draws, problem):
    """Of moments of draws (chains, draws, 3 width) of whitened positions against the exact ones."""
    width = problem.width
    w = draws[..., : 2 * width].reshape(*draws.shape[:2], width, 2) * np.sqrt(problem.weight_variance / 2)
    a = draws[..., 2 * width :] * np.sqrt(problem.readout_variance / width)
    found = {"q2": (w[..., 0] ** 2).mean(axis=2), "r": (w[..., 1] ** 2).mean(axis=2), "a2": (a**2).mean(axis=2)}
    if width > 1:
        found["a1a2q1q2"] = (a * w[..., 0]).prod(axis=2)
    means = {name: values.mean(axis=1) for name, values in found.items()}
    errors = {name: values.std(ddof=1) / np.sqrt(values.size) for name, values in means.items()}
    return max(abs(means[name].mean() - exact) / errors[name] for name, exact in exact_moments(problem, problem.draw(0)).items())


def asked_one_by_one(key, weights, picked, typical, law, yielding, kind):
    """Births and deaths as their description says, one neuron after the other in NumPy, every likelihood from its whole matrix.

    The random numbers are those of `births_and_deaths`; weights, and how many changed.
    """
    keys, (slots, dim) = jax.random.split(key, 4), weights.shape
    asks = droplet_moves.ASKS
    normals = np.asarray(jax.random.normal(keys[0], (asks, dim)), np.float64)
    sign = np.where(np.asarray(jax.random.bernoulli(keys[1], 0.5, (asks,))), 1.0, -1.0)
    who = np.floor(np.asarray(jax.random.uniform(keys[2], (asks,))) * slots).astype(int)
    level = np.log(np.asarray(jax.random.uniform(keys[3], (asks,), minval=jnp.finfo(jnp.float32).tiny), np.float64))
    inputs, targets, noise, cost = (np.asarray(x, np.float64) for x in (picked.inputs, picked.targets, picked.noise, picked.cost))
    factor, scale, shift = (np.asarray(x, np.float64) for x in (law.factor, yielding.scale, yielding.shift))
    typical_phi = np.asarray(typical.phi, np.float64)

    def log_likelihood(w):
        phi = erf(w @ inputs.T)
        gram, field = phi @ phi.T + cost * np.eye(len(w)), phi @ targets
        return field @ np.linalg.solve(gram, field) / (2 * noise) - np.linalg.slogdet(gram)[1] / 2

    def rest(w, values):
        """`values` less what the neurons w make of them, readouts at their mean."""
        phi = erf(w @ inputs.T)
        return values - np.linalg.solve(phi @ phi.T + cost * np.eye(len(w)), phi @ values) @ phi

    def log_droplet(x, mean):
        sides = np.stack([x - mean, x + mean]) @ factor
        density = np.exp(-(sides**2).sum(axis=1) / 2).sum() / 2 * np.prod(np.diag(factor))
        return np.log(density) + x @ x / 2

    w, changed = np.asarray(weights, np.float64), 0
    for i in range(asks):
        j, x = who[i], w[who[i]]
        far = np.abs(w[:, 0]) > kind.far
        born, others = not far[j], far & (np.arange(slots) != j)
        side = np.sign(w[:, :1])
        moved = np.where(others[:, None], side * (scale * w * side + shift if born else (w * side - shift) / scale), w)
        seen_by_j = np.delete(moved if born else w, j, axis=0)
        mean = droplet_law.refined(
            law,
            typical,
            picked.inputs,
            droplet_law.Others(
                *(jnp.asarray(v, jnp.float32) for v in (rest(seen_by_j, targets), typical_phi - rest(seen_by_j, typical_phi))),
                picked.noise,
                picked.cost,
            ),
        )
        mean = np.asarray(mean, np.float64)
        x_new = sign[i] * (mean + np.linalg.solve(factor.T, normals[i])) if born else normals[i]
        trial = moved.copy()
        trial[j] = x_new
        stays = np.all(~others | ((np.abs(trial[:, 0]) > kind.far) & (trial[:, 0] * w[:, 0] > 0)))
        if not stays or (abs(x_new[0]) > kind.far) != born:
            continue
        chances = np.asarray(kind.log_chance(jnp.asarray(np.stack([x_new, x]), jnp.float32)), np.float64)
        change = log_likelihood(trial) - log_likelihood(w) + chances[0] - chances[1]
        change += ((w - moved) * (w + moved)).sum() / 2 + (1 if born else -1) * dim * others.sum() * np.log(scale)
        change += -log_droplet(x_new, mean) if born else log_droplet(x, mean)
        if level[i] < change:
            w, changed = trial, changed + 1
    return w, changed


def test_neurons_tried_all_at_once_change_as_if_asked_one_after_the_other():
    """The trials after the first who is taken meet another network, and must be made anew."""
    problem = TeacherStudent(2, 6, 40, 0.8, -0.3, 1.0, 0.7)
    shape, constants, _ = bound(problem)
    tuning = tuned(shape, 0.8, 0.5, 0.8)
    inputs = neuron_updates._scaled_inputs(constants, shape)
    typical = droplet_law.averages(inputs @ tuning.law.mean, tuning.law.spread)
    picked = droplet_moves.Collapsed(inputs, constants.targets.ravel(), constants.noise, neuron_updates._cost(constants), jnp.ones(6, bool))
    move = jax.jit(
        lambda key, weights: droplet_moves.births_and_deaths(
            key, weights, jax.lax.erf(weights @ inputs.T), picked, typical, tuning.law, tuning.yielding, tuning.kind
        )
    )
    counts = []
    for seed in range(8):
        weights = 1.2 * jax.random.normal(jax.random.key(100 + seed), (6, 2))
        found, phi, share = move(jax.random.key(seed), weights)
        expected, changed = asked_one_by_one(jax.random.key(seed), weights, picked, typical, tuning.law, tuning.yielding, tuning.kind)
        assert round(float(share) * droplet_moves.ASKS) == changed
        assert np.allclose(found, expected, atol=2e-4)
        assert np.allclose(phi, erf(np.asarray(found, np.float64) @ np.asarray(inputs, np.float64).T), atol=1e-5)
        counts.append(changed)
    assert min(counts) >= 2  # several networks in one call
    assert max(counts) < droplet_moves.ASKS


@pytest.mark.parametrize("breaths", [pytest.param(0, marks=pytest.mark.slow), 3])
def test_births_and_deaths_alone_and_with_breaths_keep_the_exact_law_of_two_neurons(breaths, monkeypatch):
    """Maps strong enough that a Jacobian or a prior left out shows: the worst z is then 14 or more."""
    monkeypatch.setattr(droplet_moves, "SHIFT", 0.8)
    monkeypatch.setattr(droplet_moves, "LOG_SCALE", 0.6)
    monkeypatch.setattr(droplet_moves, "BREATHS", max(1, breaths))
    monkeypatch.setattr(droplet_moves, "ASKS", 4)  # here half of them are taken, and each makes all others be tried anew
    problem = TeacherStudent(2, 2, 12, 0.8, -0.3, 1.0, 0.7)
    shape, constants, kernels = bound(problem)
    tuning = tuned(shape, 0.8, 0.5, 0.8)
    tuning = tuning._replace(yielding=droplet_moves.Yielding(np.array([-0.3, 0.3], np.float32), np.float32(1.5)))
    inputs = neuron_updates._scaled_inputs(constants, shape)
    typical = droplet_law.averages(inputs @ tuning.law.mean, tuning.law.spread)

    def move(key, weights, phi, picked):
        keys = jax.random.split(key)
        weights, phi, told = droplet_moves.births_and_deaths(
            keys[0], weights, phi, picked, typical, tuning.law, tuning.yielding, tuning.kind
        )
        return (*droplet_moves.breathe(keys[1], weights, phi, picked, tuning.kind)[:2], told) if breaths else (weights, phi, told)

    def chain(key):
        z = jax.random.normal(key, (6,))
        start = neuron_updates._Network(*posterior.split(z, shape), kernels.potential_and_gradient(z, constants)[2])

        def step(network, key):
            network, _ = neuron_updates._round(key, network, move, inputs, constants, tuning.kind, 2)
            return network, jnp.concatenate([network.weights.ravel(), network.readouts])

        return jax.lax.scan(step, start, jax.random.split(key, 800))[1][100:]

    draws = np.asarray(jax.jit(jax.vmap(chain))(jax.random.split(jax.random.key(1), 96)), np.float64)
    assert worst_z(draws, problem) < 4


@pytest.mark.parametrize(
    ("width", "far", "shares"),
    [
        pytest.param(1, 1.2, (1.0, 1.0), marks=pytest.mark.slow),
        pytest.param(2, 1.2, (1.0, 1.0), marks=pytest.mark.slow),
        pytest.param(2, 0.8, (0.5, 0.8), marks=pytest.mark.slow),
    ],
)
def test_all_moves_without_hmc_reach_the_exact_law_of_one_and_of_two_neurons(width, far, shares):
    problem = TeacherStudent(2, width, 12, 0.8, -0.3, 1.0, 0.7)
    shape, constants, kernels = bound(problem)
    tuning = tuned(shape, far, *shares)

    def chain(key):
        z = jax.random.normal(key, (3 * width,))
        step = lambda z, key: (kernels.refresh(key, z, np.float32(0.25), constants, tuning)[0].position,) * 2  # noqa: E731
        return jax.lax.scan(step, z, jax.random.split(key, 700))[1][100:]

    draws = np.asarray(jax.jit(jax.vmap(chain))(jax.random.split(jax.random.key(1), 48)), np.float64)
    assert worst_z(draws, problem) < 4


def test_more_picked_neurons_than_slots_leave_the_network_as_it_is():
    problem = TeacherStudent(2, 60, 12, 0.8, -0.3, 1.0, 0.7)
    shape, constants, kernels = bound(problem)
    z = jnp.asarray(posterior.prior_start(problem, np.random.default_rng(0)))
    tuning = tuned(shape, 1.2)
    slid, _, _ = overlap_trajectory.slide(jax.random.fold_in(jax.random.key(0), 1), z, constants, np.float32(0.16), shape)
    moved, info = kernels.refresh(jax.random.key(0), z, np.float32(0.1), constants, tuning)
    assert float(info.changed) == 0
    assert np.allclose(moved.position, slid, atol=1e-5)


def test_residual_kept_through_a_round_is_that_of_the_network():
    """Readouts drawn at the end are those with which the next round, and the next gradient, must agree."""
    problem = TeacherStudent(6, 9, 90, 0.3, -0.4, 0.6, 0.5)
    shape, constants, kernels, z, tuning = started(problem)
    inputs = neuron_updates._scaled_inputs(constants, shape)
    residual = kernels.potential_and_gradient(z, constants)[2]
    network = neuron_updates._Network(*posterior.split(z, shape), residual)

    def move(key, weights, phi, picked):
        return stretches.stretch(key, weights, phi, picked, tuning.tail, tuning.bend)

    end, moved = jax.jit(lambda key: neuron_updates._round(key, network, move, inputs, constants, tuning.tail, 9))(jax.random.key(2))
    assert 0 < moved < 1
    position = jnp.concatenate([end.weights.ravel(), end.readouts])
    assert np.allclose(end.residual, kernels.potential_and_gradient(position, constants)[2], atol=2e-5)


def test_updates_are_left_out_where_float32_has_no_factor_for_the_readouts():
    """The bound on the condition number is one, and the published problems are far inside."""
    fig2, low = TeacherStudent(150, 700, 3000, 0.1, -0.3, 0.5, 8 / 700), TeacherStudent(2, 40, 2000, 1e-4, -0.3, 1.0, 1.0)
    assert posterior.refreshes(fig2)
    assert not posterior.refreshes(low)
    for problem in (low, replace(low, noise=0.1)):
        shape, constants, _ = bound(problem)
        weights, _ = posterior.split(jnp.asarray(posterior.planted_start(problem, np.random.default_rng(0))), shape)
        phi = erf(np.asarray(weights, np.float64) @ np.asarray(neuron_updates._scaled_inputs(constants, shape), np.float64).T)
        condition = np.linalg.cond(phi @ phi.T + float(neuron_updates._cost(constants)) * np.eye(len(phi)))
        assert condition < 1 + 40 * 2000 / float(neuron_updates._cost(constants))
    assert condition < posterior.MOST_CONDITION


@pytest.mark.parametrize("noise", [1e-3, 1e-5])
def test_chains_at_a_tiny_noise_are_numbers(noise):
    found = sample(TeacherStudent(2, 40, 2000, noise, -0.3, 1.0, 1.0), chains=2, draws=20, warmup=30)
    assert np.isfinite(found.linear_discrepancy).all()
    assert np.abs(found.linear_discrepancy).max() < 100
    assert not found.converged


def test_after_many_rounds_the_potential_told_is_that_of_the_network():
    """The next trajectory's test takes it as it is, so it has to be as good as one computed anew; a guide's gradient comes beside it."""
    problem = TeacherStudent(20, 60, 400, 0.2, -0.3, 0.5, 0.3)
    data = problem.draw(0)
    shape, constants, kernels, z, tuning = started(problem, posterior.planted_start, 6)
    place, told = jax.jit(kernels.refresh)(jax.random.key(3), z, np.float32(0.1), constants, tuning)
    assert told.stretched > 0
    assert not np.allclose(place.position, z)
    weights, readouts = (np.asarray(part, np.float64) for part in posterior.split(place.position, shape))
    weights, readouts = weights * np.sqrt(problem.weight_variance / 20), readouts * np.sqrt(problem.readout_variance / 60)
    residual = data.targets - erf(data.inputs @ weights.T) @ readouts
    assert np.isclose(float(place.potential), residual @ residual / (2 * problem.noise), rtol=1e-5)
    arrived, anew = hmc.arrive(place, kernels, constants), hmc.init(place.position, kernels, constants)
    for name, ours, theirs in zip(arrived._fields, arrived, anew, strict=True):
        assert np.allclose(ours, theirs, rtol=2e-5, atol=2e-5), name
