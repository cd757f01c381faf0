"""The HMC and Langevin kernels on targets whose answers are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinodal.sampling import hmc, langevin
from spinodal.sampling.posteriors.interface import Kernels

PRECISION = np.linspace(0.5, 4.0, 6).astype(np.float32)  # of the likelihood; the posterior's is one more
CENTRE = np.linspace(-1.0, 1.0, 6).astype(np.float32)


def gaussian(z, _):
    slope = PRECISION * (z - CENTRE)
    return jnp.sum(slope * (z - CENTRE)) / 2, slope


def crude(z, _):
    """Three quarters of the gradient, about another centre, in steps of an eighth: what no potential has for its gradient."""
    slope = jnp.round(6 * PRECISION * (z - CENTRE - 0.2)) / 8
    return 7.0 + jnp.sum(slope * z), slope


def half(z, _):
    """The gradient of half of the potential, and of a tenth of another one."""
    return PRECISION * (z - CENTRE) / 2 + z**3 / 10


KERNELS = Kernels(gaussian, lambda z, _: {"z": z})
GUIDED = KERNELS._replace(guide=crude)
SPLIT = KERNELS._replace(stiff=half)


def hmc_step(key, state):
    return hmc.step(key, state, KERNELS, None, jnp.float32(0.4), jnp.int32(4), 8)


def guided_step(key, state):
    return hmc.step(key, state, GUIDED, None, jnp.float32(0.4), jnp.int32(4), 8)


def split_step(key, state):
    return hmc.step(key, state, SPLIT, None, jnp.float32(0.4), jnp.int32(4), 8)


def mala_step(key, state):
    return langevin.step(key, state, KERNELS, None, jnp.float32(0.15), jnp.int32(5), adjusted=True)


@pytest.mark.parametrize(
    ("step", "kernels"),
    [(hmc_step, KERNELS), (guided_step, GUIDED), (split_step, SPLIT), (mala_step, KERNELS)],
    ids=["hmc", "guided by another force", "a part in shorter steps", "mala"],
)
def test_a_gaussian_posterior_has_its_mean_and_variance(step, kernels):
    def chain(key):
        def one(state, key):
            state, info = step(key, state)
            return state, (state.position, info.acceptance)

        return jax.lax.scan(one, hmc.init(jnp.zeros(6), kernels, None), jax.random.split(key, 1200))[1]

    draws, acceptance = jax.jit(jax.vmap(chain))(jax.random.split(jax.random.key(0), 40))
    draws = np.asarray(draws, np.float64)[:, 200:]
    mean, variance = PRECISION * CENTRE / (1 + PRECISION), 1 / (1 + PRECISION)
    for values, expected in ((draws, mean), ((draws - mean) ** 2, variance)):
        means = values.mean(axis=1)
        z = (means.mean(axis=0) - expected) / (means.std(axis=0, ddof=1) / np.sqrt(len(means)))
        assert np.abs(z).max() < 4
    assert 0.5 < float(acceptance.mean()) < 0.999


def test_unadjusted_langevin_has_the_biased_variance_that_theory_gives():
    """For curvature k the stationary variance is 1 / (k (1 - h k / 2)): a bias of order h."""
    h, curvature = 0.2, 1 + PRECISION.astype(np.float64)

    def chain(key):
        def one(state, key):
            state, _ = langevin.step(key, state, KERNELS, None, jnp.float32(h), jnp.int32(5), adjusted=False)
            return state, state.position

        return jax.lax.scan(one, hmc.init(jnp.zeros(6), KERNELS, None), jax.random.split(key, 1200))[1]

    draws = np.asarray(jax.jit(jax.vmap(chain))(jax.random.split(jax.random.key(5), 40)), np.float64)[:, 200:]
    squares = ((draws - draws.mean(axis=(0, 1))) ** 2).mean(axis=1)
    z = (squares.mean(axis=0) - 1 / (curvature * (1 - h * curvature / 2))) / (squares.std(axis=0, ddof=1) / np.sqrt(40))
    assert np.abs(z).max() < 4
    assert (squares.mean(axis=0) > 1.05 / curvature).all()


def test_a_free_particle_is_rotated_exactly_and_always_accepted():
    free = Kernels(lambda z, _: (jnp.float32(0), jnp.zeros_like(z)), KERNELS.observe)
    state, info = hmc.step(jax.random.key(0), hmc.init(jnp.ones(5), free, None), free, None, jnp.float32(0.7), jnp.int32(3), 4)
    assert float(info.acceptance) == 1
    keys = jax.random.split(jax.random.key(0), 3)
    angle = 3 * 0.7 * float(jax.random.uniform(keys[1], minval=0.8, maxval=1.2))
    momentum = np.asarray(jax.random.normal(keys[0], (5,)))
    assert np.allclose(state.position, np.cos(angle) + np.sin(angle) * momentum, atol=1e-5)


@pytest.mark.parametrize("kernels", [KERNELS, GUIDED], ids=["by the gradient", "by a guide"])
def test_the_energy_change_equals_the_difference_of_energies_in_float64(kernels):
    """The NumPy twin runs the same trajectory; the kernel's change of energy decides the same acceptance."""
    key, z0 = jax.random.key(2), np.linspace(-2, 2, 6)
    state, info = hmc.step(key, hmc.init(jnp.asarray(z0, jnp.float32), kernels, None), kernels, None, jnp.float32(0.9), jnp.int32(3), 4)
    keys = jax.random.split(key, 3)
    p = np.asarray(jax.random.normal(keys[0], (6,), jnp.float32), np.float64)
    h, z = 0.9 * float(jax.random.uniform(keys[1], minval=0.8, maxval=1.2)), z0.copy()
    potential = lambda z: (PRECISION * (z - CENTRE) ** 2).sum() / 2  # noqa: E731
    energy = lambda z, p: potential(z) + (z @ z + p @ p) / 2  # noqa: E731
    if kernels.guide is None:
        kick, judged = lambda z: PRECISION * (z - CENTRE), potential
    else:  # the jumps, which only choose a length, are the guide's own
        kick = lambda z: np.round(6 * PRECISION * (z - CENTRE - 0.2)) / 8  # noqa: E731
        judged = lambda z: 7 + kick(z) @ z  # noqa: E731
    before, jumps = energy(z, p), []
    for _ in range(3):
        p = p - h / 2 * kick(z)
        z, p = np.cos(h) * z + np.sin(h) * p, np.cos(h) * p - np.sin(h) * z
        p = p - h / 2 * kick(z)
        kinetic = energy(z, p) - potential(z) - before + potential(z0)
        jumps.append(min(1, np.exp(-kinetic - judged(z) + judged(z0))) * (judged(z) - judged(z0)) ** 2)
    assert float(info.acceptance) == pytest.approx(min(1, np.exp(before - energy(z, p))), rel=1e-4)
    taken = bool(jax.random.uniform(keys[2]) < info.acceptance)
    assert np.allclose(state.position, z if taken else z0, atol=1e-5)
    assert float(state.potential) == pytest.approx(potential(z if taken else z0), rel=1e-5)
    assert float(state.guided) == pytest.approx(judged(z if taken else z0), rel=1e-5)
    assert np.allclose(np.asarray(info.jumps)[:3], jumps, rtol=1e-3)
    assert np.asarray(info.jumps)[3] == 0


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_a_split_trajectory_is_that_of_its_float64_twin(steps):
    """Kicks of the rest by Gregory's weights, the stiff part's in between by leapfrogs, all written out."""
    key, z0 = jax.random.key(3), np.linspace(-2, 2, 6)
    state, info = hmc.step(key, hmc.init(jnp.asarray(z0, jnp.float32), SPLIT, None), SPLIT, None, jnp.float32(0.7), jnp.int32(steps), 5)
    keys = jax.random.split(key, 3)
    p = np.asarray(jax.random.normal(keys[0], (6,), jnp.float32), np.float64)
    h, z = 0.7 * float(jax.random.uniform(keys[1], minval=0.8, maxval=1.2)), z0.copy()
    weights = {1: [1 / 2, 1 / 2], 2: [5 / 12, 14 / 12, 5 / 12], 3: [5 / 12, 13 / 12, 13 / 12, 5 / 12]}
    weights[5] = [5 / 12, 13 / 12, 1, 1, 13 / 12, 5 / 12]
    energy = lambda z, p: (PRECISION * (z - CENTRE) ** 2).sum() / 2 + (z @ z + p @ p) / 2  # noqa: E731
    rest = lambda z: PRECISION * (z - CENTRE) - half(z, None)  # noqa: E731
    before, inner = energy(z, p), h / hmc.INNER_STEPS
    p = p - h * weights[steps][0] * rest(z)
    for weight in weights[steps][1:]:
        for _ in range(hmc.INNER_STEPS):
            p = p - inner / 2 * half(z, None)
            z, p = np.cos(inner) * z + np.sin(inner) * p, np.cos(inner) * p - np.sin(inner) * z
            p = p - inner / 2 * half(z, None)
        p = p - h * weight * rest(z)
    assert float(info.acceptance) == pytest.approx(min(1, np.exp(before - energy(z, p))), rel=1e-4)
    taken = bool(jax.random.uniform(keys[2]) < info.acceptance)
    assert np.allclose(state.position, z if taken else z0, atol=1e-5)


