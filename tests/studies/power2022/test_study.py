"""Time against data: the cell, and the analysis on times that are known."""

import numpy as np
import pytest
import xarray

from spinodal import training
from spinodal.problems import GroupComposition
from spinodal.studies import power2022
from spinodal.studies.power2022 import analysis, cell, words
from spinodal.studies.power2022.cell import ARMS, PowerCell, group_key, run_cell

from ..doubles import trajectory

FRACTIONS = np.array([0.25, 0.3, 0.35, 0.4])


def synthetic(times, arms=("add: decay 1", "cubic-mixed: decay 1", "add: no decay"), fractions=FRACTIONS, replicas=6):
    """Cells whose times are `times(arm, fraction, replica)`; NaN: never."""
    steps = np.array([[[times(arm, f, r) for r in range(replicas)] for f in fractions] for arm in arms], float)
    dims = ("arm", "train_fraction", "replica")
    curve = np.broadcast_to(np.array([0.0, 10.0, 100.0]), (*steps.shape, 3))
    data = {
        "test_step": (dims, steps),
        "best_test_accuracy": (dims, np.isfinite(steps).astype(float)),
        "curve_step": ((*dims, "curve"), curve),
    }
    return xarray.Dataset(data, coords={"arm": list(arms), "train_fraction": fractions, "replica": range(replicas)}, attrs={"cap": 1e5})


def as_published(arm, fraction, replica):
    """45 % longer for each per cent less; without decay twice the data; the cubic never."""
    if "cubic" in arm or ("no decay" in arm and fraction < 0.375):
        return np.nan
    return 1000 * 1.45 ** (100 * (0.4 - fraction)) + replica


def test_the_growth_of_the_median_is_found_exactly():
    times = np.array([[1000 * 1.45 ** (100 * (0.4 - f))] * 5 for f in FRACTIONS])
    growth, error = analysis.slope(FRACTIONS, times)
    assert growth == pytest.approx(0.45, rel=1e-9)
    assert error == pytest.approx(0, abs=1e-9)
    times[0] = np.nan  # beyond the cap: fitted to the rest
    assert analysis.slope(FRACTIONS, times)[0] == pytest.approx(0.45, rel=1e-9)
    times[1] = np.nan
    assert np.isnan(analysis.slope(FRACTIONS, times)[0])


def test_a_trend_is_told_from_chance_and_never_is_longer_than_any_time():
    falling = np.array([[np.nan, 90.0], [80.0, 70.0], [60.0, 50.0], [20.0, 10.0]])
    share, chance = analysis.trend(falling)
    assert share == 1
    assert chance == 1 / 24**2  # all arrangements are counted
    assert analysis.trend(falling[::-1])[0] == 0
    assert np.isnan(analysis.trend(np.full((4, 2), np.nan))[0])
    assert analysis.trend(np.full((4, 2), 7.0))[0] == 0.5


def test_the_chance_is_never_below_what_the_arrangements_allow():
    assert analysis.trend(np.array([[3.0] * 3, [2.0] * 3, [1.0] * 3])) == (1, 1 / 216)
    share, chance = analysis.trend(np.arange(30.0)[::-1].reshape(10, 3))  # too many to count
    assert (share, chance) == (1, 1 / 4001)


def test_a_trend_is_judged_by_the_number_of_arms_that_have_one():
    """p = .032 decides for one arm, not for one of two."""
    squares = {0.6: (np.nan, 350.0, np.nan), 0.7: (250.0, 300.0, 225.0), 0.8: (275.0, 225.0, 175.0)}
    times = lambda arm, f, r: squares[f][r]  # noqa: E731
    one, two = (
        words.verdict(analysis.analysed(synthetic(times, arms=arms, fractions=np.array(list(squares)), replicas=3)), "paper")
        for arms in (("squares: decay 1",), ("squares: decay 1", "add: decay 1"))
    )
    assert "p = 0.032): it does" in one[0]
    assert "p = 0.032): not decided" in two[0]
    assert "2 arms have a trend to test, so each needs p below 0.05 / 2." in two


def test_chance_of_shuffled_times_is_uniform():
    rng = np.random.default_rng(3)
    chances = [analysis.trend(rng.random((3, 3)))[1] for _ in range(30)]
    assert 0.25 < np.mean(chances) < 0.8


def test_the_published_picture_is_recognised():
    found = analysis.analysed(synthetic(as_published))
    said = words.verdict(found, "paper")
    assert "less data takes longer in 100%" in said[0]
    assert "it does" in said[0]
    assert "none of 24 runs generalises" in said[1]
    assert float(found["growth"].sel(arm="add: decay 1")) == pytest.approx(0.45, rel=0.02)
    assert found["reached"].sel(arm="add: no decay").values.tolist() == [0, 0, 0, 6]


