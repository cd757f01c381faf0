"""Omnigrok on scikit-learn's digits, which are not MNIST: the reduced landscape, and the delay against initial norm and data."""

from dataclasses import dataclass

import numpy as np
import xarray

from ...citations import OMNIGROK2022
from ...errors import integer
from ...figures import omnigrok2022_digits as figures
from ...problems import Digits
from ...report import Table
from ...sweeps import Study, Sweep
from ...theory.effective import generalisation_steps
from .. import trained
from ..averages import over_runs
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from .cell import DIMS, UNITS, OmnigrokCell, run_cell
from .explorers import landscape_map, phase_map
from .landscape import critical_norms, geometric, log10, neighbours

SAMPLES = {"quick": (100, 1000), "paper": (200, 500, 1000)}
ALPHAS = {"quick": (0.1, 0.3, 1.0, 3.0, 5.0, 8.0), "paper": (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 8.0)}
DECAY = {"quick": 0.1, "paper": 0.01}
REPLICAS = {"quick": 3, "paper": 5}
HURRY = {  # small batches and a strong decay, so that the clock ticks within minutes
    "quick": {"batch": 50, "landscape_steps": 4_000, "steps": 20_000, "records": 400},
    "paper": {},
}
CLEARLY = 2.0  # a loss this many times another is larger, also on a few hundred images
PUBLISHED = "arXiv:2210.01117, MNIST, in words"


@dataclass(frozen=True)
class DigitsCell(OmnigrokCell):
    """A 64-200-200-10 ReLU network, squared error against one-hot targets, `batch` rows an update."""

    samples: int = 1000
    batch: int = 200
    alpha: float = 8.0
    decay: float = 0.01
    rate: float = 1e-3
    steps: int = 200_000
    level: float = 0.6
    stop_at: float = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        integer("batch", self.batch, minimum=1, why="the rows of an update")
        self.problem()

    @property
    def batch_rows(self) -> int | None:
        """All rows where there are no more than a batch."""
        return self.batch if self.batch < self.samples else None

    def problem(self) -> Digits:
        """What is learned."""
        return Digits(samples=self.samples, seed=self.task_seed())


def group_key(cell: DigitsCell) -> tuple:
    """The shapes of the data; a process compiles two programs for each, with a free and with a fixed norm, and keeps both."""
    return cell.samples, cell.batch


study = Study(
    name="omnigrok2022-digits",
    version=1,
    settings=DigitsCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=OMNIGROK2022,
)


def sweep(size: str, seed: int) -> Sweep:
    """Data sizes times initial norms, each with its norm fixed (decay 0) and decaying, times replicas."""
    grid = {"replica": range(REPLICAS[size]), "samples": SAMPLES[size], "alpha": ALPHAS[size], "decay": (0.0, DECAY[size])}
    return sized_sweep(study, size, seed, grid, HURRY[size])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """The landscapes with their minima, and the delays."""
    cell = DigitsCell(decay=DECAY[size], **HURRY[size])
    landscape, runs = dataset.sel(decay=0.0), dataset.sel(decay=cell.decay)
    found = dataset.assign(learning_rate=cell.rate, cap=cell.steps, level=cell.level)
    found = found.assign(critical_norms(landscape, cell.level))
    found["delay"] = delays(runs, cell.steps)
    comparisons = _claims(found, landscape, cell)
    explorers = (
        phase_map(runs, "samples", cell.steps, "Digits, not MNIST: runs with a free norm"),
        landscape_map(landscape, "samples", "Digits, not MNIST: runs with a fixed norm"),
    )
    tables = (_landscape_table(landscape), _delay_table(found, runs, cell))
    return Analysis(found, comparisons, _verdict(found, runs, cell, comparisons), _caveats(runs, cell, comparisons), tables, explorers)


def delays(runs: xarray.Dataset, cap: int) -> xarray.DataArray:
    """Updates from the training crossing to that of the test; from below, up to the cap, where the test never crossed."""
    return runs["test_step"].fillna(cap) - runs["train_step"]


