"""Omnigrok's teacher and student (arXiv:2210.01117): the reduced landscape, and the clock of weight decay."""

import math
from dataclasses import dataclass

import numpy as np
import xarray

from ...citations import OMNIGROK2022
from ...figures import omnigrok2022_teacher_student as figures
from ...problems import RandomTeacher
from ...report import Table
from ...sweeps import Study, Sweep
from ...theory.effective import generalisation_steps
from .. import trained
from ..averages import Spread, over_all_runs, over_runs, with_error
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from .cell import DIMS, UNITS, OmnigrokCell, run_cell
from .clock import accuracy_at, exponents, exponents_over_norms, logarithm_slopes, time_slopes
from .explorers import GAP, landscape_map, phase_map, phases
from .landscape import critical_norms, geometric, log10, neighbours

ALPHAS = {
    "quick": (0.1, 0.398, 0.631, 1.0, 1.259, 1.585, 2.0, 2.512, 10.0),
    "paper": (0.1, 0.158, 0.251, 0.398, 0.631, 1.0, 1.259, 1.585, 2.0, 2.512, 3.981, 6.31, 10.0),
}
DECAYS = {"quick": (0.0, 0.05, 0.2, 0.5), "paper": (0.0, 0.05, 0.1, 0.2, 0.5)}
REPLICAS = {"quick": 3, "paper": 8}
SHOWN = {"alpha": 2.0, "decay": 0.05}  # the published grokking run
LANDSCAPE = {0.1: (1.42e-2, 1.64e-2), 0.398: (8.6e-5, 3.3e-4), 1.0: (0.0, 7.8e-5), 2.512: (0.0, 0.041), 10.0: (0.0, 9.6)}
RUN = (("train", 1e3, 0.99), ("test", 5e3, 0.33), ("test", 1.5e4, 0.62))  # published accuracies of the shown run
CROSSING, CROSSING_TOLERANCE = 45_000, 5_000  # published: 95 % of the test at 40,000 to 50,000
FACTOR = math.log10(3)  # within which published losses should reproduce
SOURCE = "arXiv:2210.01117"


@dataclass(frozen=True)
class RandomTeacherCell(OmnigrokCell):
    """A 5-100-100-5 tanh student of a teacher of its shape, full batch."""

    samples: int = 100
    test_samples: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        self.problem()

    def problem(self) -> RandomTeacher:
        """What is learned."""
        return RandomTeacher(samples=self.samples, test_samples=self.test_samples, seed=self.task_seed())


def group_key(cell: RandomTeacherCell) -> tuple:
    """What changes the compiled program: alpha, decay and seeds are traced."""
    return cell.decay > 0, cell.samples, cell.test_samples


study = Study(
    name="omnigrok2022-teacher-student",
    version=1,
    settings=RandomTeacherCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=OMNIGROK2022,
)


def sweep(size: str, seed: int) -> Sweep:
    """Initial norms times decays, decay 0 being the reduced landscape, times replicas."""
    grid = {"replica": range(REPLICAS[size]), "alpha": ALPHAS[size], "decay": DECAYS[size]}
    return sized_sweep(study, size, seed, grid)


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """The landscape with its minimum, and the crossings of the runs beside the clock."""
    cell = RandomTeacherCell()
    found = dataset.assign(learning_rate=cell.rate, cap=cell.steps, level=cell.level)
    landscape, runs = found.sel(decay=0.0), found.sel(decay=found["decay"] > 0)
    found = found.assign(critical_norms(landscape, cell.level))
    shown = runs.sel(SHOWN)
    comparisons = (*_against_landscape(landscape), *_against_run(shown), *_against_clock(found, runs, cell))
    explorers = (
        phase_map(runs, "decay", cell.steps, "Runs with a free norm"),
        landscape_map(found.sel(decay=[0.0]), "decay", "Runs with a fixed norm"),
    )
    tables = (_landscape_table(landscape), _clock_table(found, runs, cell))
    return Analysis(found, comparisons, _verdict(found, runs, cell, comparisons), _caveats(found, comparisons), tables, explorers)


