"""What runs where the work is done: a module-level function, given a study's name, settings as JSON and the path of the store."""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..errors import require
from . import interrupts
from .batch import checked_outputs
from .failures import record_failure, remove_failure
from .files import StoreError
from .identity import this_process
from .limits import MANIFEST
from .listing import Listing
from .logs import logging_to
from .one_thread import one_blas_thread
from .probation import same_error
from .registry import find_study
from .settings import cell_key, converted, fields_of, made
from .study import Study
from .writer import Writer

log = logging.getLogger("spinodal.sweeps")


@dataclass(frozen=True)
class Task:
    """Cells to be computed by one call: keys and settings, how often to retry.

    `batches`: how many of the cells, in turn, make a block, for `run_batch`.
    `known_failed`: keys with a failure record, to be removed on success.
    `probation`: stop when this many cells, from the first on, fail with one error (0: never).
    `look_first`: skip what the store holds by now, for executors that repeat a lost task by themselves.
    """

    study: str
    target: str
    keys: tuple[str, ...]
    settings: tuple[dict[str, Any], ...]
    retries: int
    batches: tuple[int, ...] = ()
    known_failed: tuple[str, ...] = ()
    probation: int = 0
    look_first: bool = False


@dataclass(frozen=True)
class Receipt:
    """What came of a task, in a few hundred bytes: of the first `tried` cells all but `failed` are stored.

    `failed`: (key, error, message). `computed`: cells that were run to their end. `error`: why the rest was not tried.
    """

    tried: int
    computed: int
    failed: tuple[tuple[str, str, str], ...]
    files: tuple[str, ...]
    seconds: float


open_writers: set[Writer] = set()  # of this process, so that a worker told to end can flush them


def execute(task: str, store: str, on_cell: Callable[[int, int], None] | None = None) -> str:
    """Run a task (JSON of `Task`) against a store; returns the JSON of its `Receipt`. Arrays go from here to the disk."""
    given = json.loads(task)
    todo = Task(**{**given, "keys": tuple(given["keys"]), "settings": tuple(given["settings"])})
    root = Path(store)
    if not (root / MANIFEST).exists():
        raise StoreError(f"{this_process().host} does not see the store {root}: all workers must share the disk that it is on")
    with logging_to(root), one_blas_thread():
        receipt = _Execution(todo, root, on_cell).run()
    return json.dumps(asdict(receipt))


class _Execution:
    def __init__(self, task: Task, root: Path, on_cell: Callable[[int, int], None] | None):
        self.task, self.root, self.on_cell = task, root, on_cell
        self.study: Study = find_study(task.study, task.target)
        self.me = this_process()
        self.writer = Writer(root)
        self.failed: list[tuple[str, str, str]] = []
        self.errors: list[str] = []
        self.computed = self.tried = 0

    def run(self) -> Receipt:
        began = time.monotonic()
        stored = _stored(self.root) if self.task.look_first else set()
        cells = [self._settings(i) for i in range(len(self.task.keys))]
        open_writers.add(self.writer)
        done: list[str] = []
        try:
            starts = dict(zip(accumulate(self.task.batches, initial=0), self.task.batches, strict=False))
            ready: dict[str, tuple[Any, float, float]] = {}
            for i, (key, settings) in enumerate(zip(self.task.keys, cells, strict=True)):
                if self.study.run_batch is not None and i in starts:
                    ready = self._batch(
                        {k: c for k, c in zip(self.task.keys[i:], cells[i : i + starts[i]], strict=False) if k not in stored}
                    )
                if key not in stored:
                    interrupts.check()
                    if self._cell(i, key, settings, ready.pop(key, None)):
                        done.append(key)
                    if self.on_cell:
                        self.on_cell(len(done), len(self.failed))
                self.tried = i + 1
                if self.task.probation and len(self.errors) >= self.task.probation and not done and len(set(self.errors)) == 1:
                    break
        finally:
            try:
                self.writer.close()
            finally:
                open_writers.discard(self.writer)
        for key in self.task.known_failed:
            if key in done:
                remove_failure(self.root, key)
        seconds = time.monotonic() - began
        log.info("%d cells of %s in %.3f s, %d failed", self.computed, self.task.study, seconds, len(self.failed))
        return Receipt(self.tried, self.computed, tuple(self.failed), tuple(self.writer.files), seconds)

    def _settings(self, i: int) -> Any:
        fields = fields_of(self.study.settings)
        values = {name: converted(name, value, fields[name].kind) for name, value in self.task.settings[i].items() if name in fields}
        mine = cell_key(self.study.name, self.study.version, values)
        require(
            mine == self.task.keys[i],
            f"{self.me.host} has version {self.study.version} of study {self.study.name}, whose settings give another key: "
            "install the same package everywhere",
        )
        return made(self.study.settings, values, fields)

    def _cell(self, i: int, key: str, settings: Any, ready: tuple[Any, float, float] | None) -> bool:
        for attempt in range(1, self.task.retries + 2):
            clock, cpu, start = time.monotonic(), time.process_time(), time.time()
            try:
                if ready is not None and attempt == 1:
                    returned, wall, used = ready
                else:
                    with interrupts.may_break_in():
                        returned = self.study.run_cell(settings)
                    wall, used = time.monotonic() - clock, time.process_time() - cpu
                outputs = checked_outputs(returned, (*self.task.settings[i], "cell_status"))
            except (Exception, SystemExit) as error:  # noqa: BLE001 (failure is data)
                if attempt > self.task.retries:
                    self._failed(key, i, attempt, error)
                    return False
                log.warning("cell %s failed, attempt %d: %s: %s", key[:12], attempt, type(error).__name__, error)
            else:
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start))
                self.writer.add(key, outputs, {"wall_seconds": wall, "cpu_seconds": used, "attempts": attempt, "started": stamp}, wall)
                self.computed += 1
                return True
        return False

    def _failed(self, key: str, i: int, attempts: int, error: BaseException) -> None:
        kind, message = record_failure(self.root, self.me.writer, self.me.host, key, self.task.settings[i], attempts, error)
        log.warning("cell %s failed after %d attempts: %s: %s", key[:12], attempts, kind, message)
        self.failed.append((key, kind, message[:300]))
        self.errors.append(same_error(kind, message))
        self.computed += 1

    def _batch(self, cells: Mapping[str, Any]) -> dict[str, tuple[Any, float, float]]:
        """The cells of a block by the study's `run_batch`; nothing if that fails, and each cell is then run alone."""
        if self.study.run_batch is None or len(cells) < 2:
            return {}
        clock, cpu = time.monotonic(), time.process_time()
        try:
            with interrupts.may_break_in():
                found = list(self.study.run_batch(list(cells.values())))
            require(
                len(found) == len(cells),
                f"run_batch of {self.study.name} must return one result per cell, got {len(found)} for {len(cells)}",
            )
        except Exception as error:  # noqa: BLE001 (one bad cell must not fail its neighbours)
            log.warning("run_batch of %s failed, its cells are run one by one: %s: %s", self.study.name, type(error).__name__, error)
            return {}
        wall, used = (time.monotonic() - clock) / len(cells), (time.process_time() - cpu) / len(cells)
        return {key: (outputs, wall, used) for key, outputs in zip(cells, found, strict=True)}


_listings: dict[str, Listing] = {}
_lock = threading.Lock()


def _stored(root: Path) -> set[str]:
    with _lock:
        listing = _listings.setdefault(str(root), Listing(root))
        listing.refresh(full=True)
        return set(listing.done)
