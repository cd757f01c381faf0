"""Measures by name along a run, against the measures themselves on networks of which everything is known."""

import re

import numpy as np
import pytest

from spinodal.measures import fourier
from spinodal.problems import ModularArithmetic, SymbolAddition
from spinodal.theory import fourier_network
from spinodal.training import SGD, AdamW, PerpGrad, hooks, initial_parameters, presets, train
from spinodal.training.hooks import forward, known_measures, symbol_table
from spinodal.training.networks import Decoder, OneLayerTransformer, QuadraticMLP, ReluMLP

P = 11
PROBLEM = ModularArithmetic(P, train_fraction=0.5)


def analytic(frequencies=None):
    """The lattice network as parameters of `QuadraticMLP`."""
    found = fourier_network.weights(P, phases="lattice", frequencies=frequencies)
    return {"first": np.concatenate([found.first, found.second]).astype(np.float32), "readout": found.readout.astype(np.float32)}


def test_the_analytic_network_uses_the_frequencies_that_it_was_given():
    parameters = analytic((1, 4))
    known = known_measures(PROBLEM, QuadraticMLP(12))
    assert known["key_frequency_count"](parameters) == 2
    assert known["variance_explained"](parameters) == pytest.approx(1, abs=1e-5)
    assert known["inverse_participation_ratio"](parameters) == pytest.approx(1, abs=1e-5)
    logits = np.asarray(QuadraticMLP(12).logits(parameters, PROBLEM.pairs))
    assert known["least_margin"](parameters) == pytest.approx(fourier.margins(logits, PROBLEM.labels).min())
    assert known["restricted_loss"](parameters) == pytest.approx(fourier.restricted_loss(logits, PROBLEM.labels, P, (1, 4)))
    assert known["excluded_loss"](parameters) == pytest.approx(np.log(P), abs=1e-3)


def test_a_run_evaluates_them_by_name_and_says_what_they_cost():
    names = ("restricted_loss", "excluded_loss", "weight_norm", "softmax_collapse")
    found = train(PROBLEM, network=QuadraticMLP(12), optimizer=AdamW(1e-2), steps=20, every=10, measures=names)
    assert set(found.measures) == set(names)
    assert all(series.shape == (3,) and np.isfinite(series).all() for series in found.measures.values())
    assert 0 < found.measure_seconds < found.seconds


def test_measures_of_sums_are_not_offered_where_there_are_none():
    known = known_measures(ModularArithmetic(P, operation="cubic"), QuadraticMLP(12))
    assert list(known) == ["weight_norm", "least_margin", "softmax_collapse"]
    assert list(known_measures(SymbolAddition(), None)) == ["weight_norm"]
    with pytest.raises(ValueError, match="no table of symbols among the parameters readout"):
        symbol_table({"readout": np.ones((3, 3))}, 3)


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_is_what_it_says_and_starts(name):
    found = presets.preset(name)
    assert found.name == name
    assert found.steps % found.every == 0
    assert found.ambiguities
    assert "arXiv:" in found.citation
    start = initial_parameters(found.problem, network=found.network)
    pairs = found.problem.pairs[:4]
    assert np.isfinite(np.asarray(found.network.training_logits(start, pairs))).all()
    assert set(found.arguments()) >= {"problem", "network", "optimizer", "loss", "steps", "every"}


@pytest.mark.parametrize(
    ("name", "task", "network", "optimizer", "loss", "steps"),
    [
        ("power2022", (97, "divide", 0.5), Decoder(2, 128, 4), AdamW(1e-3, 1.0, beta2=0.98, warmup=10), "cross_entropy", 100_000),
        ("nanda2023", (113, "add", 0.3), OneLayerTransformer(), AdamW(1e-3, 1.0, beta2=0.98, warmup=10), "cross_entropy", 40_000),
        ("gromov2023", (97, "add", 0.5), QuadraticMLP(500, init="mean-field"), SGD(1e6), "mean_squared", 10_000),
        ("doshi2024", (97, "add", 0.5), QuadraticMLP(500, init="doshi"), AdamW(1e-2, 5.0, beta2=0.98), "mean_squared", 2000),
        *(
            (f"zhong2023-{kind}", (59, "add", 0.8), OneLayerTransformer(attention=share, equals_token=False), by, "cross_entropy", 20_000)
            for kind, share, by in (("clock", 1.0, AdamW(1e-3, 2.0, beta2=0.98)), ("pizza", 0.0, AdamW(1e-3, 2.0, beta2=0.98)))
        ),
        ("prieto2025-stablemax", (113, "add", 0.4), ReluMLP((200, 200)), AdamW(1e-2, 0.0, beta2=0.999), "stablemax", 80_000),
        ("prieto2025-perpgrad", (113, "add", 0.4), ReluMLP((200, 200)), PerpGrad(AdamW(1e-2)), "cross_entropy", 300),
        ("lyu2024", (97, "add", 0.4), ReluMLP((250,), bias="first", init_scale=8.0), SGD(0.1, weight_decay=1e-3), "cross_entropy", 10**6),
    ],
)
def test_a_preset_has_the_settings_of_its_source(name, task, network, optimizer, loss, steps):
    found = presets.preset(name)
    problem = found.problem
    assert (problem.prime, problem.operation, problem.train_fraction) == task
    assert (found.network, found.optimizer, found.loss.__name__, found.steps) == (network, optimizer, loss, steps)


