"""The attention coefficient: one cell, the fall of an order parameter with a known place, two kinds of networks, the words."""

import numpy as np
import pytest
import xarray

from spinodal.figures import zhong2023 as figures
from spinodal.measures import fourier
from spinodal.problems import ModularArithmetic
from spinodal.studies import zhong2023
from spinodal.studies.zhong2023 import published
from spinodal.studies.zhong2023.analysis import analysed, fall, kinds_near
from spinodal.studies.zhong2023.cell import DIMS, MOMENTS, READINGS, AttentionCell, group_key, look, run_cell
from spinodal.studies.zhong2023.expected import comparisons
from spinodal.studies.zhong2023.words import tables, verdict
from spinodal.training.networks import OneLayerTransformer
from spinodal.training.presets import preset

TINY = {"prime": 7, "d_model": 8, "steps": 4, "every": 2}
COEFFICIENTS = np.linspace(0, 1, 11)


def test_the_default_cell_is_the_published_run():
    cell, clock = AttentionCell(), preset("zhong2023-clock")
    assert (cell.prime, cell.train_fraction, cell.steps) == (clock.problem.prime, clock.problem.train_fraction, clock.steps)
    assert (cell.learning_rate, cell.weight_decay) == (clock.optimizer.learning_rate, clock.optimizer.weight_decay)
    assert (cell.d_model, cell.heads, 4 * cell.d_model) == (clock.network.d_model, clock.network.heads, clock.network.d_mlp)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"attention": 1.5}, r"attention must be in \[0, 1\]"),
        ({"d_model": 510}, "d_model must be a multiple of heads=4, got 510"),
        ({"steps": 300}, r"steps must be a multiple of 2 \* every=200"),
        ({"loss_dtype": "float16"}, "loss_dtype must be one of"),
        ({"prime": 15}, "prime must be an odd prime"),
        ({"weight_decay": -1.0}, "weight_decay must be >= 0"),
        ({"replica": -1}, "replica must be an integer >= 0"),
    ],
)
def test_wrong_settings_name_the_field(change, words):
    with pytest.raises(ValueError, match=words):
        AttentionCell(**change)


def test_coefficients_share_a_program_and_no_random_numbers():
    cells = [AttentionCell(attention=c, replica=k, **TINY) for c in (0.0, 0.5, 1.0) for k in range(2)]
    assert len({group_key(cell) for cell in cells}) == 1
    assert len({seed for cell in cells for seed in (cell.network_seed(), cell.problem().split_seed)}) == 12


@pytest.fixture(scope="module")
def cell():
    return AttentionCell(attention=0.5, **TINY)


@pytest.fixture(scope="module")
def outputs(cell):
    return run_cell(cell)


def test_a_cell_has_its_dimensions(outputs):
    assert all(np.ndim(value) == len(DIMS.get(name, ())) for name, value in outputs.items())
    assert all(np.shape(outputs[name]) == (len(MOMENTS),) for name in READINGS)
    assert outputs["frequency_share"].shape == outputs["frequency_neurons"].shape == (3,)
    assert all(np.asarray(value).dtype.kind in "bif" for value in outputs.values())


def test_the_first_moment_is_the_untrained_network(cell, outputs):
    network = OneLayerTransformer(8, 4, 32, attention=0.5, equals_token=False)
    start = network.initialise(cell.problem(), cell.network_seed())
    found, frequencies = look(network, start, cell.problem())
    for name in READINGS:
        np.testing.assert_allclose(outputs[name][0], found[name], rtol=1e-5, equal_nan=True)
    assert outputs["gradient_symmetricity"][2] != outputs["gradient_symmetricity"][0]
    assert frequencies["frequency_share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(("run", "symmetricity", "wrong"), [("B", 0.33364, 0.88492), ("C", None, 0.81956)])
def test_released_networks_read_as_published(run, symmetricity, wrong, clock_pizza):
    """Weights are kept in float16, which moves the symmetricity by some 1e-4. That of B is published; irrelevances are of its logits."""
    weights = {name[2:]: array.astype(np.float32) for name, array in clock_pizza.items() if name.startswith(f"{run}_")}
    network = OneLayerTransformer(attention=float(weights.pop("attention")), equals_token=False)
    problem = ModularArithmetic(59)
    correct, _, _ = (weights.pop(name) for name in ("correct", "wrong", "wrong_at"))
    found, frequencies = look(network, weights, problem)
    ours = np.asarray(network.logits(weights, problem.pairs))[np.arange(59**2), problem.true_labels]
    assert np.abs(ours - correct).max() < 1e-3 * np.abs(correct).max()
    assert found["accuracy"] == 1
    assert found["irrelevance_max_wrong"] == pytest.approx(wrong, abs=1e-4)
    assert symmetricity is None or abs(found["gradient_symmetricity"] - symmetricity) < 1e-3
    assert found["keys_by_neurons"] == found["keys_by_weights"] == np.sum(frequencies["frequency_neurons"] > 5)
    assert found["variance_by_neurons"] > 0.98


class Table:
    """A network that looks its logits up, to see what is read off them."""

    def __init__(self, logits):
        self.table = logits

    def logits(self, parameters, pairs):
        return self.table

    def hidden(self, parameters, pairs):
        return [np.zeros((len(pairs), 2))]

    def logits_from_embeddings(self, parameters, pairs):
        return pairs.sum(axis=1) @ parameters["embedding"].T


def test_a_tie_is_not_correct_and_both_irrelevances_are_the_measures():
    problem = ModularArithmetic(7)
    logits = np.random.default_rng(0).normal(size=(49, 7))
    logits[np.arange(49), problem.true_labels] = 9.0
    logits[:7, 0] = logits[:7, 1] = 9.0
    found, _ = look(Table(logits), {"embedding": np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)}, problem)
    assert found["accuracy"] == pytest.approx(42 / 49)
    assert found["irrelevance_correct"] == fourier.distance_irrelevance(logits, 7) or np.isnan(found["irrelevance_correct"])
    assert found["irrelevance_max_wrong"] == fourier.distance_irrelevance(logits, 7, logit="max-wrong")
    assert found["gradient_symmetricity"] == pytest.approx(1, abs=1e-5)
    assert (found["keys_by_neurons"], np.isnan(found["variance_by_neurons"])) == (0, True)


