"""The warm-up, and the keys of chains, from the inside."""

import jax
import numpy as np
import pytest

from spinodal.problems import TeacherStudent
from spinodal.sampling import HMC, chains, sample
from spinodal.sampling.posteriors import posterior_of

TINY = TeacherStudent(5, 6, 40, 0.3, -0.3, 0.5, 0.1)


def begun(sampler, seed=0):
    """The host of a call of `sample`, and its chains at their starting points."""
    posterior, rng = posterior_of(TINY), np.random.default_rng(3)
    host = chains.Host(posterior, TINY, posterior.constants(TINY, TINY.draw(0), 0.4), sampler, seed, 2, "sequential")
    return host, host.begin(np.stack([posterior.planted_start(TINY, rng) for _ in range(2)]))


@pytest.mark.parametrize("sampler", [HMC(gradients="float32"), HMC(adapt=False, gradients="float32")], ids=["adapting", "as given"])
def test_the_warm_up_fits_the_droplets_whether_or_not_it_adapts_the_step(sampler):
    host, ensemble = begun(sampler)
    at_the_start = ensemble.tuning.law.mean
    ensemble, _ = host.run(ensemble, 20, 0, stop=None, tell=None, save=None)
    at_the_end = ensemble.tuning.law.mean
    assert not np.allclose(at_the_end, at_the_start)
    ensemble, _ = host.run(ensemble, 20, 2, stop=None, tell=None, save=None)
    assert np.array_equal(ensemble.tuning.law.mean, at_the_end), "tuned while draws are kept, chains would not sample the posterior"


def test_a_trajectory_is_cut_at_the_steps_that_its_settings_promise():
    found = sample(TINY, chains=2, draws=2, warmup=20, sampler=HMC(turn=1000.0))
    assert found.leapfrog_steps == 64


def test_seeds_beyond_32_bits_have_momenta_of_their_own_and_others_keep_theirs():
    sampler = HMC(adapt=False, neuron_updates=0)
    keys = {seed: np.asarray(jax.random.key_data(begun(sampler, seed)[0].keys[0])).tolist() for seed in (5, 5 + 2**32)}
    assert keys[5] == np.asarray(jax.random.key_data(jax.random.fold_in(jax.random.key(5), 0))).tolist()
    assert keys[5] != keys[5 + 2**32]
