"""The data-size study: its cell, its averages, and its page from networks that answer at once."""

import numpy as np
import pytest
import xarray

from spinodal import studies, training
from spinodal.measures.representation import predicted_accuracy
from spinodal.studies.averages import half_crossing
from spinodal.studies.liu2022 import data_size, data_size_cell, data_size_numbers
from spinodal.studies.liu2022.data_size_cell import DataSizeCell
from spinodal.theory.effective import nullity

from ..doubles import trajectory


def double(problem, *, optimizer, steps, seed, every):
    """A network that is right where its embedding says so; the line if the data force it, there are many and the decoder is slow."""
    data = problem.data()
    pairs = data.pairs[data.train_mask]
    line = nullity(pairs, problem.symbols) == 2 and len(pairs) >= 40 and optimizer.decoder.learning_rate < 5e-4
    embedding = np.arange(10.0) if line else np.random.default_rng(seed).normal(size=10)
    records = np.arange(0, steps + 1, every)
    count, known = len(data.pairs), len(pairs)
    test = (predicted_accuracy(embedding, pairs) * count - known) / (count - known)
    rise = np.minimum(records / 1000, 1.0)
    return trajectory(
        records,
        train_loss=1 - rise,
        test_loss=1 - test * rise,
        train_accuracy=rise,
        test_accuracy=(test * rise).astype(np.float32),
        norm=np.ones(len(records)),
        rqi=rise if line else 0.1 * rise,
        parameters={"embedding": embedding[:, None]},
        every=every,
    )


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """The quick size, run once."""
    patch = pytest.MonkeyPatch()
    patch.setattr(training, "train", double)
    patch.setattr(data_size, "CURVE_DRAWS", 400)
    patch.setattr(data_size, "IDEAL_DRAWS", 5)
    out = tmp_path_factory.mktemp("data_size") / "out"
    try:
        return studies.run("liu2022-data-size", out=out, executor="serial", progress=False)
    finally:
        patch.undo()


def obtained(outcome, what):
    (found,) = [c for c in outcome.comparisons if c.what.startswith(what)]
    return found


def test_an_embedding_that_predicts_everything_agrees_with_what_is_published(outcome):
    assert outcome.complete
    assert outcome.converged
    assert obtained(outcome, "correlation").obtained == pytest.approx(1, abs=1e-12)
    assert obtained(outcome, "largest").obtained == pytest.approx(0, abs=1e-12)
    assert obtained(outcome, "networks with RQI").obtained == 0
    assert obtained(outcome, "share with RQI").obtained == 1.0
    assert obtained(outcome, "median step").obtained == 950  # the first record at or above .95 of a rise of 1000


def test_half_of_the_networks_need_more_pairs_than_the_theory(outcome):
    """All of them from 40 pairs on, none at 35."""
    published = obtained(outcome, "pairs at which half of the networks have RQI")
    assert published.obtained == pytest.approx(37.5)
    assert published.verdict == "differs, as expected"
    assert any("not sufficient" in sentence for sentence in outcome.verdict)
    assert outcome.verdict[0].startswith("At decoder rate 0.0001 the embedding predicts the accuracy: over")


def test_half_that_generalise_are_not_half_with_the_line(outcome):
    """Of few networks, whose error is larger than what is compared."""
    with xarray.open_dataset(f"{outcome.folder}/data.nc", engine="h5netcdf") as found:
        share = found["generalised_share"].sel(decoder_rate=1e-4)
        half, error = half_crossing(found["training_pairs"].values, share.values, found.sizes["replica"])
    row = obtained(outcome, "pairs at which half of the networks have test accuracy")
    assert (row.obtained, row.error) == (half, error)
    assert half != pytest.approx(37.5)
    assert error > 2.5
    assert row.verdict == "not decided"
    (said,) = (sentence for sentence in outcome.verdict if sentence.startswith("Half of the networks reach a test accuracy of 0.9 at"))
    assert said.endswith("has 35 to 40: not decided.")


def test_verdicts_come_from_the_cells(outcome):
    assert any("0 of 9 at decoder rate 0.001" in sentence and "9 of 9 at decoder rate 0.0001" in sentence for sentence in outcome.verdict)
    assert any("fewer than 8 networks" in sentence for sentence in outcome.verdict)


