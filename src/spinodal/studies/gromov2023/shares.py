"""How late does plain gradient descent generalise with less and less data: does the delay diverge at a finite share of the pairs?"""

from typing import Any

import numpy as np
import xarray

from ...citations import SQUARE_NETWORKS
from ...figures import gromov2023_shares as figures
from ...report import Table
from ...sweeps import Study, Sweep
from ...transitions.learning_phases import wilson_interval
from ..averages import with_error
from ..censored import median_of
from ..censored_line import LATER, SEEN
from ..comparison import Comparison, tally
from ..delay_laws import EXPONENTIAL, LAWS, POWER, Laws, fit_laws, fit_power
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from ..slopes import slope_freedom, weighted_slope
from ..trained import run_table
from .cell import LEVEL
from .descent import DELAYED
from .shares_cell import DIMS, UNITS, SharesCell, group_key, run_cell

LOADS = (4.0, 4.5, 4.75, 5.0, 5.5, 6.0)
SIZES: dict[str, dict[str, Any]] = {
    "quick": {"grid": {"prime": [23, 31, 43], "load": list(LOADS), "replica": range(5)}, "base": {}},
    "paper": {
        "grid": {"prime": [31, 43, 59, 97], "load": [3.5, 4.0, 4.25, *LOADS[1:], 7.0, 8.0], "replica": range(8)},
        "base": {"steps": 20_000},
    },
}
GAP = 0.004  # between a threshold and the least share with a delay
DRAWS = 100  # from each law, to judge the other
SLOWING, SCALING = "argument: a rate of growth that vanishes linearly", "argument: pairs needed grow as p ln p"
CAVEATS = (
    f"Delay: updates from a training to a test accuracy of {LEVEL}. Runs that never generalise within the cap are later than the cap. The "
    "rate is 0.4 in units of N p (2p)^(2/3), where no run diverged; there is no decay, no momentum, no noise.",
    "Two laws are fitted to the delay at each prime by likelihood: an exponential of the share of the pairs, and a power law of its "
    "distance from a threshold; p of a law: by simulation from it. Loads of a replica share its network and nested splits, so the "
    "errors of threshold and power are jackknife errors over replicas.",
    "Splits have thresholds of their own: near the threshold of their mean the delays scatter most, where the laws assume the same scatter "
    "of ln(delay) at all shares. Primes from 23 to 43 are too near to one another to tell a power of p from logarithms.",
    "The descent has an end: with the training loss the gradient fades, and the test accuracy stays where it is by then, anywhere below "
    "the level. A cap matters close to the threshold only, where runs that would arrive are late without bound.",
)
SMALLER = "This quick size has primes up to 43 in place of the published 97; small primes need more of their pairs."

study = Study(
    name="gromov2023-shares",
    version=1,
    settings=SharesCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=SQUARE_NETWORKS,
)


def sweep(size: str, seed: int) -> Sweep:
    """Primes, loads and replicas of the size."""
    return sized_sweep(study, size, seed, **SIZES[size])


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Which law the delay follows at each prime, where it diverges, and whether plain descent groks."""
    found = dataset.transpose("prime", "load", "replica", ...)
    laws = {int(p): fit_laws(*delays(found.sel(prime=p)), gap=GAP, draws=DRAWS) for p in found["prime"].values}
    found = with_laws(found, laws).assign_attrs(delayed=DELAYED)
    rows = comparisons(found)
    smaller = (SMALLER,) if size == "quick" else ()
    return Analysis(found, rows, (*verdict(found, laws), tally(rows)), (*CAVEATS, *smaller), (_table(found),))


def delays(runs: xarray.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of the pairs, ln(delay) and its kind, of the runs of one prime that have learned their training set and not diverged.

    A delay is at least one interval between records: below that it is not resolved.
    """
    train, test = (runs[f"{name}_step"].transpose("load", "replica").values for name in ("train", "test"))
    share, end = (runs[name].transpose("load", "replica").values for name in ("train_fraction", "last_step"))
    diverged = runs["diverged"].transpose("load", "replica").values.astype(bool)
    trained, never = np.isfinite(train) & ~diverged, np.isnan(test)
    late = np.maximum(np.where(never, end, test) - train, SharesCell().every)
    return share[trained], np.log(late[trained]), np.where(never, LATER, SEEN)[trained]


