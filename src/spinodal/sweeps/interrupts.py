"""Ctrl-C and SIGTERM: break into a cell, never into the writing of a file."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

ECHO = 0.2  # seconds in which a second signal is the first one again: `timeout` and schedulers signal a process and its group
PATIENCE = 3.0  # seconds for cells to give way before we leave without them


class Interrupted(KeyboardInterrupt):
    """The run was stopped by a signal; what had finished is stored. `signum`: which one. `report`: the run's report, complete=False."""

    signum: int = signal.SIGINT
    report: Any = None

    def __str__(self) -> str:
        return self.report.message if self.report is not None else "interrupted"


class _Watch:
    """The signals of one run; `armed` while a cell computes in the main thread, when breaking in is harmless."""

    def __init__(self, hard: bool) -> None:
        self.hard, self.signum, self.since, self.armed = hard, 0, 0.0, False
        self.raised = False  # once is enough: what winds the run up is not broken into
        self.last_resort: Callable[[], None] = lambda: None

    def __call__(self, signum: int, frame: Any) -> None:
        if self.signum:
            if time.monotonic() - self.since < ECHO:
                return
            if self.hard:
                os._exit(128 + signum)
            raise KeyboardInterrupt
        self.signum, self.since = signum, time.monotonic()
        if self.armed:
            self.armed = False
            raise self.interrupted()

    def interrupted(self) -> Interrupted:
        self.raised = True
        found = Interrupted()
        found.signum = self.signum
        return found

    def wait_for_signals(self, reader: int) -> None:
        """In a thread: a cell inside compiled code keeps Python's handlers waiting, so leave without it when patience ends."""
        signum = os.read(reader, 1)
        if not signum or not signum[0]:
            return
        deadline = threading.Timer(PATIENCE, self._leave, (signum[0],))
        deadline.daemon = True
        deadline.start()
        first = time.monotonic()
        while (again := os.read(reader, 1)) and again[0]:
            if time.monotonic() - first >= ECHO:  # the second time leaves at once
                os._exit(128 + again[0])
        deadline.cancel()

    def _leave(self, signum: int) -> None:
        try:
            self.last_resort()
        finally:
            os._exit(128 + signum)


_watch: _Watch | None = None
_hard = False


@contextlib.contextmanager
def command() -> Iterator[None]:
    """Within this a run may end the process: on a second signal at once, and after a first when a cell does not give way."""
    global _hard
    _hard = True
    try:
        yield
    finally:
        _hard = False


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Take over Ctrl-C and SIGTERM for the length of a run, in the main thread; elsewhere nothing is changed."""
    global _watch
    if _watch is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    watch = _watch = _Watch(_hard)
    with contextlib.ExitStack() as undo:
        undo.callback(_forget)
        for signum in (signal.SIGINT, signal.SIGTERM):
            before = signal.getsignal(signum)
            if before in (signal.SIG_DFL, signal.default_int_handler):  # else the caller, or nohup, has decided already
                signal.signal(signum, watch)
                undo.callback(signal.signal, signum, before)
        if watch.hard:
            undo.enter_context(_listener(watch))
        yield


def _forget() -> None:
    global _watch
    _watch = None


@contextlib.contextmanager
def _listener(watch: _Watch) -> Iterator[None]:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    thread = threading.Thread(target=watch.wait_for_signals, args=(reader,), name="spinodal-signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.write(writer, b"\0")
        thread.join()
        os.close(reader)
        os.close(writer)


def on_last_resort(action: Callable[[], None]) -> None:
    """What to do before leaving a cell that does not give way."""
    if _watch is not None:
        _watch.last_resort = action


def check() -> None:
    """Raise `Interrupted` if a signal has come."""
    if _watch is not None and _watch.signum and not _watch.raised and threading.current_thread() is threading.main_thread():
        raise _watch.interrupted()


@contextlib.contextmanager
def may_break_in() -> Iterator[None]:
    """Within this a signal raises `Interrupted` at once."""
    watch = _watch
    if watch is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    watch.armed = True
    try:
        check()
        yield
    finally:
        watch.armed = False


def sleep(seconds: float) -> None:
    """Wait, but not through a signal."""
    with may_break_in():
        time.sleep(seconds)
