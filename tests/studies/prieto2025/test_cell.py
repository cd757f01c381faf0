"""One run of an arm: what is trained, what is stored of it, and when a training set counts as lost."""

from dataclasses import replace

import numpy as np
import pytest

from spinodal.measures import fourier
from spinodal.studies import prieto2025
from spinodal.studies.prieto2025.arms import ARMS, QUICK_ARMS, RACE_DECAYS, RACE_RATES, STABLEMAX_TWIN
from spinodal.studies.prieto2025.cell import DIMS, NumericsCell, fallen, group_key, optimizer, run_cell
from spinodal.training.networks import ReluMLP

SMALL = {"prime": 7, "width": 8, "race_prime": 7, "race_width": 8}
TINY = {**SMALL, "long_steps": 20, "slow_steps": 20, "race_steps": 20, "every": 5, "race_every": 5, "looks": 2}
NEVER = np.nan


def test_the_task_is_the_published_one():
    cell = NumericsCell()
    assert cell.problem("long").train_mask.sum() == 5107
    assert cell.problem("race") == cell.problem("long")
    assert cell.problem("long") != NumericsCell(replica=1).problem("long")
    assert len({NumericsCell(replica=k).network_seed() for k in range(5)}) == 5


def test_arms_are_named_for_what_they_do():
    assert ARMS["AdamW 0.03, decay 3"].learning_rate == 0.03
    assert ARMS["AdamW 0.03, decay 3"].weight_decay == 3
    assert ARMS["float32, rate 5e-4"].learning_rate == 5e-4
    assert all(arm.weight_decay == 0 for name, arm in ARMS.items() if "decay" not in name)
    assert all(arm.epsilon == (1e-30 if "1e-30" in name or "5e-4" in name else 1e-8) for name, arm in ARMS.items())
    assert {STABLEMAX_TWIN, *QUICK_ARMS} <= set(ARMS)
    assert len(ARMS) == 7 + len(RACE_RATES) * (1 + len(RACE_DECAYS)) + 2


def test_perpgrad_is_rescaled_unless_the_text_is_followed():
    code, text = (optimizer(ARMS[name]) for name in ("PerpGrad 0.01", "PerpGrad 0.01, not rescaled"))
    assert code.rescale
    assert not text.rescale
    assert code.inner == text.inner == optimizer(ARMS["float64"])


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="arm must be one of"):
        NumericsCell(arm="float16")
    with pytest.raises(ValueError, match="race_steps must be a multiple of 5 updates between records times looks=40, got 301"):
        NumericsCell(race_steps=301)
    with pytest.raises(ValueError, match="train_fraction"):
        NumericsCell(train_fraction=1.5)


def test_rates_decays_and_seeds_share_a_program():
    assert len({group_key(NumericsCell(arm=arm, replica=k)) for arm in ARMS for k in range(2)}) == 5
    assert len({group_key(cell.settings) for cell in prieto2025.sweep("quick", 0).cells()}) == 7


@pytest.fixture(scope="module")
def outputs():
    return {arm: run_cell(NumericsCell(arm=arm, **TINY)) for arm in ("float32", "AdamW 0.01, decay 1")}


def test_cells_of_all_arms_have_one_shape(outputs):
    first, second = ({name: np.shape(value) for name, value in found.items()} for found in outputs.values())
    assert first == second
    assert all(first[name] == (3,) if name in DIMS else first[name] == () for name in first)
    assert set(DIMS) <= set(first)
    assert outputs["float32"]["curve_step"].tolist() == [0, 10, 20]


@pytest.mark.parametrize(("arm", "answers"), [("AdamW 0.3, decay 10", True), ("float32", False)])
def test_a_setting_that_diverges_has_lost_the_race(arm, answers, monkeypatch):
    """Elsewhere it is a failure, which the page and the exit code tell."""
    monkeypatch.setitem(ARMS, arm, replace(ARMS[arm], learning_rate=1e30))
    found = run_cell(NumericsCell(arm=arm, **TINY))
    assert np.isfinite(found["diverged_at"])
    assert np.isnan(found["test_step"])
    assert found["converged"] is answers


def test_what_a_network_is_read_as(outputs):
    """Against the measures themselves, and the gradient at the untrained network against that of a float64 loss."""
    cell = NumericsCell(**TINY)
    problem, network = cell.problem("long"), ReluMLP((8, 8))
    start = network.initialise(problem, cell.network_seed())
    found = outputs["float32"]
    logits = np.asarray(network.logits(start, problem.pairs[problem.train_mask]))
    margins = fourier.margins(logits, problem.labels[problem.train_mask])
    assert found["median_margin"][0] == pytest.approx(np.median(margins), rel=1e-5)
    assert found["gradient_cosine"][0] == pytest.approx(1, abs=1e-6)
    assert found["silent_labels"][0] == found["collapsed"][0] == 0
    assert np.isnan(found["movement"][0])
    assert found["movement"][1] > 0
    assert found["curve_norm"][0] == pytest.approx(fourier.weight_norm(start), rel=1e-6)


def test_only_what_was_held_can_be_lost():
    """The dip right after the fit is part of it; the one after ten records in a row is a loss."""
    held = [0.1, 1.0, 0.8, *[1.0] * 10]
    assert fallen(np.array([*held, 0.97, 0.5, 1.0])) == (14, 0.5)
    assert fallen(np.array(held)) == (pytest.approx(NEVER, nan_ok=True), 1.0)
    assert np.isnan(fallen(np.array(held[:-1]))).all()
