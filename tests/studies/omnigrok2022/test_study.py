"""Omnigrok: what is read off landscapes and clocks, against networks that follow them exactly."""

import functools

import numpy as np
import pytest
import xarray
from matplotlib.text import Text

from spinodal import sweeps, training
from spinodal.studies.omnigrok2022 import digits, explorers, teacher_student
from spinodal.studies.trained import curve_steps

from ..doubles import trajectory

DRILL = {"landscape_steps": 100, "steps": 200, "records": 10}
CELL = teacher_student.RandomTeacherCell()
LEAST, PASSING, FITTED = 0.8, 1.25, 600  # of the networks that follow the clock


def following_the_clock(problem, *, optimizer, steps, seed, every, batch, stop_at, initial_scale, norm):
    """A run whose reduced test loss is least at LEAST, that has fitted after FITTED updates and passes when its norm reaches PASSING.

    Losses scatter by 1e-7 from seed to seed, and the pass by one record: equal runs would have no error that is known.
    """
    t = np.arange(0, steps + 1, every)
    wobble = 1 + 1e-7 * np.sin(seed % 1000)
    early = int(wobble > 1) * every
    ratio = initial_scale * np.exp(-optimizer.learning_rate * optimizer.weight_decay * t)
    fitted = (t >= FITTED).astype(float)
    soon = np.exp(-optimizer.learning_rate * optimizer.weight_decay * early)
    test = 1.0 * (ratio * soon <= PASSING * (1 + 1e-9)) * fitted
    test_loss = wobble * 1e-4 * (initial_scale / LEAST) ** (2 * np.log(initial_scale / LEAST)) * np.ones(len(t))
    if norm == "fixed":
        assert stop_at is None
        test = np.full(len(t), np.clip(0.95 - 0.2 * np.log(initial_scale / PASSING), 0, 1))
    elif stop_at is not None and test.max() == 1:
        t = t[: int(np.argmax(test)) + 3]
    n = len(t)
    series = {"train_loss": np.full(n, wobble * (1e-2 if initial_scale < 0.9 else 1e-8)), "test_loss": test_loss[:n]}
    return trajectory(t, **series, train_accuracy=fitted[:n], test_accuracy=test[:n], norm=8.66 * ratio[:n], every=every)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """The quick size of a study, of networks that follow the clock."""

    @functools.cache
    def made(study):
        store = tmp_path_factory.mktemp(study.study.name) / "store"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(training, "train", following_the_clock)
            assert sweeps.run(study.sweep("quick", 0), store, executor="serial", progress=False).complete
        return study.analyse(sweeps.Store(store).load(), "quick")

    return made


@pytest.mark.parametrize("kind", [teacher_student.RandomTeacherCell, digits.DigitsCell])
def test_wrong_settings_name_the_field(kind):
    with pytest.raises(ValueError, match="alpha must be finite and > 0, got 0"):
        kind(alpha=0)
    with pytest.raises(ValueError, match="decay must be >= 0, got -1"):
        kind(decay=-1.0)
    with pytest.raises(ValueError, match="steps must be a multiple of records=10, got 201"):
        kind(steps=201, records=10, landscape_steps=100)
    with pytest.raises(ValueError, match=r"level must be > 0 and at most stop_at=0\.9, got 0\.95"):
        kind(level=0.95, stop_at=0.9)


def kept_and_decayed(study, **small):
    """Outputs with a fixed and with a free norm, checked for what every cell promises."""
    free, fixed = (study.study.settings(alpha=2.0, decay=decay, rate=1e-3, **DRILL, **small) for decay in (2.0, 0.0))
    found = study.run_cell(fixed), study.run_cell(free)
    for outputs in found:
        assert all(np.shape(outputs[name]) == (len(curve_steps(200, 20)),) for name in study.DIMS)
        assert all(np.asarray(value).dtype.kind in "bif" for value in outputs.values())
        assert outputs["best_test_loss"] <= outputs["test_loss"]
        assert outputs["best_train_loss"] <= outputs["train_loss"]
    kept, decayed = (outputs["curve_norm"] / outputs["curve_norm"][0] for outputs in found)
    assert kept == pytest.approx(1, rel=1e-5)
    # 200 updates of rate 1e-3 and decay 2 leave exp(-0.4) of a norm that gradients hardly move meanwhile
    assert decayed[-1] == pytest.approx(np.exp(-0.4), rel=0.1)
    assert [outputs["last_step"] for outputs in found] == [100, 200]
    return found


