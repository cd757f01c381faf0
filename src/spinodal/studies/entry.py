"""A study as it is listed: its name, its sizes, and where it is."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import nearest, require


@dataclass(frozen=True)
class Size:
    """One size of a study: what is computed, and about how long two cores take, most of it measured on two threads of one."""

    what: str
    minutes: float


@dataclass(frozen=True)
class Entry:
    """One published result; `module` holds its `study` (for sweeps) and its `recipe`."""

    name: str
    title: str
    citation: str
    sizes: Mapping[str, Size]
    module: str

    def recipe(self) -> Any:
        """The `Recipe`, imported now."""
        return importlib.import_module(self.module).recipe


def checked_size(entry: Entry, size: str) -> str:
    """`size` if the study has it."""
    near = nearest(size, entry.sizes)
    require(size in entry.sizes, f"size must be one of {', '.join(entry.sizes)}, got {size!r}" + (f"; nearest: {near}" if near else ""))
    return size
