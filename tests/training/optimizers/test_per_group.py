"""Two groups of parameters, each with an optimiser of its own."""

import jax
import numpy as np
import pytest

from spinodal.training import SGD, CoupledDecay, Grokfast, PerGroup


def test_each_group_moves_as_its_own_optimiser_says():
    parameters = {"embedding": np.array([1.0, 2.0]), "weights": np.array([3.0])}
    gradients = {"embedding": np.array([0.5, -1.0]), "weights": np.array([4.0])}
    optimizer = PerGroup(SGD(0.1), SGD(0.01))
    moved, _ = jax.jit(optimizer.step)(parameters, gradients, optimizer.init(parameters))
    np.testing.assert_allclose(moved["embedding"], [0.95, 2.1], rtol=1e-6)
    np.testing.assert_allclose(moved["weights"], [2.96], rtol=1e-6)


@pytest.mark.parametrize("name", ["embedding", "decoder"])
@pytest.mark.parametrize("inner", [PerGroup(), Grokfast(PerGroup()), CoupledDecay(Grokfast(PerGroup()))])
def test_a_group_is_not_split_again(name, inner):
    with pytest.raises(TypeError, match=f"{name} must be the optimiser of one group, such as AdamW.., got another PerGroup"):
        PerGroup(**{name: inner})
