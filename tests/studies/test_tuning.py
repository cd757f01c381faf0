"""Settings chosen on other seeds, on times whose answer is known."""

import numpy as np

from spinodal.studies.censored import ratio_of_medians
from spinodal.studies.tuning import best, held_out, on_edge, ratio_of_tuned

NEVER = np.nan


def test_the_baseline_is_chosen_on_other_seeds():
    """Each candidate is best on one seed and bad on the rest: chosen by what it is judged by, every seed would have 1."""
    steps = np.where(np.eye(4, dtype=bool), 1.0, 100.0)
    assert held_out(steps)[0].tolist() == [100.0] * 4
    assert best(np.array([[NEVER, 10.0, 20.0], [15.0, 30.0, 14.0]])) == 1
    assert np.isnan(held_out(np.array([[5.0]]))[0]).all()


def test_settings_are_chosen_on_other_seeds_than_those_they_are_judged_by():
    """Noise alone: the least of many settings on the same seeds looks fast, cross-fitted it does not."""
    steps = np.random.default_rng(0).uniform(50, 150, (40, 30))
    values, places = held_out(steps.T)
    assert abs(values.mean() - 100) / (100 / np.sqrt(12) / np.sqrt(40)) < 4
    assert steps.min(axis=1).mean() < 60
    assert len(places) == 40


def test_a_setting_that_never_crosses_is_chosen_last():
    steps = np.array([[NEVER, NEVER, 10.0], [900.0, 950.0, 990.0]])
    assert held_out(steps)[1].tolist() == [1, 1, 1]


def test_equal_medians_are_told_apart_by_who_got_there_then_by_the_sum():
    assert best(np.array([[5.0, 10.0, NEVER], [5.0, 10.0, 900.0]])) == 1
    assert best(np.array([[5.0, 10.0, 90.0], [5.0, 10.0, 80.0]])) == 1
    assert best(np.array([[NEVER, NEVER], [NEVER, NEVER]])) == 0


def test_choices_are_those_of_a_loop():
    """Vectorised over draws and seeds, against the rule in words, with ties and censored runs."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        steps = rng.integers(1, 4, (4, 5)).astype(float)
        steps[rng.uniform(size=steps.shape) < 0.3] = NEVER
        values, places = held_out(steps)
        for k in range(5):
            ranked = []
            for i, row in enumerate(np.delete(steps, k, axis=1)):
                times = np.sort(np.where(np.isnan(row), np.inf, row))
                there = row[np.isfinite(row)]
                ranked.append(((times[1] + times[2]) / 2, -there.size, there.sum(), i))
            assert places[k] == min(ranked)[-1]
            np.testing.assert_equal(values[k], steps[places[k], k])


def test_equal_methods_are_told_apart_as_rarely_as_an_interval_promises():
    """Sixteen settings each, six seeds: an interval that takes the choice for certain misses 1 for a fifth of equal methods."""
    rng = np.random.default_rng(0)
    missed = fooled = 0
    for _ in range(100):
        level = 0.05 * rng.normal(size=(16, 1)) + 0.07 * rng.normal(size=6)
        one, other = (np.exp(level + 0.1 * rng.normal(size=(16, 6))) for _ in range(2))
        ratio = ratio_of_tuned(one, other, 1e9)
        missed += not ratio.low <= 1 <= ratio.high
        judged = ratio_of_medians(held_out(one)[0], held_out(other)[0], 1e9)
        fooled += not judged.low <= 1 <= judged.high
    assert missed <= 11  # of 5 expected at most: three standard deviations
    assert fooled > 11


def test_the_ratio_of_what_was_tuned_is_that_of_medians_where_there_is_no_choice():
    rng = np.random.default_rng(1)
    one, other = rng.uniform(50, 150, (2, 1, 9))
    one[0, 0] = NEVER
    assert ratio_of_tuned(one, other, 200) == ratio_of_medians(one[0], other[0], 200)


def test_a_setting_that_is_best_in_every_seed_is_chosen_for_certain():
    times = np.array([[100.0] * 6, [300.0] * 6])
    found = ratio_of_tuned(times, times / 2, 1000)
    assert (found.value, found.low, found.high) == (2, 2, 2)
    assert np.isnan(ratio_of_tuned(times[:, :2], times[:, :2], 1000).low)
    alone = ratio_of_tuned(times[:, :1], times[:, :1], 1000)
    assert (np.isnan(alone.value), alone.bound) == (True, False)
    never = ratio_of_tuned(np.full((2, 6), NEVER), times, 1000)
    assert (never.value, never.bound, never.low, never.high) == (10, True, 10, np.inf)


def test_the_ends_of_a_grid_are_named_but_no_decay_and_what_was_not_varied_are_none():
    tried = [{"rate": rate, "decay": decay, "width": 8} for rate in (1, 2, 3) for decay in (0, 1, 5)]
    assert on_edge({"rate": 2, "decay": 1, "width": 8}, tried) == ""
    assert on_edge({"rate": 3, "decay": 5, "width": 8}, tried) == "the largest rate and the largest decay"
    assert on_edge({"rate": 1, "decay": 0, "width": 8}, tried) == "the least rate"
