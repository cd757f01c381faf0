"""Many networks: side by side they are what they are one after another."""

import jax
import numpy as np
import pytest

from spinodal.problems import SymbolAddition
from spinodal.training import AdamW, PerGroup, Run, train, train_many

SMALL = SymbolAddition(symbols=5, training_pairs=10, hidden_widths=(16, 16), template_dim=4)
FAST = PerGroup(AdamW(1e-2), AdamW(1e-2))


def test_side_by_side_equals_one_after_another():
    sizes = {"symbols": 6, "hidden_widths": (16, 16), "loss": "classification"}
    problems = [SymbolAddition(**sizes, training_pairs=k, seed=k) for k in (12, 18, 6)]
    runs = [Run(p, PerGroup(AdamW(3e-2), AdamW(3e-3, k)), seed=k) for k, p in enumerate(problems)]
    alone = train_many(runs, steps=1500, every=10, stop_at=0.6, batching="sequential")
    together = train_many(runs, steps=1500, every=10, stop_at=0.6, batching="vmap")
    assert len({len(t.steps) for t in alone}) > 1
    for a, b in zip(alone, together, strict=True):
        assert (len(a.steps), a.message) == (len(b.steps), b.message)
        np.testing.assert_allclose(a.train_loss[:20], b.train_loss[:20], rtol=1e-3)
        for x, y in zip(jax.tree.leaves(a.parameters), jax.tree.leaves(b.parameters), strict=True):
            np.testing.assert_allclose(x, y, atol=0.02)


def test_large_seeds_are_the_same_side_by_side():
    """2^32 - 5 is no int32."""
    (together,) = train_many([Run(SMALL, FAST, seed=2**32 - 5)], steps=10, batching="vmap")
    alone = train(SMALL, optimizer=FAST, steps=10, seed=2**32 - 5)
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm", "rqi"):
        np.testing.assert_allclose(getattr(together, name), getattr(alone, name), rtol=1e-4, atol=1e-5)


def test_runs_of_two_shapes_can_not_go_side_by_side():
    with pytest.raises(ValueError, match="run 1 differs"):
        train_many([Run(SMALL), Run(SymbolAddition())], steps=10, batching="vmap")
    assert train_many([], steps=10) == []


def test_the_usual_optimizer_is_that_of_the_network():
    assert train_many([Run(SMALL)], steps=10)[0].settings["optimizer"] == PerGroup()


def test_runs_may_come_one_by_one():
    assert len(train_many((Run(SMALL, seed=k) for k in range(2)), steps=10)) == 2


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (1.5, TypeError), (2**64, ValueError)])
def test_a_seed_that_is_none_is_refused_by_its_name(seed, error):
    with pytest.raises(error, match="seed must be"):
        Run(SMALL, seed=seed)
