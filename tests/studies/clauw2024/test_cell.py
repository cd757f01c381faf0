"""One run of clauw2024: what is trained, what is read off its layer, and that masking is a smaller network."""

import numpy as np
import pytest

from spinodal.measures import information
from spinodal.studies import clauw2024
from spinodal.studies.clauw2024.cell import ARMS, DIMS, PUBLISHED_ARMS, LayerCell, group_key, null_marks, run_cell, trained
from spinodal.studies.clauw2024.layer import NULLS, READINGS, Looks, participation_ratio, ties
from spinodal.studies.clauw2024.retraining import sets_of_units, subnetwork
from spinodal.training import AdamW, initial_parameters, train
from spinodal.training.networks import ReluMLP

TINY = {"prime": 11, "width": 16, "clusters": 3, "usual_steps": 40, "slow_steps": 60, "brief_steps": 20, "checkpoint": 20}
SHORT = {**TINY, "slow_checkpoint": 20, "null_checkpoints": 2, "shuffles": 2}


def rectified(samples=400, units=12, seed=0):
    rng = np.random.default_rng(seed)
    return np.maximum(rng.standard_normal((samples, units)) @ (np.eye(units) + 0.3 * rng.standard_normal((units, units))) - 0.3, 0)


def test_the_task_is_the_published_one():
    cell = LayerCell()
    assert cell.problem().train_mask.sum() == 3763
    assert [LayerCell(replica=k).network_seed() for k in range(5)] == [0, 100, 200, 300, 400]
    assert LayerCell(replica=3).problem() == cell.problem()
    assert {name: (arm.weight_decay, arm.initial_scale) for name, arm in ARMS.items()} == {
        "decay 0.1": (0.1, 1),
        "decay 2": (2, 1),
        "decay 10": (10, 1),
        "decay 50": (50, 1),
        "scale 8": (0, 8),
        "scale 1": (0, 1),
        "scale 50": (0, 50),
        "scale 5": (0, 5),
    }


def test_sizes_are_those_that_were_promised():
    quick = {cell.settings.arm: cell.settings for cell in clauw2024.sweep("quick", 0).cells()}
    lengths = {arm: cell.length(ARMS[arm].pace) for arm, cell in quick.items()}
    assert lengths == {
        **dict.fromkeys(PUBLISHED_ARMS, (300, 50)),
        **dict.fromkeys(("decay 2", "scale 8"), (600, 50)),
        "decay 0.1": (2400, 100),
    }
    paper = [cell.settings for cell in clauw2024.sweep("paper", 0).cells()]
    assert len(paper) == 35
    assert {cell.length(ARMS[cell.arm].pace) for cell in paper} == {(4000, 25), (6000, 25)}
    assert all(cell.retrain_draws > 0 for cell in paper)


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="arm must be one of"):
        LayerCell(arm="decay 3")
    with pytest.raises(ValueError, match=r"usual_steps must be a multiple of its checkpoint, .*got 610 and 50"):
        LayerCell(usual_steps=610)
    with pytest.raises(ValueError, match="last_layer must be one of"):
        LayerCell(last_layer="half")


def test_only_a_fixed_norm_and_shapes_compile_anew():
    assert len({group_key(LayerCell(arm=arm, replica=k)) for arm in ARMS for k in range(3)}) == 2


def test_the_null_is_taken_at_both_ends_and_mostly_early():
    assert null_marks(12, 4) == {0, 1, 3, 12}
    assert null_marks(160, 9) >= {0, 1, 2, 160}
    assert null_marks(1, 4) == {0, 1}
    assert null_marks(5, 2) == {0, 5}


@pytest.fixture(scope="module")
def outputs():
    return {arm: run_cell(LayerCell(arm=arm, **SHORT)) for arm in ("decay 0.1", "decay 50")}


def test_cells_of_all_lengths_have_one_shape(outputs):
    long, short = outputs.values()
    assert {name: np.shape(value) for name, value in long.items()} == {name: np.shape(value) for name, value in short.items()}
    assert all(np.ndim(long[name]) == len(dims) for name, dims in DIMS.items())
    assert long["curve_step"].tolist() == [0, 20, 40, 60]
    np.testing.assert_array_equal(short["curve_step"], [0, 20, np.nan, np.nan])
    np.testing.assert_array_equal(short["null_step"], [0, 20])
    assert np.isnan(short["synergy"][2:]).all()


def test_the_first_checkpoint_is_the_untrained_layer(outputs):
    cell = LayerCell(**SHORT)
    problem, network = cell.problem(), ReluMLP((16,), bias="first")
    start = initial_parameters(problem, network=network, seed=0)
    pairs = problem.pairs[problem.train_mask]
    weights = start["weights_0"].astype(float)
    layer = np.maximum(weights[pairs[:, 0]] + weights[11 + pairs[:, 1]] + start["biases_0"], 0)
    expected = information.cluster_unions(layer, 3)
    found = outputs["decay 0.1"]
    # float32 activations: ranks may swap where two are nearly equal
    assert found["synergy"][0] == pytest.approx(expected.synergy, abs=1e-3)
    assert found["redundancy"][0] == pytest.approx(expected.redundancy, abs=1e-3)
    assert found["zeros_share"][0] == pytest.approx((layer == 0).mean(), abs=1e-12)