@pytest.mark.parametrize(("split", "order"), [(True, 3), (False, 2)], ids=["Gregory", "trapezoid"])
def test_the_energy_error_falls_as_the_order_of_the_quadrature(split, order):
    """Of a weak rest beside the exact prior, over one angle in 8 and in 16 steps, in float64: 2^order, to a tenth in the order."""

    def weak(z, _):
        return 1e-4 * jnp.sum(jnp.cos(z + jnp.arange(6))), -1e-4 * jnp.sin(z + jnp.arange(6))

    def change(key, steps):
        start = hmc.init(jnp.asarray(CENTRE, jnp.float64), kernels, None)
        momentum = jax.random.normal(jax.random.split(key, 3)[0], (6,), jnp.float64)
        before = start.potential + (start.position @ start.position + momentum @ momentum) / 2
        _, info = hmc.step(key, start, kernels, None, 1.2 / steps, jnp.int32(steps), 16)
        return jnp.where(info.acceptance < 1, -jnp.log(info.acceptance), before - info.energy)

    with jax.enable_x64():
        stiff = (lambda z, _: jnp.zeros_like(z)) if split else None
        kernels = Kernels(weak, KERNELS.observe, stiff=stiff)
        keys = jax.random.split(jax.random.key(4), 50)
        coarse, fine = (jnp.abs(jax.vmap(change, (0, None))(keys, steps)) for steps in (8, 16))
        assert float(jnp.median(jnp.log2(coarse / fine))) == pytest.approx(order, abs=0.1)


def test_an_overflowing_trajectory_is_refused_and_counted_as_divergent():
    def steep(z, _):
        return jnp.sum(z**4) * 1e8, 4e8 * z**3

    kernels = Kernels(steep, KERNELS.observe)
    start = hmc.init(jnp.ones(5), kernels, None)
    state, info = hmc.step(jax.random.key(0), start, kernels, None, jnp.float32(1.5), jnp.int32(5), 8)
    assert bool(info.divergent)
    assert float(info.acceptance) == 0
    assert np.array_equal(state.position, start.position)
