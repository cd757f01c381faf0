"""Ctrl-C and SIGTERM: break into a cell, never into the writing of a file."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

PATIENCE = 3.0  # seconds for a cell to give way before a command leaves without it


class Interrupted(KeyboardInterrupt):
    """The run was stopped by a signal; what had finished is stored. `signum`: which one. `report`: the run's report, complete=False."""

    signum: int = signal.SIGINT
    report: Any = None

    def __str__(self) -> str:
        return self.report.message if self.report is not None else "interrupted"


class _Watch:
    """The signals of one run; `armed` while a cell computes in the main thread, when breaking in is harmless."""

    def __init__(self) -> None:
        self.signum, self.armed, self.wake = 0, False, threading.Event()

    def __call__(self, signum: int, frame: Any) -> None:
        if self.signum:
            signal.signal(signum, signal.SIG_DFL)  # the second time leaves at once
            os.kill(os.getpid(), signum)
        self.signum = signum
        self.wake.set()
        if self.armed:
            self.armed = False
            raise self.interrupted()

    def interrupted(self) -> Interrupted:
        found = Interrupted()
        found.signum = self.signum
        return found


_watch: _Watch | None = None


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Take over Ctrl-C and SIGTERM for the length of a run, in the main thread; elsewhere nothing is changed."""
    global _watch
    if _watch is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    _watch = _Watch()
    before = {}
    for signum in (signal.SIGINT, signal.SIGTERM):
        current = signal.getsignal(signum)
        if current in (signal.SIG_DFL, signal.default_int_handler):  # else the caller, or nohup, has decided already
            before[signum] = signal.signal(signum, _watch)
    try:
        yield
    finally:
        _watch = None
        for signum, handler in before.items():
            signal.signal(signum, handler)


def check() -> None:
    """Raise `Interrupted` if a signal has come."""
    if _watch is not None and _watch.signum:
        raise _watch.interrupted()


@contextlib.contextmanager
def may_break_in() -> Iterator[None]:
    """Within this a signal raises `Interrupted` at once."""
    watch = _watch
    if watch is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    check()
    watch.armed = True
    try:
        yield
    finally:
        watch.armed = False


def sleep(seconds: float) -> None:
    """Wait, but not through a signal."""
    with may_break_in():
        time.sleep(seconds)
