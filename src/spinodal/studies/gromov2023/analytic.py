"""Networks that are written down: random phases against width, lattices of phases beside them, and whether widths scale with the prime."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray

from ...theory import fourier_network
from ..slopes import slope_freedom, weighted_slope

WIDTHS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)  # in units of p
ERROR = 0.01  # of the pairs: the width at which random phases are wrong on so many is compared between primes
RESAMPLES = 400
LATTICES = {  # name: neurons of a frequency, multipliers of their phases, frequencies (None: all)
    "3 (1, 1)": (3, (1, 1), None),
    "4 (1, 1)": (4, (1, 1), None),
    "6 (1, 2)": (6, (1, 2), None),
    "6 (1, 4)": (6, (1, 4), None),
    "8 (1, 2)": (8, (1, 2), None),
    "6 (1, 4), k = 1 alone": (6, (1, 4), (1,)),
}


@dataclass(frozen=True)
class Plan:
    """Which primes, and how many draws of the phases at every width."""

    primes: tuple[int, ...]
    draws: int


def analytic_networks(plan: Plan) -> xarray.Dataset:
    """Both kinds of network at every prime, on all p^2 pairs, and the width that random phases need."""
    found = xarray.merge([random_phases(plan), lattices(plan)])
    widths, errors = zip(*(needed_width(found.sel(prime=p)) for p in plan.primes), strict=True)
    found["needed_width"] = ("prime", np.array(widths), {"units": "neurons"})
    found["needed_width_error"] = ("prime", np.array(errors), {"units": "neurons"})
    bounds = [fourier_network.sufficient_width(p, ERROR) for p in plan.primes]
    found["theory_width"] = ("prime", np.array(bounds), {"units": "neurons"})
    return found


def random_phases(plan: Plan) -> xarray.Dataset:
    """(prime, ratio, draw): accuracy, ties, least margin over N/2 (its mean over phases), normalised margin over the largest."""
    shape = (len(plan.primes), len(WIDTHS), plan.draws)
    names = ("random_accuracy", "random_ties", "random_least_margin", "random_normalised_margin")
    values = {name: np.empty(shape) for name in names}
    neurons = np.array([[round(ratio * p) for ratio in WIDTHS] for p in plan.primes])
    for i, j, draw in np.ndindex(*shape):
        p, width = plan.primes[i], int(neurons[i, j])
        network = fourier_network.weights(p, width, seed=draw)
        largest = fourier_network.largest_normalised_margin(p)
        row = (network.accuracy(), network.ties(), 2 * network.margins().min() / width, network.normalised_margin() / largest)
        for name, value in zip(names, row, strict=True):
            values[name][i, j, draw] = value
    found = xarray.Dataset({name: (("prime", "ratio", "draw"), array) for name, array in values.items()})
    found["neurons"] = ("prime", "ratio"), neurons
    coordinates = {"prime": list(plan.primes), "ratio": list(WIDTHS), "draw": np.arange(plan.draws)}
    return found.assign_coords(coordinates)


def lattices(plan: Plan) -> xarray.Dataset:
    """(prime, lattice): width, accuracy, ties, least margin over M p / 4, normalised margin over the largest, whether all terms cancel."""
    columns = ("width", "accuracy", "ties", "least_margin", "normalised_margin", "cancels")
    rows = np.empty((len(plan.primes), len(LATTICES), len(columns)))
    for i, p in enumerate(plan.primes):
        for j, (m, multipliers, frequencies) in enumerate(LATTICES.values()):
            network = fourier_network.weights(p, phases="lattice", per_frequency=m, multipliers=multipliers, frequencies=frequencies)
            share = network.normalised_margin() / fourier_network.largest_normalised_margin(p)
            least = float(network.margins().min()) / (m * p / 4)
            row = (network.width, network.accuracy(), network.ties(), least, share, fourier_network.cancels(m, multipliers))
            rows[i, j] = row
    data: dict[str, Any] = {f"lattice_{name}": (("prime", "lattice"), rows[..., k]) for k, name in enumerate(columns)}
    data["largest_normalised_margin"] = ("prime", [fourier_network.largest_normalised_margin(p) for p in plan.primes])
    return xarray.Dataset(data, coords={"prime": list(plan.primes), "lattice": list(LATTICES)})


def needed_width(found: xarray.Dataset) -> tuple[float, float]:
    """The width at which random phases of one prime are wrong on `ERROR` of the pairs, and its standard error over draws.

    The logarithm of the mean share of wrong pairs is read as straight between two widths; the error is that of draws drawn again.
    NaN where no two neighbouring widths have it between them.
    """
    prime, neurons = int(found["prime"]), found["neurons"].values.astype(float)
    wrong = 1 - found["random_accuracy"].transpose("ratio", "draw").values
    draws = wrong.shape[1]
    floor = 0.5 / (draws * prime**2)  # half a pair: a mean of exactly 0 has no logarithm
    generator = np.random.default_rng(prime)
    means = [wrong.mean(axis=1), *(wrong[:, generator.integers(draws, size=draws)].mean(axis=1) for _ in range(RESAMPLES))]
    width, *again = (_crossing(neurons, np.maximum(mean, floor)) for mean in means)
    return width, float(np.std(again, ddof=1)) if np.isfinite(again).all() else np.nan


def _crossing(neurons: np.ndarray, wrong: np.ndarray) -> float:
    after = np.flatnonzero((wrong[1:] <= ERROR) & (wrong[:-1] > ERROR))
    if not after.size:
        return np.nan
    i = int(after[0])
    low, high = np.log(wrong[i : i + 2])
    return float(neurons[i] + (neurons[i + 1] - neurons[i]) * (np.log(ERROR) - low) / (high - low))


def growth(found: xarray.Dataset) -> tuple[float, float]:
    """The exponent b of needed width ~ p^b with its standard error; 1 if curves collapse in N / p, near 0 if width ~ ln p.

    `weighted_slope` over the primes, by the errors of the widths. NaN with fewer than three primes.
    """
    points = _needed_widths(found)
    return weighted_slope(*points) if len(points[0]) >= 3 else (np.nan, np.nan)


def growth_freedom(found: xarray.Dataset) -> float:
    """Degrees of freedom of its error; those of the widths are of many draws."""
    return slope_freedom(*_needed_widths(found), of_errors=found.sizes["draw"] - 1)


def _needed_widths(found: xarray.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ln p, ln(width) and the error of that, where it is known."""
    known = np.isfinite(found["needed_width"].values) & (found["needed_width_error"].values > 0)
    width, error = (found[name].values[known] for name in ("needed_width", "needed_width_error"))
    return np.log(found["prime"].values[known]), np.log(width), error / width


def theory_growth(found: xarray.Dataset) -> float:
    """The same exponent of the width that theory says is sufficient, least squares over the same primes; NaN with fewer than three."""
    if found.sizes["prime"] < 3:
        return np.nan
    return float(np.polyfit(np.log(found["prime"].values), np.log(found["theory_width"].values), 1)[0])


def accuracy_spread(found: xarray.Dataset, ratio: float) -> tuple[float, float, float]:
    """Mean accuracies of the least and the largest prime at one N / p, and their difference in standard errors."""
    ends = [found["random_accuracy"].sel(ratio=ratio).isel(prime=i).values for i in (0, -1)]
    means = [float(v.mean()) for v in ends]
    error = float(np.sqrt(sum(v.var(ddof=1) / v.size for v in ends)))
    return means[0], means[1], (means[1] - means[0]) / error if error > 0 else np.nan