def test_presets_whose_precision_batch_and_split_are_stated_have_them():
    assert {name for name in presets.names() if presets.preset(name).loss_dtype == "float64"} == {
        *("nanda2023", "zhong2023-clock", "zhong2023-pizza", "prieto2025-stablemax", "prieto2025-perpgrad"),
    }
    assert {name: presets.preset(name).batch for name in ("power2022", "grokfast2024")} == {"power2022": 512, "grokfast2024": 512}
    assert presets.preset("nanda2023").problem.split == "python"
    # 3,763 of 9,409 pairs
    assert int(presets.preset("lyu2024").problem.train_mask.sum()) == 3763


def test_an_unknown_preset_gets_the_nearest():
    with pytest.raises(ValueError, match="nearest: nanda2023"):
        presets.preset("nanda2022")


def test_all_measures_of_a_step_share_one_look_at_the_network(monkeypatch):
    calls = []

    def counting(network):
        def both(parameters, pairs):
            calls.append(parameters)
            return forward(network)(parameters, pairs)

        return both

    monkeypatch.setattr(hooks, "forward", counting)
    first, second = analytic((1, 4)), analytic((2, 3))
    known = known_measures(PROBLEM, QuadraticMLP(12))
    names = ("restricted_loss", "excluded_loss", "variance_explained", "least_margin", "softmax_collapse")
    values = [[known[name](parameters) for name in names] for parameters in (first, second)]
    assert [id(c) for c in calls] == [id(first), id(second)]
    assert values[1] == [known_measures(PROBLEM, QuadraticMLP(12))[name](second) for name in names]


def test_one_pass_gives_the_last_hidden_layer_and_the_logits():
    network, parameters = QuadraticMLP(12), analytic((1, 4))
    hidden, logits = forward(network)(parameters, PROBLEM.pairs)
    np.testing.assert_allclose(hidden, network.hidden(parameters, PROBLEM.pairs)[-1], rtol=1e-5)
    np.testing.assert_allclose(logits, network.logits(parameters, PROBLEM.pairs), rtol=1e-5, atol=1e-4)
    assert forward(QuadraticMLP(12)) is forward(network)


@pytest.mark.parametrize("operation", ["mul", "divide"])
def test_products_are_read_in_the_order_of_their_logarithms(operation):
    """One frequency in the logarithms is all frequencies in the symbols."""
    table = np.zeros((P, 12), np.float32)
    turns = np.arange(P - 1)[:, None]
    table[fourier.discrete_logarithms(P)] = np.cos(2 * np.pi * 3 / (P - 1) * turns + np.arange(12))
    parameters = {"first": np.vstack([table, table]), "readout": np.ones((12, P), np.float32)}
    known = known_measures(ModularArithmetic(P, operation), QuadraticMLP(12))
    assert known["key_frequency_count"](parameters) == 1
    assert known["inverse_participation_ratio"](parameters) == pytest.approx(1, abs=1e-5)
    assert np.isfinite(known["restricted_loss"](parameters))


@pytest.mark.parametrize("level", [0, 3])  # a constant row has a participation of 1, and no frequency
def test_a_dead_table_has_no_frequencies_and_no_losses_by_them(level):
    parameters = {name: np.full_like(leaf, level) for name, leaf in analytic().items()}
    known = known_measures(PROBLEM, QuadraticMLP(12))
    assert known["key_frequency_count"](parameters) == 0
    assert all(np.isnan(known[name](parameters)) for name in ("restricted_loss", "excluded_loss", "variance_explained"))
    assert np.isnan(known["inverse_participation_ratio"](parameters))


def test_no_measure_is_lost_to_another_of_its_name():
    def norm(parameters):
        return float(np.linalg.norm(parameters["readout"]))

    run = {"network": QuadraticMLP(12), "steps": 10, "every": 10}
    both = train(PROBLEM, **run, measures={"mine": norm, "theirs": "weight_norm"}).measures
    assert both["mine"][0] < both["theirs"][0]
    with pytest.raises(ValueError, match="two of the name 'norm': give a dict"):
        train(PROBLEM, **run, measures=(norm, norm))
    with pytest.raises(TypeError, match=r"got 'weight_norm': write \('weight_norm',\)"):
        train(PROBLEM, **run, measures="weight_norm")
    with pytest.raises(TypeError, match="functions of the parameters, got 3"):
        train(PROBLEM, **run, measures={"n": 3})


@pytest.mark.parametrize("value", [[[1.0, 2.0], [3.0]], None, "high", {"a": 1.0}])
def test_a_measure_that_is_no_array_of_numbers_is_refused_at_the_first_look(value):
    with pytest.raises(TypeError, match=f"'mine' gave {re.escape(repr(value))}"):
        train(PROBLEM, network=QuadraticMLP(4), steps=4, every=2, measures={"mine": lambda parameters: value})


def test_a_measure_that_changes_its_shape_is_refused_at_the_second_look():
    seen = []

    def keys(parameters):
        seen.append(0)
        return np.zeros(len(seen))

    with pytest.raises(ValueError, match=r"one shape at every step, and 'keys' gave \(1,\) and then \(2,\)"):
        train(PROBLEM, network=QuadraticMLP(4), steps=100, every=10, measures=(keys,))
    assert len(seen) == 2


def test_no_measure_can_change_what_the_next_one_sees():
    def spoil(parameters):
        parameters["first"][:] = 0

    with pytest.raises(ValueError, match="read-only"):
        train(PROBLEM, network=QuadraticMLP(4), steps=10, every=10, measures=(spoil, "weight_norm"))


def test_what_is_no_collection_of_measures_is_said():
    with pytest.raises(TypeError, match="measures must be a sequence or a dict of names and functions, got 5"):
        train(PROBLEM, network=QuadraticMLP(4), steps=10, every=10, measures=5)