def _claims(found: xarray.Dataset, landscape: xarray.Dataset, cell: DigitsCell) -> tuple[Comparison, ...]:
    rows = []
    for samples in found["samples"].values:
        here = landscape.sel(samples=samples)
        train, test = (here[f"{name}_loss"] for name in ("train", "test"))
        ends = [test.isel(alpha=k) > CLEARLY * test.min("alpha") for k in (0, -1)]
        left = train.isel(alpha=0) > CLEARLY * train.min("alpha")
        flat = train.sel(alpha=slice(1.0, None)).max("alpha") < train.isel(alpha=0) / CLEARLY
        delay = found["delay"].sel(samples=samples)
        bound = found["test_step"].sel(decay=cell.decay, samples=samples).isnull()
        above = delay.sel(alpha=slice(1.0, None))
        grows = growing(above, bound.sel(alpha=slice(1.0, None)))
        first = delay.sel(alpha=1.0)
        quiet = (first < 1000).where(first.notnull() & ~((first < 1000) & bound.sel(alpha=1.0)))
        rows += [
            _share(f"test loss U-shaped in α, N = {samples}", ends[0] & ends[1]),
            _share(f"training loss L-shaped in α, N = {samples}", left & flat),
            _share(f"delay grows with α from 1 on, N = {samples}", grows),
            _share(f"delay below 1000 updates at α = 1, N = {samples}", quiet),
        ]
    few, many = (found["delay"].isel(alpha=-1, samples=k) for k in (0, -1))
    # Of two bounds neither is the shorter
    seen = found["test_step"].sel(decay=cell.decay).isel(alpha=-1, samples=[0, -1]).notnull().any("samples")
    sizes = [int(found["samples"].values[k]) for k in (0, -1)]
    shorter = (many < few).where(seen & many.notnull() & few.notnull())
    rows.append(_share(f"delay at the largest α shorter with N = {sizes[1]} than with {sizes[0]}", shorter))
    clock = generalisation_steps(8.0, learning_rate=1e-3, weight_decay=0.01)
    rows.append(Comparison("clock for α = 8, rate 1e-3, decay 0.01, α_c = 1, in updates", 207_944, clock, "independent solution", 1))
    return tuple(rows)


def growing(delay: xarray.DataArray, bound: xarray.DataArray) -> xarray.DataArray:
    """Whether the delay never falls along alpha and ends above its start, of every replica: 1, 0, or NaN where bounds leave it open.

    `bound`: where the delay is a bound from below. A later one that is lower than a value seen is no fall, since it may be anything
    above itself; a fall from a bound is one, and so is one between two values.
    """
    value, is_bound = (a.transpose(..., "alpha").values for a in (delay, bound))
    known = np.isfinite(value)

    def rises(first: tuple, second: tuple, strictly: bool) -> np.ndarray:
        up = (value[first] < value[second]) if strictly else (value[first] <= value[second])
        sure = known[first] & known[second] & np.where(up, ~is_bound[first], ~is_bound[second])
        return np.where(sure, up, np.nan)

    steps = rises((..., slice(None, -1)), (..., slice(1, None)), strictly=False)
    whole = rises((..., 0), (..., -1), strictly=True)
    every = np.concatenate([steps, whole[..., None]], axis=-1)
    judged = np.where((every == 0).any(axis=-1), 0.0, np.where(np.isnan(every).any(axis=-1), np.nan, 1.0))
    return xarray.DataArray(judged, dims=[dim for dim in delay.dims if dim != "alpha"])


def _share(what: str, holds: xarray.DataArray) -> Comparison:
    """Of replicas for which a claim holds, against all of which that is known."""
    return Comparison(f"share of replicas: {what}", 1, float(holds.mean()), PUBLISHED, 0)


