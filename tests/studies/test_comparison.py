"""Expected against obtained."""

import math

import pytest

from spinodal.studies.comparison import Comparison, tally


def compared(expected, obtained, **others):
    return Comparison("x", expected, obtained, "a table", **{"tolerance": 0.01, **others})


def test_a_number_agrees_within_its_tolerance():
    assert compared(1.0, 1.009).verdict == "agrees"
    assert compared(1.0, 1.02).verdict == "differs"
    assert math.isnan(compared(1.0, 1.0).z)


def test_an_estimate_agrees_within_three_standard_errors():
    assert compared(1.0, 1.29, error=0.1).z == pytest.approx(2.9)
    assert compared(1.0, 1.29, error=0.1).agrees
    assert not compared(1.0, 1.31, error=0.1).agrees


def test_a_published_number_known_to_be_wrong_should_not_be_reproduced():
    assert compared(0.5, 0.27, error=0.001, should_agree=False).verdict == "differs, as expected"
    assert not compared(0.5, 0.5, should_agree=False).as_hoped


def test_a_wrong_number_differs_on_the_side_of_the_right_one_alone():
    gain = {"error": 0.01, "should_agree": False, "side": "above"}
    assert compared(0.0, 0.2, **gain).as_hoped
    assert not compared(0.0, -0.2, **gain).as_hoped
    assert compared(0.0, -0.2, **gain).verdict == "differs, to the other side"
    assert compared(0.0, 0.02, **gain).verdict == "agrees, though it should not"


def test_a_large_error_decides_only_what_is_further_off():
    rough = {"tolerance": 2.5, "error": 6.6, "largest_error": 2.5}
    assert compared(37.5, 46.75, **rough).verdict == "not decided"
    assert not compared(37.5, 46.75, **rough).as_hoped
    assert compared(37.5, 37.5 + 2.5 + 20, **rough).verdict == "differs"
    assert compared(37.5, 39.0, **{**rough, "error": 2.0}).verdict == "agrees"
    assert compared(37.5, math.nan, **rough).verdict == "not known"
    rows = (compared(1.0, 1.0), compared(37.5, 46.75, **rough))
    assert tally(rows) == "1 of 1 comparisons came out as expected; 1 not decided."


def test_what_could_not_be_made_is_not_counted():
    rows = (compared(1.0, 1.0), compared(1.0, math.nan), compared(1.0, 2.0))
    assert tally(rows) == "1 of 2 comparisons came out as expected; 1 could not be made."
