"""Phase diagrams: labels become shares with intervals, and the published counts are what the published steps say."""

import importlib
import json
from dataclasses import replace

import numpy as np
import pytest
import xarray

from spinodal.studies.liu2022 import addition, learning_rates, s3, s3_scale, symbol_cell
from spinodal.studies.liu2022.phase_diagram import share_of, with_phases
from spinodal.studies.trained import curve_steps
from spinodal.transitions.learning_phases import PHASES, classify, wilson_interval

NEVER = np.nan
RELEASED = {
    "addition": "add_r",
    "learning_rates": "add_r_reprlr",
    "classification": "add_c",
    "s3": "perm_r",
}


def dataset(train, test, converged=True):
    """Two replicas of a 1 x 2 diagram."""
    dims = ("replica", "decoder_decay", "decoder_rate")
    train, test = (np.array(steps, float).reshape(2, 1, 2) for steps in (train, test))
    coords = {"replica": [0, 1], "decoder_decay": [0.0], "decoder_rate": [1e-4, 1e-3]}
    curve = np.broadcast_to([0.0, 25.0, 50.0], (2, 1, 2, 3))
    fine = np.broadcast_to(converged, (2, 1, 2))
    variables = {"train_step": (dims, train), "test_step": (dims, test), "converged": (dims, fine), "curve_step": ((*dims, "curve"), curve)}
    return xarray.Dataset(variables, coords)


def test_shares_are_over_the_seeds_that_did_not_diverge():
    fine = np.array([[[True, True]], [[True, False]]])
    found = with_phases(dataset([10, 10, 10, 10], [20, NEVER, 3000, NEVER], fine), ("decoder_decay", "decoder_rate"), cap=5000)
    p = found["probability"]
    assert p.sel(decoder_rate=1e-4).values.ravel().tolist() == [0.5, 0.5, 0, 0]
    assert p.sel(decoder_rate=1e-3).values.ravel().tolist() == [0, 0, 1, 0]
    assert found["diverged_share"].values.ravel().tolist() == [0, 0.5]
    low, high = wilson_interval(1, 1)
    here = found.sel(decoder_rate=1e-3, phase="memorization", decoder_decay=0)
    assert (float(here["low"]), float(here["high"])) == (low, high)


def test_a_replica_that_never_reaches_the_level_is_later_than_any():
    axes = ("decoder_decay", "decoder_rate")
    found = with_phases(dataset([10, 10, 30, 10], [20, 40, 3000, NEVER]), axes, cap=5000)
    assert found["train_median"].values.ravel().tolist() == [20, 10]
    assert float(found["test_median"][0, 0]) == 1510
    assert np.isnan(found["test_median"][0, 1])


def test_published_counts_stand_beside_the_runs_that_did_not_diverge():
    """Of replica 0 both cells memorise, of replica 1 the one that is left: all that ended do."""
    found = with_phases(dataset([10] * 4, [NEVER] * 4, [[[True, True]], [[True, False]]]), ("decoder_decay", "decoder_rate"), cap=5000)
    rows = replace(addition.DIAGRAM, published={5000: (0, 0, 1, 1)})._against_published(found, 5000)
    assert [row.obtained for row in rows] == [0, 0, 1, 0]


def labelled(rows):
    """Labels over (replica, decay 0, rate)."""
    coords = {"replica": range(len(rows)), "decoder_decay": [0.0], "decoder_rate": [1e-3 * 2**k for k in range(len(rows[0]))]}
    return xarray.Dataset({"label": (tuple(coords), np.array(rows)[:, None])}, coords)


