"""A trained network as numbers of fixed shape, and the health of every cell of a trained study."""

from typing import Any

import numpy as np
import xarray

from ..report import Table

CURVE_POINTS = 48
CURVES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm")
DIMS = {f"curve_{name}": ("curve",) for name in CURVES} | {"curve_step": ("curve",)}
UNITS = {"train_step": "updates", "test_step": "updates", "last_step": "updates", "diverged_at": "updates", "curve_step": "updates"}


def curve_steps(steps: int, every: int) -> np.ndarray:
    """At which recorded steps curves are kept: 0, and at most `CURVE_POINTS` - 1 more, evenly in the logarithm, the last one among them."""
    records = steps // every
    marks = np.unique(np.round(np.geomspace(1, records, CURVE_POINTS - 1)).astype(int)) if records else np.array([], int)
    return every * np.concatenate([[0], marks])


def step_number(step: int | None) -> float:
    """A crossing as a number; NaN: never."""
    return np.nan if step is None else float(step)


def reached(accuracies: Any, level: float) -> Any:
    """Which accuracies (an array) are at least `level`, in float32: 18 of 20 is stored as less than 0.9."""
    return accuracies.astype(np.float32) >= np.float32(level)


def padded(values: Any, length: int) -> np.ndarray:
    """`values` (n, ...) with NaN behind them up to `length`: all cells of a sweep have one shape."""
    values = np.asarray(values, np.float64)
    return np.concatenate([values, np.full((length - len(values), *values.shape[1:]), np.nan)])


def answered(trajectory: Any, *, may_diverge: bool) -> bool:
    """Whether a run answers. Among settings that are compared one that diverges has lost: an answer, not a failure of the cell."""
    return bool(trajectory.converged) or may_diverge


def trajectory_outputs(trajectory: Any, steps: int, level: float, *, may_diverge: bool = False) -> dict[str, Any]:
    """Crossings of `level` (NaN: never), the last values, and curves with NaN where the run had ended; no times, no host.

    A run that diverged at 0 has no record: all is NaN. `may_diverge`: see `answered`.
    """
    crossings = {name: trajectory.crossing(f"{name}_accuracy", level) for name in ("train", "test")}
    kept = curve_steps(steps, trajectory.every)
    rows = kept // trajectory.every
    last = {name: float(padded(getattr(trajectory, name)[-1:], 1)[0]) for name in (*CURVES, "rqi", "steps")}
    return {
        **{f"{name}_step": step_number(step) for name, step in crossings.items()},
        **{f"curve_{name}": padded(getattr(trajectory, name), rows[-1] + 1)[rows] for name in CURVES},
        "curve_step": kept.astype(float),
        "last_step": last.pop("steps"),
        **last,
        "converged": answered(trajectory, may_diverge=may_diverge),
        "diverged_at": step_number(trajectory.diverged_at),
    }


def run_table(dataset: xarray.Dataset, axes: tuple[str, ...]) -> Table:
    """One row a cell: how its run ended."""
    columns = ("ended", "last step", "train crossing", "test crossing", "train accuracy", "test accuracy", "train loss", "test loss")
    rows, marks = [], []
    for index in np.ndindex(*(dataset.sizes[axis] for axis in axes)):
        here = dataset.isel(dict(zip(axes, index, strict=True)))
        done = int(here["cell_status"]) == 1
        fine = done and bool(here["converged"])
        diverged = float(here["diverged_at"])
        ended = "not done" if not done else f"diverged at step {diverged:g}" if np.isfinite(diverged) else "as asked"
        names = ("last_step", "train_step", "test_step", "train_accuracy", "test_accuracy", "train_loss", "test_loss")
        rows.append((*(here[axis].item() for axis in axes), ended, *(float(here[name]) for name in names)))
        marks.append("" if fine else "bad")
    note = "A crossing is the first recorded step at which the accuracy has reached the level; a dash: never within the cap."
    return Table("Every run", (*axes, *columns), rows, note, folded=len(rows) > 12, marks=marks)
