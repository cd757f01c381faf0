"""What the warm-up learns, on inputs whose answer is known."""

import numpy as np
import pytest

from spinodal.sampling import adaptation


def test_dual_averaging_finds_the_step_with_the_target_acceptance():
    """Acceptance falls linearly in the log step: the fixed point is known."""
    rng, state = np.random.default_rng(0), adaptation.restart(0.05)
    for _ in range(400):
        acceptance = np.clip(0.8 - 0.4 * (float(state.log_step) - np.log(0.3)) + 0.05 * rng.normal(), 0, 1)
        state = adaptation.update(state, acceptance, 0.8)
    assert float(np.exp(state.log_averaged)) == pytest.approx(0.3, rel=0.1)


def test_the_recursion_is_that_of_hoffman_and_gelman_with_our_gain():
    state, log_step, averaged, error = adaptation.restart(0.1), np.log(0.1), np.log(0.1), 0.0
    for m, acceptance in enumerate([0.2, 0.9, 0.7, 1.0], start=1):
        state = adaptation.update(state, acceptance, 0.8)
        error = (1 - 1 / (m + 10)) * error + (0.8 - acceptance) / (m + 10)
        log_step = np.log(0.2) - np.sqrt(m) / 0.2 * error
        averaged = m**-0.75 * log_step + (1 - m**-0.75) * averaged
    assert float(state.log_step) == pytest.approx(log_step, rel=1e-5)
    assert float(state.log_averaged) == pytest.approx(averaged, rel=1e-5)


def test_the_trajectory_length_maximises_the_jump_per_gradient():
    """For one harmonic mode the mean squared jump is 1 - cos(l h): the best angle is 2.33."""
    h = 0.1
    jumps = np.tile(1 - np.cos(h * np.arange(1, 61)), (5, 1))
    assert adaptation.trajectory_length(jumps, h) == pytest.approx(23, abs=1)


def test_a_trajectory_that_is_all_that_moves_turns_the_prior():
    """Of a jump that one step makes whole, the likelihood alone would have one step, with which quiet directions walk at random."""
    jumps = np.ones((5, 20))
    assert adaptation.trajectory_length(jumps, 0.9) == 1
    assert adaptation.trajectory_length(jumps, 0.3) == 3
    assert adaptation.trajectory_length(jumps[:, :2], 0.3) == 2
