"""The trainer: against plain NumPy, and what must not change a run."""

import jax
import numpy as np
import pytest

from spinodal.problems import Digits, ModularArithmetic, PermutationGroup, RandomTeacher, SymbolAddition
from spinodal.training import SGD, AdamW, Grokfast, PerGroup, Run, initial_parameters, train, train_many
from spinodal.training import run as host
from spinodal.training.networks import OneLayerTransformer, QuadraticMLP
from spinodal.training.networks.embedding_decoder import EmbeddingDecoder
from spinodal.training.program import Spec, compiled
from spinodal.training.tasks import bound

from . import reference

SMALL = SymbolAddition(symbols=5, training_pairs=10, hidden_widths=(16, 16), template_dim=4)
FAST = PerGroup(AdamW(1e-2), AdamW(1e-2))
GENERALISES = SymbolAddition(symbols=6, training_pairs=18, hidden_widths=(16, 16), loss="classification")  # 2 of its 3 test pairs
SLOW = PerGroup(AdamW(3e-2), AdamW(3e-3, weight_decay=1.0))


def series(trajectory):
    return np.stack([getattr(trajectory, n) for n in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm", "rqi")])


def leaves(tree):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]


@pytest.mark.parametrize("loss", ["regression", "classification"])
def test_sixty_updates_equal_a_plain_float64_loop(loss):
    problem = SymbolAddition(loss=loss, seed=3)
    optimizer = PerGroup(AdamW(1e-2, weight_decay=2.0), AdamW(1e-3, weight_decay=5.0))
    found = train(problem, optimizer=optimizer, steps=60, every=1, seed=4)
    expected = reference.train(
        problem,
        initial_parameters(problem, seed=4),
        steps=60,
        embedding_rate=1e-2,
        embedding_decay=2.0,
        decoder_rate=1e-3,
        decoder_decay=5.0,
    )
    np.testing.assert_allclose(found.train_loss, expected[:, 0], rtol=1e-3)
    np.testing.assert_allclose(found.test_loss, expected[:, 1], rtol=1e-3)
    assert expected[-1, 0] < 0.9 * expected[0, 0]


def test_records_are_of_the_weights_after_that_many_updates():
    whole = train(SMALL, optimizer=FAST, steps=40, every=10)
    assert list(whole.steps) == [0, 10, 20, 30, 40]
    part = train(SMALL, optimizer=FAST, steps=20, every=20)
    np.testing.assert_array_equal(series(part)[:, -1], series(whole)[:, 2])
    again = train(SMALL, optimizer=FAST, steps=0, parameters=part.parameters)
    np.testing.assert_array_equal(series(again)[:, 0], series(part)[:, -1])


def test_a_run_is_the_same_however_it_is_cut_into_chunks(monkeypatch):
    whole = train(SMALL, optimizer=FAST, steps=60, every=5)
    monkeypatch.setattr(host, "CHUNK_UPDATES", 10)
    cut = train(SMALL, optimizer=FAST, steps=60, every=5)
    np.testing.assert_array_equal(series(cut), series(whole))
    for a, b in zip(leaves(cut.parameters), leaves(whole.parameters), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_early_stop_leaves_crossings_as_they_are():
    whole = train(GENERALISES, optimizer=SLOW, steps=3000, every=10)
    early = train(GENERALISES, optimizer=SLOW, steps=3000, every=10, stop_at=0.6)
    assert early.converged
    assert "stopped at step" in early.message
    assert len(early.steps) < len(whole.steps)
    np.testing.assert_array_equal(series(early), series(whole)[:, : len(early.steps)])
    for level in (0.3, 0.5, 0.6):
        for name in ("train_accuracy", "test_accuracy"):
            assert early.crossing(name, level) == whole.crossing(name, level)


def test_no_value_of_rate_decay_seed_or_split_compiles_again():
    train(SMALL, optimizer=FAST, steps=20)
    advance = compiled(Spec(bound(SMALL).task), batched=False)[1]
    before = advance._cache_size()
    for k, pairs in enumerate((4, 7, ((0, 1), (2, 2)))):
        problem = SymbolAddition(symbols=5, training_pairs=pairs, hidden_widths=(16, 16), template_dim=4, seed=k, embedding_scale=1 + k)
        train(problem, optimizer=PerGroup(AdamW(2e-3 + k, k), AdamW(1e-2, beta2=0.9)), steps=20 + 10 * k, seed=k)
    assert advance._cache_size() == before


def test_a_run_that_diverges_says_at_which_step_and_holds_no_nan():
    found = train(SMALL, optimizer=SGD(1e4), steps=1000, every=10)
    assert not found.converged
    assert found.diverged_at is not None
    assert f"at step {found.diverged_at}" in found.message
    assert found.steps[-1] == found.diverged_at - 10
    assert np.isfinite(series(found)).all()
    assert all(np.isfinite(leaf).all() for leaf in leaves(found.parameters))
    together = train_many([Run(SMALL, SGD(1e4)), Run(SMALL, SGD(1e-3))], steps=1000, every=10, batching="vmap")
    assert [t.converged for t in together] == [False, True]
    assert together[0].steps[-1] == found.steps[-1]
    for a, b in zip(leaves(together[0].parameters), leaves(found.parameters), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3 * np.abs(b).max())


def test_checkpoints_are_the_parameters_at_their_step():
    whole = train(SMALL, optimizer=FAST, steps=2000, every=10, checkpoint_every=500, checkpoint_at=0.9)
    crossing = whole.crossing("train_accuracy", 0.9)
    assert crossing is not None
    assert set(whole.checkpoints) >= {0, 500, 1000, 1500, 2000, crossing}
    for step in (500, crossing):
        alone = train(SMALL, optimizer=FAST, steps=step, every=10)
        for a, b in zip(leaves(alone.parameters), leaves(whole.checkpoints[step]), strict=True):
            np.testing.assert_array_equal(a, b)
    assert list(train(SMALL, steps=100, every=10, checkpoint_every="log").checkpoints) == [0, 10, 20, 40, 80, 100]
    assert list(train(SMALL, steps=100, every=10, checkpoint_every=(0, 30, 100)).checkpoints) == [0, 30, 100]


def test_a_level_that_the_start_has_reached_is_kept_there():
    found = train(SMALL, optimizer=FAST, steps=2000, every=10)
    again = train(SMALL, optimizer=FAST, steps=20, every=10, parameters=found.parameters, checkpoint_at=0.9)
    assert again.crossing("train_accuracy", 0.9) == 0
    assert list(again.checkpoints) == [0]


def test_measures_see_the_parameters_of_their_step():
    def first_weight(parameters):
        return parameters["weights"][0].ravel()[:2]

    found = train(SMALL, optimizer=FAST, steps=40, every=10, measures=("weight_norm", first_weight), measure_every=20)
    assert list(found.measure_steps) == [0, 20, 40]
    np.testing.assert_allclose(found.measures["weight_norm"], found.norm[::2], rtol=1e-6)
    np.testing.assert_array_equal(found.measures["first_weight"][-1], found.parameters["weights"][0].ravel()[:2])
    assert found.measure_seconds > 0


@pytest.mark.parametrize("norm", ["fixed", "fixed-matrices"])
def test_a_fixed_norm_is_that_of_the_start_after_every_update(norm):
    problem = RandomTeacher(hidden_widths=(8,), samples=20, test_samples=10)
    found = train(problem, optimizer=AdamW(1e-2), steps=50, every=1, norm=norm, initial_scale=2.5)
    start = initial_parameters(problem)
    if norm == "fixed":
        np.testing.assert_allclose(found.norm, 2.5 * np.sqrt(sum((x**2).sum() for x in leaves(start))), rtol=1e-5)
        assert found.train_loss[-1] < found.train_loss[0]
    else:
        matrices = [np.sqrt(sum((w**2).sum() for w in p["weights"])) for p in (start, found.parameters)]
        assert matrices[1] == pytest.approx(2.5 * matrices[0], rel=1e-5)
        assert np.ptp(found.norm) > 1e-4


@pytest.mark.parametrize("norm", ["fixed", "fixed-matrices"])
def test_a_norm_may_be_given_for_a_start_that_does_not_have_it(norm):
    problem = RandomTeacher(hidden_widths=(8,), samples=20, test_samples=10)
    start = initial_parameters(problem)
    parts = (lambda p: leaves(p)) if norm == "fixed" else (lambda p: p["weights"])
    value = np.sqrt(sum((x**2).sum() for x in parts(start)))
    start["weights"][-1] = np.zeros_like(start["weights"][-1])
    found, own = (train(problem, optimizer=AdamW(1e-2), steps=20, parameters=start, norm=norm, norm_value=v) for v in (value, None))
    assert np.sqrt(sum((x**2).sum() for x in parts(found.parameters))) == pytest.approx(value, rel=1e-5)
    assert np.sqrt(sum((x**2).sum() for x in parts(own.parameters))) == pytest.approx(
        np.sqrt(sum((x**2).sum() for x in parts(start))), rel=1e-5
    )
    assert found.settings["norm_value"] == value


def test_batches_are_drawn_from_training_rows_alone_and_from_the_seed():
    optimizer = PerGroup(SGD(1e-12), SGD(1e-12))
    one_pair = SymbolAddition(symbols=5, training_pairs=((1, 2),), hidden_widths=(16, 16), template_dim=4)
    full = train(one_pair, optimizer=FAST, steps=30, every=10)
    batch = train(one_pair, optimizer=FAST, steps=30, every=10, batch=1)
    np.testing.assert_allclose(batch.train_loss, full.train_loss, rtol=1e-3)
    first, again, other = (
        train(SMALL, optimizer=FAST, steps=30, batch=3, seed=0 if k < 2 else 1, parameters=full.parameters) for k in range(3)
    )
    np.testing.assert_array_equal(first.train_loss, again.train_loss)
    assert not np.array_equal(first.train_loss, other.train_loss)
    assert np.ptp(train(SMALL, optimizer=optimizer, steps=10, batch=3).train_loss) < 1e-6


def test_without_test_rows_the_test_series_are_nan():
    found = train(SymbolAddition(symbols=4, training_pairs=10, hidden_widths=(8, 8), template_dim=3), steps=10)
    assert found.converged
    assert np.isnan(found.test_loss).all()
    assert np.isnan(found.test_accuracy).all()
    assert np.isfinite(found.train_loss).all()


def test_s3_trains_on_its_penalty_and_does_not_report_it():
    problem = PermutationGroup(hidden_widths=(16, 16), embedding_l1=50.0)
    penalised, free = (train(p, optimizer=SGD(0.01), steps=10, every=10) for p in (problem, PermutationGroup(hidden_widths=(16, 16))))
    assert penalised.train_loss[0] == free.train_loss[0]
    assert np.abs(penalised.embedding).sum() < np.abs(free.embedding).sum()
    assert np.isnan(penalised.rqi).all()


def test_digits_are_learned_in_float32_and_with_a_float64_loss():
    pytest.importorskip("sklearn", reason="scikit-learn is an optional extra")
    problem = Digits(samples=300, hidden_widths=(32,))
    single = train(problem, optimizer=AdamW(1e-2), steps=200, every=50)
    assert single.test_accuracy[-1] > 0.8
    double = train(problem, optimizer=AdamW(1e-2), steps=200, every=50, loss_dtype="float64")
    np.testing.assert_allclose(double.train_loss[:2], single.train_loss[:2], rtol=1e-3)
    assert double.train_loss.dtype == np.float64


def test_the_usual_optimizer_is_that_of_the_network():
    """A transformer has an embedding too, but the two rates of arXiv:2205.10343 belong to its decoder alone."""
    found = train(ModularArithmetic(7), network=OneLayerTransformer(8, 2, 8), steps=10)
    assert found.settings["optimizer"] == AdamW()
    assert train(SMALL, steps=10).settings["optimizer"] == PerGroup()


def test_a_crossing_is_the_first_record_at_or_beyond_the_level():
    found = train(SMALL, optimizer=FAST, steps=1000, every=10)
    level = float(found.train_loss[30])
    assert found.crossing("train_loss", level) == found.steps[np.flatnonzero(found.train_loss <= level)[0]]
    assert found.crossing("train_accuracy", 2.0) is None
    with pytest.raises(ValueError, match="name must be one of"):
        found.crossing("accuracy", 0.9)


def test_a_table_is_trained_on_its_training_rows_and_tested_against_true_labels():
    problem = ModularArithmetic(7, train_fraction=0.5, label_noise=0.3)
    found = train(problem, network=QuadraticMLP(20), optimizer=AdamW(1e-2), steps=20, every=20)
    logits = np.asarray(QuadraticMLP(20).logits(found.parameters, problem.pairs), np.float64)
    one_hot = np.eye(7)
    for mask, labels, loss, accuracy in (
        (problem.train_mask, problem.labels, found.train_loss, found.train_accuracy),
        (~problem.train_mask, problem.true_labels, found.test_loss, found.test_accuracy),
    ):
        assert loss[-1] == pytest.approx(np.mean((logits[mask] - one_hot[labels[mask]]) ** 2), rel=1e-5)
        assert accuracy[-1] == pytest.approx(np.mean(logits[mask].argmax(axis=1) == labels[mask]), abs=1e-6)


def test_a_token_that_is_no_symbol_counts_in_the_loss_and_is_never_an_answer():
    network = OneLayerTransformer(d_model=8, heads=2, d_mlp=16)
    start = network.initialise(ModularArithmetic(5), 0)
    start["unembedding"][:, 5] = 0
    start["unembedding"] *= 0.01
    start["mlp_out_bias"][:] = 10.0
    start["unembedding"][:, 5] = 1.0  # "=" has by far the largest logit
    found = train(ModularArithmetic(5), network=network, optimizer=AdamW(1e-3), steps=0, parameters=start)
    logits = np.asarray(network.logits(start, ModularArithmetic(5).pairs))
    mask = ModularArithmetic(5).train_mask
    assert found.train_loss[0] > 50
    assert found.train_accuracy[0] == pytest.approx(np.mean(logits[mask].argmax(axis=1) == ModularArithmetic(5).labels[mask]))


def test_a_start_that_is_not_finite_is_not_blamed_on_the_rate():
    start = initial_parameters(SMALL)
    start["embedding"] = np.full_like(start["embedding"], np.inf)
    found = train(SMALL, optimizer=FAST, steps=10, parameters=start)
    assert found.diverged_at == 0
    assert "not finite at the start" in found.message
    assert found.steps.shape == (0,)
    assert found.steps.dtype == int


def test_a_run_that_made_all_its_steps_has_not_stopped():
    """Its levels are reached all the same, and the last chunk ends where an early stop might come."""
    found = [train(GENERALISES, optimizer=SLOW, steps=steps, every=10, stop_at=0.5) for steps in (500, 3000)]
    assert found[0].message in ("all 500 steps made", "stopped at step 500 of 3000: both accuracies have reached 0.5")
    capacity = found[1].steps[-1]
    assert found[1].message == f"stopped at step {capacity} of 3000: both accuracies have reached 0.5"
    exactly = train(GENERALISES, optimizer=SLOW, steps=int(capacity), every=10, stop_at=0.5)
    assert exactly.message == f"all {capacity} steps made"


@pytest.mark.parametrize(
    ("problem", "settings", "says"),
    [
        (SMALL, {"network": EmbeddingDecoder(4)}, "network must have the embedding_dim of its problem, got 4 where SymbolAddition has 1"),
        (SMALL, {"loss_dtype": "float64"}, "loss_dtype can't be chosen where outputs are entries of templates"),
        (RandomTeacher(), {"loss_dtype": "float64"}, "loss_dtype can't be chosen for RandomTeacher"),
        (ModularArithmetic(7), {"network": QuadraticMLP(4), "optimizer": Grokfast(PerGroup())}, "needs a network with an embedding"),
    ],
)
def test_what_a_problem_cannot_use_is_refused(problem, settings, says):
    with pytest.raises(ValueError, match=says):
        train(problem, steps=10, every=10, **settings)


def test_integers_of_numpy_are_kept_as_plain_ones():
    found = train(SMALL, optimizer=FAST, steps=np.int64(20), every=np.int32(10))
    assert (type(found.every), type(found.settings["steps"])) == (int, int)