def test_a_cell_keeps_its_norm_without_decay_and_loses_it_with():
    """And cells of one replica differ in the norm alone, and give the same bytes again."""
    fixed, free = kept_and_decayed(teacher_student)
    assert fixed["curve_norm"][0] == free["curve_norm"][0]
    cell = teacher_student.RandomTeacherCell(alpha=3.0, decay=2.0, rate=1e-3, **DRILL)
    larger = teacher_student.run_cell(cell)
    assert larger["curve_norm"][0] == pytest.approx(1.5 * free["curve_norm"][0], rel=1e-5)  # a sum of 11,000 squares in float32
    again = teacher_student.run_cell(cell)
    assert all(np.array_equal(larger[name], again[name], equal_nan=True) for name in larger)


def test_a_student_that_diverges_at_its_start_is_a_result():
    found = teacher_student.run_cell(teacher_student.RandomTeacherCell(alpha=1e30, decay=0.0, **DRILL))
    assert found["converged"] is False
    assert found["diverged_at"] == 0
    assert all(np.isnan(found[name]) for name in ("test_loss", "best_test_loss", "norm_at_test", "last_step"))
    assert found["curve_norm"].shape == (len(curve_steps(100, 10)),)


@pytest.mark.slow
def test_a_cell_of_digits_keeps_its_norm_without_decay_and_loses_it_with():
    fixed, free = kept_and_decayed(digits, samples=20, batch=5)
    assert fixed["curve_norm"][0] == free["curve_norm"][0]


@pytest.mark.parametrize("kind", [teacher_student.RandomTeacherCell, digits.DigitsCell])
def test_a_replica_has_a_task_and_a_network_of_its_own(kind):
    first, larger, other = kind(), kind(alpha=3.0, decay=0.5), kind(replica=1)
    assert first.problem() == larger.problem()
    assert first.network_seed() == larger.network_seed()
    assert first.problem() != other.problem()
    assert first.network_seed() != other.network_seed()


def some_runs(train, test):
    """One alpha, one decay, a replica for each crossing."""
    shape, dims = (len(train), 1, 1), ("replica", "alpha", "decay")
    steps = {f"{name}_step": (dims, np.reshape(values, shape)) for name, values in (("train", train), ("test", test))}
    curve = np.broadcast_to([1.0, 2.0, 1.5], (*shape, 3))
    names = ("curve_norm", "curve_train_accuracy", "curve_test_accuracy")
    curves = {name: ((*dims, "curve"), curve / (2 if "accuracy" in name else 1)) for name in names}
    marks = {"curve_step": ((*dims, "curve"), np.broadcast_to([0.0, 10.0, 100.0], (*shape, 3)))}
    return xarray.Dataset({**steps, **curves, **marks}, {"alpha": [2.0], "decay": [0.05], "replica": range(len(train))})


def test_a_cell_of_the_map_says_how_many_replicas_did_what():
    nan = np.nan
    made = explorers.phase_map(some_runs([500, 500, 500], [9000, 8000, nan]), "decay", 100_000, "Runs")
    ((cell,),) = made.cells
    assert cell.text == "G"
    assert "2 of 3 grokking, 1 of 3 memorization; crossings at 500 updates in training, 9,000 in the test" in cell.words
    assert cell.curves["norm over its largest"] == [[0.5, 1.0, 0.75]] * 3
    tied = explorers.phase_map(some_runs([500, nan], [600, nan]), "decay", 100_000, "Runs")
    assert tied.cells[0][0].text == "C/X"
    assert list(made.steps) == [0.0, 10.0, 100.0]


def test_a_run_that_never_generalises_is_not_prompt():
    nan = np.nan
    runs = some_runs([500, 500, nan, 500], [600, nan, nan, 9000])  # comprehension, memorization, confusion, grokking
    assert teacher_student.prompt_share(runs, 100_000) == 0.25
    assert np.isnan(teacher_student.prompt_share(runs.isel(alpha=[]), 100_000))