def test_the_page_has_pictures_curves_and_what_does_not_reproduce(outcome):
    with open(outcome.report, encoding="utf-8") as file:
        page = file.read()
    assert page.count("data:image/svg+xml") == 2
    assert page.count("data-cell=") >= 22
    for words in ("Learning curves", "What does not reproduce", "arXiv:2205.10343", "What the decoder&#x27;s rate decides"):
        assert words in page


def test_data_hold_the_theory_beside_the_networks(outcome):
    with xarray.open_dataset(f"{outcome.folder}/data.nc", engine="h5netcdf") as found:
        assert found["rqi"].dims == ("decoder_rate", "training_pairs", "replica")
        ideal = found["theory_ideal_accuracy"].values
        assert np.all(np.diff(ideal) >= 0)
        assert ideal[-1] == 1
        line = found["rqi"].sel(decoder_rate=1e-4, training_pairs=54) > 0.95
        assert float(found["line_share"].sel(decoder_rate=1e-4, training_pairs=54)) == float(line.mean())
        assert np.all(found["ideal_accuracy"] >= found["training_pairs"] / 55)


def test_a_real_cell_has_its_dimensions_and_counts_its_pairs():
    cell = DataSizeCell(training_pairs=40, steps=50)
    found = data_size_cell.run_cell(cell)
    for name, value in found.items():
        assert np.ndim(value) == len(data_size_cell.DIMS.get(name, ()))
    right = found["real_accuracy"] * 55
    assert right == pytest.approx(round(right), abs=1e-12)
    assert right == pytest.approx(40 * found["train_accuracy"] + 15 * found["test_accuracy"], abs=1e-4)
    assert found["curve_rqi"][-1] == found["rqi"]
    assert 40 / 55 <= found["predicted_accuracy"] <= 1


def test_without_test_pairs_the_training_pairs_are_all():
    found = data_size_cell.run_cell(DataSizeCell(training_pairs=55, steps=50))
    assert np.isnan(found["test_accuracy"])
    assert found["real_accuracy"] == pytest.approx(found["train_accuracy"], abs=1e-6)
    assert found["ideal_accuracy"] == 1


def test_replicas_differ_and_rates_share_them():
    splits = {tuple(DataSizeCell(replica=i, training_pairs=20).problem().data().train_mask) for i in range(5)}
    assert len(splits) == 5
    slow, fast = (DataSizeCell(decoder_rate=rate).problem() for rate in (1e-4, 1e-3))
    assert slow == fast


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="decoder_rate must be finite and > 0"):
        DataSizeCell(decoder_rate=0.0)
    with pytest.raises(ValueError, match="training_pairs must be at most 55"):
        DataSizeCell(training_pairs=56)
    with pytest.raises(ValueError, match="replica must be an integer >= 0"):
        DataSizeCell(replica=-1)
    with pytest.raises(ValueError, match="steps must be a multiple of every=25, got 5010"):
        DataSizeCell(steps=5010, every=25)


def test_the_crossing_of_half_is_interpolated_with_its_error():
    pairs = np.array([10, 20, 30])
    share = np.array([0.0, 0.25, 0.75])
    value, error = half_crossing(pairs, share, 10_000)
    assert value == 25
    assert error == pytest.approx(10 / 0.5 * np.sqrt(0.25 * 0.75 / 10_000) * np.sqrt(2) / 2, rel=0.15)
    assert np.isnan(half_crossing(pairs, np.zeros(3), 20)[0])


def test_a_share_above_half_from_the_start_bounds_the_crossing():
    value, error = half_crossing(np.array([5, 10]), np.array([0.9, 1.0]), 20)
    assert value == 5
    assert np.isnan(error)


@pytest.fixture(scope="module")
def stored(outcome):
    """What the quick size has found."""
    with xarray.open_dataset(f"{outcome.folder}/data.nc", engine="h5netcdf") as found:
        return found.load()


