"""The clock of weight decay."""

import math

import pytest

from spinodal.theory.effective import generalisation_steps


def test_the_published_teacher_student_run_takes_46200_steps():
    assert generalisation_steps(2, learning_rate=3e-4, weight_decay=0.05) == pytest.approx(46_200, abs=20)


def test_steps_go_as_one_over_decay_and_log_of_the_norm():
    base = generalisation_steps(math.e, learning_rate=1e-3, weight_decay=0.1)
    assert base == pytest.approx(1e4, rel=1e-12)
    assert generalisation_steps(math.e**3, learning_rate=1e-3, weight_decay=0.05) == pytest.approx(6 * base, rel=1e-12)


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_small_norms_do_not_wait(ratio, decay):
    assert generalisation_steps(ratio, learning_rate=1e-3, weight_decay=decay) == 0


def test_without_decay_it_never_comes():
    assert generalisation_steps(1.1, learning_rate=1e-3, weight_decay=0) == math.inf
    assert generalisation_steps(1.1, learning_rate=1e-200, weight_decay=1e-200) == math.inf


@pytest.mark.parametrize(
    ("ratio", "rate", "decay", "says"),
    [
        (-1, 1e-3, 0.1, "norm_ratio must be >= 0"),
        (2, 0, 0.1, "learning_rate"),
        (2, 1e-3, -0.1, "weight_decay"),
        (math.nan, 1, 1, "norm_ratio"),
    ],
)
def test_wrong_calls_are_refused_in_words(ratio, rate, decay, says):
    with pytest.raises(ValueError, match=says):
        generalisation_steps(ratio, learning_rate=rate, weight_decay=decay)