def test_data_needed_is_compared_only_inside_the_fractions():
    least = {"add: decay 1": 0.31, "add: no decay": 0.56}
    times = lambda arm, f, r: 100.0 if f > least[arm] else np.nan  # noqa: E731
    fractions = np.arange(0.2, 0.8, 0.1)
    found = analysis.analysed(synthetic(times, arms=tuple(least), fractions=fractions, replicas=20))
    ratio, error = words.needed_ratio(found, "add")
    assert ratio == pytest.approx(0.35 / 0.55, rel=1e-6)
    assert 0 < error < 0.1
    outside = analysis.analysed(synthetic(lambda arm, f, r: 100.0, arms=tuple(least), fractions=fractions))
    assert np.isnan(words.needed_ratio(outside, "add")[0])
    assert "not decided" in words.verdict(outside, "paper")[-1]


def test_comparisons_can_fail_and_the_quick_size_claims_no_published_number():
    rising = analysis.analysed(synthetic(lambda arm, f, r: np.nan if "cubic" in arm else 1000 * f + r))
    rows = words.comparisons(rising, "quick")
    assert not rows[0].as_hoped
    assert [row.known for row in rows] == [True, True, False, False, False, False]
    learned = words.comparisons(
        analysis.analysed(synthetic(lambda arm, f, r: 100.0, arms=("S5: decay 1", "cubic-mixed: decay 1"))), "paper"
    )
    (hard,) = [row for row in learned if "b² + b" in row.what or "ab²" in row.what]
    assert not hard.as_hoped


def test_the_published_growth_is_judged_where_it_was_seen():
    """A time that grows by 45 % from 30 to 25 % of the table, and by 5 % elsewhere."""
    fractions = np.array([0.2, 0.25, 0.275, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8])

    def times(arm, f, r):
        inside = np.clip(0.3 - f, 0, 0.05)
        return 1000 * 1.45 ** (100 * inside) * 1.05 ** (100 * (0.3 - f - inside))

    found = analysis.analysed(synthetic(times, arms=("S5: decay 1",), fractions=fractions))
    assert words.published_growth(found)[0] == pytest.approx(0.45, abs=1e-3)
    assert float(found["growth"][0]) < 0.2


def test_every_published_operation_has_an_arm_and_one_program_serves_all_fractions():
    assert {ARMS[arm][0] for arm in power2022.sweep("paper", 0).axes["arm"]} == set(cell.TASKS)
    assert len({group_key(c.settings) for c in power2022.sweep("quick", 0).cells()}) == 1
    assert isinstance(PowerCell(arm="S5: no decay").problem(), GroupComposition)


def test_a_cell_is_trained_as_it_says(monkeypatch):
    asked = {}

    def train(problem, **settings):
        asked.update(settings)
        steps = np.arange(0, settings["steps"] + 1, settings["every"])
        series = dict.fromkeys(("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm"), np.linspace(0, 1, len(steps)))
        return trajectory(steps, **series)

    monkeypatch.setattr(training, "train", train)
    found = run_cell(PowerCell(arm="divide: no decay, full batch", train_fraction=0.3))
    assert found["test_step"] == 99_000
    assert (asked["batch"], asked["optimizer"].weight_decay, asked["network"].layers) == (None, 0.0, 2)
    run_cell(PowerCell(arm="divide: decay 1"))
    assert (asked["batch"], asked["optimizer"].weight_decay) == (512, 1.0)
    for name, dims in cell.DIMS.items():
        assert np.ndim(found[name]) == len(dims)


@pytest.mark.slow
def test_a_real_cell_has_the_shape_of_its_declaration():
    tiny = {"prime": 5, "d_model": 4, "heads": 1, "d_mlp": 4, "batch": 4, "steps": 4, "every": 2}
    found = run_cell(PowerCell(arm="add: decay 1", **tiny))
    for name, dims in cell.DIMS.items():
        assert np.ndim(found[name]) == len(dims)
    assert found["last_step"] == 4


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="batch must be at most half of the 84 training rows"):
        PowerCell(arm="add: decay 1", prime=13, batch=64)
    with pytest.raises(ValueError, match="arm must be one of"):
        PowerCell(arm="add")


def test_figures_are_drawn():
    found = analysis.analysed(synthetic(as_published))
    for picture in power2022.recipe.pictures:
        assert len(picture.draw(found).axes) >= 3
