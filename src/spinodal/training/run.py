"""One network's run on the host: chunks of compiled updates, and what is kept between them."""

import bisect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from ..compiling import key_of
from .program import CAPACITY, Carry, Spec, compiled
from .settings import Measure, Schedule
from .tasks.interface import Bound
from .trajectory import Trajectory, first_crossing

Progress = Callable[[float, str], None]
CHUNK_UPDATES = 500  # at most, so that early stop and Ctrl-C are not far
ACCURACIES = ("train_accuracy", "test_accuracy")
CHUNK_WORK = 5e10  # floating-point operations at most


@dataclass
class Log:
    """Records so far, on the host, and the rest of what a `Trajectory` is made of."""

    steps: list[int] = field(default_factory=list)
    records: list[dict[str, np.ndarray]] = field(default_factory=list)  # each (count, ...)
    checkpoints: dict[int, Any] = field(default_factory=dict)
    measures: dict[str, list[Any]] = field(default_factory=dict)
    measure_steps: list[int] = field(default_factory=list)
    measure_seconds: float = 0.0
    diverged_at: int | None = None
    stopped: bool = False

    @property
    def ended(self) -> bool:
        """Before all steps were made."""
        return self.stopped or self.diverged_at is not None

    def keep(self, records: Mapping[str, np.ndarray], first: int, every: int, has_test: bool) -> int:
        """Append records, the first of them that of step `first`, up to one that is not finite; how many were finite."""
        fine = finite_records(records, has_test)
        self.records.append({name: values[:fine] for name, values in records.items()})
        self.steps += range(first, first + fine * every, every)
        if fine < len(records["norm"]):
            self.diverged_at = first + fine * every
        return fine

    def series(self) -> dict[str, np.ndarray]:
        """Every recorded quantity, (records, ...)."""
        return {name: np.concatenate([chunk[name] for chunk in self.records]) for name in self.records[0]}