def row(analysis, what):
    """The one comparison of this name."""
    (found,) = [c for c in analysis.comparisons if c.what == what]
    return found


def test_networks_that_follow_the_clock_are_seen_to_do_so(analysed):
    analysis = analysed(teacher_student)
    slope = row(analysis, "the same, norm at which this landscape passes")
    assert slope.expected == pytest.approx(np.log(2 / PASSING), rel=1e-6)
    assert slope.obtained == pytest.approx(slope.expected, rel=0.02)
    norm = row(analysis, "norm at the test crossing, α = 2; α_c")
    assert norm.expected == pytest.approx(LEAST, rel=1e-6)
    assert norm.obtained == pytest.approx(PASSING, rel=0.02)
    assert norm.verdict == "differs"
    for what in (
        "exponent of the test crossing in the decay, α = 2",
        "exponent of the training crossing in the decay, α = 2",
        "slope of rate·decay·step in ln α, all runs above",
        "exponent of the test crossing in the decay, mean over α ≤ α_c",
        "share of runs with α ≤ α_c and a delay below 1000 updates",
        "clock for α = 2, decay 0.05, α_c = 1, in updates",
    ):
        assert row(analysis, what).agrees, what
    crossing = row(analysis, "updates to 95 % of the test, α = 2, decay 0.05")
    assert crossing.obtained == pytest.approx(np.log(2 / PASSING) / 1.5e-5, abs=50)
    assert "α_c = 0.80 ± 0.00" in analysis.verdict[0]
    missed = [c.what for c in analysis.comparisons if c.known and not c.as_hoped]
    assert norm.what in missed
    assert analysis.caveats[-1] == f"Not as expected: {'; '.join(missed)}."
    equal = {f"test accuracy after {steps} updates, α = 2, decay 0.05" for steps in ("5,000", "15,000")}  # 0 in every run
    equal |= {"slope against 1/(rate·decay), α = 2: ln(α/α_c), α_c = 1", "the same, α_c least test loss of this landscape"}
    assert {c.what for c in analysis.comparisons if not c.as_hoped} == {*missed, *equal}
    free, fixed = analysis.explorers
    assert [cell.text for cell in free.cells[0]] == ["C", "C", "C", "C", "C", "G", "G", "G", "M"]
    assert [cell.text for cell in fixed.cells[0]][-1] == "53"  # per cent: 0.95 - 0.2 ln(10 / 1.25)


def test_a_landscape_is_compared_with_the_published_one_in_logarithms(analysed):
    found = row(analysed(teacher_student), "log10 of the last test loss, α = 10")
    assert found.expected == pytest.approx(np.log10(9.6))
    assert found.obtained == pytest.approx(-4 + 2 * np.log(12.5) ** 2 / np.log(10))


@pytest.mark.parametrize(
    ("exponent", "says"),
    [
        (0.04, "hardly depends on the decay, as decay^(0.04 ± 0.01): it is not on the clock."),
        (-1.0, "depends on the decay, as decay^(-1.00 ± 0.01): it is on the clock."),
        (-0.5, "depends on the decay, as decay^(-0.50 ± 0.01): it is neither on the clock nor off it."),
        (np.nan, "is not known."),
    ],
)
def test_what_decay_does_from_below_comes_from_the_exponent(exponent, says):
    assert says in teacher_student._from_below(exponent, 0.01, 700.0, 0)


def test_runs_from_below_that_never_pass_are_named():
    assert teacher_student._from_below(0.04, 0.01, 700.0, 0).endswith("are called grokking.")
    assert teacher_student._from_below(0.04, 0.01, 700.0, 3).endswith("are called grokking, and in 3 runs not at all.")


