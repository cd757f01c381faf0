"""Steps x rate x decay: slopes that are known come out with their errors, and the sentences follow them."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray

from spinodal.studies.nanda2023 import decay
from spinodal.studies.nanda2023.decay_cell import CROSSING, DIMS, DecayCell, group_key, run_cell

RATES, DECAYS, SEEDS, LAST = (1e-3, 3e-3, 1e-2), (0.1, 0.3, 1.0, 3.0), 6, 6000.0


def invented(along_decay=-1.0, along_rate=-1.0, scatter=0.3, seeds=SEEDS):
    """Runs that get there at 700 (rate / .003)^along_rate decay^along_decay updates, those beyond 6,000 censored; decay 3 loses half."""
    rng = np.random.default_rng(1)
    rate, strength = np.array(RATES)[:, None, None], np.array(DECAYS)[None, :, None]
    steps = 700 * (rate / 3e-3) ** along_rate * strength**along_decay * np.exp(scatter * rng.normal(size=(3, 4, seeds)))
    steps[:, -1, ::2] = np.inf
    never = steps > LAST
    numbers = {
        CROSSING: np.where(never, np.nan, steps),
        "last_step": np.where(never, LAST, steps),
        "fitted_step": np.full(steps.shape, 100.0),
        "norm": np.full(steps.shape, 20.0),
    }
    dims = ("learning_rate", "weight_decay", "replica")
    axes = {"learning_rate": list(RATES), "weight_decay": list(DECAYS), "replica": range(seeds)}
    return xarray.Dataset({name: (dims, values) for name, values in numbers.items()}, axes)


@pytest.mark.parametrize(("along_decay", "along_rate"), [(-1.0, -1.0), (-0.4, -0.7), (0.5, -1.0)])
def test_slopes_are_found_though_runs_are_censored(along_decay, along_rate):
    runs = invented(along_decay, along_rate)
    here = runs.sel(weight_decay=list(DECAYS[:3]))
    if along_decay == -1:
        assert here[CROSSING].isnull().any()
    for along, known in (("weight_decay", along_decay), ("learning_rate", along_rate)):
        for line in decay.lines_along(here, along).values():
            assert abs(line.slope - known) < 4 * line.slope_error
    slope, error = decay.together(decay.lines_along(here, "weight_decay"))
    assert abs(slope - along_decay) < 4 * error
    assert error < 0.2


@pytest.mark.parametrize(("slopes", "sure"), [((-1.0, -1.1, -0.9), True), ((-3.0, -3.0, 2.0), False)])
def test_rates_that_contradict_one_another_have_no_common_sign(slopes, sure):
    """chi^2 of the second is 1,667 with two degrees of freedom: the error is 1.67, not .06."""
    lines = {k: SimpleNamespace(slope=slope, slope_error=0.1) for k, slope in enumerate(slopes)}
    slope, error = decay.together(lines)
    assert slope == pytest.approx(np.mean(slopes))
    assert error == pytest.approx(max(0.1, np.std(slopes, ddof=1)) / 3**0.5)
    assert (abs(slope) > decay.SURE * error) == sure


def test_the_only_clock_is_found_and_another_refused():
    right, wrong = (decay.analyse(invented(*powers), "quick").comparisons[1] for powers in ((-1.0, -1.0), (-0.3, -0.3)))
    assert right.verdict == "agrees"
    assert wrong.verdict == "differs"


def test_sentences_follow_the_runs():
    sooner = decay.analyse(invented(), "quick")
    said = " ".join(sooner.verdict)
    assert "more decay groks sooner, as the text and the released runs say, against the appendix" in said
    assert sooner.comparisons[0].verdict == "agrees"
    assert "decay 3, rate 0.01: 3 of 6 get there" in said
    later = decay.analyse(invented(along_decay=0.6), "quick")
    assert "more decay groks later, as the appendix says" in " ".join(later.verdict)
    assert later.comparisons[0].verdict == "differs"
    neither = decay.analyse(invented(along_decay=0.0), "quick")
    assert "the sign is open" in neither.verdict[0]
    assert not neither.comparisons[0].known
    (table,) = sooner.tables
    assert len(table.rows) == len(RATES) * len(DECAYS)
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_what_is_beyond_the_published_pair_bends_no_line():
    runs = invented()
    told = decay.analyse(runs, "quick").comparisons
    runs[CROSSING].loc[{"weight_decay": 3.0}] = np.nan
    assert decay.analyse(runs, "quick").comparisons == told


def test_where_no_run_gets_there_nothing_is_claimed():
    runs = invented()
    runs[CROSSING][:] = np.nan
    found = decay.analyse(runs, "quick")
    assert not any(row.known for row in found.comparisons)
    assert "no line" in " ".join(found.verdict)
    assert decay.recipe.pictures[0].draw(found.dataset).axes[0].get_ylim()[1] > LAST


def test_every_run_is_drawn_in_both_panels():
    found = decay.analyse(invented(), "quick").dataset
    for axes in decay.recipe.pictures[0].draw(found).axes:
        counts = {marker: sum(len(line.get_xdata()) for line in axes.lines if line.get_marker() == marker) for marker in "osD^"}
        assert counts["^"] == int(found[CROSSING].isnull().sum())
        assert sum(counts.values()) == found[CROSSING].size


def test_a_cell_gives_what_it_promises():
    found = run_cell(DecayCell(prime=11, d_model=8, d_mlp=16, steps=40))
    for name, value in found.items():
        assert np.ndim(value) == len(DIMS.get(name, ())), name
    assert found["last_step"] == 40
    assert np.isnan(found[CROSSING])


def test_every_setting_has_a_split_of_its_own_and_all_share_a_program():
    cells = [DecayCell(), DecayCell(weight_decay=0.3), DecayCell(learning_rate=3e-3), DecayCell(replica=1)]
    assert len({cell.problem().split_seed for cell in cells}) == len(cells)
    assert len({cell.seed_of(1) for cell in cells}) == len(cells)
    assert len({group_key(cell) for cell in cells}) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight_decay": 0.0}, "weight_decay must be finite and > 0"),
        ({"steps": 45}, "steps must be a multiple of every=10, got 45"),
        ({"heads": 3}, "heads must divide d_model=64, got 3"),
        ({"prime": 1}, "prime"),
    ],
)
def test_wrong_settings_name_the_field(settings, message):
    with pytest.raises(ValueError, match=message):
        DecayCell(**settings)
