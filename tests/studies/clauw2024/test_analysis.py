"""Verdicts follow from the runs: the same sentences say the opposite of the opposite data."""

import numpy as np
import pytest
import xarray

from spinodal.studies import clauw2024
from spinodal.studies.clauw2024.analysis import TOLD, analysed, at_step, lead_of, most_telling, sides
from spinodal.studies.clauw2024.cell import DIMS, PUBLISHED_ARMS, SERIES
from spinodal.studies.clauw2024.expected import share_of_ties
from spinodal.studies.clauw2024.layer import NULLS
from spinodal.studies.clauw2024.retraining import RETRAINED
from spinodal.studies.clauw2024.words import tables, verdict
from spinodal.transitions.forecast import auroc

STEPS = np.arange(0, 651, 50.0)
HILL = np.interp(STEPS, [0, 100, 200, 400, 650], [2, 4, 8, 2, 1])
RISING = ("decay 0.1", "decay 2", "scale 8")


def invented(seeds=2, rise=lambda k: 250.0 + 10 * k, start=9.0):
    """Three arms rise with a hill of synergy whose top is at 200, the others fit nothing; redundancy is 1 of ties and 3 at the end."""
    shape = (seeds, len(PUBLISHED_ARMS))
    rises = np.broadcast_to(np.isin(PUBLISHED_ARMS, RISING), shape)
    dims = ("replica", "arm")
    series = {name: np.ones((*shape, len(STEPS))) for name in SERIES}
    series["synergy"][:] = np.where(rises[..., None], HILL, 0.5)
    series["synergy"][..., 0] = start
    series["redundancy"][:] = np.where(rises[..., None], np.linspace(0, 3, len(STEPS)), 50.0)
    series["published_redundancy"][:] = 20.0
    series["curve_test_loss"][:] = np.interp(STEPS, [0, 150, 650], [1, 9, 0])
    series["curve_step"] = np.broadcast_to(STEPS, (*shape, len(STEPS)))
    rows = {name: ((*dims, "checkpoint"), values) for name, values in series.items()}
    nulls = {name: np.full((*shape, 2, 3), 0.01) for name in NULLS}
    nulls["published_null_redundancy"][:] = 18.0
    rows |= {name: ((*dims, *DIMS[name]), values) for name, values in nulls.items()}
    rows["null_step"] = ((*dims, "null"), np.broadcast_to([0.0, 650.0], (*shape, 2)))
    rows |= {name: ((*dims, *DIMS[name]), np.full((*shape, 4, 1), np.nan)) for name in RETRAINED}
    when = np.array([[rise(k)] * shape[1] for k in range(seeds)])
    scalars = {"train_step": np.full(shape, 50.0), "risen_step": when, "test_step": when + 100}
    rows |= {name: (dims, np.where(rises, values, np.nan)) for name, values in scalars.items()}
    rows |= {"last_step": (dims, np.full(shape, 650.0)), "converged": (dims, np.ones(shape, bool))}
    return xarray.Dataset(rows, {"replica": np.arange(seeds), "arm": list(PUBLISHED_ARMS)})


def sentence(found, beginning):
    return next(words for words in verdict(found) if words.startswith(beginning))


def test_leads_count_from_the_announcement_to_the_rise():
    found = analysed(invented())
    assert found["announced_step"].sel(predictor="synergy", rule="peak").sel(arm="decay 2").values.tolist() == [200, 200]
    peak, detection = (lead_of(found, "synergy", rule) for rule in ("peak", "detection"))
    assert (peak["runs"], peak["median"], peak["least"], peak["largest"]) == (6, 55, 50, 60)
    assert (detection["median"], detection["runs"], detection["rises"]) == (5, 6, 6)
    assert (detection["earlier"], detection["of"]) == (1, 1)  # 250, where two of three rise: one seed's median is 0, which has no sign
    assert lead_of(found, "training accuracy above 0.98", "detection")["median"] == 205
    silent = lead_of(found, "weight norm", "detection")
    assert (silent["runs"], silent["median"], silent["earlier"], silent["of"]) == (0, -np.inf, 0, 2)
    assert sides(found) == (6, 8)