def with_laws(found: xarray.Dataset, laws: dict[int, Laws]) -> xarray.Dataset:
    """The threshold, the power and the prefactor of each prime with jackknife errors."""
    names = ("threshold", "power", "intercept", "threshold_error", "power_error")
    rows = {name: np.full(len(laws), np.nan) for name in names}
    for k, (p, law) in enumerate(laws.items()):
        power = law.lines[POWER]
        if np.isfinite(law.gain) and not law.bound:
            rows["threshold"][k], rows["power"][k], rows["intercept"][k] = law.threshold, -power.slope, power.intercept
            rows["threshold_error"][k], rows["power_error"][k] = jackknife(found.sel(prime=p))
    critical = {name: ("prime", values) for name, values in rows.items()}
    found = found.assign(critical)
    primes = found["prime"]
    for end in ("", "_error"):
        found[f"threshold_load{end}"] = found[f"threshold{end}"] * primes / np.log(primes)
    return found


def jackknife(runs: xarray.Dataset) -> tuple[float, float]:
    """Standard errors of the threshold and the power of one prime, leaving out each replica in turn.

    error^2 = (n - 1)/n sum_k (x_k - mean)^2.     NaN: two replicas or fewer, or no law without one of them.
    """
    n = runs.sizes["replica"]
    if n < 3:
        return np.nan, np.nan
    left = []
    for k in range(n):
        line, threshold = fit_power(*delays(runs.isel(replica=[j for j in range(n) if j != k])), gap=GAP)
        left.append((threshold, -line.slope))
    spread = np.sqrt((n - 1) * np.var(left, axis=0))
    return float(spread[0]), float(spread[1])


def comparisons(found: xarray.Dataset) -> tuple[Comparison, ...]:
    """The power of the delay against 1 at every prime, and the power of p in the pairs needed against that of p ln p."""
    rows = []
    for p in found["prime"].values:
        here = found.sel(prime=p)
        value, error = float(here["power"]), float(here["power_error"])
        what, freedom = f"power of the delay at p = {p}", found.sizes["replica"] - 1
        rows.append(Comparison(what, 1.0, value, SLOWING, 0.1, error, largest_error=0.2, freedom=freedom))
    known = measured(found)
    if known.sizes["prime"] > 1:
        argued = float(np.polyfit(np.log(known["prime"]), np.log(known["prime"] * np.log(known["prime"])), 1)[0])
        power, error = power_of_p(known)
        freedom = slope_freedom(*_pairs_needed(known), of_errors=found.sizes["replica"] - 1)
        what = "power of p in the training pairs at the threshold"
        rows.append(Comparison(what, argued, power, SCALING, 0.05, error, largest_error=0.1, freedom=freedom))
    return tuple(rows)


def measured(found: xarray.Dataset) -> xarray.Dataset:
    """The primes whose threshold has an error."""
    return found.sel(prime=(found["threshold"].notnull() & (found["threshold_error"] > 0)).values)


def power_of_p(known: xarray.Dataset) -> tuple[float, float]:
    """Of f_c p^2, the training pairs at the threshold, by weighted least squares in logarithms, and its error."""
    return weighted_slope(*_pairs_needed(known))


