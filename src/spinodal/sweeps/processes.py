"""Spawned worker processes, one BLAS and XLA thread each, that leave nothing behind when anything dies."""

import concurrent.futures
import concurrent.futures.process
import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.context
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from typing import Any, cast

from .execution import execute, open_writers
from .interrupts import PATIENCE
from .one_thread import BLAS, environment

XLA_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"


class Processes:
    """A `ProcessPoolExecutor` that can be rebuilt after a death and stopped within seconds."""

    repeats = False

    def __init__(self, workers: int):
        self._workers = workers
        self._build()

    @property
    def workers(self) -> int:
        return self._workers

    def _build(self) -> None:
        self._context = _Context()
        reader, self._alive = multiprocessing.Pipe(duplex=False)
        self._executor = concurrent.futures.ProcessPoolExecutor(
            self._workers, mp_context=self._context, initializer=_begin, initargs=(cast(Any, reader),)
        )

    def submit(self, task: str, store: str, name: str) -> concurrent.futures.Future:
        return self._executor.submit(execute, task, store)

    def lost(self, error: BaseException) -> str:
        if not isinstance(error, concurrent.futures.process.BrokenProcessPool):
            return ""
        until = time.monotonic() + PATIENCE
        while any(p.exitcode is None for p in self._context.started) and time.monotonic() < until:
            time.sleep(0.01)  # not join: the pool's own thread joins too, and of two that wait one learns nothing
        by_the_pool = (None, 0, -signal.SIGTERM, 128 + signal.SIGTERM)  # which ends the others when one dies
        codes = [p.exitcode for p in self._context.started if p.exitcode not in by_the_pool]
        return f"the worker process died with exit code {codes[0]}" if codes else "the worker process was terminated"

    def gone(self, error: BaseException) -> str:
        return ""

    def rebuild(self) -> None:
        self.stop()
        self._build()

    def stop(self) -> None:
        """Tell the workers to flush and leave; end those that cannot."""
        self._alive.close()
        self._executor.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + PATIENCE
        for process in self._context.started:
            process.join(timeout=max(0.0, until - time.monotonic()))
        for process in self._context.started:
            if process.is_alive():
                process.kill()

    def close(self) -> None:
        self._executor.shutdown(wait=True)
        self._alive.close()


class _Context(multiprocessing.context.SpawnContext):
    """Spawn, remembering the processes, whose exit codes the pool does not tell."""

    def __init__(self) -> None:
        self.started: list[BaseProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # type: ignore[override]  # noqa: N802 (multiprocessing's name)
        process = _Process(*args, **kwargs)
        self.started.append(process)
        return process


class _Process(multiprocessing.context.SpawnProcess):
    """Started with one thread per library, deaf to Ctrl-C (the coordinator hears it), and without the user's main script.

    The script is not needed, since studies are found by name, and one without an `if __name__` guard would run anew in each worker.
    """

    def start(self) -> None:
        # before the child imports NumPy or JAX, which read these once; XLA sizes its pool by NPROC
        one_thread = {**BLAS, "NPROC": "1", "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {XLA_ONE_THREAD}".strip()}
        with environment(one_thread), _deaf(), _without_main():
            super().start()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    before = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before


def _begin(alive: multiprocessing.connection.Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda signum, frame: threading.Thread(target=_leave, args=(128 + signum,)).start())
    threading.Thread(target=_watch, args=(alive,), name="spinodal-watch", daemon=True).start()


def _watch(alive: multiprocessing.connection.Connection) -> None:
    """End this worker when its parent dies or closes the pipe, whatever the main thread computes."""
    parent = multiprocessing.parent_process()
    multiprocessing.connection.wait([alive] if parent is None else [alive, parent.sentinel])
    _leave(0)


def _leave(code: int) -> None:
    try:
        for writer in list(open_writers):
            writer.flush()
    finally:
        os._exit(code)
