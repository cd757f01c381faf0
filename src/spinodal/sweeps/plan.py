"""The plan: all cells with their keys, sorted by group and cut into blocks, alike for everybody who makes it."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .limits import MAX_BLOCK
from .settings import grid_keys
from .sweep import Sweep


@dataclass(frozen=True)
class Block:
    """The unit of claiming: cells `start` to `stop` (left out) of the plan's order, all of one group."""

    number: int
    group: int
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be computed. Needs no study: a manifest holds all of this, so a store can be read where the study is not installed.

    `groups`: runs of (group, count) in grid order. `block`: cells per block.
    """

    study: str
    version: int
    rest: Mapping[str, Any]
    axes: Mapping[str, Sequence[Any]]
    groups: tuple[tuple[int, int], ...]
    block: int

    @cached_property
    def keys(self) -> list[str]:
        """Keys in grid order."""
        return list(grid_keys(self.study, self.version, self.rest, self.axes))

    @cached_property
    def position(self) -> dict[str, int]:
        """Place in grid order of every key."""
        return {key: i for i, key in enumerate(self.keys)}

    @cached_property
    def order(self) -> np.ndarray:
        """Positions in grid order, sorted stably by group."""
        return np.argsort(self._group_of_cell(), kind="stable")

    @cached_property
    def blocks(self) -> list[Block]:
        """Each group cut into runs of `block` cells."""
        sizes = np.bincount(self._group_of_cell(), minlength=1)
        found, start = [], 0
        for group, size in enumerate(sizes):
            for offset in range(0, int(size), self.block):
                found.append(Block(len(found), group, start + offset, start + min(offset + self.block, int(size))))
            start += int(size)
        return found

    @cached_property
    def hash(self) -> str:
        """sha256 over all keys in the plan's order and the block size."""
        text = hashlib.sha256()
        keys = self.keys
        for start in range(0, len(self.order), 10_000):
            text.update("".join(keys[i] for i in self.order[start : start + 10_000].tolist()).encode())
        text.update(str(self.block).encode())
        return text.hexdigest()

    def __len__(self) -> int:
        return math.prod(len(values) for values in self.axes.values())

    def positions(self, block: Block) -> list[int]:
        """Positions in grid order of the cells of a block."""
        return self.order[block.start : block.stop].tolist()

    def settings(self, position: int) -> dict[str, Any]:
        """All fields of the cell at this position in grid order."""
        values = dict(self.rest)
        for name, axis in reversed(list(self.axes.items())):
            position, i = divmod(position, len(axis))
            values[name] = axis[i]
        return values

    def _group_of_cell(self) -> np.ndarray:
        group, count = np.array(self.groups, dtype=np.int64).reshape(-1, 2).T
        return np.repeat(group, count)


def make_plan(sweep: Sweep) -> Plan:
    """The plan of a sweep; every cell's settings are made and checked on the way."""
    numbers: dict[tuple, int] = {}
    runs: list[list[int]] = []
    group_key = sweep.record.group_key
    for settings in sweep.each_settings():
        group = numbers.setdefault(group_key(settings), len(numbers))
        if runs and runs[-1][0] == group:
            runs[-1][1] += 1
        else:
            runs.append([group, 1])
    block = sweep.run.block or min(MAX_BLOCK, math.ceil(len(sweep) / 1024))
    return Plan(sweep.study, sweep.record.version, sweep.rest, sweep.axes, tuple((g, n) for g, n in runs), block)
