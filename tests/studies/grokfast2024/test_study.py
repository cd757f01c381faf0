"""Grokfast against a fair baseline: the cell, the choice of settings on other seeds, and the page from times that are known."""

from dataclasses import replace

import numpy as np
import pytest
import xarray

from spinodal.studies import grokfast2024
from spinodal.studies.censored import Ratio
from spinodal.studies.grokfast2024 import analysis, cell, words
from spinodal.studies.grokfast2024.cell import ARMS, PUBLISHED, SGD_ARMS, GrokfastCell, optimizer_of, run_cell

TINY = {"prime": 11, "network": "quadratic", "width": 16, "batch": 0, "steps": 40, "sgd_steps": 40, "every": 10, "sgd_rate": 2.0}


def synthetic(times, cap=3000, replicas=6, half=(300.0, 100.0, 100.0)):
    """Cells of the quick size whose times are `times(arm, replica)`."""
    arms = list(grokfast2024.sweep("quick", 0).axes["arm"])
    steps = np.array([[times(ARMS[arm], r) if arm not in SGD_ARMS else np.nan for r in range(replicas)] for arm in arms])
    halves = np.full(steps.shape, np.nan)
    halves[-3:] = np.array(half)[:, None]
    curve = np.broadcast_to(np.array([0.0, 10.0, 100.0]), (len(arms), replicas, 3))
    columns = {"test_step": steps, "half_step": halves}
    data = {name: (("arm", "replica"), values) for name, values in columns.items()}
    data |= dict.fromkeys(("curve_step", "curve_train_loss"), (("arm", "replica", "curve"), curve + 1))
    return xarray.Dataset(data, coords={"arm": arms, "replica": range(replicas)}, attrs={"cap": cap})


def untuned_is_slow(arm, replica):
    """Decay alone makes the difference; the filter makes none."""
    return {"0": 2000.0, "AdamW 1": 400.0, "AdamW 5": 100.0, "AdamW 10": 200.0}[arm.decay] + replica


def test_a_filter_that_does_nothing_gains_against_the_untuned_baseline_alone():
    found = analysis.analysed(synthetic(untuned_is_slow))
    for method in analysis.FILTERS:
        assert analysis.fair(found, method).value == 1
        assert analysis.unfair(found, method).value == pytest.approx(2002.5 / 102.5)
        assert analysis.without_decay(found, method).value == 1
        assert analysis.as_published(found, method) is None  # not among the settings of this size
    said = " ".join(words.verdict(found, "quick"))
    assert said.count("is not decided by these seeds") == 2
    assert "not decided at this size" in said


def test_a_filter_that_is_twice_as_fast_is_said_to_be_faster_and_one_half_as_fast_slower():
    times = {"baseline": 1.0, "ema": 0.5, "ma": 2.0}
    found = analysis.analysed(synthetic(lambda arm, r: untuned_is_slow(arm, r) * times[arm.method]))
    said = words.verdict(found, "quick")
    assert analysis.fair(found, "ema").value == pytest.approx(2)
    assert "It is faster than a fair baseline" in said[1]
    assert "It is slower than a fair baseline" in said[2]


def test_a_setting_at_the_end_of_the_grid_is_said_to_be_there():
    """A rate or decay beyond may be better on either side of the ratio."""
    inside = analysis.analysed(synthetic(lambda arm, r: 500.0 + 100 * (arm.rate != 3e-2) + 50 * (arm.decay != "AdamW 1") + r))
    at_ends = lambda arm, r: 10 / arm.rate - 20 * list(cell.DECAYS).index(arm.decay) + r + 500  # noqa: E731
    ends = analysis.analysed(synthetic(at_ends))
    assert analysis.edges(inside, "ema") == [""] * 6
    assert analysis.edges(ends, "baseline") == ["the largest rate and the largest AdamW decay"] * 6
    assert analysis.edges(ends, "baseline", "undecayed_arm") == ["the largest rate"] * 6
    assert " of the grid" not in " ".join(words.verdict(inside, "paper"))
    assert "at the largest rate and the largest AdamW decay of the grid (6 of 6 seeds)" in words.verdict(ends, "quick")[0]
    slow = analysis.analysed(synthetic(lambda arm, r: (1 + (arm.method == "ema")) * at_ends(arm, r)))
    assert "slower than a fair baseline within this grid" in words.verdict(slow, "quick")[1]


def test_what_never_gets_there_has_neither_a_ratio_nor_a_best_rate():
    """All rates are alike then: to say at which end of the grid the first of them lies would be noise."""
    found = analysis.analysed(synthetic(lambda arm, r: np.nan if arm.decay == "0" else untuned_is_slow(arm, r)))
    said = " ".join(words.verdict(found, "quick"))
    assert said.count("With decay on neither side neither gets there within the cap, at any rate of the grid.") == 2
    assert "unknown number" not in said
    assert "is then at" not in said