def _verdict(found: xarray.Dataset, runs: xarray.Dataset, cell: DigitsCell, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    count = found.sizes["replica"]
    critical, delay = [], []
    for samples in found["samples"].values:
        here = found.sel(samples=samples)
        least, late = geometric(here["alpha_critical"]), over_runs(here["delay"].isel(alpha=-1))
        grid = f", where the grid has {neighbours(found['alpha'].values, least.mean)}" if np.isfinite(least.mean) else ""
        critical.append(f"{least.words('.3f')} with N = {samples}{grid}")
        bound = "at least " if runs["test_step"].sel(samples=samples).isel(alpha=-1).isnull().any() else ""
        norm = geometric(runs["norm_at_test"].sel(samples=samples).isel(alpha=-1))[0]
        passed = f"norm {norm:.2f} when the test is passed" if np.isfinite(norm) else "the test is never passed"
        delay.append(f"{bound}{late.words(',.0f')} updates with N = {samples} ({passed})")
    few = " Fewer than three: the errors mean little." if count < 3 else ""
    return (
        "These are scikit-learn's digits, not MNIST: only the published words can be compared, not the numbers.",
        f"The reduced test loss is least at α_c = {'; '.join(critical)} (vertex of a parabola in logarithms, geometric "
        f"mean). The errors leave out the spacing of the grid.",
        f"From α = {found['alpha'].values[-1]:g} at decay {cell.decay:g} the test accuracy reaches {cell.level:g} after that of "
        f"training by {'; '.join(delay)}. {_clocks(found, cell)}",
        f"{tally(comparisons)} Errors are standard errors over {count} replicas (split and network).{few}",
    )


def _clocks(found: xarray.Dataset, cell: DigitsCell) -> str:
    """What the clock says of the largest norm, from two zeros."""
    told = []
    for samples in found["samples"].values:
        zeros = [geometric(found[name].sel(samples=samples))[0] for name in ("alpha_critical", "alpha_passing")]
        starts = [float(found["alpha"].values[-1]) / zero for zero in zeros if np.isfinite(zero)]
        steps = [generalisation_steps(start, learning_rate=cell.rate, weight_decay=cell.decay) for start in starts]
        if len(steps) == len(zeros):
            told.append(f"{steps[0]:,.0f} and {steps[1]:,.0f} with N = {samples} (norm {zeros[1]:.2f})")
    said = "; ".join(told) or "not known, as the grid does not enclose both"
    return f"A clock of pure decay from there to α_c, and to the norm at which the landscape passes that accuracy: {said}."


def _caveats(runs: xarray.Dataset, cell: DigitsCell, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    never = int(runs["test_step"].isnull().sum())
    missed = [c.what for c in comparisons if c.known and not c.as_hoped]
    untrained = int(runs["train_step"].isnull().sum())
    return (
        "Digits, not MNIST: 1,797 images of 8 × 8 pixels that come with scikit-learn. No published MNIST number is reproduced here.",
        f"Crossings are of an accuracy of {cell.level:g}; a run ends once both accuracies have reached {cell.stop_at:g}.",
        f"{never} of {runs['test_step'].size} runs did not pass the test within {cell.steps:,} updates and count with the cap, as lower "
        f"bounds; {untrained} did not pass training and have no delay.",
        f"The quick size has batches of {HURRY['quick']['batch']} and decay {DECAY['quick']:g}, the paper size 200 and "
        f"{DECAY['paper']:g} as published: with the published product of rate and decay an e-fold of the norm takes 100,000 updates.",
        "Not as expected: " + ("; ".join(missed) if missed else "nothing") + f". Losses at fixed norm are those after "
        f"{cell.landscape_steps:,} updates: where that of training rises with α, the network has not fitted its data by then.",
        "The clock takes the network to have fitted its data before the norm decays. With large α and strong decay fitting takes as long "
        "as decaying, so the delay counts from the training crossing.",
    )


def _landscape_table(landscape: xarray.Dataset) -> Table:
    rows = []
    for samples in landscape["samples"].values:
        for alpha in landscape["alpha"].values:
            here = landscape.sel(samples=samples, alpha=alpha)
            train, test, best = (10 ** over_runs(log10(here[name])).mean for name in ("train_loss", "test_loss", "best_test_loss"))
            error = over_runs(log10(here["test_loss"])).error
            rows.append((int(samples), float(alpha), train, test, error, best, float(here["test_accuracy"].mean())))
    note = (
        "Geometric means over replicas; ± is the standard error of the decimal logarithm of the last test loss. Best: selected on the test."
    )
    columns = ("N", "α", "train loss, last", "test loss, last", "±", "test loss, best", "test accuracy")
    return Table("Reduced landscape of the digits", columns, rows, note)


def _delay_table(found: xarray.Dataset, runs: xarray.Dataset, cell: DigitsCell) -> Table:
    rows = []
    for samples in runs["samples"].values:
        for alpha in runs["alpha"].values:
            here = runs.sel(samples=samples, alpha=alpha)
            delay, error, _ = over_runs(found["delay"].sel(samples=samples, alpha=alpha))
            passed = f"{int(here['test_step'].notnull().sum())} of {here.sizes['replica']}"
            clock = generalisation_steps(float(alpha), learning_rate=cell.rate, weight_decay=cell.decay)
            train, norm = float(here["train_step"].mean()), float(here["norm_at_test"].mean())
            rows.append((int(samples), float(alpha), train, passed, delay, error, clock, norm))
    note = "Updates. Norms in units of the usual initialisation. The clock with α_c = 1 is shown for its size; it is not fitted."
    columns = ("N", "α", "train crossing", "test crossed", "delay", "±", "clock, α_c = 1", "norm at the test crossing")
    return Table("Delays on the digits", columns, rows, note)


recipe = Recipe(
    name=study.name,
    question="Do Omnigrok's landscapes, and its delays that grow with the initial norm and shrink with more data, exist on digits too?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "landscape",
            "Digits, not MNIST. Losses at fixed norm α, in units of the usual initial norm: every replica (small), their geometric mean "
            "(line) and the best test value along the run. Losses below 1e-7 are drawn there. The band is α_c with its error.",
            figures.landscape,
        ),
        Picture(
            "delay",
            "Digits, not MNIST. (a) Updates from the training crossing to that of the test; triangles pointing up are lower bounds. "
            "(b) The norm at both crossings, in units of the usual initialisation; on the grey line it is that of the start.",
            figures.delay,
        ),
        Picture(
            "runs",
            "Digits, not MNIST. Accuracies of every replica from the largest α for the smallest and the largest data set, and the norm "
            "with the pure decay exp(−rate·decay·t) on top. Curves end where both accuracies have passed 80 %.",
            figures.runs,
        ),
    ),
    executor="processes",
    health=trained.run_table,
)
