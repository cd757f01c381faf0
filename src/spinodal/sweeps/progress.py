"""Progress of a run: a bar from rich on a terminal, a plain line every 30 s elsewhere, or whatever the caller likes."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

LINE_SECONDS = 30.0


@dataclass(frozen=True)
class Snapshot:
    """How far a sweep is: cells done, failed and in all, and workers here."""

    done: int
    failed: int
    cells: int
    workers: int

    @property
    def pending(self) -> int:
        """Cells neither done nor failed."""
        return self.cells - self.done - self.failed


@contextlib.contextmanager
def progress_of(wish: bool | Callable[[Snapshot], Any] | None, title: str) -> Iterator[Callable[[Snapshot], None]]:
    """What to call with each snapshot.

    `wish`: None is the bar on a terminal and lines elsewhere, False nothing, True the bar, or a function.
    """
    if wish is False:
        yield lambda snapshot: None
    elif callable(wish):
        yield lambda snapshot: (wish(snapshot), None)[1]
    elif wish or sys.stderr.isatty():
        with _bar(title) as show:
            yield show
    else:
        yield _Lines(title)


class _Lines:
    def __init__(self, title: str):
        self.title, self.next, self.rate = title, time.monotonic() + LINE_SECONDS, _Rate()

    def __call__(self, now: Snapshot) -> None:
        self.rate.note(now.done + now.failed)
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + LINE_SECONDS
            print(f"{self.title}: {described(now, self.rate)}", file=sys.stderr, flush=True)


def described(now: Snapshot, rate: "_Rate") -> str:
    """A snapshot in words."""
    left = f", {_span(now.pending / rate.value)} left" if rate.value > 0 and now.pending else ""
    failed = f", {now.failed} failed" if now.failed else ""
    workers = f"{now.workers} worker{'s' * (now.workers != 1)}"
    return f"{now.done}/{now.cells} done{failed}, {now.pending} pending, {rate.value:.3g} cells/s{left}, {workers}"


class _Rate:
    """Cells per second since the first look."""

    def __init__(self) -> None:
        self.value, self._start = 0.0, None

    def note(self, finished: int) -> None:
        now = time.monotonic()
        if self._start is None:
            self._start = (now, finished)
        elif now - self._start[0] > 0.5:
            self.value = (finished - self._start[1]) / (now - self._start[0])


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Callable[[Snapshot], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    rate = _Rate()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=4, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task(title, total=None, words="")

        def show(now: Snapshot) -> None:
            rate.note(now.done + now.failed)
            bar.update(task, total=now.cells, completed=now.done + now.failed, words=described(now, rate))

        yield show


def _span(seconds: float) -> str:
    minutes, hours = divmod(int(seconds) // 60, 60)[::-1]
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {int(seconds) % 60} s" if minutes else f"{int(seconds)} s"