def test_a_replica_that_never_passes_is_named_and_not_left_out_of_the_time(analysed):
    found = analysed(teacher_student).dataset.copy(deep=True)
    found["test_step"].loc[{"replica": 1, "alpha": 2.0, "decay": 0.05}] = np.nan
    runs = found.sel(decay=found["decay"].values[1:])
    said = teacher_student._verdict(found, runs, CELL, ())
    assert "At the published decay 0.05 not all replicas do; the clock says" in said[2]
    assert "without the 1 that do not pass from α = 2 at every decay" in said[-1]
    whole = analysed(teacher_student).dataset
    assert "without the" not in teacher_student._verdict(whole, whole.sel(decay=runs["decay"]), CELL, ())[-1]
    nowhere = found.assign(norm_at_test=np.nan * found["norm_at_test"])
    said = teacher_student._verdict(nowhere, nowhere.sel(decay=runs["decay"]), CELL, ())
    assert "an unknown number of times α_c" in said[2]


def test_a_landscape_without_a_minimum_has_no_clock(analysed):
    found = analysed(teacher_student).dataset
    found = found.assign(alpha_critical=found["alpha_critical"] * np.nan)
    runs = found.sel(decay=found["decay"].values[1:])
    said = teacher_student._verdict(found, runs, teacher_student.RandomTeacherCell(), ())
    assert said[0].startswith("The reduced test loss is least at an end of the grid in every replica")
    assert said[3] == "How the test crossing from α ≤ α_c depends on the decay is not known."


def test_delays_of_digits_are_told_from_their_data(analysed):
    analysis = analysed(digits)
    assert "not MNIST" in analysis.verdict[0]
    delay = analysis.dataset["delay"].sel(alpha=8.0)
    least, passing = (f"{np.log(8 / float(analysis.dataset[f'alpha_{zero}'].mean())) / 1e-4:,.0f}" for zero in ("critical", "passing"))
    assert f"{least} and {passing} with N = 100 (norm" in analysis.verdict[2]
    assert delay.values == pytest.approx(np.log(8 / PASSING) / (1e-3 * 0.1) - FITTED, abs=50)
    for samples in digits.SAMPLES["quick"]:
        assert row(analysis, f"share of replicas: delay grows with α from 1 on, N = {samples}").agrees
        assert row(analysis, f"share of replicas: delay below 1000 updates at α = 1, N = {samples}").agrees
    runs = analysis.dataset.copy(deep=True)
    runs["test_step"] = runs["test_step"].where(runs["alpha"] < 8)
    cell = digits.DigitsCell(decay=digits.DECAY["quick"], **digits.HURRY["quick"])
    claims = {claim.what: claim for claim in digits._claims(runs, runs.sel(decay=0.0), cell)}
    assert claims["share of replicas: delay at the largest α shorter with N = 1000 than with 100"].verdict == "not known"
    # The double does not look at the data: more of it changes no delay, and the study must not say that it did
    assert row(analysis, "share of replicas: delay at the largest α shorter with N = 1000 than with 100").obtained == 0


@pytest.mark.parametrize("study", [teacher_student, digits], ids=lambda study: study.study.name)
def test_pictures_name_their_axes_and_print_at_eight_points_or_more(study, analysed):
    dataset = analysed(study).dataset
    for picture in study.recipe.pictures:
        figure = picture.draw(dataset)
        texts = [text for text in figure.findobj(Text) if text.get_text()]
        assert min(text.get_fontsize() for text in texts) >= 8
        assert all(axes.get_xlabel() or axes.get_subplotspec().get_gridspec().nrows > 1 for axes in figure.axes)
        if study is digits:
            assert picture.caption.startswith("Digits, not MNIST.")
            assert any("not MNIST" in text.get_text() for text in texts)


@pytest.mark.slow
def test_a_student_that_starts_large_waits_for_the_clock_and_one_that_starts_small_does_not():
    """The clock from 2 down to 1.25, where the landscape passes, takes 3,130 updates; without one delays are 240 to 1,410 (5 replicas)."""
    clock_takes = np.log(2 / PASSING) / (3e-4 * 0.5)
    for replica in range(3):
        cells = [teacher_student.RandomTeacherCell(alpha=alpha, decay=0.5, steps=10_000, replica=replica) for alpha in (2.0, 0.6)]
        large, small = (cell["test_step"] - cell["train_step"] for cell in map(teacher_student.run_cell, cells))
        assert clock_takes / 2 < large - small < 3 * clock_takes / 2
