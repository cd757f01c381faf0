"""Stores, logs and processes for the tests of sweeps."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from spinodal import sweeps

COMMAND = [sys.executable, "-c", "import sys; from spinodal.sweeps.command import main; sys.exit(main(sys.argv[1:]))"]


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard():
    """A shell that starts a job with & has it ignore SIGINT, which processes inherit; here it is heard however pytest was started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def store(tmp_path):
    """Where a store may be made."""
    return tmp_path / "store"


class Log:
    """What selftest cells said of themselves, in this process and in others."""

    def __init__(self, path: Path):
        self.path = path

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def count(self, word: str) -> Counter:
        """How often each (index, seed) said `word`, "start" or "end"."""
        return Counter((int(index), int(seed)) for said, index, seed, *_ in self.lines() if said == word)

    def pids(self) -> set[int]:
        return {int(line[3]) for line in self.lines()}

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


@pytest.fixture
def log(tmp_path, monkeypatch):
    """The log of every selftest cell of this test."""
    path = tmp_path / "selftest.log"
    monkeypatch.setenv("SPINODAL_SELFTEST_LOG", str(path))
    return Log(path)


@pytest.fixture
def selftest():
    """A sweep of so many cells: `selftest(10, sleep=0.1)`."""

    def make(cells: int, *, seed=(0,), run=None, **base):
        return sweeps.Sweep(study="selftest", grid={"index": range(cells), "seed": list(seed)}, base=base, run=run or {})

    return make


@pytest.fixture
def write_toml(tmp_path):
    """A sweep file with this text."""

    def write(text: str, name: str = "sweep.toml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def command():
    """Start `spinodal sweep …` as a process; every one still alive at the end is killed, by its pid."""
    started = []

    def start(*words, **options) -> subprocess.Popen:
        process = subprocess.Popen(
            [*options.pop("before", []), *COMMAND, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **options.pop("env", {})},
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
