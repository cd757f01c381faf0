"""The sweep: a study, a base and a grid, from Python or from a TOML file."""

import math
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from ..errors import integer, nearest, require
from .axes import as_given, axis_length, axis_values
from .limits import EXECUTOR, EXECUTORS, MAX_AXES, MAX_BLOCK, MAX_CELLS, MAX_DEPTH, MAX_FILE, STUDY_NAME
from .registry import find_study
from .settings import REQUIRED, converted, fields_of, grid_keys, known_field, made
from .study import Study


class RunOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a sweep is run, never what: no part of any key.

    `executor`: where. `retries`: how often a cell that raises is tried again.
    `block`: cells a claim covers; 0 = ceil(cells / 1024), at most 1000.
    """

    executor: str = "serial"
    retries: int = 1
    block: int = 0

    def __post_init__(self) -> None:
        require(bool(EXECUTOR.fullmatch(self.executor)), f"$.run.executor must be {EXECUTORS}, got {self.executor!r}")
        integer("$.run.retries", self.retries, minimum=0, why="how often a cell that raises is tried again")
        integer("$.run.block", self.block, minimum=0, why="the number of cells that one claim covers, 0 to choose")
        require(self.block <= MAX_BLOCK, f"$.run.block must be <= {MAX_BLOCK}, got {self.block}")


@dataclass(frozen=True)
class Cell:
    """One point of the grid: its key, its full settings and its position in grid order."""

    key: str
    settings: Any
    position: int


@dataclass(frozen=True)
class Sweep:
    """A study at every point of a grid.

    Arguments:
        study: a registered name. grid: `{field: values}`; the last axis varies fastest. Values are a list, a range, an array,
            or `{"log": [start, stop, count]}`, `{"linear": [start, stop, count]}`, `{"range": [start, stop, step]}`.
        base: other fields of the study's settings. name: for titles only. run: a `RunOptions` or a mapping with its fields.
    Raises: ValueError that names the place, as `$.base.widht: no such setting of …; nearest: width`.
    """

    study: str
    grid: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    run: RunOptions = field(default_factory=RunOptions)

    def __post_init__(self) -> None:
        require(isinstance(self.study, str), f"$.study must be the name of a study, got {self.study!r}")
        require(
            not self.name or bool(STUDY_NAME.fullmatch(self.name)),
            f"$.name must be a letter, then at most 63 of A-Za-z0-9_-, got {self.name!r}",
        )
        if not isinstance(self.run, RunOptions):
            object.__setattr__(self, "run", _run_options(self.run))
        for place, part in (("$.base", self.base), ("$.grid", self.grid)):
            require(isinstance(part, Mapping), f"{place} must be a table of settings, got {part!r}")
        fields = fields_of(find_study(self.study).settings)
        for place, part in (("$.base", self.base), ("$.grid", self.grid)):
            for name in part:
                known_field(place, name, fields, self.study)
        require(len(self.grid) <= MAX_AXES, f"$.grid has {len(self.grid)} axes, at most {MAX_AXES} are possible")
        both = next((name for name in self.grid if name in self.base), None)
        require(both is None, f"$.grid.{both} is in $.base too: give it once")
        cells = math.prod(axis_length(f"$.grid.{name}", given) for name, given in self.grid.items())
        require(cells <= MAX_CELLS, f"$.grid has {cells:,} cells, at most {MAX_CELLS:,} are possible")
        axes = {name: axis_values(f"$.grid.{name}", given, fields[name].kind) for name, given in self.grid.items()}
        rest = {}
        for name, declared in fields.items():
            if name not in axes:
                value = self.base.get(name, declared.default)
                require(value is not REQUIRED, f"$.base.{name} is missing: {self.study} has no default for it")
                rest[name] = converted(f"$.base.{name}", value, declared.kind)
        object.__setattr__(self, "_axes", axes)
        object.__setattr__(self, "_rest", rest)

    @classmethod
    def from_toml(cls, path: str | os.PathLike) -> "Sweep":
        """The sweep that a TOML file describes; ValueError with the place for anything that does not belong there."""
        return cls.from_toml_text(_limited_text(Path(path)))

    @classmethod
    def from_toml_text(cls, text: str) -> "Sweep":
        """The same from the text of such a file."""
        require(len(text.encode("utf-8", "replace")) <= MAX_FILE, f"a sweep file has at most {MAX_FILE} bytes, got {len(text)} characters")
        try:
            given = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ValueError(f"not valid TOML: {error}") from None
        require(_depth(given) <= MAX_DEPTH, f"a sweep file is at most {MAX_DEPTH} levels deep")
        allowed = ("study", "name", "base", "grid", "run")
        for name in given:
            if name not in allowed:
                near = nearest(name, allowed)
                raise ValueError(
                    f"$.{name}: no such part of a sweep file" + (f"; nearest: {near}" if near else f"; it has {', '.join(allowed)}")
                )
        require("study" in given, "$.study is missing: the name of a study is required")
        require(isinstance(given.get("name", ""), str), f"$.name must be a string, got {given.get('name')!r}")
        return cls(**given)

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.axes.values())

    @property
    def axes(self) -> dict[str, Sequence[Any]]:
        """Values of every axis in their declared types, in grid order."""
        return self.__dict__["_axes"]

    @property
    def rest(self) -> dict[str, Any]:
        """All other fields with their values, defaults filled in."""
        return self.__dict__["_rest"]

    @cached_property
    def record(self) -> Study:
        """The study itself."""
        return find_study(self.study)

    def cells(self) -> list[Cell]:
        """All cells in grid order."""
        keys = grid_keys(self.study, self.record.version, self.rest, self.axes)
        return [Cell(key, settings, i) for i, (key, settings) in enumerate(zip(keys, self.each_settings(), strict=True))]

    def each_settings(self):
        """The settings record of every cell, in grid order, one at a time."""
        kind, fields = self.record.settings, fields_of(self.record.settings)
        names = list(self.axes)
        values = dict(self.rest)
        for point in product(*self.axes.values()):
            values.update(zip(names, point, strict=True))
            yield made(kind, values, fields)

    def as_given(self) -> dict[str, Any]:
        """The sweep as it was written, ready for JSON."""
        base = {name: as_given([value])[0] for name, value in self.base.items()}
        return {"study": self.study, "name": self.name, "base": base, "grid": {name: as_given(axis) for name, axis in self.grid.items()}}


def _run_options(given: Any) -> RunOptions:
    require(isinstance(given, Mapping), f"$.run must be a table, got {given!r}")
    for name in given:
        if name not in RunOptions.__struct_fields__:
            near = nearest(str(name), RunOptions.__struct_fields__)
            raise ValueError(
                f"$.run.{name}: no such option"
                + (f"; nearest: {near}" if near else f"; there are {', '.join(RunOptions.__struct_fields__)}")
            )
    try:
        return msgspec.convert(dict(given), RunOptions)
    except msgspec.ValidationError as error:
        raise ValueError(str(error) if str(error).startswith("$.run") else f"$.run: {error}") from None


def _limited_text(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    require(len(raw) <= MAX_FILE, f"{path} is larger than {MAX_FILE} bytes, which is the most a sweep file may have")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from None


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
