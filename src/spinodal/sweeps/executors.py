"""Where cells are computed: this process, spawned processes, or a Dask cluster, all as `concurrent.futures.Executor`."""

import concurrent.futures
import concurrent.futures.process
from collections.abc import Callable
from typing import Any, Protocol

from ..errors import require
from ..provenance import usable_cores
from .execution import execute
from .limits import EXECUTOR, EXECUTORS


class Backend(Protocol):
    """What the coordinator needs of an executor."""

    repeats: bool  # whether it runs a lost task again by itself

    @property
    def workers(self) -> int: ...
    def submit(self, task: str, store: str, name: str) -> concurrent.futures.Future: ...
    def lost(self, error: BaseException) -> str: ...  # how a worker died, or "" if `error` says no such thing
    def gone(self, error: BaseException) -> str: ...  # words if the executor itself has ended, or ""
    def rebuild(self) -> None: ...
    def stop(self) -> None: ...  # at once, but what has finished is flushed
    def close(self) -> None: ...


def checked_executor(name: str, flag: str = "executor") -> str:
    """`name` if it is an executor we know; ValueError in one sentence if not."""
    require(isinstance(name, str) and bool(EXECUTOR.fullmatch(name)), f"{flag} must be {EXECUTORS}, got {name!r}")
    return name


def make_backend(name: str, on_cell: Callable[[int, int], None] | None = None) -> Backend:
    """The backend of this name; for Dask this connects, and refuses in words if nobody answers."""
    checked_executor(name)
    if name == "serial":
        return Serial(on_cell)
    if name.startswith("processes"):
        from .processes import Processes

        return Processes(int(name.partition(":")[2] or usable_cores()))
    from .cluster import Dask

    return Dask(name)


class SerialExecutor(concurrent.futures.Executor):
    """Runs each call at once, in this thread: exceptions other than Ctrl-C go into the future."""

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future:
        """A future that is done already."""
        future: concurrent.futures.Future = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (the future carries it)
            future.set_exception(error)
        return future


class Serial:
    """This process: friendly to debuggers."""

    repeats = False
    workers = 1

    def __init__(self, on_cell: Callable[[int, int], None] | None = None):
        self._executor, self._on_cell = SerialExecutor(), on_cell

    def submit(self, task: str, store: str, name: str) -> concurrent.futures.Future:
        return self._executor.submit(execute, task, store, self._on_cell)

    def lost(self, error: BaseException) -> str:
        return ""

    def gone(self, error: BaseException) -> str:
        return ""

    def rebuild(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