def chunk_records(bound: Bound, parameters: Any, every: int) -> int:
    """Records in a chunk: a function of the settings alone, since an early stop comes at its end."""
    work = 6.0 * bound.data.train.weight.shape[0] * sum(leaf.size for leaf in jax.tree.leaves(parameters))
    updates = min(CHUNK_UPDATES, CHUNK_WORK / work)
    return int(np.clip(updates // every, 1, CAPACITY))


def on_host(parameters: Any) -> Any:
    """NumPy arrays of the caller's own."""
    return jax.tree.map(lambda leaf: np.array(leaf), parameters)


def finite_records(records: Mapping[str, np.ndarray], has_test: bool) -> int:
    """How many records come before the first whose loss or norm is not a number."""
    watched = ["train_loss", "norm", *(["test_loss"] if has_test else [])]
    fine = np.all([np.isfinite(records[name]) for name in watched], axis=0)
    return len(fine) if fine.all() else int(np.argmin(fine))


def run(
    bound: Bound,
    spec: Spec,
    optimizer: Any,
    parameters: Any,
    schedule: Schedule,
    *,
    seed: int,
    norm_value: float | None = None,
    measures: Mapping[str, Measure],
    progress: Progress | None,
) -> tuple[Log, Any]:
    """The log and the parameters at its last record; `norm_value`: the norm to keep, None for that of `parameters`."""
    begin, advance = compiled(spec, batched=False)
    key = jax.random.fold_in(key_of(seed), 1)
    has_test = bool(np.asarray(bound.data.test.weight).sum() > 0)
    log = Log(measures={name: [] for name in measures})
    wanted = schedule.checkpoint_steps()
    measured = set(range(0, schedule.steps + 1, schedule.measure_every or schedule.every)) if measures else set()

    def visit(step: int, carry: Carry) -> None:
        """What the host does at the parameters of this step."""
        if step in wanted:
            log.checkpoints[step] = on_host(carry.parameters)
        if step in measured:
            begun = time.perf_counter()
            here = on_host(carry.parameters)
            for leaf in jax.tree.leaves(here):
                leaf.flags.writeable = False  # all measures see the same arrays
            for name, measure in measures.items():
                log.measures[name].append(_measured(name, measure(here), log.measures[name]))
            log.measure_steps.append(step)
            log.measure_seconds += time.perf_counter() - begun

    def forward(carry: Carry, count: int) -> tuple[Carry, dict[str, np.ndarray]]:
        carry, records = advance(key, carry, optimizer, bound.data, schedule.every, count)
        return carry, {name: np.asarray(values)[:count] for name, values in records.items()}

    carry, record = begin(parameters, optimizer, bound.data)
    if norm_value is not None:
        carry = carry._replace(norm=np.asarray(norm_value, carry.norm.dtype))
    first_record = {name: np.asarray(value)[None] for name, value in record.items()}
    if not log.keep(first_record, 0, schedule.every, has_test):
        return log, carry.parameters
    visit(0, carry)
    crossed = {name for name in ACCURACIES if schedule.checkpoint_at is not None and first_record[name][0] >= schedule.checkpoint_at}
    if crossed:
        log.checkpoints[0] = on_host(carry.parameters)
    capacity, done, total = chunk_records(bound, carry.parameters, schedule.every), 0, schedule.steps // schedule.every
    marks = sorted({step // schedule.every for step in (wanted | measured) if step > 0})
    while done < total and not log.stopped:
        # A chunk ends where the host must look, and at every multiple of the capacity, where an early stop may come
        end = min(total, (done // capacity + 1) * capacity, *marks[bisect.bisect_right(marks, done) :][:1])
        before, first = carry, (done + 1) * schedule.every
        carry, records = forward(carry, end - done)
        fine = log.keep(records, first, schedule.every, has_test)
        if schedule.checkpoint_at is not None:
            for name in ACCURACIES:
                step = first_crossing(np.arange(fine) + 1, records[name][:fine], schedule.checkpoint_at)
                if step is not None and name not in crossed:
                    crossed.add(name)
                    log.checkpoints[(done + step) * schedule.every] = on_host(forward(before, step)[0].parameters)
        if log.diverged_at is not None:
            return log, forward(before, fine)[0].parameters
        done = end
        visit(done * schedule.every, carry)
        if schedule.stop_at is not None and done % capacity == 0 and done < total:
            log.stopped = both_crossed(log, schedule.stop_at)
        if progress is not None:
            accuracies = (float(records[name][-1]) for name in ACCURACIES)
            progress(done / total, "step {}: accuracy {:.3f} in training, {:.3f} in the test".format(done * schedule.every, *accuracies))
    return log, carry.parameters


def _measured(name: str, value: Any, before: list[Any]) -> Any:
    """`value`; refused while little is lost if it is no array of numbers or can't stand in one with those before."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"measures must give a number or an array of numbers, and {name!r} gave {value!r}")
    shapes = [array.shape, *map(np.shape, before[:1])]
    if len(set(shapes)) > 1:
        raise ValueError(f"measures must give numbers of one shape at every step, and {name!r} gave {shapes[1]} and then {shapes[0]}")
    return value


def both_crossed(log: Log, level: float) -> bool:
    """Have training and test accuracy reached the level, each at some record?"""
    return all(any((chunk[name] >= level).any() for chunk in log.records) for name in ACCURACIES)


def assembled(bound: Bound, log: Log, parameters: Any, schedule: Schedule, settings: Mapping[str, Any], clocks: tuple) -> Trajectory:
    """The record of a run; `clocks`: wall and CPU seconds."""
    series, steps = log.series(), np.array(log.steps, int)
    rqi = np.full(len(steps), np.nan)
    if bound.has_rqi:
        from ..measures.representation import rqi as quality

        rqi = np.asarray(quality(series["embedding"]))
    if log.diverged_at == 0:
        message = "not finite at the start: parameters, or the initial ones times initial_scale, give a norm or a loss that is not a number"
    elif log.diverged_at is not None:
        message = (
            f"diverged: a loss or the norm is not finite at step {log.diverged_at} (recorded every {schedule.every}); lower learning_rate"
        )
    elif log.stopped:
        message = f"stopped at step {steps[-1]} of {schedule.steps}: both accuracies have reached {schedule.stop_at}"
    else:
        message = f"all {schedule.steps} steps made"
    return Trajectory(
        steps=steps,
        **{name: series[name] for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "norm")},
        rqi=rqi,
        parameters=on_host(parameters),
        measures={name: np.array(values) for name, values in log.measures.items()},
        measure_steps=np.array(log.measure_steps, int),
        checkpoints=dict(sorted(log.checkpoints.items())),
        every=schedule.every,
        converged=log.diverged_at is None,
        message=message,
        diverged_at=log.diverged_at,
        seconds=clocks[0],
        cpu_seconds=clocks[1],
        measure_seconds=log.measure_seconds,
        settings=settings,
    )
