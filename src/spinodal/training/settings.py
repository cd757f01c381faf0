"""How a run of training goes, checked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from ..errors import above_tiny, choice, integer, real, require

NORMS = ("free", "fixed", "fixed-matrices")
Measure = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Schedule:
    """When a run records, keeps, measures and ends; see `train`."""

    steps: int
    every: int
    stop_at: float | None
    checkpoint_every: int | str | Sequence[int] | np.ndarray | None
    checkpoint_at: float | None
    measure_every: int | None

    def __post_init__(self) -> None:
        steps = integer("steps", self.steps, minimum=0, why="the number of updates")
        every = integer("every", self.every, minimum=1, why="the number of updates between two records")
        object.__setattr__(self, "steps", steps)  # plain integers: one of NumPy's has a compiled program of its own
        object.__setattr__(self, "every", every)
        require(
            self.steps % self.every == 0,
            f"steps must be a multiple of every={self.every}, so that the last update is recorded, got {self.steps}; "
            f"nearest: {max(1, round(self.steps / self.every)) * self.every}",
        )
        for name in ("stop_at", "checkpoint_at"):
            level = getattr(self, name)
            if level is not None:
                require(0 < real(name, level) <= 1, f"{name} must be an accuracy, above 0 and at most 1, or None, got {level}")
                object.__setattr__(self, name, float(level))  # a Python float, which NumPy compares in float32
        if isinstance(self.checkpoint_every, np.ndarray) and self.checkpoint_every.ndim == 0:
            object.__setattr__(self, "checkpoint_every", self.checkpoint_every[()])
        if isinstance(self.checkpoint_every, str):
            choice("checkpoint_every", self.checkpoint_every, ("log",))
        elif isinstance(self.checkpoint_every, Sequence | np.ndarray):
            why = "a step at which parameters are kept"
            kept = tuple(integer("checkpoint_every", step, minimum=0, why=why) for step in self.checkpoint_every)
            object.__setattr__(self, "checkpoint_every", kept)
            for step in kept:
                require(
                    step % self.every == 0 and step <= self.steps,
                    f"checkpoint_every must hold multiples of every={self.every} up to steps={self.steps}, got {step}",
                )
        elif isinstance(self.checkpoint_every, Integral):
            self._multiple("checkpoint_every", self.checkpoint_every)
        elif self.checkpoint_every is not None:
            raise TypeError(f"checkpoint_every must be a number of updates, 'log' or a sequence of steps, got {self.checkpoint_every!r}")
        if self.measure_every is not None:
            self._multiple("measure_every", self.measure_every)

    def _multiple(self, name: str, value: Any) -> None:
        value = integer(name, value, minimum=1)
        require(value % self.every == 0, f"{name} must be a multiple of every={self.every}, got {value}")
        object.__setattr__(self, name, value)

    def checkpoint_steps(self) -> set[int]:
        """At which steps parameters are kept, before anything is known of the run; "log" doubles from `every` on."""
        if self.checkpoint_every is None:
            return set()
        if not isinstance(self.checkpoint_every, str | Sequence | np.ndarray):
            return set(range(0, self.steps + 1, int(self.checkpoint_every)))
        if not isinstance(self.checkpoint_every, str):
            return {int(step) for step in self.checkpoint_every}
        doubling = [self.every]
        while 2 * doubling[-1] < self.steps:
            doubling.append(2 * doubling[-1])
        return {0, *doubling, self.steps}


def checked_norm(norm: str, batch: int | None, initial_scale: float, norm_value: float | None = None) -> None:
    """The options that change an update."""
    choice("norm", norm, NORMS)
    if norm_value is not None:
        above_tiny("norm_value", norm_value, why="the norm that is kept")
        require(norm != "free", f"norm_value={norm_value} needs norm='fixed' or 'fixed-matrices', got norm='free', which keeps none")
    above_tiny("initial_scale", initial_scale, why="alpha, which multiplies all parameters at the start")
    if batch is not None:
        integer("batch", batch, minimum=1, why="the rows of an update")


def named_measures(measures: Sequence[str | Measure] | Mapping[str, Measure], known: Mapping[str, Measure]) -> dict[str, Measure]:
    """Names and functions as name -> function; in a sequence a function goes by its `__name__`."""
    if isinstance(measures, str):
        raise TypeError(f"measures must be a sequence or a dict, got {measures!r}: write ({measures!r},)")
    if not isinstance(measures, Iterable):
        raise TypeError(f"measures must be a sequence or a dict of names and functions, got {measures!r}")
    found: dict[str, Measure] = {}
    for name, measure in measures.items() if isinstance(measures, Mapping) else ((None, measure) for measure in measures):
        if isinstance(measure, str):
            name, measure = name or measure, known[choice("measures", measure, known)]
        elif not callable(measure):
            raise TypeError(f"measures must hold names ({', '.join(known)}) or functions of the parameters, got {measure!r}")
        name = name or getattr(measure, "__name__", type(measure).__name__)
        require(name not in found, f"measures has two of the name {name!r}: give a dict, name -> function")
        found[name] = measure
    return found