def test_cells_of_a_replica_are_one_draw():
    """Replicas that do the same in every cell: as many draws as replicas, not as cells."""
    one, other = ["memorization"] * 6, ["comprehension"] * 6
    found = labelled([one, one, other, other])
    share = share_of(found, "memorization", found["decoder_rate"] > 0, "all", 1.0, "nobody", 0.1)
    assert (share.obtained, share.freedom) == (0.5, 3)
    assert share.error == pytest.approx(np.std([1, 1, 0, 0], ddof=1) / 2)
    assert np.isnan(share_of(found.isel(replica=[0]), "memorization", found["decoder_rate"] > 0, "all", 1.0, "nobody", 0.1).error)
    # Of runs that fit: a replica of which fewer fit weighs less
    some = labelled([one, ["memorization"] * 2 + ["confusion"] * 4, ["comprehension"] * 2 + ["confusion"] * 4])
    fitted = share_of(some, "memorization", some["decoder_rate"] > 0, "all", 1.0, "nobody", 0.1, of_fitted=True)
    assert fitted.obtained == pytest.approx(0.8)
    assert fitted.error == pytest.approx(np.sqrt(((6 - 4.8) ** 2 + (2 - 1.6) ** 2 + 1.6**2) / (3 * 2)) / (10 / 3))


def test_the_trend_of_s3_is_the_correlation_with_the_scatter_of_replicas():
    rng = np.random.default_rng(0)
    found = labelled(np.where(rng.uniform(size=(8, 5)) < 0.4, "comprehension", "memorization").tolist())
    share, trend = s3.expectations(found)
    hits = (found["label"].values[:, 0] == "comprehension").astype(float)
    rates = np.broadcast_to(np.log(found["decoder_rate"].values), hits.shape)
    assert trend.obtained == pytest.approx(np.corrcoef(rates.ravel(), hits.ravel())[0, 1])
    assert share.error == pytest.approx(hits.mean(axis=1).std(ddof=1) / np.sqrt(8))
    # Without a trend, replicas that are alike in all cells have no error to speak of in it, and much in the share
    alike = labelled([["comprehension"] * 5] * 4 + [["memorization"] * 5] * 4)
    share, trend = s3.expectations(alike)
    assert trend.error == pytest.approx(0, abs=1e-15)
    assert share.error == pytest.approx(np.sqrt(0.25 * 8 / 7 / 8))


@pytest.mark.parametrize("phase", ["comprehension", "memorization"])
def test_the_trend_of_s3_is_not_known_where_all_runs_do_the_same(phase):
    _, trend = s3.expectations(labelled([[phase] * 5] * 3))
    assert trend.verdict == "not known"


def test_the_gain_of_s3_is_a_slope_over_all_cells_of_a_replica():
    rng = np.random.default_rng(1)
    label = np.where(rng.uniform(size=(4, 3, 5)) < 0.4, "comprehension", "grokking")
    coords = {"replica": range(4), "decoder_decay": [0.0, 1.0, 5.0], "decoder_rate": np.geomspace(1e-5, 1e-2, 5)}
    gains = s3.gain_per_decade(xarray.Dataset({"label": (tuple(coords), label)}, coords))
    decades = np.broadcast_to(np.log10(coords["decoder_rate"]), (3, 5)).ravel()
    plain = [np.polyfit(decades, hits.ravel(), 1)[0] for hits in (label == "comprehension").astype(float)]
    np.testing.assert_allclose(gains, plain, rtol=1e-12)


@pytest.mark.parametrize("turned", [False, True])
def test_the_scale_of_s3_is_compared_with_one_released_set(turned):
    """Eight replicas that comprehend at high rates from a small scale, and at low ones from a large scale as released; or the reverse."""
    rng = np.random.default_rng(2)
    decades = np.log10(s3_scale.RATES)
    chance = np.where(decades < -3.6, 0.05, 0.95)
    chances = np.stack([chance if (scale < 0.3) != turned else 1 - chance for scale in s3_scale.SCALES])
    label = np.where(rng.uniform(size=(8, 5, 16)) < chances, "comprehension", "memorization")
    slower = np.where(np.array(s3_scale.SCALES) < 0.3, 0.7, 0.0)[:, None]
    logs = s3_scale.RELEASED_TRAINING + slower + 0.3 * (decades.mean() - decades) + rng.normal(0, 0.1, (8, 1, 1))
    coords = {"replica": range(8), "embedding_scale": list(s3_scale.SCALES), "decoder_rate": list(s3_scale.RATES)}
    found = xarray.Dataset({"label": (tuple(coords), label), "train_step": (tuple(coords), np.exp(logs))}, coords)
    change, gain, steps, large, large_steps = s3_scale.expectations(found)
    right, wrong = "differs, as expected", "differs, to the other side"
    assert change.verdict == (wrong if turned else right)
    assert [gain.verdict, large.verdict] == (["agrees, though it should not", "differs"] if turned else [right, "agrees"])
    assert [steps.verdict, large_steps.verdict] == [right, "agrees"]
    (table,) = s3_scale.tables(found)
    assert [row[0] for row in table.rows] == list(s3_scale.SCALES)
    few = found.isel(decoder_rate=[0, 5, 10, 15], replica=[0, 1, 2])
    assert len(s3_scale.expectations(few)) == 1