def _against_landscape(landscape: xarray.Dataset) -> list[Comparison]:
    rows = []
    for kind, words in (("", "last"), ("best_", "best")):
        for alpha, published in LANDSCAPE.items():
            for name, value in zip(("train", "test"), published, strict=True):
                if value > 0:
                    losses = over_runs(log10(landscape[f"{kind}{name}_loss"].sel(alpha=alpha)))
                    what = f"log10 of the {words} {name} loss, α = {alpha:.2g}"
                    rows.append(Comparison.of_runs(what, math.log10(value), losses, f"{SOURCE}, end of run", FACTOR))
    return rows


def _against_run(shown: xarray.Dataset) -> list[Comparison]:
    rows = []
    for name, step, expected in RUN:
        what = f"{name} accuracy after {step:,.0f} updates, α = 2, decay 0.05"
        accuracy = over_all_runs(accuracy_at(shown, f"{name}_accuracy", step))
        rows.append(Comparison.of_runs(what, expected, accuracy, f"{SOURCE}, one network", 0.1))
    what = "updates to 95 % of the test, α = 2, decay 0.05"
    return [*rows, Comparison.of_runs(what, CROSSING, over_all_runs(shown["test_step"]), f"{SOURCE}, one network", CROSSING_TOLERANCE)]


def _clock(ratio: float, rate: float, decay: float) -> float:
    """The clock's updates; NaN where the landscape never passes, so that there is no norm to count from."""
    return generalisation_steps(ratio, learning_rate=rate, weight_decay=decay) if np.isfinite(ratio) else np.nan


def _against_clock(found: xarray.Dataset, runs: xarray.Dataset, cell: RandomTeacherCell) -> list[Comparison]:
    alpha = SHOWN["alpha"]
    clock = generalisation_steps(alpha, learning_rate=cell.rate, weight_decay=SHOWN["decay"])
    test, train = (exponents(runs[f"{name}_step"].sel(alpha=alpha)) for name in ("test", "train"))
    slope, _ = time_slopes(runs["test_step"].sel(alpha=alpha), cell.rate)
    norm = geometric(runs["norm_at_test"].sel(alpha=alpha).mean("decay"))
    zeros = critical, passing = geometric(found["alpha_critical"]), geometric(found["alpha_passing"])
    by_slope = [slope.beside(zero.wider(1 / zero.mean)) for zero in zeros]  # the error of ln(zero)
    by_norm = [norm.beside(zero) for zero in zeros]
    logarithm = logarithm_slopes(runs["test_step"].where(runs["alpha"] > passing.mean), cell.rate)
    below = _below(found, runs)
    prompt = prompt_share(below, cell.steps)
    still = exponents_over_norms(below["test_step"])
    theory = "clock of weight decay"
    return [
        Comparison("clock for α = 2, decay 0.05, α_c = 1, in updates", 46_200, clock, "independent solution", 50),
        Comparison.of_runs("exponent of the test crossing in the decay, α = 2", -1, test, theory, 0.1),
        Comparison.of_runs("exponent of the training crossing in the decay, α = 2", 0, train, theory, 0.1),
        Comparison.of_runs("slope against 1/(rate·decay), α = 2: ln(α/α_c), α_c = 1", math.log(alpha), slope, theory, 0.1),
        Comparison.of_runs("the same, α_c least test loss of this landscape", math.log(alpha / critical.mean), by_slope[0], theory, 0.1),
        Comparison.of_runs("the same, norm at which this landscape passes", math.log(alpha / passing.mean), by_slope[1], theory, 0.1),
        Comparison.of_runs("norm at the test crossing, α = 2; α_c", critical.mean, by_norm[0], theory, 0.1),
        Comparison.of_runs("the same; norm at which this landscape passes", passing.mean, by_norm[1], theory, 0.1),
        Comparison.of_runs("slope of rate·decay·step in ln α, all runs above", 1, logarithm, theory, 0.1),
        Comparison.of_runs("exponent of the test crossing in the decay, mean over α ≤ α_c", 0, still, theory, 0.1),
        Comparison(f"share of runs with α ≤ α_c and a delay below {GAP} updates", 1, float(prompt), theory, 0),
    ]


def _below(found: xarray.Dataset, runs: xarray.Dataset) -> xarray.Dataset:
    """Runs from norms up to alpha_c."""
    return runs.sel(alpha=runs["alpha"] <= geometric(found["alpha_critical"])[0])