def synthetic(learned=True):
    """Widths 32 and 64, eight networks a point: a known fall, sharper in the wide ones, with one network that has not learned."""
    rng = np.random.default_rng(0)
    shape = (8, 2, 11)
    s = np.stack([1 / (1 + np.exp(k * (COEFFICIENTS - 0.6))) for k in (8, 16)])[None] + 0.02 * rng.standard_normal(shape)
    moments = np.stack([0.1 * rng.standard_normal(shape), s + 0.05 * COEFFICIENTS, s], axis=-1)
    base = {name: rng.random((*shape, 3)) for name in READINGS}
    base |= {"gradient_symmetricity": moments, "accuracy": np.full((*shape, 3), 1.0 if learned else 0.9)}
    base["irrelevance_correct"] = base["irrelevance_max_wrong"] + 0.1
    base["accuracy"][3, 0, 5, 2] = 0.99
    base["gradient_symmetricity"][3, 0, 5, 2] = 50.0
    dims = ("replica", "d_model", "attention")
    values = {name: ((*dims, "moment"), array) for name, array in base.items()}
    values["frequency_share"] = ((*dims, "frequency"), np.full((*shape, 15), 1 / 15))
    return xarray.Dataset(values, coords={"replica": range(8), "d_model": [32, 64], "attention": COEFFICIENTS})


@pytest.fixture(scope="module")
def found():
    return analysed(synthetic())


def test_who_has_not_learned_is_in_no_average(found):
    assert int(found["networks"].sel(kept="learned").sum()) == 8 * 22 - 1
    here = found.sel(d_model=32, attention=0.5, kept="learned")
    assert int(here["networks"]) == 7
    assert float(here["gradient_symmetricity_mean"]) < 1
    assert float(here["order_variance"]) < 0.01


def test_the_fall_of_every_width_is_in_the_data(found):
    for width, steepness in ((32, 8), (64, 16)):
        here = found.sel(d_model=width)
        assert abs(float(here["crossing"]) - 0.6) < 0.03
        assert float(here["breadth"]) == pytest.approx(2 * np.log(3) / steepness, abs=0.04)
        assert fall(found, width).crossing == float(here["crossing"])
    assert kinds_near(found, 64)[:2] == (pytest.approx(0.6), 8)


def test_words_come_from_the_numbers(found):
    words = " ".join(verdict(found))
    assert "175 of 176 networks" in words
    assert "Two widths show no trend, and no transition is claimed" in words
    assert "differ by 0.100 in the median and 0.100 at most" in words
    assert "over 175 networks" in words
    assert len(tables(found, 31)) == 4
    assert len(tables(found, 31)[0].rows) == 22


def sentence(found, beginning):
    return next(words for words in verdict(found) if words.startswith(beginning))


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        ((0.001, -0.001, 0.0), "a drift is not shown, up to 0.0025 is allowed"),
        ((-0.19, -0.18, -0.2), "it has not settled"),
        ((-0.19,), "not judged"),
    ],
)
def test_a_drift_is_one_where_it_is_beyond_its_interval(found, drift, words):
    drifting = found.copy(deep=True)
    drifting["drift"][:, -1] = [*drift, *[np.nan] * (8 - len(drift))]
    assert words in sentence(drifting, "Has the curve settled?")


def test_two_kinds_at_one_of_several_widths_need_a_smaller_p(found, monkeypatch):
    monkeypatch.setattr("spinodal.studies.zhong2023.words.kinds_near", lambda *_: (0.6, 8, 0.03))
    assert "two kinds" not in sentence(found, "Clocks and pizzas")
    assert "p < 0.05 over all 2 widths" in sentence(found, "Clocks and pizzas")
    assert "two kinds (p = 0.03" in sentence(found.sel(d_model=[64]), "Clocks and pizzas")


def test_runs_that_diverged_have_no_best(found):
    diverged = found.copy(deep=True)
    diverged["accuracy"] = diverged["accuracy"].where(diverged["learned"])
    assert "all of them diverged" in sentence(diverged, "175 of 176")


def test_comparisons_take_the_width_nearest_the_published_one(found):
    rows = comparisons(found, 31)
    assert all("p = 31, width 64" in row.what for row in rows)
    half = next(row for row in rows if row.what.startswith("coefficient halfway"))
    assert half.obtained == float(found["crossing"].sel(d_model=64))
    assert half.expected == published.crossing()
    assert np.isfinite([row.obtained for row in rows]).all()


def test_nobody_learned_is_said(found):
    nothing = analysed(synthetic(learned=False))
    words = " ".join(verdict(nothing))
    assert "0 of 176" in words
    assert "Whether the fall sharpens with the width is not known" in words
    assert not any(row.known for row in comparisons(nothing, 31))
    for draw in (figures.order_parameter, figures.plane, figures.sizes, figures.frequencies):
        assert draw(nothing).axes


def test_every_picture_is_drawn(found):
    for picture in zhong2023.recipe.pictures:
        assert picture.draw(found).axes
