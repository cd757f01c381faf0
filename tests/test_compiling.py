"""Keys of random numbers."""

import jax
import numpy as np
import pytest

from spinodal.compiling import key_of


@pytest.mark.parametrize("x64", [False, True])
def test_seeds_that_differ_in_their_high_bits_have_keys_of_their_own(x64):
    with jax.enable_x64(x64):
        data = {seed: tuple(np.asarray(jax.random.key_data(key_of(seed))).tolist()) for seed in (0, 5, 2**32, 2**32 + 5, 2**62)}
        assert data[5] == (0, 5)  # as JAX has it
    assert len(set(data.values())) == 5
