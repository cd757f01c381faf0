"""Alarms that know the past alone: leads, misses, false alarms."""

import numpy as np
import pytest

from spinodal.transitions.forecast import Ensemble, lead_time

STEPS = np.arange(0, 201, 10.0)


def invented(runs=100, seed=0, **settings):
    rng = np.random.default_rng(seed)
    crossing = np.where(np.arange(runs) % 2 == 0, 10 * rng.integers(8, 20, runs).astype(float), np.nan)
    return Ensemble(STEPS, crossing, **{"folds": np.arange(runs) // 2 % 5, "draws": 300, **settings})


def signal(ensemble, lead):
    """1 from `lead` updates before the crossing on, 0 elsewhere."""
    return (ensemble.crossing[:, None] - lead <= STEPS).astype(float)


def test_a_signal_ahead_of_the_crossing_is_the_lead():
    ensemble = invented()
    found = lead_time(ensemble, signal(ensemble, 40), rate=0.1)
    assert found.converged
    assert found.median == 40
    assert found.interval == (40, 40)
    assert (found.warned, found.false_alarms) == (1, 0)
    assert found.threshold[:, 0].tolist() == [0] * 5
    down = lead_time(ensemble, -signal(ensemble, 40), direction="low")
    assert (down.median, lead_time(ensemble, -signal(ensemble, 40)).warned) == (40, 0)
    both = lead_time(ensemble, -signal(ensemble, 40), direction="either")
    assert both.median == 40


def test_an_alarm_at_the_crossing_is_no_warning_and_stays_in_the_median():
    ensemble = invented()
    scores = np.where(np.arange(100)[:, None] % 4 == 0, signal(ensemble, 40), signal(ensemble, 0))
    found = lead_time(ensemble, scores)
    assert found.warned == 0.5
    assert found.median == 20  # between 0 and 40
    assert sorted(set(found.lead[ensemble.will])) == [0, 40]
    assert np.isnan(found.lead[ensemble.wont]).all()


def test_the_alarm_uses_no_later_value_of_its_run():
    ensemble = invented(seed=3)
    scores = np.random.default_rng(0).normal(size=(100, 21)).cumsum(axis=1)
    whole = lead_time(ensemble, scores)
    run = int(np.flatnonzero(ensemble.will & np.isfinite(whole.alarm))[0])
    changed = scores.copy()
    changed[run, whole.alarm[run] < STEPS] = -1e6
    assert lead_time(ensemble, changed).alarm[run] == whole.alarm[run]


def test_the_threshold_never_sees_its_own_fold():
    ensemble = invented()
    scores = np.random.default_rng(0).normal(size=(100, 21))
    folds = np.arange(100) // 2 % 5
    found = lead_time(ensemble, scores, rate=0.2)
    for fold in range(5):
        reached = np.sort(scores[ensemble.wont & (folds != fold)].max(axis=1))
        assert found.threshold[fold, 0] == reached[int(np.ceil(0.8 * 41)) - 1]


def test_noise_is_alarmed_at_no_more_than_the_rate():
    shares = [lead_time(invented(seed=s), np.random.default_rng(s).normal(size=(100, 21)), rate=0.1).false_alarms for s in range(60)]
    error = np.std(shares, ddof=1) / np.sqrt(60)
    assert np.mean(shares) < 0.1 + 4 * error
    assert np.mean(shares) > 0.1 - 1 / 41 - 4 * error  # conformal quantiles are short of the rate by less than 1 / (n + 1)


def test_time_never_raises_an_alarm_and_settings_do_so_at_once():
    ensemble = invented()
    assert lead_time(ensemble, np.broadcast_to(STEPS, (100, 21))).warned == 0
    known = lead_time(ensemble, ensemble.will[:, None])
    assert known.median == np.median(ensemble.crossing[ensemble.will])


def test_forecasts_begin_where_they_are_told():
    since = np.full(100, 30.0)
    since[:4] = [np.nan, np.nan, 190, 190]
    ensemble = invented(since=since)
    scores = np.where(STEPS < 30, 5.0, signal(ensemble, 40))  # what untrained networks show must not set the threshold
    found = lead_time(ensemble, scores)
    assert found.cases == int((ensemble.crossing > since).sum())
    assert found.not_forecast == 100 - found.cases - found.controls >= 3
    assert found.median == 40


@pytest.mark.parametrize(("crossing", "why"), [(np.full(6, np.nan), "0 runs generalise, 6"), (np.full(6, 50.0), "6 runs generalise, 0")])
def test_one_side_alone_is_said(crossing, why):
    found = lead_time(Ensemble(STEPS, crossing, draws=50), np.zeros((6, 21)))
    assert not found.converged
    assert why in found.message


def test_too_few_runs_for_the_rate_raise_no_alarm():
    ensemble = Ensemble(STEPS, [100, 100, np.nan, np.nan], draws=50)
    found = lead_time(ensemble, signal(ensemble, 40), rate=0.1)
    assert not found.converged
    assert "a rate of 0.1 needs 9 runs" in found.message
    assert found.warned == 0
    assert np.isinf(found.threshold).all()


def test_a_fold_without_a_threshold_is_said():
    crossing = np.where(np.arange(18) < 6, 100.0, np.nan)
    folds = np.r_[[0, 0, 1, 1, 2, 2], np.repeat([0, 1, 2], [10, 1, 1])]
    ensemble = Ensemble(STEPS, crossing, folds=folds, draws=100)
    found = lead_time(ensemble, signal(ensemble, 40), rate=0.1)
    assert not found.converged
    assert "12 of 18 runs can't be warned" in found.message


def test_the_interval_of_the_median_is_that_of_resampled_runs():
    rng = np.random.default_rng(0)
    ensemble = Ensemble(STEPS, np.r_[10 * rng.integers(8, 20, 51).astype(float), np.full(20, np.nan)], folds=np.arange(71) % 5, draws=4000)
    scores = (STEPS >= 50) * 1.0 * ensemble.will[:, None]
    found = lead_time(ensemble, scores)
    leads = found.lead[ensemble.will]
    drawn = np.median(rng.choice(leads, (4000, 51)), axis=1)
    assert found.median == np.median(leads)
    assert found.interval == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=10)


def test_wrong_calls_name_the_argument():
    with pytest.raises(ValueError, match="rate must be within"):
        lead_time(invented(), np.zeros((100, 21)), rate=1.0)
    with pytest.raises(ValueError, match="direction must be one of"):
        lead_time(invented(), np.zeros((100, 21)), direction="learned")


@pytest.mark.parametrize("crossing", [np.full(100, 120.0), np.full(100, np.nan)])
def test_without_both_kinds_of_runs_nothing_is_known(crossing):
    found = lead_time(Ensemble(STEPS, crossing, folds=np.arange(100) // 2 % 5, draws=50), np.zeros((100, len(STEPS))))
    assert not found.converged
    assert np.isnan([found.median, *found.interval, found.warned, *found.warned_interval]).all()
    assert np.isnan([found.false_alarms, *found.false_alarms_interval]).all()


def test_scores_that_are_infinite_set_an_alarm_as_any_other():
    ensemble = Ensemble(np.arange(10.0), np.array([np.nan] * 15 + [9.0] * 15), draws=20)
    found = lead_time(ensemble, np.where(np.arange(30)[:, None] < 15, -np.inf, np.ones((30, 10))))
    assert found.converged, found.message
    assert (found.warned, found.false_alarms, found.median) == (1, 0, 9)


@pytest.mark.parametrize("needed", [9, 19, 48, 97, 102])
def test_so_many_runs_as_the_message_asks_for_are_enough(needed):
    """Of other folds: each run is one, so one more that does not generalise is needed."""
    for controls, enough in ((needed, False), (needed + 1, True)):
        ensemble = Ensemble(np.arange(10.0), np.array([np.nan] * controls + [9.0] * 3), folds=np.arange(controls + 3), draws=20)
        found = lead_time(ensemble, np.random.default_rng(0).normal(size=(controls + 3, 10)), rate=1 / (needed + 1))
        assert found.converged == enough
        assert enough or f"needs {needed} runs" in found.message
