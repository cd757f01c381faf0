"""The forecast table on ensembles whose answer is known."""

import numpy as np
import pytest
import xarray

from spinodal.figures import grokking_forecast as figures
from spinodal.figures import style
from spinodal.studies.grokking_forecast import analysis
from spinodal.studies.grokking_forecast.analysis import RUN, analysed, ensemble_of, scores_of
from spinodal.studies.grokking_forecast.expected import comparisons
from spinodal.studies.grokking_forecast.measures import MEASURES, NAMES, SETTINGS
from spinodal.studies.grokking_forecast.words import tables, verdict

STEPS = np.r_[0, 5, np.arange(10, 410, 10)].astype(float)
VALUES = [measure.name for measure in MEASURES]
CLOCK, COPY, BLIND = "synergy", "margin, median", "circularity"  # what the invented measures are; all three announce by a high value


def invented(seed=0, replicas=6, chance=lambda f, d: (f + d) / 5):
    """Settings decide with some noise who generalises; the norm knows it a little, one measure wholly, one is the norm, one is noise."""
    rng = np.random.default_rng(seed)
    shape = (3, 4, replicas)
    share = np.array([[chance(f, d) for d in range(4)] for f in range(3)])
    will = rng.random(shape) < share[..., None]
    when = np.where(will, np.round(rng.uniform(150, 400, shape) / 5) * 5, np.nan)
    norm = rng.normal(0, 1, shape)[..., None] - 0.8 * will[..., None] + 0 * STEPS
    value = np.full((*shape, len(VALUES), len(STEPS)), np.nan)
    value[..., VALUES.index(CLOCK), :] = STEPS - np.where(will, when, 1e3)[..., None]
    value[..., VALUES.index(COPY), :] = -norm
    value[..., VALUES.index(BLIND), :] = rng.normal(size=(*shape, len(STEPS)))
    curve = (*RUN, "curve")
    test = np.clip(1 + value[..., VALUES.index(CLOCK), :] / 100, 0, 1)
    series = {"curve_norm": norm, "curve_train_loss": 0 * norm, "curve_train_accuracy": 1 + 0 * norm, "curve_test_loss": -test}
    columns = {name: (curve, values) for name, values in {**series, "curve_test_accuracy": test}.items()}
    scalars = {"train_step": np.full(shape, 20.0), "test_step": when, "test_accuracy": test[..., -1]}
    return xarray.Dataset(
        {
            **columns,
            **{name: (RUN, values) for name, values in scalars.items()},
            "curve_step": (curve, np.broadcast_to(STEPS, (*shape, len(STEPS)))),
            "value": ((*RUN, "measure", "curve"), value),
        },
        {"train_fraction": [0.3, 0.4, 0.5], "weight_decay": [0.0, 1.0, 2.0, 3.0], "replica": np.arange(replicas)},
    )


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis, "DRAWS", 200)
        yield


@pytest.fixture(scope="module")
def found():
    return analysed(invented())


def at(found, name, part="area", way="pooled"):
    return float(found[f"{part}_before"].sel(predictor=name, way=way, horizon=found.attrs["reference"]))


def test_runs_keep_their_settings(found):
    ensemble, scores = ensemble_of(found), scores_of(found)
    assert set(scores) == set(NAMES) - {SETTINGS}
    flat = found.stack(run=RUN)
    assert (
        len({(f, d, s) for f, d, s in zip(flat["train_fraction"].values, flat["weight_decay"].values, ensemble.strata, strict=True)}) == 12
    )
    np.testing.assert_array_equal(ensemble.folds, flat["replica"].values)
    np.testing.assert_array_equal(scores["training fraction"][:, 0], flat["train_fraction"].values)
    np.testing.assert_array_equal(ensemble.crossing, flat["test_step"].values)


def test_the_clock_of_the_crossing_wins_everywhere(found):
    for way in ("pooled", "within strata"):
        assert at(found, CLOCK, way=way) == 1
        assert at(found, CLOCK, "ahead_low", way) > 0
    assert float(found["warned"].sel(predictor=CLOCK)) == 1
    assert float(found["lead"].sel(predictor=CLOCK)) > 100
    assert float(found["false_alarms"].sel(predictor=CLOCK)) <= 0.1


def test_settings_win_pooled_and_nothing_within(found):
    assert at(found, SETTINGS) > 0.6
    assert at(found, "weight decay") > 0.6
    assert [at(found, name, way="within strata") for name in (SETTINGS, "weight decay", "training fraction", "time")] == [0.5] * 4
    assert np.isnan(found["lead"].sel(predictor=SETTINGS))


def test_a_copy_of_the_norm_is_not_ahead_of_it(found):
    assert found["rival_before"].sel(way="within strata", horizon=found.attrs["reference"]).item() == "weight norm"
    assert at(found, COPY, way="within strata") == at(found, "weight norm", way="within strata") > 0.5
    assert [at(found, COPY, part, "within strata") for part in ("ahead", "ahead_low", "ahead_high")] == [0, 0, 0]


def test_noise_is_a_half_and_what_is_undefined_is_not_a_number(found):
    for name in (BLIND, "noise (control)"):
        area = found.sel(predictor=name, way="pooled", horizon=80.0)
        assert abs(float(area["area_before"]) - 0.5) < 4 * float(area["area_error_before"])
    assert np.isnan(at(found, "gradient symmetricity"))