def test_a_predictor_that_announces_few_rises_is_not_early():
    """Two of six announced, long before: in the median of all it does not announce at all."""
    found = analysed(invented())
    lead = found["lead"].sel(predictor="synergy", rule="detection")
    lead[:] = np.where(np.cumsum(found["rises"].values.ravel()).reshape(lead.shape) <= 2, 500.0, np.nan)
    few = lead_of(found, "synergy", "detection")
    assert (few["runs"], few["rises"], few["median"], few["largest"]) == (2, 6, -np.inf, 500)
    assert (few["earlier"], few["of"]) == (1, 2)
    assert "not at all ahead of half of the rises" in sentence(found, "Lead time")


def test_an_earlier_trivial_predictor_is_named():
    found = analysed(invented())
    words = sentence(found, "Lead time")
    assert "test loss (6 of 6)" in words
    assert "training accuracy above 0.98 (6 of 6)" in words
    assert "weight norm" not in words


def test_no_winner_below_five_a_side():
    assert "no winner is declared" in sentence(analysed(invented(seeds=1)), "Will it generalise?")
    words = sentence(analysed(invented(seeds=2)), "Will it generalise?")
    assert "Fewer than 3 seeds" in words
    assert "no winner" not in sentence(analysed(invented(seeds=3)), "Will it generalise?")
    assert "over 6 runs that rise and 8 that do not: synergy 1.00" in words
    assert "redundancy 0.00" in words


def test_the_most_telling_is_not_ahead_of_its_equals_nor_behind_noise():
    found = analysed(invented(seeds=6))
    rng = np.random.default_rng(0)
    found["early_value"][:] = rng.normal(size=found["early_value"].shape)
    found["early_value"].loc[{"told": "synergy"}] = found["rises"] + 0.0
    found["early_value"].loc[{"told": "test loss"}] = found["rises"] * -2.0
    positive = found["rises"].values.ravel()
    areas = [auroc(found["early_value"].sel(told=name).values.ravel(), positive).value for name in TOLD]
    found["area_under_roc"] = ("told", areas)
    best, close = most_telling(found)
    assert (best, close) == ("synergy", ["test loss"])


def test_early_values_are_of_the_early_checkpoint():
    value = analysed(invented())["early_value"].sel(arm="decay 2", replica=0)
    assert float(value.sel(told="synergy")) == HILL[2]
    assert float(value.sel(told="synergy over its start")) == pytest.approx(HILL[2] / 9, rel=1e-12)
    assert float(value.sel(told="redundancy")) == pytest.approx(3 * 2 / 13, rel=1e-12)


def test_synergy_that_was_never_seen_after_the_fit_is_said():
    runs = invented()
    runs["synergy"][..., 1:] = np.nan
    assert sentence(analysed(runs), "No run whose test accuracy rises")


def test_the_untrained_layer_is_the_baseline():
    assert "6 have their largest synergy before any training" in sentence(analysed(invented()), "Of the 6 runs")
    assert "is 0.89 of that of the untrained" in sentence(analysed(invented()), "Of the 6 runs")
    assert "0 have their largest synergy before any training" in sentence(analysed(invented(start=2.0)), "Of the 6 runs")


def test_ties_are_said_to_be_ties_only_if_they_are():
    runs = invented()
    assert share_of_ties(analysed(runs)) == pytest.approx(0.9, rel=1e-12)
    assert "is mostly tie-breaking" in sentence(analysed(runs), "High redundancy")
    runs["published_null_redundancy"][:] = 0.2
    assert "is not mostly tie-breaking" in sentence(analysed(runs), "High redundancy")


def test_decoupling_is_counted():
    assert "in 6 of the 6 runs" in sentence(analysed(invented()), "Decoupling")
    runs = invented()
    runs["redundancy"][:] = runs["redundancy"][..., ::-1].values
    assert "in 0 of the 6 runs" in sentence(analysed(runs), "Decoupling")


def test_runs_that_never_rise_leave_nothing_to_say():
    runs = invented()
    for name in ("risen_step", "test_step"):
        runs[name][:] = np.nan
    found = analysed(runs)
    words = verdict(found)
    assert any("nothing can be said" in w for w in words)
    assert any("one side is empty" in w for w in words)
    assert any("announces no rise" in w for w in words)


