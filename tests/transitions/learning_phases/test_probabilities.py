"""Wilson's intervals against known numbers, their equation and their coverage."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from spinodal.transitions.learning_phases import PHASES, phase_probabilities, wilson_interval


def test_five_of_ten():
    assert wilson_interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=5e-5)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_its_ends_solve_the_score_equation(confidence):
    """|x / N - p| = z sqrt(p (1 - p) / N): Wilson's definition."""
    z = norm.ppf((1 + confidence) / 2)
    for n in (1, 7, 40):
        for x in range(n + 1):
            low, high = wilson_interval(x, n, confidence=confidence)
            assert 0 <= low < high <= 1
            for end in (low, high):
                assert (x / n - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, rel=1e-10, abs=1e-15)


def test_nothing_and_everything_reach_the_ends_exactly():
    assert wilson_interval(0, 9)[0] == 0
    assert wilson_interval(9, 9)[1] == 1
    assert wilson_interval(0, 0) == (0, 1)


def test_its_mean_coverage_is_what_it_says():
    """Exact, over a grid of probabilities: on average within 2 % of 95 % at 10 trials."""
    low, high = wilson_interval(np.arange(11), 10)
    p = np.linspace(0.005, 0.995, 199)[:, None]
    covered = np.sum(binom.pmf(np.arange(11), 10, p) * ((low <= p) & (p <= high)), axis=1)
    assert covered.mean() == pytest.approx(0.95, abs=0.02)
    assert covered.min() > 0.8


def test_arrays_broadcast():
    low, high = wilson_interval([[0], [3]], [5, 10])
    assert low.shape == high.shape == (2, 2)
    assert (low[1, 0], high[1, 0]) == wilson_interval(3, 5)


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "says"),
    [
        ((11, 10), {}, ValueError, r"must not exceed trials, got \[11.\] of \[10.\]"),
        ((-1, 10), {}, ValueError, "successes must be whole numbers >= 0"),
        ((0.5, 10), {}, ValueError, "successes must be whole numbers"),
        ((1, math.inf), {}, ValueError, "trials must be whole numbers"),
        (("1", 2), {}, TypeError, "successes must be whole numbers"),
        (([1, 2], [3, 4, 5]), {}, ValueError, "must broadcast"),
        ((1, 2), {"confidence": 1.0}, ValueError, r"confidence must be within \(0, 1\), got 1.0"),
    ],
)
def test_wrong_intervals_are_refused_in_words(arguments, settings, error, says):
    with pytest.raises(error, match=says):
        wilson_interval(*arguments, **settings)


def test_probabilities_are_shares_of_seeds_cell_by_cell():
    labels = np.full((10, 2, 3), "grokking", dtype="<U13")
    labels[:5, 0, 0] = "comprehension"
    labels[0, 1, 2] = "confusion"
    found = phase_probabilities(labels)
    assert found.phases == PHASES == ("comprehension", "grokking", "memorization", "confusion")
    assert found.probability.shape == found.low.shape == found.high.shape == (2, 3, 4)
    assert found.probability[0, 0].tolist() == [0.5, 0.5, 0, 0]
    assert found.probability[1, 2].tolist() == [0, 0.9, 0, 0.1]
    assert (found.low[0, 0, 0], found.high[0, 0, 0]) == pytest.approx((0.2366, 0.7634), abs=5e-5)
    assert found.seeds == 10
    assert found.converged


def test_rows_of_different_lengths_are_refused_by_name():
    with pytest.raises(ValueError, match=r"labels_by_seed must have shape .* got rows of different lengths"):
        phase_probabilities([["grokking"], ["grokking", "confusion"]])
    with pytest.raises(ValueError, match=r"must have shape .* got rows of different lengths"):
        wilson_interval([[1], [1, 2]], 3)


def test_a_list_of_labels_is_one_cell():
    found = phase_probabilities(["grokking", "confusion", "grokking"], confidence=0.5)
    assert found.probability.tolist() == pytest.approx([0, 2 / 3, 0, 1 / 3])
    assert (found.low[1], found.high[1]) == wilson_interval(2, 3, confidence=0.5)


@pytest.mark.parametrize(("seeds", "enough"), [(1, False), (7, False), (8, True)])
def test_fewer_than_eight_seeds_claim_nothing(seeds, enough):
    found = phase_probabilities(["grokking"] * seeds)
    assert found.converged is enough
    assert ("no claim" in found.message) is not enough


def test_wrong_labels_are_refused_in_words():
    with pytest.raises(ValueError, match="got 'groking'; nearest: grokking"):
        phase_probabilities(["grokking", "groking"])
    for nothing in ([], "grokking"):
        with pytest.raises(ValueError, match="seeds on its first axis"):
            phase_probabilities(nothing)


def test_a_confidence_next_to_one_still_has_an_interval():
    low, high = wilson_interval(3, 10, confidence=1 - 2**-53)
    assert 0 < low < 0.3 < high < 1
