"""One run of the forecast table: what is drawn, what is seen, and that the cell is its settings alone."""

import numpy as np
import pytest

from spinodal.measures import fourier, information
from spinodal.studies import grokking_forecast
from spinodal.studies.grokking_forecast.cell import DIMS, ForecastCell, group_key, run_cell
from spinodal.studies.grokking_forecast.costs import costs
from spinodal.studies.grokking_forecast.measures import FAIR, MEASURES, NAMES, PREDICTORS, kind

TINY = {"prime": 11, "width": 12, "train_fraction": 0.5, "steps": 40, "every": 10, "units": 8, "samples": 20, "clusters": 3}
VALUES = [measure.name for measure in MEASURES]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"network": "cubic"}, "network must be one of"),
        ({"steps": 405, "every": 10}, "steps must be a multiple of every=10, got 405"),
        ({"samples": 32, "units": 32}, "samples must be at least units"),
        ({"train_fraction": 1.0}, "train_fraction must be below 1"),
        ({"weight_decay": -1.0}, "weight_decay must be >= 0"),
        ({"prime": 9}, "prime must be an odd prime"),
        ({"clusters": 1}, "clusters must be an integer >= 2"),
    ],
)
def test_wrong_settings_name_the_field(wrong, words):
    with pytest.raises(ValueError, match=words):
        ForecastCell(**wrong)


def test_runs_of_all_settings_are_independent():
    cells = [ForecastCell(train_fraction=f, weight_decay=d, replica=k) for f in (0.3, 0.4) for d in (0.0, 1.0) for k in range(3)]
    assert len({cell.run_seed(what) for cell in cells for what in (0, 1)}) == 24
    assert len({group_key(cell) for cell in cells}) == 2


def test_the_paper_size_is_the_published_network():
    cells = list(grokking_forecast.sweep("paper", 0).cells())
    assert len(cells) == 9 * 4 * 10
    assert {(c.settings.prime, c.settings.width, c.settings.steps) for c in cells} == {(97, 500, 2000)}


@pytest.fixture(scope="module")
def outputs():
    return run_cell(ForecastCell(**TINY))


def test_outputs_have_their_dimensions_and_repeat(outputs):
    assert all(np.ndim(outputs[name]) == len(dims) for name, dims in DIMS.items())
    assert outputs["value"].shape == (len(MEASURES), len(outputs["curve_step"]))
    again = run_cell(ForecastCell(**TINY))
    assert all(np.array_equal(again[name], value, equal_nan=True) for name, value in outputs.items())


def test_the_first_checkpoint_is_the_untrained_network(outputs):
    cell = ForecastCell(**TINY)
    problem, network = cell.problem(), cell.shape()
    parameters = network.initialise(problem, cell.run_seed(1))
    logits = np.asarray(network.logits(parameters, problem.pairs))
    keys = fourier.key_frequencies(parameters["first"][:11], 11, method="weights").frequencies
    expected = {
        "participation ratio, mean": np.mean(fourier.inverse_participation_ratio(parameters["first"][:11].T)),
        "key frequencies": len(keys),
        "margin, median": np.median(fourier.margins(logits[problem.train_mask], problem.labels[problem.train_mask])),
        "restricted loss": fourier.restricted_loss(logits, problem.true_labels, 11, keys),
        "excluded loss": fourier.excluded_loss(logits, problem.true_labels, 11, keys, mask=problem.train_mask),
        "distance irrelevance, max-wrong": fourier.distance_irrelevance(logits, 11, logit="max-wrong"),
    }
    for name, value in expected.items():
        assert outputs["value"][VALUES.index(name), 0] == pytest.approx(value, rel=1e-4), name
    assert np.isnan(outputs["value"][VALUES.index("gradient symmetricity")]).all()


def test_information_sees_the_same_units_and_rows_along_a_run():
    cell = ForecastCell(**TINY)
    problem, rng = cell.problem(), np.random.default_rng(0)
    looks = []
    for _ in range(2):
        look = cell.look(problem, {})
        look.outputs = rng.normal(size=(121, 12)), np.zeros((121, 11))
        looks.append(look)
    seen = []
    patch = pytest.MonkeyPatch()
    patch.setattr(information, "cluster_unions", lambda x, clusters: seen.append(x) or clusters)
    with patch.context():
        assert [look.unions for look in looks] == [3, 3]
    patch.undo()
    columns = [
        [int(np.flatnonzero((look.outputs[0] == x[0, j]).any(axis=0))[0]) for j in range(8)] for look, x in zip(looks, seen, strict=True)
    ]
    assert columns[0] == columns[1] == sorted(set(columns[0]))
    assert seen[0].shape == (20, 8)


def test_a_layer_that_cannot_be_clustered_has_no_information():
    cell = ForecastCell(**TINY)
    look = cell.look(cell.problem(), {})
    look.outputs = np.ones((121, 12)), np.zeros((121, 11))
    of = {measure.name: measure.of for measure in MEASURES}
    assert np.isnan([of["synergy"](look), of["redundancy"](look)]).all()


def test_who_is_fair():
    kinds = {one.name: kind(one) for one in PREDICTORS}
    assert len(kinds) == len(NAMES)
    unfair = {name for name, what in kinds.items() if what == "sees the test"}
    assert unfair >= {
        "test loss",
        "test accuracy",
        "restricted loss",
        "excluded loss",
        "variance explained",
        "distance irrelevance, correct",
    }
    assert {one.name for one in PREDICTORS if one.sees not in FAIR} == unfair
    assert {"time", "weight norm", "training fraction", "weight decay"} <= {name for name, what in kinds.items() if what == "trivial"}


def test_every_measure_has_a_cost():
    found = costs(ForecastCell(**TINY))
    assert list(found) == VALUES
    assert min(found.values()) > 0


@pytest.mark.parametrize(("network", "missing"), [("relu", ["gradient symmetricity"]), ("transformer", [])])
def test_other_networks_have_the_measures_they_can_have(network, missing):
    cell = ForecastCell(**{**TINY, "network": network})
    problem = cell.problem()
    look = cell.look(problem, cell.shape().initialise(problem, 0))
    assert [measure.name for measure in MEASURES if np.isnan(measure.of(look))] == missing