def test_a_moving_average_whose_window_never_fills_is_not_tested():
    """Before its window of 100 gradients is full it is Adam alone, and the ratio of 1 an identity."""
    soon = analysis.analysed(synthetic(lambda arm, r: 80.0 if arm.decay == "AdamW 5" else 500.0))
    said = words.verdict(soon, "quick")
    assert "Not tested: the filter never acted" in said[2]
    assert "times as soon as the tuned one" not in said[2]
    assert "With decay on neither side and each at its best rate the ratio is 1" in said[2]  # there it has acted
    assert "Not tested" not in said[1]
    assert soon["acted"].values.tolist() == [True, False]
    assert words.tables(soon)[0].rows[2][3:5] == ("not tested", "not tested")
    some = analysis.analysed(synthetic(lambda arm, r: (90.0 if r else 110.0) if arm.decay == "AdamW 5" else 500.0))
    assert "In 5 of 6 seeds it is done before its window of 100 gradients is full" in words.verdict(some, "quick")[2]
    assert "filter never acted" in "".join(text.get_text() for text in grokfast2024.recipe.pictures[1].draw(soon).axes[0].texts)


def test_an_interval_is_open_only_where_the_data_set_no_end():
    assert words.in_words(Ratio(2.0, 0.0, 2.0)) == "2 (95 %: 0 to 2)"
    assert words.in_words(Ratio(2.0, 1.5, np.inf)) == "2 (95 %: 1.5 or more)"
    assert words.in_words(Ratio(3.0, 0.0, np.inf)) == "3 (95 %: no bound)"
    assert words.in_words(Ratio(np.nan, 0.0, 0.1)) == "fewer than 0.1"
    assert words.in_words(Ratio(2.0, np.nan, np.nan)) == "2 (too few seeds for an interval)"


def test_a_baseline_that_never_crosses_gives_a_lower_bound():
    found = analysis.analysed(synthetic(lambda arm, r: np.nan if arm.decay == "0" else 100.0))
    ratio = analysis.unfair(found, "ema")
    assert ratio.bound
    assert ratio.value == 30
    assert "at least 30" in words.verdict(found, "quick")[1]


def test_one_replica_has_no_others_to_choose_by():
    with pytest.raises(ValueError, match="replicas must be at least 2, got 1"):
        analysis.analysed(synthetic(untuned_is_slow).isel(replica=[0]))


def test_tuning_is_counted_at_the_cap():
    found = analysis.analysed(synthetic(lambda arm, r: np.nan if arm.decay == "0" else 100.0))
    assert analysis.tuning_updates(found, "ema") == 4 * 3000 + 12 * 100


def test_comparisons_of_the_quick_size_know_no_published_number_and_can_fail():
    rows = words.comparisons(analysis.analysed(synthetic(untuned_is_slow)), "quick")
    assert [row.known for row in rows] == [True, True] + [False] * 5
    assert rows[0].as_hoped
    off = words.comparisons(analysis.analysed(synthetic(untuned_is_slow, half=(300.0, 250.0, 100.0))), "quick")
    assert not off[0].as_hoped


def test_published_arms_are_those_of_the_released_commands():
    assert ARMS[PUBLISHED["ema"]].decay == "L2 0.005"
    optimizer = optimizer_of(GrokfastCell(arm=PUBLISHED["ma"]))
    assert (optimizer.kind, optimizer.window, optimizer.amplification, optimizer.inner.weight_decay) == ("ma", 100, 5.0, 0.01)
    plain = optimizer_of(GrokfastCell(arm=PUBLISHED["baseline"]))
    assert (plain.amplification, plain.inner.weight_decay, plain.inner.inner.weight_decay) == (0.0, 0.0, 0.0)
    assert set(PUBLISHED.values()) <= set(grokfast2024.sweep("paper", 0).axes["arm"])


def test_a_real_cell_has_the_shape_of_its_declaration():
    found = run_cell(GrokfastCell(arm="SGD, Grokfast", **TINY))
    assert found["last_step"] == 40
    for name, dims in cell.DIMS.items():
        assert np.ndim(found[name]) == len(dims)
    assert all(np.asarray(value).dtype.kind in "bif" for value in found.values())


@pytest.mark.parametrize(("arm", "answers"), [("baseline, rate 0.0003, decay 0", True), ("SGD", False)])
def test_a_setting_that_diverges_has_lost_the_choice(arm, answers, monkeypatch):
    """The runs of SGD are no choice: there it is a failure."""
    monkeypatch.setitem(ARMS, arm, replace(ARMS[arm], rate=1e30))
    found = run_cell(GrokfastCell(arm=arm, **TINY))
    assert np.isfinite(found["diverged_at"])
    assert np.isnan(found["test_step"])
    assert found["converged"] is answers


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="arm must be one of"):
        GrokfastCell(arm="ema")
    with pytest.raises(ValueError, match="steps must be a multiple of every=10, got 25"):
        GrokfastCell(steps=25)


def test_figures_are_drawn():
    found = analysis.analysed(synthetic(untuned_is_slow))
    for picture in grokfast2024.recipe.pictures:
        assert len(picture.draw(found).axes) >= 2
    never = analysis.analysed(synthetic(lambda arm, r: np.nan if arm.decay == "0" else 100.0))
    grokfast2024.recipe.pictures[1].draw(never)


def test_an_interval_without_a_lower_end_is_an_arrow_not_a_bar():
    some = lambda arm, r: np.nan if arm.method == "ema" and r > 3 else 100.0  # noqa: E731
    found = analysis.analysed(synthetic(some))
    assert float(found["ratio_low"].sel(filter="ema", against="tuned")) == 0
    axes = grokfast2024.recipe.pictures[1].draw(found).axes[0]
    assert all(np.min(line.get_xdata()) > 0 for line in axes.lines)
    assert len([text for text in axes.texts if text.get_text() == ""]) == 2  # of the filter over either baseline
