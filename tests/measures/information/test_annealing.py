"""Annealing, where an exhaustive search knows the answer."""

import numpy as np
import pytest

from spinodal.measures.information import anneal, extremes

from .systems import by_definition, correlated


@pytest.mark.parametrize("sign", [-1, 1])
def test_annealing_finds_the_best_set_of_five_out_of_fourteen(sign):
    matrix = correlated(0, 14)
    best = extremes(matrix, 5)
    best = (best.synergistic if sign < 0 else best.redundant)[0]
    found = anneal(matrix, 5, sign=sign, seed=1, steps=300)
    assert found.members == best.members
    assert found.o_information == pytest.approx(best.o_information, abs=1e-12)


def test_the_same_seed_gives_the_same_set_and_another_another_path():
    matrix = correlated(1, 30)
    settings = {"repeats": 2, "steps": 5}
    assert anneal(matrix, 8, seed=3, **settings) == anneal(matrix, 8, seed=3, **settings)
    assert anneal(matrix, 8, seed=3, **settings) != anneal(matrix, 8, seed=4, **settings)


def test_value_belongs_to_the_members():
    matrix = correlated(2, 20)
    found = anneal(matrix, 6, seed=0, steps=50)
    assert found.o_information == pytest.approx(by_definition(matrix, list(found.members))[2], abs=1e-12)
    assert list(found.members) == sorted(set(found.members))
    assert found.evaluated == 10 + 200 + 500


def test_temperature_starts_at_the_scale_of_the_differences():
    matrix = correlated(3, 20)
    rng, differences = np.random.default_rng(0), []
    for _ in range(300):
        s = rng.permutation(20)[:7].tolist()
        differences.append(abs(by_definition(matrix, s[:-1])[2] - by_definition(matrix, s[1:])[2]))
    assert anneal(matrix, 6, seed=5, steps=1).temperature == pytest.approx(np.median(differences), rel=0.4)
    assert anneal(matrix, 6, seed=5, steps=1, temperature=0.5).temperature == 0.5


def test_heat_that_stays_is_a_random_walk_and_cold_is_a_descent():
    """At 1e9 nats every swap is taken; at 1e-9 none that is worse."""
    matrix = correlated(4, 25)
    hot = [anneal(matrix, 6, seed=k, repeats=1, steps=150, temperature=1e9, cooling=1.0).o_information for k in range(8)]
    cold = [anneal(matrix, 6, seed=k, repeats=1, steps=150, temperature=1e-9).o_information for k in range(8)]
    assert np.mean(cold) < np.mean(hot)


def test_all_variables_need_no_search():
    matrix = correlated(5, 6)
    found = anneal(matrix, 6, seed=0)
    assert found.members == tuple(range(6))
    assert found.o_information == pytest.approx(by_definition(matrix)[2], abs=1e-12)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"order": 2}, "order must be an integer >= 3, got 2"),
        ({"order": 6}, "within 3..5"),
        ({"order": 3, "sign": 2}, "sign must be -1"),
        ({"order": 3, "seed": -1}, "seed"),
        ({"order": 3, "temperature": 0}, "temperature must be finite and > 0"),
        ({"order": 3, "cooling": -1.0}, "cooling must be finite and > 0"),
        ({"order": 3, "repeats": 0}, "repeats"),
    ],
)
def test_impossible_annealing_is_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        anneal(np.eye(5), **{"seed": 0, **settings})
