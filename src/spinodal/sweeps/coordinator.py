"""The coordinator: claims blocks, hands their pending cells to a backend, and goes on until nothing is pending."""

import concurrent.futures
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from . import interrupts
from .claims import Claims
from .execution import Receipt, Task
from .executors import Backend
from .failures import record_failure
from .identity import this_process
from .limits import TASK_SECONDS
from .listing import Listing
from .pending import Pending
from .plan import Plan
from .probation import Probation, same_error
from .progress import Snapshot

log = logging.getLogger("spinodal.sweeps")

MOST_CELLS = 5000  # in one task, to keep its message small


def _error_of(future: concurrent.futures.Future) -> BaseException | None:
    try:
        return future.exception()
    except concurrent.futures.CancelledError as error:
        return error


@dataclass(frozen=True)
class Flight:
    """A task that a backend has: its blocks, the positions of its cells, and whether it hunts for a cell that kills workers."""

    blocks: tuple[int, ...]
    positions: tuple[int, ...]
    suspect: bool = False


class Coordinator:
    """One writer's part in a sweep. `listing` has been refreshed; `retry` are failed cells to be tried anew."""

    def __init__(
        self,
        plan: Plan,
        root: Path,
        backend: Backend,
        listing: Listing,
        *,
        target: str,
        retries: int,
        retry: set[str],
        keep_going: bool,
        claim_timeout: float,
        progress: Callable[[Snapshot], None],
    ):
        self.plan, self.root, self.backend, self.listing = plan, root, backend, listing
        self.target, self.retries, self.progress = target, retries, progress
        self.pending, self.probation = Pending(plan, root, listing, retry), Probation(keep_going)
        self.me = this_process()
        self.claims = Claims(root, plan.hash, self.me, claim_timeout)
        self.poll = min(0.5, claim_timeout / 6)
        self.open: dict[int, None] = {}  # blocks to be claimed, in order
        self.elsewhere: dict[int, None] = {}  # blocks that others hold
        self.flights: dict[concurrent.futures.Future, Flight] = {}
        self.suspects: deque[Flight] = deque()
        self.deaths: dict[str, int] = {}
        self.computed, self.stopped = 0, ""
        self._seconds: dict[int, float] = {}  # a cell of each group takes, running mean
        self._looked = 0.0

    def run(self) -> None:
        """Until nothing is pending, or until `stopped` says why not. Raises `Interrupted`; claims are released in any case."""
        self.pending.look_failed()
        self.open = dict.fromkeys(b.number for b in self.plan.blocks if self.pending.todo(b.number))
        self.claims.start()
        try:
            while not self.stopped:
                interrupts.check()
                self._fill()
                if self.flights:
                    self._wait()
                elif self.elsewhere:
                    interrupts.sleep(self.poll)
                elif not self.open and not self.suspects:
                    break
                self._look_elsewhere()
                self.progress(self.pending.snapshot(self.backend.workers))
            while self.flights:  # what is under way when the sweep stops is let finish
                self._wait()
        finally:
            self.claims.close()

    # giving out work

    def _fill(self) -> None:
        while self.suspects:
            if self.flights:
                return
            flight = self.suspects.popleft()
            if not self.pending.over(self.plan.keys[flight.positions[0]]):
                self._submit(flight)
                return
            self._settle(flight.blocks)
        while len(self.flights) < self._depth() and not self.stopped:
            flight = self._claim_some()
            if flight is None:
                return
            self._submit(flight)
            if self.backend.workers == 1 and any(f.done() for f in self.flights):
                return  # serial: the task is over already

    def _depth(self) -> int:
        slow = min(self._seconds.values(), default=0.0) > 5 * TASK_SECONDS
        return self.backend.workers + (0 if slow or self.backend.workers == 1 else 1)

    def _claim_some(self) -> Flight | None:
        while self.open:
            held = self.claims.held()
            blocks: list[int] = []
            cells, group = 0, -1
            for number in list(self.open):
                block = self.plan.blocks[number]
                if blocks and (block.group != group or number != blocks[-1] + 1 or cells + block.stop - block.start > self._size(group)):
                    break
                del self.open[number]
                todo = self.pending.todo(number)
                if not todo:
                    continue
                if number in held or not self.claims.take(number):
                    self.elsewhere[number] = None
                    if blocks:
                        break
                    continue
                blocks.append(number)
                cells, group = cells + len(todo), block.group
            if not blocks:
                return None
            self.pending.look()  # between our listing and our claim another may have finished it
            positions: list[int] = []
            for number in list(blocks):
                todo = self.pending.todo(number)
                positions += todo
                if not todo:
                    self.claims.release([number])
                    blocks.remove(number)
            if positions:
                return Flight(tuple(blocks), tuple(positions))
        return None

    def _size(self, group: int) -> int:
        """Cells of a task that takes about a second, fewer when little is left for the other workers."""
        if self.probation.cells or group not in self._seconds:
            return 0
        left = self.pending.left()
        share = left // (2 * self.backend.workers) if self.backend.workers > 1 else left
        return int(min(TASK_SECONDS / max(self._seconds[group], 1e-6), share, MOST_CELLS))

    def _submit(self, flight: Flight) -> None:
        keys = tuple(self.plan.keys[i] for i in flight.positions)
        task = Task(
            study=self.plan.study,
            target=self.target,
            keys=keys,
            settings=tuple(self.plan.settings(i) for i in flight.positions),
            retries=self.retries,
            batches=tuple(len(self.pending.among(number, flight.positions)) for number in flight.blocks),
            known_failed=tuple(key for key in keys if key in self.pending.retry),
            probation=self.probation.cells,
            look_first=self.backend.repeats,
        )
        name = f"spinodal-{self.plan.hash[:12]}-{flight.blocks[0]}"
        try:
            self.flights[self.backend.submit(json.dumps(asdict(task)), str(self.root), name)] = flight
        except concurrent.futures.BrokenExecutor as error:  # a worker died while idle
            failed: concurrent.futures.Future = concurrent.futures.Future()
            failed.set_exception(error)
            self.flights[failed] = flight

    # taking what comes back

    def _wait(self) -> None:
        with interrupts.may_break_in():
            done, _ = concurrent.futures.wait(self.flights, timeout=self.poll, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            flight = self.flights.pop(future, None)
            if flight is not None:
                self._take(future, flight)

    def _take(self, future: concurrent.futures.Future, flight: Flight) -> None:
        error = _error_of(future)
        if error is not None:
            gone = self.backend.gone(error)
            if gone:
                self.stopped = gone
                return
            words = self.backend.lost(error)
            if not words:
                raise error
            self._worker_died(flight, words)
            return
        found = json.loads(future.result())
        receipt = Receipt(**{**found, "failed": tuple(map(tuple, found["failed"]))})
        failed = {key for key, _, _ in receipt.failed}
        tried = [self.plan.keys[i] for i in flight.positions[: receipt.tried]]
        self.pending.tried(tried, failed)
        self.computed += receipt.computed
        if tried:
            group, each = self.plan.blocks[flight.blocks[0]].group, receipt.seconds / len(tried)
            before = self._seconds.get(group, each)
            self._seconds[group] = 0.7 * before + 0.3 * each
        self._judge([same_error(kind, message) for _, kind, message in receipt.failed], len(tried) - len(failed))
        self._settle(flight.blocks)

    def _judge(self, errors: list[str], successes: int) -> None:
        self.stopped = self.stopped or self.probation.judge(errors, successes)

    def _settle(self, blocks: tuple[int, ...]) -> None:
        """Release the claims of blocks that nobody works on any more; what is left of them is open again."""
        busy = {number for flight in (*self.flights.values(), *self.suspects) for number in flight.blocks}
        for number in blocks:
            if number not in busy:
                self.claims.release([number])
                if self.pending.todo(number):
                    self.open = {number: None, **self.open}

    def _worker_died(self, flight: Flight, words: str) -> None:
        """Build the executor anew; run what was under way cell by cell, to find the cell that kills."""
        lost = [flight]
        if not self.backend.repeats:  # a process pool breaks as a whole
            concurrent.futures.wait(self.flights)
            for future in list(self.flights):
                other = self.flights.pop(future)
                if _error_of(future) is None:
                    self._take(future, other)
                else:
                    lost.append(other)
        log.warning("%s; %d cells that were under way are run again one by one", words, sum(len(f.positions) for f in lost))
        self.backend.rebuild()
        self.pending.look(full=True)
        alone = len(lost) == 1 and len(flight.positions) == 1
        for part in lost:
            for position in part.positions:
                key = self.plan.keys[position]
                if self.pending.over(key):
                    continue
                if alone:
                    self.deaths[key] = self.deaths.get(key, 0) + 1
                    if self.deaths[key] > self.retries:
                        self._record_death(position, words)
                        continue
                blocks = tuple(n for n in part.blocks if self.pending.among(n, (position,)))
                self.suspects.append(Flight(blocks, (position,), suspect=True))
        for part in lost:
            self._settle(part.blocks)

    def _record_death(self, position: int, words: str) -> None:
        key = self.plan.keys[position]
        kind, message = record_failure(self.root, self.me.writer, self.me.host, key, self.plan.settings(position), self.deaths[key], words)
        self.pending.tried([key], [key])
        self.computed += 1
        self._judge([same_error(kind, message)], 0)

    # what others do

    def _look_elsewhere(self) -> None:
        if time.monotonic() - self._looked < self.poll or not (self.elsewhere or self.backend.workers > 1):
            return
        self._looked = time.monotonic()
        self.pending.look()
        if not self.elsewhere:
            return
        held = self.claims.held()
        freed = {number: None for number in self.elsewhere if number not in held and self.pending.todo(number)}
        for number in list(self.elsewhere):
            if number not in held:
                del self.elsewhere[number]
            elif self.claims.stale(number) and self.claims.remove_stale(number):
                log.warning("block %d was claimed by a writer that is gone; taken over", number)
                self.pending.look(full=True)  # it may have died between a file and its journal line
                del self.elsewhere[number]
                if self.pending.todo(number):
                    freed[number] = None
        self.open = {**freed, **self.open}
