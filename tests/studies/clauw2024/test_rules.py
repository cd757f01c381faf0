"""Phases by rule, on curves whose answer is plain to see."""

import itertools

import numpy as np

from spinodal.studies.clauw2024.rules import PHASES, phase_codes, slope_signs


def test_signs_follow_a_rise_a_plateau_and_a_fall():
    curve = np.r_[np.zeros(4), np.linspace(0, 10, 6), np.full(6, 10.0), np.linspace(10, 0, 6), np.zeros(4)]
    signs = slope_signs(curve, np.full(len(curve), 0.1))
    assert signs[6] == 1
    assert signs[12] == 0
    assert signs[19] == -1
    assert signs[-1] == 0
    changes = signs[np.r_[True, np.diff(signs) != 0]]
    assert changes.tolist() == [0, 1, 0, -1, 0]


def test_a_slope_within_the_null_spread_is_no_slope():
    curve = np.linspace(0, 1, 11)
    assert slope_signs(curve, np.full(11, 0.01)).tolist() == [1] * 11
    assert slope_signs(curve, np.full(11, 0.21)).tolist() == [0] * 11


def test_too_short_a_curve_has_no_slope():
    assert slope_signs(np.array([0.0, 5.0]), np.zeros(2)).tolist() == [0, 0]
    assert slope_signs(np.array([5.0]), np.zeros(1)).tolist() == [0]


def test_small_change_of_a_large_curve_is_no_slope():
    assert not slope_signs(np.linspace(100, 101, 11), np.full(11, 0.01)).any()
    assert slope_signs(np.linspace(100, 101, 11), np.full(11, 0.01), share=0.001).all()


def test_a_sign_holds_until_half_of_what_began_it():
    curve = np.cumsum([0, 1, 1, 1, 1, 0.7, 0.7, 0.7, 0.7, 0.2, 0.2, 0.2, 0.2])
    signs = slope_signs(curve, np.full(len(curve), 1.8), share=0)
    assert signs[3] == 1
    assert signs[7] == 1  # its slope, 1.4, is below 1.8 but above 0.9
    assert signs[11] == 0
    assert not slope_signs(curve[5:], np.full(8, 1.8), share=0).any()


def test_a_checkpoint_without_a_value_ends_what_went_before():
    curve = np.where(np.arange(11) == 5, np.nan, np.linspace(0, 10, 11))
    signs = slope_signs(curve, np.full(11, 0.1))
    assert signs[1:3].tolist() == [1, 1]
    assert signs[5] == 0


def test_every_pair_of_signs_has_one_phase():
    found = {(s, r): PHASES[int(phase_codes(s, r))] for s, r in itertools.product((-1, 0, 1), repeat=2)}
    assert found[1, -1] == found[1, 0] == "emergence"
    assert found[-1, 1] == found[0, 1] == "decoupling"
    assert found[1, 1] == "both rise"
    assert found[-1, -1] == found[-1, 0] == found[0, -1] == "both fall"
    assert found[0, 0] == "flat"