def test_a_smaller_cap_relabels():
    axes = ("decoder_decay", "decoder_rate")
    runs = dataset([10, 10, 10, 900], [20, NEVER, 3000, NEVER])
    assert (with_phases(runs, axes, cap=500)["label"] == "confusion").sum() == 1
    assert (with_phases(runs, axes, cap=5000)["label"] == "grokking").sum() == 1
    assert (with_phases(runs, axes, cap=1000)["label"] == "grokking").sum() == 0


def test_a_share_of_no_cells_is_not_known():
    found = with_phases(dataset([10, 10, 10, NEVER], [20, NEVER, 30, NEVER]), ("decoder_decay", "decoder_rate"), cap=5000)
    fast = share_of(found, "memorization", found["decoder_rate"] > 5e-4, "fast", 1.0, "nobody", 0.1)
    assert fast.obtained == 0.5
    fitted = share_of(found, "memorization", found["decoder_rate"] > 5e-4, "fast", 1.0, "nobody", 0.1, of_fitted=True)
    assert fitted.obtained == 1.0
    assert not share_of(found, "memorization", found["decoder_rate"] > 1, "none", 1.0, "nobody", 0.1).known


@pytest.mark.parametrize("module", RELEASED)
def test_published_counts_are_those_of_the_published_steps(module, published):
    released = json.loads(published("liu2022_steps.json").read_text())[RELEASED[module]]
    diagram = importlib.import_module(f"spinodal.studies.liu2022.{module}").DIAGRAM
    # The first published axis is the decoder rate in all four, ours the columns
    steps = [np.array([[np.nan if s is None else s for s in row] for row in released[kind]], float).T for kind in ("train", "test")]
    (rows, row_kept), (columns, column_kept) = diagram.axes.values()
    assert steps[0].shape == (len(rows), len(columns))
    for cap, counts in diagram.published.items():
        cut = [s if cap == 100_000 else s[np.ix_(row_kept, column_kept)] for s in steps]
        labels = classify(*cut, gap=1000, cap=cap)
        assert tuple(int((labels == phase).sum()) for phase in PHASES) == counts


def test_released_numbers_of_s3_are_those_of_the_published_steps(published):
    released = json.loads(published("liu2022_steps.json").read_text())["perm_r"]
    train, test = (np.array([[np.nan if s is None else s for s in row] for row in released[kind]], float) for kind in ("train", "test"))
    coords = {"replica": [0], "decoder_rate": list(s3_scale.RATES), "decoder_decay": list(s3.DECAYS)}
    found = xarray.Dataset({"label": (tuple(coords), classify(train, test, gap=1000, cap=100_000)[None])}, coords)
    assert s3.gain_per_decade(found) == pytest.approx(s3.RELEASED_GAIN, abs=5e-4)
    here = found.sel(decoder_decay=s3_scale.DECAY)
    assert s3.gain_per_decade(here) == pytest.approx(s3_scale.RELEASED_GAIN, abs=5e-4)
    assert np.log(train[:, s3.DECAYS.index(s3_scale.DECAY)]).mean() == pytest.approx(s3_scale.RELEASED_TRAINING, abs=5e-4)


def test_the_published_exponent_is_fitted_as_ours_is(published):
    steps = np.array(json.loads(published("liu2022_steps.json").read_text())["add_r"]["train"], float)[:, [0]]  # decay 0
    runs = xarray.Dataset(
        {"train_step": (("replica", "decoder_rate", "decoder_decay"), steps[None]), "label": ("replica", ["grokking"])},
        {"decoder_rate": list(addition.RATES), "decoder_decay": [0.0], "replica": [0]},
    )
    (exponent,) = (row for row in addition.expectations(runs) if row.what.startswith("exponent"))
    assert exponent.obtained == pytest.approx(exponent.expected, abs=5e-4)


