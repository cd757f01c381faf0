"""One run of nanda2023: what is trained, what is read off it, and with which frequencies."""

from dataclasses import replace

import numpy as np
import pytest

from spinodal.measures import fourier
from spinodal.problems import ModularArithmetic
from spinodal.studies import nanda2023
from spinodal.studies.nanda2023 import published
from spinodal.studies.nanda2023.cell import DIMS, CircuitCell, arm_point, group_key, run_cell
from spinodal.studies.nanda2023.readings import CHOICES, Reader, View, random_sets

TINY = {"prime": 11, "d_model": 8, "d_mlp": 16, "steps": 40, "brief_steps": 20, "looks": 5, "null_draws": 3}


def test_paper_size_is_the_published_one():
    cells = [cell.settings for cell in nanda2023.sweep("paper", 0).cells()]
    main = [cell for cell in cells if cell.arm == "main"]
    assert len(main) == 5
    assert {cell.point() for cell in main} == {(0.3, 1.0)}
    assert main[0].problem().train_mask.sum() == 3830
    assert {cell.point()[0] for cell in cells} == set(published.CROSSINGS)
    assert {cell.point()[1] for cell in cells if cell.point()[0] == 0.3} == {0.1, 0.3, 1.0, 3.0}
    assert {cell.length() for cell in cells if cell.point()[0] < 0.4} == {40_000}
    assert main[0].network().d_mlp == 512
    assert len({cell.seed_of(0) for cell in cells}) == len(cells)


def test_full_size_is_shorter_at_the_published_prime():
    full, paper = ({cell.settings.arm: cell.settings for cell in nanda2023.sweep(size, 0).cells()} for size in ("full", "paper"))
    assert set(full) < set(paper)
    for arm, cell in full.items():
        assert cell.length() <= paper[arm].length() / 2
        assert replace(cell, steps=40_000, brief_steps=10_000) == paper[arm]


def test_an_arm_changes_one_setting():
    assert arm_point("main", 0.3, 1.0) == (0.3, 1.0)
    assert arm_point("fraction 0.4", 0.3, 1.0) == (0.4, 1.0)
    assert arm_point("decay 0.1", 0.3, 1.0) == (0.3, 0.1)
    assert CircuitCell(arm="fraction 0.7") == CircuitCell(arm="fraction 0.7")
    assert CircuitCell(arm="decay 4").length() == 2000
    assert CircuitCell(arm="fraction 0.9", brief_from=0.8, brief_steps=500).length() == 500


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"arm": "decay"}, "arm must be 'main', or"),
        ({"arm": "width 3"}, "arm must be 'main', or"),
        ({"arm": "decay -1"}, "arm must be 'main', or"),
        ({"arm": "fraction 1.5"}, "train_fraction must"),
        ({"steps": 15}, "steps must be a multiple of every=10"),
        ({"heads": 3}, "heads must divide d_model=64"),
        ({"looks": 2}, "looks must be an integer >= 3"),
        ({"prime": 12}, "prime"),
    ],
)
def test_wrong_settings_name_the_field(settings, why):
    with pytest.raises(ValueError, match=why):
        CircuitCell(**settings)


def test_only_shapes_compile_anew():
    arms = ("main", "decay 4", "fraction 0.8")
    assert len({group_key(CircuitCell(arm=arm, replica=k)) for arm in arms for k in range(3)}) == 2


def test_looks_are_even_in_the_logarithm_and_have_both_ends():
    steps = CircuitCell(looks=12, steps=2000).look_steps()
    assert steps[[0, 1, -1]].tolist() == [0, 10, 2000]
    assert len(steps) <= 12
    assert np.all(np.diff(steps) > 0)
    ratios = steps[5:] / steps[4:-1]
    assert ratios.max() / ratios.min() < 1.1


@pytest.fixture(scope="module")
def outputs():
    return run_cell(CircuitCell(**TINY, brief_from=0.75)), run_cell(CircuitCell(**TINY, brief_from=0.6))


def test_runs_of_both_lengths_have_one_shape(outputs):
    long, short = outputs
    assert {name: np.shape(value) for name, value in long.items()} == {name: np.shape(value) for name, value in short.items()}
    assert all(np.ndim(long[name]) == len(dims) for name, dims in DIMS.items())
    assert short["last_step"] == 20
    assert np.isnan(short["restricted"][-1]).all()
    assert long["curve_step"][:2].tolist() == [0, 10]


def test_frequencies_of_now_are_those_of_the_end_at_the_end(outputs):
    long = outputs[0]
    for name in ("restricted", "excluded", "variance_explained"):
        final, now = long[name][-1].reshape(2, 2)
        np.testing.assert_array_equal(final, now)
    assert long["key_count"][-1, 1] == long["final_key"][1].sum()
    assert long["identity_gap"] < 1e-9


def pure(prime=11, keys=(2, 5), scale=4.0):
    """Logits sum_k cos w_k (a + b - c): the loss is that of the restricted one, and nothing is left without the keys."""
    task = ModularArithmetic(prime, train_fraction=0.5)
    a, b = task.pairs.T
    angle = 2 * np.pi / prime * ((a + b)[:, None] - np.arange(prime))
    table = fourier.basis(prime)[[row for k in keys for row in (2 * k - 1, 2 * k)]].T
    hidden = np.concatenate([np.cos(2 * np.pi * k * np.outer(a + b, [1.0]) / prime) for k in keys], axis=1)
    return Reader(task, None), View(scale * sum(np.cos(k * angle) for k in keys), hidden, table, table)


def test_readings_of_a_network_whose_circuit_is_known():
    reader, view = pure()
    assert set(reader.keys(view).values()) == {(2, 5)}
    found = reader.trig(view, (2, 5))
    labels = reader.problem.labels
    loss = np.mean(np.log(np.exp(view.logits).sum(axis=1)) - view.logits[np.arange(121), labels])
    assert found["restricted"] == pytest.approx(loss, abs=1e-12)
    assert found["excluded"] == pytest.approx(np.log(11), abs=1e-12)
    assert found["variance_explained"] == pytest.approx(1, abs=1e-12)
    assert reader.identity_gap(view) < 1e-12
    single = reader.singly(view, (2, 5))
    assert np.flatnonzero(np.isfinite(single)).tolist() == [1, 4]
    assert np.nanmax(single) < found["excluded"]
    others = reader.null(view, random_sets(11, (2, 5), 4, 0))
    np.testing.assert_allclose(others["null_restricted"], np.log(11))  # the mean logits are left
    np.testing.assert_allclose(others["null_excluded"], reader.trig(view, (1, 3))["excluded"])
    np.testing.assert_allclose(others["null_variance_explained"], 0, atol=1e-12)
    assert reader.ginis(view)["gini_embedding"] == pytest.approx(1 - 4 / 11, abs=1e-9)  # 4 of 11 rows have all, in equal parts


def test_without_key_frequencies_nothing_is_said():
    reader, view = pure()
    assert np.isnan(list(reader.trig(view, ()).values())).all()
    assert np.isnan(reader.singly(view, ())).all()
    assert random_sets(11, (), 3, 0) == random_sets(11, (1, 2, 3), 3, 0) == []
    assert np.isnan(reader.null(view, [])["null_excluded"]).all()
    assert all(len(set(some)) == 2 and not {2, 5} & set(some) for some in random_sets(11, (2, 5), 20, 1))
    assert len(CHOICES) == 4
