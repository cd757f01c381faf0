"""Maps of runs to click through: phases where the norm is free, accuracies where it is kept."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import xarray

from ...report import Explorer, MapCell
from ...transitions.learning_phases import classify

GAP = 1000  # updates between the two crossings, from which a delay is called grokking
COLOURS = {"comprehension": "#56B4E9", "grokking": "#E69F00", "memorization": "#CC79A7", "confusion": "#B0B0B0"}
LETTERS = {"comprehension": "C", "grokking": "G", "memorization": "M", "confusion": "X"}
LOOKS = {"training accuracy": "#0072B2", "test accuracy": "#D55E00", "norm over its largest": "#777777"}


def phases(found: xarray.Dataset, cap: int) -> xarray.DataArray:
    """The phase of every run, with `GAP`."""
    steps = found["train_step"]
    return xarray.DataArray(classify(steps.values, found["test_step"].values, gap=GAP, cap=cap), dims=steps.dims, coords=steps.coords)


def phase_map(runs: xarray.Dataset, row: str, cap: int, title: str) -> Explorer:
    """alpha against `row` ("decay" or "samples"); `runs` have the dimensions replica, alpha, `row`, curve."""
    labels = phases(runs, cap)
    cells = [[_phase_cell(*_at(runs, labels, row, value, alpha)) for alpha in runs["alpha"].values] for value in runs[row].values]
    note = (
        f"C comprehension, G grokking (at least {GAP} updates between the crossings), M memorization, X confusion, by most replicas; "
        f"never means not within {cap:,} updates. A curve for every replica, until its run ended."
    )
    return _explorer(runs, title, note, row, cells)


def landscape_map(landscape: xarray.Dataset, row: str, title: str) -> Explorer:
    """Test accuracy at fixed norm; `landscape` has the dimensions replica, alpha, `row`, curve."""
    cells = []
    for value in landscape[row].values:
        line = []
        for alpha in landscape["alpha"].values:
            here = landscape.sel({row: value, "alpha": alpha})
            share = float(here["test_accuracy"].mean())
            train, test = (float(here[f"{name}_loss"].median()) for name in ("train", "test"))
            words = f"alpha {alpha:.3g}: test accuracy {share:.2f}; median loss {train:.2g} in training, {test:.2g} in the test"
            line.append(MapCell(f"{100 * share:.0f}", words, _grey(share), _curves(here)))
        cells.append(line)
    return _explorer(landscape, title, "Mean test accuracy in per cent, all parameters rescaled after every update.", row, cells)


def _explorer(runs: xarray.Dataset, title: str, note: str, row: str, cells: list[list[MapCell]]) -> Explorer:
    names = [f"{value:g}" for value in runs[row].values]
    alphas = [f"{alpha:.3g}" for alpha in runs["alpha"].values]
    steps = runs["curve_step"].isel({dim: 0 for dim in runs["curve_step"].dims if dim != "curve"}).values
    return Explorer(title, note, row, "alpha", names, alphas, steps.tolist(), cells, LOOKS)


def _at(runs: xarray.Dataset, labels: xarray.DataArray, row: str, value: float, alpha: float) -> tuple[xarray.Dataset, list[str]]:
    point = {row: value, "alpha": alpha}
    return runs.sel(point), [str(label) for label in labels.sel(point).values]


def _phase_cell(here: xarray.Dataset, labels: list[str]) -> MapCell:
    counts = Counter(labels)
    first, most = counts.most_common(1)[0]
    tied = [phase for phase in LETTERS if counts[phase] == most]
    found = ", ".join(f"{counts[phase]} of {len(labels)} {phase}" for phase in LETTERS if counts[phase])
    train, test = (_median(here[f"{name}_step"].values) for name in ("train", "test"))
    words = f"{found}; crossings at {train} updates in training, {test} in the test (medians)"
    return MapCell("/".join(LETTERS[phase] for phase in tied[:2]), words, COLOURS[first], _curves(here))


def _median(steps: np.ndarray) -> str:
    middle = np.median(np.where(np.isfinite(steps), steps, np.inf))
    return f"{middle:,.0f}" if np.isfinite(middle) else "never"


def _curves(here: xarray.Dataset) -> dict[str, Sequence[Sequence[float]]]:
    norm = here["curve_norm"].transpose("replica", "curve").values
    train, test = (here[f"curve_{name}_accuracy"].transpose("replica", "curve").values for name in ("train", "test"))
    largest = np.where(np.isnan(norm), -np.inf, norm).max(axis=1, keepdims=True)  # of a run that never was: no curve
    return dict(zip(LOOKS, (train.tolist(), test.tolist(), (norm / largest).tolist()), strict=True))


def _grey(share: float) -> str:
    level = round(255 - 95 * share)
    return f"#{level:02x}{level:02x}{level:02x}"