def test_the_exponent_of_training_is_a_mean_over_seeds_all_of_which_fit():
    """Steps 1 / rate^slope of four seeds; one that never fits at the lowest rate is slower than any, and must not be left out."""
    slopes, rates = np.array([-0.9, -1.0, -1.1, -1.2]), np.array(addition.RATES)
    steps = rates ** slopes[:, None, None]
    coords = {"replica": range(4), "decoder_decay": [0.0], "decoder_rate": rates}
    label = np.full(steps.shape, "grokking")
    runs = xarray.Dataset({"train_step": (tuple(coords), steps), "label": (tuple(coords), label)}, coords)
    exponent = addition.expectations(runs)[-1]
    assert exponent.obtained == pytest.approx(slopes.mean())
    assert exponent.error == pytest.approx(slopes.std(ddof=1) / 2 * np.sqrt(5))
    assert exponent.freedom == 3
    runs["train_step"][2, 0, 0] = np.nan
    assert addition.expectations(runs)[-1].verdict == "not known"


@pytest.mark.parametrize(("faster", "verdict"), [(1.0, "differs, as expected"), (-1.0, "differs, to the other side")])
def test_a_gain_must_be_one(faster, verdict):
    """Runs that generalise where the embedding is faster by 3 to 10, or the reverse."""
    rates = learning_rates.RATES
    ratio = np.array(rates)[:, None] / np.array(rates)
    label = np.where(((ratio > 2.9) & (ratio < 10.5)) == (faster > 0), "comprehension", "memorization")
    coords = {"replica": range(8), "embedding_rate": list(rates), "decoder_rate": list(rates)}
    found = xarray.Dataset({"label": (tuple(coords), np.stack([label] * 8))}, coords)
    found["label"][1, 0, 0] = "grokking" if label[0, 0] == "memorization" else "memorization"  # or the error is 0
    gain = learning_rates.expectations(found)[1]
    assert gain.verdict == verdict


def test_curves_are_kept_at_recorded_steps_alone():
    kept = curve_steps(100_000, 25)
    assert (kept[0], kept[-1], len(kept) <= 48) == (0, 100_000, True)
    assert not (kept % 25).any()
    assert (np.diff(kept) > 0).all()


def test_a_cell_gives_the_same_numbers_twice_and_the_same_start_to_every_rate():
    tiny = {"hidden_widths": (8, 8), "steps": 40, "every": 20}
    first, again = (symbol_cell.run_cell(symbol_cell.SymbolCell(**tiny)) for _ in range(2))
    other = symbol_cell.run_cell(symbol_cell.SymbolCell(**tiny, decoder_rate=1e-2))
    assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)
    assert first["curve_train_loss"][0] == other["curve_train_loss"][0]
    assert first["curve_train_loss"][-1] != other["curve_train_loss"][-1]


def test_a_scale_of_the_start_is_that_of_the_problem():
    assert symbol_cell.SymbolCell(task="s3", training_pairs=24).problem().embedding_scale == 0.1
    assert symbol_cell.SymbolCell(task="s3", training_pairs=24, embedding_scale=2.0).problem().embedding_scale == 2.0
    with pytest.raises(ValueError, match="embedding_scale"):
        symbol_cell.SymbolCell(task="s3", training_pairs=24, embedding_scale=0.0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"decoder_rate": 0.0}, "decoder_rate"),
        ({"task": "s4"}, "task must be one of"),
        ({"training_pairs": 0}, "training"),
        ({"level": 1.5}, "level must be > 0 and at most 1, got 1.5"),
        ({"steps": 2010, "every": 25}, "steps must be a multiple of every=25, got 2010"),
    ],
)
def test_wrong_settings_name_the_field(change, why):
    with pytest.raises((ValueError, TypeError), match=why):
        symbol_cell.SymbolCell(**change)
