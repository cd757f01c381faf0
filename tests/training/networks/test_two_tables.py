"""Two tables and a hidden layer against the formula, on a group."""

import numpy as np
import pytest

from spinodal.problems import GroupComposition
from spinodal.training import AdamW, train
from spinodal.training.networks import TwoTables


def test_logits_are_the_formula_in_float64():
    network = TwoTables(5, 4)
    problem = GroupComposition("S3")
    parameters = network.initialise(type("Task", (), {"prime": 6})(), 0)
    first, second, mix, unembedding = (parameters[name].astype(float) for name in ("first", "second", "mix", "unembedding"))
    a, b = problem.pairs.T
    hidden = np.maximum(np.concatenate([first[a], second[b]], axis=1) @ mix, 0)
    np.testing.assert_allclose(network.hidden(parameters, problem.pairs)[0], hidden, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(network.logits(parameters, problem.pairs), hidden @ unembedding, rtol=1e-5, atol=1e-6)


def test_the_start_has_the_stated_variances():
    parameters = TwoTables().initialise(type("Task", (), {"prime": 120})(), 0)
    for name, fan in {"first": 256, "second": 256, "mix": 512, "unembedding": 128}.items():
        share = np.mean(parameters[name].astype(float) ** 2) * fan
        assert abs(share - 1) / np.sqrt(2 / parameters[name].size) < 4, name


def test_it_learns_a_group():
    found = train(GroupComposition("S3", train_fraction=1.0), network=TwoTables(16, 32), optimizer=AdamW(1e-2), steps=200, every=50)
    assert found.train_accuracy[-1] == 1.0


def test_wrong_settings_are_refused_in_words():
    with pytest.raises(ValueError, match="embedding must be an integer >= 1, got 0"):
        TwoTables(0)
