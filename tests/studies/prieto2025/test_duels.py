"""Two ways on the same seeds: who is sooner, by how much, and what a share by an update counts."""

import numpy as np
import pytest

from spinodal.studies.prieto2025 import duels, words

NEVER = np.nan


def test_a_duel_is_paired_and_counts_those_that_never_arrive():
    who = duels.duel(np.array([100.0, 200.0, 50.0, NEVER]), np.array([200.0, 400.0, NEVER, NEVER]))
    assert (who.both, who.sooner, who.decided) == (2, 3, 3)
    assert duels.duel(np.array([100.0, 200.0, NEVER]), np.array([200.0, 400.0, NEVER]))[:3] == pytest.approx((0.5, 0.5, 0.5))
    assert duels.duel(np.array([NEVER]), np.array([NEVER])).decided == 0


def test_a_ratio_leaves_no_seed_out():
    """Where 3 of 5 never arrive, those that do look faster than the way is."""
    who = duels.duel(np.array([100.0, 100, NEVER, NEVER, NEVER]), np.array([120.0, 130, 50, 50, 50]))
    assert (who.both, who.sooner, who.decided) == (2, 2, 5)
    assert np.isnan([who.ratio, who.low, who.high]).all()
    assert words._against(who, "that").endswith("in 2 of 5 seeds (sign test p = 1), of which both get there in 2: no ratio")


def test_equal_steps_decide_nothing_and_hide_no_seed_that_never_arrives():
    with_tie = duels.duel(np.array([100.0, 200, 300, NEVER]), np.array([100.0, 400, 600, 700]))
    assert (with_tie.both, with_tie.decided, with_tie.either) == (3, 3, 4)
    assert np.isnan(with_tie.ratio)
    every = duels.duel(np.array([100.0, 200, 300]), np.array([100.0, 400, 600]))
    assert every.ratio == pytest.approx(2 ** (-2 / 3))
    assert "in 2 of 2 seeds that differ, 1 being equal (" in words._against(every, "that")
    same = words._against(duels.duel(np.array([100.0, 150]), np.array([100.0, 150])), "that")
    assert same == "and that: equal in all 2 seeds"


def test_the_interval_of_a_ratio_covers_1_as_often_as_it_says():
    """Three seeds of equal laws: by two normal standard errors 82 %."""
    rng = np.random.default_rng(0)
    held = [who.low <= 1 <= who.high for who in (duels.duel(*np.exp(rng.normal(size=(2, 3)) + 9)) for _ in range(2000))]
    assert abs(np.mean(held) - 0.95) / np.sqrt(0.95 * 0.05 / 2000) < 4


def test_the_share_by_an_update_never_counts_the_censored():
    share, low, high = duels.share_by(np.array([10.0, NEVER, 30.0, 30.0]), np.array([9, 10, 1000]))
    assert share.tolist() == [0, 0.25, 0.75]
    assert (low <= share).all()
    assert (share <= high).all()