def test_a_last_layer_of_zero_keeps_the_norm_of_before():
    cell = LayerCell(arm="scale 8", **SHORT)
    problem, network = cell.problem(), ReluMLP((16,), bias="first")
    found, start, _ = trained(cell, problem, network, 20, 20)
    own = initial_parameters(problem, network=network, seed=0)
    wanted = 8 * np.sqrt(sum((own[name] ** 2).sum() for name in ("weights_0", "weights_1")))
    assert not start["weights_1"].any()
    assert not found.checkpoints[0]["weights_1"].any()
    np.testing.assert_allclose(found.checkpoints[0]["weights_0"], 8 * own["weights_0"], rtol=1e-6)
    matrices = [found.parameters[name] for name in ("weights_0", "weights_1")]
    assert np.sqrt(sum((w**2).sum() for w in matrices)) == pytest.approx(wanted, rel=1e-5)


def test_readings_are_those_of_the_measures():
    x = rectified()
    found, units = Looks(4, 3, 0).at(x)
    corrected = information.cluster_unions(x, 4)
    published = information.cluster_unions(x, 4, ties="ordinal", correct_bias=False)
    assert found["synergy"] == corrected.synergy
    assert found["published_redundancy"] == published.redundancy
    assert found["blocks_synergy"] == information.cluster_unions(x, 4, mode="blocks").synergy
    assert found["means_redundancy"] == information.cluster_unions(x, 4, mode="means").redundancy
    assert units == corrected.synergy_members
    assert set(found) == set(READINGS)


def test_position_ranks_leave_redundancy_between_shuffled_columns():
    x = rectified()
    null = Looks(4, 5, 0).null(x)
    assert set(null) == set(NULLS)
    assert null["published_null_redundancy"][0] > 5 * null["null_redundancy"][2] > 0


def test_a_layer_that_cannot_be_judged_has_no_readings():
    x = np.zeros((100, 12))
    x[:, :2] = rectified(100, 2)
    found, units = Looks(4, 3, 0).at(x)
    assert units == ()
    assert found["dead_units"] == 10
    assert np.isnan([found["synergy"], found["published_synergy"]]).all()
    assert np.isnan(Looks(4, 3, 0).null(x)["null_synergy"]).all()
    assert ties(np.zeros((5, 3))) == (1.0, 3.0)


def test_the_participation_ratio_counts_directions():
    square = np.vstack([np.eye(5), -np.eye(5)])
    assert participation_ratio(square) == pytest.approx(5, rel=1e-12)
    assert participation_ratio(np.outer(np.arange(9.0), [1, 2, 3])) == pytest.approx(1, rel=1e-12)
    assert participation_ratio(3 + square @ np.diag([1, 1, 0, 0, 0])) == pytest.approx(2, rel=1e-12)
    assert np.isnan(participation_ratio(np.ones((4, 2))))


def test_random_sets_have_the_sizes_of_what_they_control():
    synergistic = (0, 3, 4, 9)
    sets = sets_of_units(synergistic, 10, 3, 0)
    assert [len(parts) for parts in sets] == [1, 1, 3, 3]
    assert sets[1][0].tolist() == [1, 2, 5, 6, 7, 8]
    assert [{len(part) for part in parts} for parts in sets] == [{4}, {6}, {4}, {6}]
    assert len({tuple(part) for part in sets[2]}) > 1
    assert all(len(np.unique(part)) == len(part) for parts in sets for part in parts)


def test_masking_at_every_step_is_training_the_smaller_network():
    """Against plain NumPy: the whole network, whose masked units are set to zero before every step and after the last."""
    problem, units = LayerCell(**SHORT).problem(), np.array([0, 2, 3, 7, 11])
    start = initial_parameters(problem, network=ReluMLP((16,), bias="first"), seed=0)
    found = train(
        problem,
        network=ReluMLP((5,), bias="first"),
        optimizer=AdamW(0.03, 2.0, beta2=0.98),
        parameters=subnetwork(start, units),
        steps=10,
    )
    expected = masked_by_hand(problem, start, units, 10)
    np.testing.assert_allclose(found.parameters["weights_0"], expected["weights_0"][:, units], atol=2e-5)
    np.testing.assert_allclose(found.parameters["weights_1"], expected["weights_1"][units], atol=2e-5)


def masked_by_hand(problem, start, units, steps):
    p = {name: values.astype(float) for name, values in start.items()}
    mask = np.isin(np.arange(16), units)
    on = {"weights_0": mask, "biases_0": mask, "weights_1": mask[:, None]}
    pairs, labels = problem.pairs[problem.train_mask], problem.labels[problem.train_mask]
    codes = np.hstack([np.eye(11)[pairs[:, 0]], np.eye(11)[pairs[:, 1]]])
    mean, square = ({name: np.zeros_like(values) for name, values in p.items()} for _ in range(2))
    for t in range(1, steps + 1):
        p = {name: values * on[name] for name, values in p.items()}
        hidden = np.maximum(codes @ p["weights_0"] + p["biases_0"], 0)
        logits = hidden @ p["weights_1"]
        chance = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = (chance / chance.sum(axis=1, keepdims=True) - np.eye(11)[labels]) / len(labels)
        back = error @ p["weights_1"].T * (hidden > 0)
        gradients = {"weights_0": codes.T @ back, "biases_0": back.sum(axis=0), "weights_1": hidden.T @ error}
        for name, g in gradients.items():
            mean[name] = 0.9 * mean[name] + 0.1 * g
            square[name] = 0.98 * square[name] + 0.02 * g**2
            update = mean[name] / (1 - 0.9**t) / (np.sqrt(square[name] / (1 - 0.98**t)) + 1e-8)
            p[name] = p[name] * (1 - 0.03 * 2) - 0.03 * update
    return {name: values * on[name] for name, values in p.items()}