def test_predictors_that_tell_equally_well_are_all_named():
    """Synergy and redundancy separate the sides perfectly, each in its own direction: neither is *the* most telling."""
    words = sentence(analysed(invented(seeds=3)), "Will it generalise?")
    best = (
        words.split("in either direction: ")[1]
        .split(". Arms")[0]
        .replace("; not behind it (95 %, by resampling seeds): ", ", ")
        .split(", ")
    )
    assert best == ["synergy", "synergy over its start", "redundancy"]


def test_the_phase_of_a_hill_is_emergence_then_both_fall_or_decoupling():
    runs = invented()
    runs["synergy"][..., 0] = 2.0
    found = analysed(runs)
    names = [str(found["phase_name"].values[int(code)]) for code in found["phase"].sel(arm="decay 2", replica=0).values]
    assert names[2] == "both rise"  # redundancy rises too
    assert names[6] == "decoupling"


def test_the_null_is_a_straight_line_between_where_it_was_computed():
    runs = invented()
    runs["null_synergy"][..., 1, :] = 0.66
    band = analysed(runs)["null_synergy_band"].sel(arm="decay 2", replica=0, quantile=0.5)
    np.testing.assert_allclose(band, 0.01 + 0.65 * STEPS / 650, rtol=1e-12)


def test_a_series_is_read_at_the_last_checkpoint_before():
    found = analysed(invented())
    assert float(at_step(found, "synergy", 199).sel(arm="decay 2", replica=0)) == HILL[3]
    assert float(at_step(found, "synergy", 10_000).sel(arm="decay 2", replica=0)) == HILL[-1]


def test_parts_retrained_are_counted_and_drawn():
    runs = invented()
    runs["retrain_units"].loc[{"arm": "decay 2"}] = np.array([[200.0], [50], [200], [50]])
    runs["retrain_test_step"].loc[{"arm": "decay 2"}] = np.array([[300.0], [np.nan], [310], [400]])
    runs["retrain_risen_step"].loc[{"arm": "decay 2"}] = np.array([[200.0], [np.nan], [210], [300]])
    found = analysed(runs)
    words = sentence(found, "Parts of the network retrained")
    assert "synergistic (200 units): 2 of 2 reach 0.98, at 300" in words
    assert "complement (50 units): 0 of 2 reach 0.98, 0 reach 0.5" in words
    assert "random units of its size in 2 of 2 seeds, its complement in 0 of 2" in words
    runs["retrain_test_step"].loc[{"arm": "decay 2", "replica": 1, "set": 2}] = 290.0
    assert "random units of its size in 1 of 2 seeds" in sentence(analysed(runs), "Parts of the network retrained")
    drawn = next(picture for picture in clauw2024.recipe.pictures if picture.name == "parts").draw(found)
    assert [label.get_text() for label in drawn.axes[0].get_yticklabels()] == ["synergistic", "complement", "random", "random complement"]


def test_every_seed_of_every_arm_is_drawn():
    found = analysed(invented(seeds=2))
    drawn = {picture.name: picture.draw(found) for picture in clauw2024.recipe.pictures}
    panels = {axes.get_title(loc="left"): axes for axes in drawn["curves"].axes}
    assert set(panels) >= set(PUBLISHED_ARMS)
    for arm in PUBLISHED_ARMS:
        curves = [line for line in panels[arm].lines if len(line.get_xdata()) == len(STEPS)]
        assert len(curves) == 2 * 2  # synergy and redundancy
    ends = [line for line in drawn["plane"].axes[0].lines if line.get_markersize() == 7]
    assert len(ends) == 14
    assert sum(line.get_markerfacecolor() != "white" for line in ends) == 6
    detected = [line for line in drawn["leads"].axes[0].lines if line.get_marker() == "s"]
    assert [len(line.get_xdata()) for line in detected] == [6, 0, 6, 0, 0, 0, 6]


def test_tables_have_a_row_for_every_run():
    found = analysed(invented(seeds=2))
    by_title = {table.title: table for table in tables(found)}
    assert len(by_title["Phases, by our own rule"].rows) == len(by_title["The hidden layer of every run"].rows) == 14
    assert all(len(row) == len(table.columns) for table in by_title.values() for row in table.rows)
