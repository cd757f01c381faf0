"""Areas against the horizon, on ensembles whose answer is known."""

import numpy as np
import pytest

from spinodal.transitions.forecast import (
    Ensemble,
    area_over,
    auroc_against_horizon,
    difference,
    oriented,
    readings_after,
    readings_before,
    settings_against_horizon,
    settings_wins,
    wins,
)

STEPS = np.arange(0, 101, 10.0)


def many(runs=60, seed=0, **settings):
    """Crossings at 40 to 100 in two of three runs; five folds, six strata."""
    rng = np.random.default_rng(seed)
    crossing = np.where(rng.random(runs) < 2 / 3, rng.uniform(40, 100, runs), np.nan)
    labels = {"folds": np.arange(runs) % 5, "strata": np.arange(runs) // (runs // 6) % 6}
    return Ensemble(STEPS, crossing, **{**labels, "draws": 400, **settings})


def clock(ensemble):
    """Minus the updates that are left: the crossing's own clock."""
    return -(np.where(np.isnan(ensemble.crossing), 1e3, ensemble.crossing)[:, None] - STEPS)


def test_the_clock_of_the_crossing_separates_at_every_horizon():
    ensemble = many()
    for kind in ("before", "after"):
        for area in auroc_against_horizon(ensemble, clock(ensemble), (0, 10, 30), clock=kind):
            assert area.value == area.low == area.high == 1
            assert area.pairs == area.cases * area.controls > 0
    assert all(a.value == 0 for a in auroc_against_horizon(ensemble, clock(ensemble), (0, 10), direction="low"))
    assert all(a.value == 1 for a in auroc_against_horizon(ensemble, -clock(ensemble), (0, 10), direction="learned"))


def test_time_and_constants_separate_nothing():
    ensemble = many()
    for scores in (np.broadcast_to(STEPS, (60, 11)), np.ones((60, 1))):
        assert all(a.value == a.low == a.high == 0.5 for a in auroc_against_horizon(ensemble, scores, (0, 10, 30)))


@pytest.mark.parametrize("within", [False, True])
def test_noise_is_a_half_within_its_error(within):
    z = []
    for seed in range(40):
        ensemble = many(seed=seed, draws=200)
        scores = np.random.default_rng(1000 + seed).normal(size=(60, 1))
        (area,) = auroc_against_horizon(ensemble, scores, (10,), within=within)
        z.append((area.value - 0.5) / area.error)
    z = np.array(z)
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert 0.6 < z.std() < 1.5


def test_a_copy_of_the_rival_differs_by_nothing_and_noise_by_something():
    ensemble = many()
    norm = clock(ensemble) + np.random.default_rng(5).normal(0, 20, (60, 11))
    copy, rival, noise = (
        auroc_against_horizon(ensemble, scores, (10,))[0] for scores in (3 * norm + 1, norm, np.random.default_rng(6).normal(size=(60, 1)))
    )
    assert difference(ensemble, copy, rival) == (0, 0, 0)
    value, low, high = difference(ensemble, rival, noise)
    assert 0 < low < value < high


def test_pairs_by_hand():
    """Two runs that will (at 60 and 85), two that won't; the horizon of 20 reads at checkpoints 40 and 60."""
    ensemble = Ensemble(STEPS, np.array([60, 85, np.nan, np.nan]), draws=50)
    readings = readings_before(ensemble, 20)
    assert readings.place.tolist() == [4, 6, -1, -1]
    scores = np.zeros((4, 11))
    scores[0, 4], scores[1, 6] = 1, 2
    scores[2, 4], scores[2, 6], scores[3, 6] = 1, 1, 3  # a tie with the first, below the second; above the second
    np.testing.assert_array_equal(wins(ensemble, readings, scores)[:2, 2:], [[0.5, 1], [1, 0]])
    assert area_over(ensemble, wins(ensemble, readings, scores)).value == 2.5 / 4


def test_a_run_is_read_where_it_is_forecast_and_not_yet_there():
    ensemble = Ensemble(STEPS, np.array([60, 60, np.nan, np.nan, 15]), since=np.array([10, 45, 20, np.nan, 20.0]), draws=50)
    assert readings_before(ensemble, 20).place.tolist() == [4, -1, -1, -1, -1]  # read at 40: the second is not fitted by then
    assert readings_before(ensemble, 45).allowed.sum() == 0  # read at 10: the rival is not fitted by then
    after = readings_after(ensemble, 30)
    assert after.place.tolist() == [4, -1, 5, -1, -1]  # at 75 the second has generalised, the last before it was forecast
    assert readings_after(ensemble, 0).place.tolist() == [1, 5, 2, -1, -1]
    assert not readings_after(ensemble, 90).allowed.any()


def test_no_run_on_a_side_is_not_a_number():
    for crossing in (np.full(4, np.nan), np.full(4, 50.0)):
        (area,) = auroc_against_horizon(Ensemble(STEPS, crossing, draws=50), np.ones((4, 1)), (10,))
        assert np.isnan([area.value, area.low, area.error]).all()
        assert area.pairs == 0
        assert np.isnan(settings_against_horizon(Ensemble(STEPS, crossing, draws=50), (10,))[0].value)


def test_what_knows_the_settings_wins_pooled_and_nothing_within():
    rng = np.random.default_rng(2)
    strata = np.repeat(np.arange(6), 20)
    will = rng.random(120) < np.repeat([0.1, 0.2, 0.4, 0.6, 0.8, 0.9], 20)
    ensemble = Ensemble(STEPS, np.where(will, 70.0, np.nan), strata=strata, folds=np.tile(np.arange(20), 6), clusters=strata, draws=300)
    pooled, fraction = (
        settings_against_horizon(ensemble, (10,))[0],
        auroc_against_horizon(ensemble, strata[:, None].astype(float), (10,))[0],
    )
    assert 0.7 < pooled.value <= fraction.value + 0.02
    assert pooled.low > 0.5
    assert settings_against_horizon(ensemble, (10,), within=True)[0].value == 0.5
    assert auroc_against_horizon(ensemble, strata[:, None], (10,), within=True)[0].value == 0.5


def test_the_rate_of_the_settings_sees_neither_fold_of_its_pair():
    """Stratum 0: runs 0 to 3 in folds 0 to 3, of which 0 and 3 will; stratum 1: runs 4 to 7, of which 4 will."""
    crossing = np.array([50, np.nan, np.nan, 50, 50, np.nan, np.nan, np.nan])
    ensemble = Ensemble(STEPS, crossing, strata=np.repeat([0, 1], 4), folds=np.tile(np.arange(4), 2), draws=50)
    won = settings_wins(ensemble, readings_before(ensemble, 10))
    assert (won[0, 1], won[3, 2]) == (0.5, 0.5)
    assert won[0, 5] == 1  # without folds 0 and 1: 1 of 2 against 0 of 2
    assert won[4, 1] == 0  # the same the other way round
    assert won[3, 5] == 0.5  # without folds 1 and 3: 1 of 2 against 1 of 2


def test_a_direction_is_learned_from_other_folds_alone():
    """Brute force: for each pair the rest without both folds."""
    ensemble = many(seed=3)
    won = wins(ensemble, readings_before(ensemble, 10), clock(ensemble) + np.random.default_rng(1).normal(0, 500, (60, 11)))
    found = oriented(ensemble, won, "learned")
    folds = np.arange(60) % 5
    for i, j in zip(*np.nonzero(~np.isnan(won)), strict=True):
        rest = won[np.ix_(*[~np.isin(folds, (folds[i], folds[j]))] * 2)]
        assert found[i, j] == (won[i, j] if np.nanmean(rest) >= 0.5 else 1 - won[i, j])
    assert np.isnan(oriented(Ensemble(STEPS, [50, np.nan], draws=50), np.array([[np.nan, 1], [np.nan] * 2]), "learned")).all()


def test_clusters_are_drawn_together():
    """Copies of every run in one cluster say no more than the runs alone."""
    alone = many(runs=30, seed=4)
    scores = clock(alone) + np.random.default_rng(3).normal(0, 400, (30, 11))
    twice = Ensemble(STEPS, np.tile(alone.crossing, 2), clusters=np.tile(np.arange(30), 2), draws=400)
    (one,), (two,) = (auroc_against_horizon(e, s, (10,)) for e, s in ((alone, scores), (twice, np.tile(scores, (2, 1)))))
    assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high), rel=1e-12)


def test_wrong_calls_name_the_argument():
    with pytest.raises(ValueError, match="crossing must not lie beyond the last of the steps"):
        Ensemble(STEPS, [120.0])
    with pytest.raises(ValueError, match=r"folds must have shape \(2,\)"):
        Ensemble(STEPS, [50.0, np.nan], folds=[1])
    with pytest.raises(ValueError, match=r"scores must have shape \(2, 11\)"):
        auroc_against_horizon(Ensemble(STEPS, [50.0, np.nan]), np.ones((2, 3)), (10,))
    with pytest.raises(ValueError, match="direction must be one of"):
        auroc_against_horizon(Ensemble(STEPS, [50.0, np.nan]), np.ones((2, 1)), (10,), direction="up")
