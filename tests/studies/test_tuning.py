"""Settings chosen on other seeds, on times whose answer is known."""

import numpy as np

from spinodal.studies.tuning import best, held_out, on_edge

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


def test_the_ends_of_a_grid_are_named_but_no_decay_and_what_was_not_varied_are_none():
    tried = [{"rate": rate, "decay": decay, "width": 8} for rate in (1, 2, 3) for decay in (0, 1, 5)]
    assert on_edge({"rate": 2, "decay": 1, "width": 8}, tried) == ""
    assert on_edge({"rate": 3, "decay": 5, "width": 8}, tried) == "the largest rate and the largest decay"
    assert on_edge({"rate": 1, "decay": 0, "width": 8}, tried) == "the least rate"