def _pairs_needed(known: xarray.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ln p, ln(f_c p^2) and the error of that."""
    x, y = np.log(known["prime"].values), np.log(known["threshold"].values * known["prime"].values ** 2)
    return x, y, (known["threshold_error"] / known["threshold"]).values


def verdict(found: xarray.Dataset, laws: dict[int, Laws]) -> tuple[str, ...]:
    """Whether plain descent groks, the law of the delay, and the threshold against p."""
    return (_groks(found), *(_law(found.sel(prime=p), p, law) for p, law in laws.items()), _thresholds(found))


def _groks(found: xarray.Dataset) -> str:
    ratios = (found["test_step"] / found["train_step"]).values
    ratios = ratios[np.isfinite(ratios)]
    parts = []
    for p in found["prime"].values:
        for load in found["load"].values:
            runs = found.sel(prime=p, load=load)
            there = int(runs["test_step"].notnull().sum())
            if there:  # the least load at which some run generalises
                longest = float((runs["test_step"] / runs["train_step"]).max())
                low, high = wilson_interval(there, runs.sizes["replica"])
                parts.append(
                    f"p = {p} with {float(runs['train_fraction'].max()):.0%} of the pairs: {there} of {runs.sizes['replica']} (95 %: "
                    f"{low:.2f} to {high:.2f}), by up to {longest:.1f} times the update of training"
                )
                break
    if not parts:
        return f"No run generalises within {float(found['last_step'].max()):,.0f} updates."
    late = int((ratios >= DELAYED).sum())
    answer = "groks" if late else "generalises late, but does not grok"
    return (
        f"Plain gradient descent {answer} where data are scarce: {late} of {len(ratios)} runs that generalise take {DELAYED} times the "
        f"updates of training or more. Test accuracy {LEVEL} with the least data that do for some seed: {'; '.join(parts)}."
    )


def _law(here: xarray.Dataset, p: int, law: Laws) -> str:
    told = f"p = {p}: {law.message}"
    if np.isfinite(law.gain):
        said = "; ".join(f"{name}, p = {law.p_said(name)}" for name in LAWS)
        ahead = POWER if law.gain > 0 else EXPONENTIAL
        told += f" ({said}); the {ahead} is ahead by {abs(law.gain):.0f} in AIC"
    if np.isfinite(float(here["threshold"])):
        return (
            f"{told}. The delay goes as the distance of the share from {_measured(here, 'threshold', 4)} to the power -n, "
            f"n = {_measured(here, 'power', 2)}."
        )
    return f"{told}. Its threshold is at {law.bound}." if law.bound else f"{told}."


def _thresholds(found: xarray.Dataset) -> str:
    known = measured(found)
    if not known.sizes["prime"]:
        return "No prime has a threshold with an error."
    loads = [f"{_measured(known.sel(prime=p), 'threshold_load', 2)} (p = {p})" for p in known["prime"].values]
    power, error = power_of_p(known)
    grows = f" The pairs needed grow as p^({power:.2f} ± {error:.2f})." if np.isfinite(power) else ""
    return f"The thresholds in training pairs over p ln p: {', '.join(loads)}.{grows}"


def _measured(here: xarray.Dataset, name: str, digits: int) -> str:
    return with_error(float(here[name]), float(here[f"{name}_error"]), f".{digits}f")


def _table(found: xarray.Dataset) -> Table:
    rows = []
    for p in found["prime"].values:
        for load in found["load"].values:
            runs = found.sel(prime=p, load=load)
            middle, fitted = median_of(runs["test_step"].values), median_of(runs["train_step"].values)
            times = (x if np.isfinite(x) else np.nan for x in (fitted.value, middle.value, middle.low, middle.high))
            ratio = runs["test_step"] / runs["train_step"]
            longest = float(ratio.max()) if ratio.notnull().any() else np.nan
            least = float(runs["test_accuracy"].min())
            rows.append(
                (int(p), float(load), float(runs["train_fraction"].max()), f"{middle.events} of {middle.runs}", *times, longest, least)
            )
    columns = (
        *(
            "p",
            "pairs / (p ln p)",
            "share of the pairs",
            f"test accuracy {LEVEL}",
            "update of training, median",
            "update of the test, median",
        ),
        *("low", "high", "largest ratio", "least test accuracy at the end"),
    )
    return Table("Every prime and load", columns, rows, "Low and high: between order statistics; a dash: never within the cap.")


recipe = Recipe(
    name=study.name,
    question="Does plain gradient descent grok as data get scarce: does its delay diverge at a finite share of the pairs?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "shares",
            "(a) Updates to test accuracy 0.99 over those to training accuracy 0.99, against training pairs over p ln p; a point a run, "
            "triangles: never within the cap. Dashed: 10 times. Dotted: the fitted thresholds. (b) The delay in updates against the "
            "distance of the share of the pairs from the threshold of its prime. Lines: fitted powers; grey: a power of -1.",
            figures.shares,
        ),
    ),
    executor="processes",
    health=run_table,
)
