"""Every cell of the table of phases, and every way to say never."""

import itertools
import math

import numpy as np
import pytest

from spinodal.transitions.learning_phases import PHASES, classify

NEVER = (None, math.nan, math.inf, -math.inf, 100_001, np.float64("nan"), np.inf, 1e300)


@pytest.mark.parametrize(
    ("train", "test", "phase"),
    [
        (500, 800, "comprehension"),
        (500, 1499, "comprehension"),
        (500, 1500, "grokking"),
        (500, 100_000, "grokking"),
        (500, 20, "comprehension"),
        (0, 0, "comprehension"),
        (100_000, 100_000, "comprehension"),
        (99_999.5, 5, "comprehension"),
    ],
)
def test_reached_steps(train, test, phase):
    assert classify(train, test) == phase


@pytest.mark.parametrize("never", NEVER, ids=repr)
def test_never_in_every_spelling(never):
    assert classify(100, never) == "memorization"
    assert classify(never, 100) == "confusion"
    for other in NEVER:
        assert classify(never, other) == "confusion"


def test_the_cap_relabels():
    assert classify(5000, 20_000) == "grokking"
    assert classify(5000, 20_000, cap=10_000) == "memorization"
    assert classify(5000, 20_000, cap=1000) == "confusion"
    assert classify(5000, 2e6, cap=math.inf) == "grokking"
    assert classify(5000, math.inf, cap=math.inf) == "memorization"


def test_a_gap_of_zero_leaves_comprehension_to_those_that_test_first():
    assert classify([10, 10, 10], [9, 10, 11], gap=0).tolist() == ["comprehension", "grokking", "grokking"]
    assert classify(0, 100_000, gap=math.inf) == "comprehension"


def test_it_is_total_and_the_same_one_by_one():
    steps = [None, math.nan, math.inf, 0, 1, 999, 1000, 1001, 5000, 99_999, 100_000, 100_001]
    found = classify(np.array(steps, dtype=object)[:, None], steps)
    assert found.shape == (12, 12)
    assert found.ravel().tolist() == [classify(a, b) for a, b in itertools.product(steps, steps)]
    assert set(found.ravel()) == set(PHASES)


def test_nested_lists_and_mixed_types():
    assert classify([[10, None], [math.inf, 10]], 20).tolist() == [["comprehension", "confusion"], ["confusion", "comprehension"]]
    assert classify([[10], [None]], [[20, 5000, None]]).tolist() == [["comprehension", "grokking", "memorization"], ["confusion"] * 3]
    assert classify(np.array([1, 2], dtype=np.int32), np.array([np.nan, 3], dtype=np.float32)).tolist() == ["memorization", "comprehension"]
    assert classify([], []).shape == (0,)


def test_a_number_gives_a_plain_string():
    assert type(classify(1, 2)) is str
    assert type(classify(np.int64(1), np.float64(2))) is str
    assert classify([1], 2).dtype.kind == "U"


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "says"),
    [
        ((1, 2), {"gap": -1}, ValueError, "gap must be >= 0 steps, got -1"),
        ((1, 2), {"cap": 0}, ValueError, "cap must be > 0 steps, got 0"),
        ((1, 2), {"cap": math.nan}, ValueError, "cap must be a number of steps, got nan"),
        ((1, 2), {"gap": "a lot"}, TypeError, "gap must be a number"),
        (([1, 2], [1, 2, 3]), {}, ValueError, r"must broadcast, got shapes \(2,\) and \(3,\)"),
        ((-1, 2), {}, ValueError, "train_step must be >= 0"),
        ((1, [[3, 4], [5]]), {}, ValueError, "test_step must be a number or a full array"),
        ((1, "never"), {}, TypeError, "got 'never'"),
        ((1, ["never", None]), {}, TypeError, "got 'never'"),
        ((True, 2), {}, TypeError, "train_step must hold numbers"),
    ],
)
def test_wrong_calls_are_refused_in_words(arguments, settings, error, says):
    with pytest.raises(error, match=says):
        classify(*arguments, **settings)
