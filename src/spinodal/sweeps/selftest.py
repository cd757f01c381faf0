"""The study `selftest`: cells that finish, fail, flicker or die as asked, for tests of sweeps only."""

import os
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import choice, integer, real, require
from .study import Study

LOG = "SPINODAL_SELFTEST_LOG"


@dataclass(frozen=True)
class Selftest:
    """How a cell behaves: see the table in docs/sweeps.md."""

    index: int = 0
    seed: int = 0
    sleep: float = 0.0  # seconds
    size: int = 1
    fail: str = ""
    fail_every: int = 1

    def __post_init__(self) -> None:
        integer("index", self.index, minimum=0, why="what makes cells different")
        integer("seed", self.seed, minimum=0)
        real("sleep", self.sleep)
        require(0 <= self.sleep <= 60, f"sleep must be within 0..60, got {self.sleep} (it is seconds)")
        integer("size", self.size, minimum=0, why="the length of the output array")
        require(self.size <= 10_000_000, f"size must be <= 10000000, got {self.size} (it is the length of the output array)")
        choice("fail", self.fail, ("", "raise", "flaky", "nan", "exit", "object"))
        integer("fail_every", self.fail_every, minimum=1)


def run_cell(settings: Selftest) -> dict[str, Any]:
    """`value` = 1000 seed + index, `count` = index, `array` = normal numbers of PCG64([seed, index])."""
    s = settings
    mood = s.fail if s.index % s.fail_every == 0 else ""
    flaky = mood == "flaky" and not _started_before(s)
    _log("start", s)
    if mood == "raise" or flaky:
        raise RuntimeError(f"selftest cell {s.index} fails as asked")
    if mood == "exit":
        os._exit(17)
    if s.sleep:
        time.sleep(s.sleep)
    array: Any = np.random.Generator(np.random.PCG64([s.seed, s.index])).standard_normal(s.size)
    value = 1000.0 * s.seed + s.index
    if mood == "nan":
        value, array = float("nan"), np.full(s.size, np.nan)
    elif mood == "object":
        array = array.astype(object)
    _log("end", s)
    return {"value": np.float64(value), "count": np.int64(s.index), "array": array}


def _log(word: str, s: Selftest) -> None:
    path = os.environ.get(LOG)
    if path:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, f"{word} {s.index} {s.seed} {os.getpid()} {time.time_ns()}\n".encode())
        finally:
            os.close(file)


def _started_before(s: Selftest) -> bool:
    path = os.environ.get(LOG)
    if not path or not os.path.exists(path):
        return False
    with open(path) as file:
        return any(line.split()[:3] == ["start", str(s.index), str(s.seed)] for line in file)


study = Study(
    name="selftest",
    version=1,
    settings=Selftest,
    run_cell=run_cell,
    group_key=lambda settings: (settings.size,),
    dims={"array": ("element",)},
)