def test_a_measure_with_gaps_is_compared_on_its_own_pairs():
    data = invented()
    data["value"].loc[{"measure": VALUES.index(COPY), "train_fraction": 0.3}] = np.nan
    found = analysed(data)
    assert at(found, COPY, "area_pairs") < at(found, "weight norm", "area_pairs")
    assert at(found, COPY, "ahead", "within strata") == 0


def test_what_must_hold_holds_and_can_fail(found):
    rows = comparisons(found)
    assert all(row.as_hoped for row in rows)
    broken = found.copy(deep=True)
    broken["area_before"].loc[{"predictor": "time"}] = 0.6
    broken["test_step"][:] = 100.0
    assert [row.as_hoped for row in comparisons(broken)].count(False) == 2


def test_the_words_follow_the_numbers(found):
    who, pooled, within, opposed, leads, unfair = verdict(found)
    will = int(found["test_step"].notnull().sum())
    assert who.startswith(f"{will} of 72 runs ({will / 72:.0%}) reach a test accuracy of 0.9 within 400 updates")
    assert f"Ahead of it beyond the interval: {CLOCK}." in within
    assert "the best trivial predictor is the weight norm" in within
    assert "Pooled, read 80 updates before" in pooled
    assert "cannot be decided" not in pooled + within
    assert "one number in all runs" not in pooled + within
    assert opposed.startswith("No fair predictor points one way")
    assert f"by the {CLOCK} (warned: 100%)" in leads
    assert "test accuracy 1.00" in unfair


def test_where_settings_leave_no_room_nothing_is_decided():
    """Settings decide, but for four seeds: even the test accuracy can't be ahead beyond its interval, and no measure is."""
    data = invented(replicas=8, chance=lambda f, d: float(f + d > 2))
    data["test_step"][2, 1, :4] = np.nan
    data["curve_test_accuracy"][2, 1, :4] = 0.0
    data["value"].loc[{"measure": VALUES.index(CLOCK)}] = np.nan
    pooled = verdict(analysed(data))[1]
    assert "the best trivial predictor is the settings (rate of other seeds)," in pooled
    assert "finished runs at the same settings, 7 at most; the best that needs none is the" in pooled
    assert "Whether any is ahead cannot be decided here: the largest possible lead is 0.0" in pooled
    assert "the test accuracy itself, 1.00" in pooled


def test_a_constant_is_counted_nowhere(found):
    data = invented()
    data["value"].loc[{"measure": VALUES.index("softmax collapse")}] = 0.0
    before, now = (verdict(one) for one in (found, analysed(data)))
    assert now[1] == before[1] + " Not counted, being one number in all runs: softmax collapse."
    assert now[4] == before[4]


def test_a_predictor_without_an_alarm_says_why(found):
    note = tables(found, {})[0].note
    assert "No lead for gradient symmetricity, redundancy" in note
    assert CLOCK not in note
    assert "72 of 72 runs can't be warned: a rate of 0.05 needs 19 runs of other folds that don't generalise and have a score" in note


def test_a_measure_that_settings_turn_around_is_named():
    """Larger at settings that rarely generalise, and larger for the seeds that do so."""
    data = invented(replicas=8, chance=lambda f, d: 0.9 if f + d > 2 else 0.1)
    rare = -100 * (data["train_fraction"] + data["weight_decay"] / 10)
    data["value"].loc[{"measure": VALUES.index(BLIND)}] = (rare + data["test_step"].notnull() + 0 * data["curve_step"]).transpose(
        *RUN, "curve"
    )
    opposed = verdict(analysed(data))[3]
    assert f"beyond both intervals: {BLIND} (0." in opposed
    assert ", 1.00)" in opposed


@pytest.mark.parametrize(("chance", "share"), [(lambda f, d: 0, "0 of 36 runs (0%)"), (lambda f, d: 2, "36 of 36 runs (100%)")])
def test_one_side_alone_says_that_nothing_can_be_said(chance, share):
    found = analysed(invented(replicas=3, chance=chance))
    words = verdict(found)
    assert words[0].startswith(share)
    assert "nothing can be said" in words[1]
    assert "no measure can be judged. No lead for" in words[4]
    assert "lead times need both" in words[4]
    assert all(len(table.rows) > 0 for table in tables(found, {}))
    for draw in (figures.areas, figures.leads, figures.ensemble, figures.curves):
        draw(found)


def test_every_predictor_has_its_row(found):
    forecasts, areas, settings, sources = tables(found, dict.fromkeys(VALUES, 1.0))
    assert sorted(row[0] for row in forecasts.rows) == sorted(NAMES)
    assert len(areas.rows) == 2 * len(NAMES)
    assert len(settings.rows) == 12
    assert all(len(row) == len(table.columns) for table in (forecasts, areas, settings, sources) for row in table.rows)
    assert [row[0] for row, mark in zip(forecasts.rows, forecasts.marks, strict=True) if mark] == [CLOCK]


def test_the_pictures_are_drawn(found):
    for draw in (figures.areas, figures.leads, figures.ensemble, figures.curves):
        assert len(style.png(draw(found))) > 10_000
