"""Peaks by rule, on curves whose answer is plain to see."""

import numpy as np

from spinodal.studies.peaks import detection_step, peak_step

STEPS = np.arange(0, 100, 10)
HILL = np.array([1, 2, 5, 8, 10, 9.5, 8.9, 12, 6, 1.0])


def test_a_peak_is_the_largest_value_that_is_lost_again():
    assert peak_step(STEPS, HILL, 0) == 70
    assert np.isnan(peak_step(STEPS, np.arange(10.0), 0))
    assert np.isnan(peak_step(STEPS, np.r_[np.arange(9.0), 7.9], 0, drop=0.2))
    assert peak_step(STEPS, np.r_[np.arange(9.0), 7.9], 0, drop=0.01) == 80


def test_detection_is_the_first_fall_and_sees_no_future():
    assert detection_step(STEPS, HILL, 0) == 60
    for end in range(1, 11):
        seen = detection_step(STEPS[:end], HILL[:end], 0)
        assert (seen == 60) if end > 6 else np.isnan(seen)


def test_the_clock_starts_where_it_is_told():
    high_start = np.r_[50.0, HILL[1:]]
    assert detection_step(STEPS, high_start, 0) == 10
    assert detection_step(STEPS, high_start, 5) == 60
    assert np.isnan(detection_step(STEPS, HILL, np.nan))
    assert np.isnan(peak_step(STEPS, HILL, np.nan))


def test_checkpoints_without_a_value_are_passed_over():
    holes = np.where(STEPS == 40, np.nan, HILL)
    assert detection_step(STEPS, holes, 0) == 80  # 12 is the largest before it
    assert detection_step(np.r_[STEPS, np.nan], np.r_[HILL, np.nan], 0) == 60
    assert np.isnan(detection_step(STEPS, np.full(10, np.nan), 0))


def test_nothing_above_zero_cannot_peak():
    assert np.isnan(detection_step(STEPS, -HILL, 0))
    assert np.isnan(peak_step(STEPS, -HILL, 0))