def prompt_share(runs: xarray.Dataset, cap: int) -> float:
    """Share of runs that generalise without a delay; one that never generalises has none either. NaN without runs."""
    return float((phases(runs, cap) == "comprehension").mean()) if runs["test_step"].size else np.nan


def _verdict(found: xarray.Dataset, runs: xarray.Dataset, cell: RandomTeacherCell, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    count, alpha = found.sizes["replica"], SHOWN["alpha"]
    critical, passing = (geometric(found[name]) for name in ("alpha_critical", "alpha_passing"))
    norm = geometric(runs["norm_at_test"].sel(alpha=alpha).mean("decay"))
    slope, start = time_slopes(runs["test_step"].sel(alpha=alpha), cell.rate)
    test, train = (exponents(runs[f"{name}_step"].sel(alpha=alpha)) for name in ("test", "train"))
    crossing = over_all_runs(runs["test_step"].sel(SHOWN))
    after = f"that is after {crossing.words(',.0f')} updates" if np.isfinite(crossing.mean) else "not all replicas do"
    never = int(runs["test_step"].sel(alpha=alpha).isnull().any("decay").sum())
    below = _below(found, runs)
    still, still_error, _ = exponents_over_norms(below["test_step"])
    late = float((below["test_step"] - below["train_step"]).max()) if below["test_step"].size else np.nan
    missed = int(below["test_step"].isnull().sum())
    few = " Fewer than three: the errors mean little." if count < 3 else ""
    return (
        (
            f"The reduced test loss is least at α_c = {critical.words()} (vertex of a parabola in logarithms, geometric "
            f"mean over replicas; the errors leave out the spacing of the grid, {neighbours(found['alpha'].values, critical.mean)} there), "
            f"and the test is passed up to α = {passing.words()}."
            if math.isfinite(critical.mean)
            else "The reduced test loss is least at an end of the grid in every replica: there is no α_c, and no clock that starts there."
        ),
        f"At α = 2 the step of 95 % test accuracy goes as decay^({test.words()}), that of 95 % training accuracy as "
        f"decay^({train.words()}). It is {start.words('.0f')} + ({slope.words('.3f')})/(rate·decay); "
        f"the clock says ln(α/α_c) = {math.log(alpha):.3f} with the published α_c = 1 and {math.log(alpha / critical.mean):.3f} with ours.",
        f"The networks pass the test when their norm has fallen to {norm.words()} of the usual initialisation: "
        f"{_times(norm, critical)} times α_c, {_times(norm, passing)} times the norm up to which the reduced landscape "
        f"passes. At the published decay 0.05 {after}; the clock says 46,200 with α_c = 1 and "
        f"{_clock(alpha / passing.mean, cell.rate, SHOWN['decay']):,.0f} with the norm that passes.",
        _from_below(still, still_error, late, missed),
        f"{tally(comparisons)} Errors are standard errors over {count} replicas (teacher, inputs and network)"
        + (f"; of exponents, slopes and norms without the {never} that do not pass from α = 2 at every decay" if never else "")
        + f".{few}",
    )


def _times(value: Spread, of: Spread) -> str:
    ratio = value.mean / of.mean
    return f"{ratio:.2f}" if math.isfinite(ratio) else "an unknown number of"


def _from_below(exponent: float, error: float, late: float, missed: int) -> str:
    """How the test crossing depends on decay where the norm is small from the start; the clock has the exponent -1."""
    if not math.isfinite(exponent):
        return "How the test crossing from α ≤ α_c depends on the decay is not known."
    if abs(exponent) <= 0.1:
        judged = "hardly depends on the decay", "is not on the clock"
    else:
        judged = "depends on the decay", "is on the clock" if abs(exponent + 1) <= 0.1 else "is neither on the clock nor off it"
    return (
        f"From α ≤ α_c the test crossing {judged[0]}, as decay^({with_error(exponent, error)}): it {judged[1]}. "
        f"It comes up to {late:,.0f} updates after that of training, where {GAP} are called grokking"
        + (f", and in {missed} runs not at all." if missed else ".")
    )


def _caveats(found: xarray.Dataset, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    missed = [c.what for c in comparisons if c.known and not c.as_hoped]
    enclosed = int(found["alpha_critical"].notnull().sum())
    sooner = int((found["alpha_passing"] > found["alpha_critical"]).sum())
    return (
        "Published losses are single networks, compared here in decimal logarithms within a factor 3; where the published loss is 0 only "
        "the test is compared. Best values are selected on the test itself and optimistic; the last value is the default.",
        "The clock is a statement about the norm. Where it starts to count, α_c, depends on the accuracy that is asked for: the criterion "
        f"(95 % of samples with a squared error below {RandomTeacher().tolerance:g}) is met at a larger norm "
        f"than that of the least test loss in {sooner} of {enclosed} landscapes.",
        f"A replica whose least test loss lies at an end of the grid has no α_c; {enclosed} of {found.sizes['replica']} have one.",
        "Training accuracy is that of the record; every run is recorded every 50 updates, fixed norms every 5.",
        "Not as expected: " + ("; ".join(missed) if missed else "nothing") + ".",
    )


def _landscape_table(landscape: xarray.Dataset) -> Table:
    rows = []
    for alpha in landscape["alpha"].values:
        here = landscape.sel(alpha=alpha)
        values = [10 ** over_runs(log10(here[name])).mean for name in LOSSES]
        error = over_runs(log10(here["test_loss"])).error
        rows.append((float(alpha), values[0], values[1], error, values[2], values[3], *LANDSCAPE.get(float(alpha), (None, None))))
    note = "Geometric means over replicas; ± is the standard error of the decimal logarithm of the last test loss."
    columns = ("α", "train, last", "test, last", "±", "train, best", "test, best", "train, published", "test, published")
    return Table("Reduced landscape", columns, rows, note)


LOSSES = ("train_loss", "test_loss", "best_train_loss", "best_test_loss")


def _clock_table(found: xarray.Dataset, runs: xarray.Dataset, cell: RandomTeacherCell) -> Table:
    passing = geometric(found["alpha_passing"])[0]
    rows = []
    for alpha in runs["alpha"].values:
        for decay in runs["decay"].values:
            here = runs.sel(alpha=alpha, decay=decay)
            test, error, _ = over_runs(here["test_step"])
            clocks = [_clock(alpha / c, cell.rate, decay) for c in (1.0, passing)]
            passed = f"{int(here['test_step'].notnull().sum())} of {here.sizes['replica']}"
            norm = float(here["norm_at_test"].mean())
            rows.append((float(alpha), float(decay), float(here["train_step"].mean()), passed, test, error, *clocks, norm))
    note = (
        f"Updates; means over the replicas that crossed within {cell.steps:,}. Norms in units of the usual initialisation. "
        f"The phases on this page call a delay of {GAP} updates grokking."
    )
    columns = ("α", "decay", "train crossing", "crossed", "test crossing", "±", "clock, α_c = 1", "clock, norm that passes", "norm then")
    return Table("Crossings and the clock", columns, rows, note, folded=True)


recipe = Recipe(
    name=study.name,
    question="Does a network that starts too large generalise when weight decay has brought its norm down, and on the clock's time?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "landscape",
            "Losses of a student at fixed norm α, in units of its usual initial norm, after 10,000 updates: every replica (small), their "
            "geometric mean (line), the best test value along the run, and the published values. Losses below 1e-7 are drawn there. "
            "The band is α_c with its error.",
            figures.landscape,
        ),
        Picture(
            "clock",
            "(a) First updates with 95 % accuracy at α = 2 against decay, means over replicas with standard errors, and the clock for "
            "three choices of α_c. (b) The same crossings for all α: rate times decay times updates. An arrow marks runs that did not pass "
            "within the cap.",
            figures.clock,
        ),
        Picture(
            "run",
            "The published run, α = 2 at decay 0.05: accuracies of every replica with the published values, and the norm with the pure "
            "decay exp(−rate·decay·t) on top. Horizontal lines: the norm up to which the reduced landscape passes the test, and α_c. "
            "Curves end where both accuracies have passed 95 %.",
            figures.run,
        ),
    ),
    executor="processes",
    health=trained.run_table,
)