def test_networks_that_diverged_are_left_out(stored):
    """They keep the accuracies of their last finite record, which may be the start."""
    found = stored
    names = [name for name in found if "replica" in found[name].dims]
    lost = found[names].copy(deep=True)
    here = {"training_pairs": lost["training_pairs"].values[3], "replica": 1}
    lost["converged"] = lost["converged"].astype(float)
    lost["converged"].loc[here] = 0
    for name in ("real_accuracy", "test_accuracy"):
        lost[name].loc[here] = 0.01
    analysed = data_size.analyse(lost, "quick").dataset
    at = analysed.isel(training_pairs=3)
    np.testing.assert_allclose(at["real_accuracy_mean"], found["real_accuracy"].isel(training_pairs=3, replica=[0, 2]).mean("replica"))
    known = analysed["real_accuracy"].sel(decoder_rate=data_size.PUBLISHED_RATE)
    assert int(known.notnull().sum()) == known.size - 1
    assert data_size_numbers.agreement(analysed.sel(decoder_rate=data_size.PUBLISHED_RATE))["correlation"] > 0.99


def test_without_a_training_set_that_leaves_freedom_nothing_is_asked_of_it(stored, outcome):
    forced = stored.assign(nullity=2 + 0 * stored["nullity"])
    (row,) = (row for row in data_size._comparisons(forced) if row.what.startswith("networks with RQI > .95 and nullity > 2"))
    assert row.verdict == "not known"
    assert any(said.startswith("Nullity 2 was had by every training set") for said in data_size._verdict(forced, outcome.comparisons))


def test_a_few_networks_above_half_by_chance_are_no_crossing():
    pairs = np.arange(10, 90, 10)
    share = np.array([0.0, 0.6, 0.0, 0.0, 0.0, 0.2, 0.8, 1.0])
    assert half_crossing(pairs, share, 5)[0] == pytest.approx(65.0)


def test_correlation_over_all_pairs_is_high_for_a_prediction_that_knows_nothing():
    """Test accuracies drawn at random, independent of the predicted ones: only on the test pairs does it show."""
    rng = np.random.default_rng(0)
    k = np.array(data_size.PAIRS)[:, None]
    test, promised = 0.1 * rng.random((2, len(k), 40))
    dims = ("training_pairs", "replica")
    values = {"real_accuracy": (k + (55 - k) * test) / 55, "predicted_accuracy": (k + (55 - k) * promised) / 55, "test_accuracy": test}
    here = xarray.Dataset({name: (dims, v) for name, v in values.items()}, coords={"training_pairs": k.ravel()})
    found = data_size_numbers.agreement(here)
    assert found["correlation"] > 0.99
    assert abs(found["on test pairs"]) * np.sqrt(test.size) < 4
    by_hand = np.corrcoef(values["real_accuracy"].ravel(), np.broadcast_to(k, test.shape).ravel())[0, 1]
    assert found["by size alone"] == pytest.approx(by_hand, rel=1e-12)
    right = here.assign(test_accuracy=(dims, promised), real_accuracy=here["predicted_accuracy"])
    assert data_size_numbers.agreement(right)["on test pairs"] == pytest.approx(1, abs=1e-9)


def test_a_share_stored_in_float32_counts_as_fitted():
    found = xarray.Dataset(
        {"train_accuracy": (("decoder_rate", "training_pairs", "replica"), np.full((1, 1, 1), np.float32(18 / 20), np.float64))},
        {"decoder_rate": [1e-4], "training_pairs": [20], "replica": [0]},
    )
    rest = ("real_accuracy", "predicted_accuracy", "ideal_accuracy", "test_accuracy", "rqi", "nullity")
    found = found.assign(dict.fromkeys(rest, found["train_accuracy"]))
    table = data_size._rate_table(found.assign(data_size_numbers.shares(found)))
    assert table.rows[0][table.columns.index("share with train accuracy >= 0.9")] == 1


def test_where_half_have_the_line_is_told_from_theory_only_beyond_its_error():
    assert data_size_numbers.sufficient(0.7, 0.05, 0.4) == "not sufficient"
    assert data_size_numbers.sufficient(0.3, 0.01, 0.4) == "enough here"
    assert data_size_numbers.sufficient(0.5, 0.05, 0.4) == "not shown to be more or less than enough"
    assert data_size_numbers.sufficient(np.nan, np.nan, 0.4) == "not sufficient"
