"""The verbs: `run` a sweep into a store, or be a `worker` on a store that somebody else has begun."""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import integer, positive
from . import interrupts
from .coordinator import Coordinator
from .execution import open_writers
from .executors import Backend, checked_executor, make_backend
from .failures import failed_keys, remove_failure
from .files import StoreError
from .identity import this_process
from .listing import Listing, mention, quarantine
from .logs import logging_to
from .manifest import compare, create, manifest_of, read
from .plan import Plan, make_plan
from .progress import Snapshot, progress_of
from .registry import target_of
from .report import Report, summary
from .sweep import Sweep
from .tidy import remove_leftovers

log = logging.getLogger("spinodal.sweeps")


def run(
    sweep: Sweep,
    store: str | os.PathLike,
    *,
    executor: str | None = None,
    retries: int | None = None,
    retry_failed: bool = False,
    keep_going: bool = False,
    extend: bool = False,
    claim_timeout: float = 60.0,
    trust_sizes: bool = False,
    progress: bool | Callable[[Snapshot], Any] | None = None,
) -> Report:
    """Compute what `store` lacks of `sweep`; call it again after any accident.

    Arguments:
        executor: "serial", "processes", "processes:N", "dask://HOST:PORT" or "dask:///path/scheduler.json"; None is the sweep's own wish.
        retries: how often a cell that raises is tried again before it is recorded as failed; None is the sweep's own wish (1).
        retry_failed: try cells again whose failure is recorded. keep_going: go on though the first 20 cells all fail alike.
        extend: make `sweep` the store's sweep, keeping stored cells that fit.
        claim_timeout: seconds after which a silent writer's claim is taken over.
        trust_sizes: believe sizes instead of sha256 sums when looking at what is stored.
        progress: None is a bar on a terminal and a line every 30 s elsewhere; False nothing; or a function of a `Snapshot`.
    Returns: `Report`. A failed cell, or a store that cannot be written, is `complete=False` with a message, not an exception.
    Raises: ValueError for a wrong call, before anything is written. `Interrupted` (a KeyboardInterrupt) on Ctrl-C or SIGTERM, after
        finished cells have been stored; its `report` says how far it came.
    """
    wish = checked_executor(executor if executor is not None else sweep.run.executor)
    again = integer(
        "retries", retries if retries is not None else sweep.run.retries, minimum=0, why="how often a cell that raises is tried again"
    )
    positive("claim_timeout", claim_timeout, why="seconds after which a silent writer's claim is taken over")
    root = Path(store)
    with interrupts.watched():
        with interrupts.may_break_in():
            plan = make_plan(sweep)
            manifest = manifest_of(sweep, plan)
        compare(root, manifest, extend=extend)
        job = _Job(plan, root, target_of(sweep.study), wish, again, retry_failed, keep_going, claim_timeout, trust_sizes)
        return job.run(progress, sweep.name or sweep.study, before=lambda: create(job.root, manifest, this_process().writer, extend=extend))


def worker(store: str | os.PathLike, *, claim_timeout: float = 60.0, progress: bool | Callable[[Snapshot], Any] | None = None) -> Report:
    """Help with a store whose manifest exists, until nothing is pending: any number of these, on any machines that share the folder.

    Arguments and returns as for `run`; retries are those of the sweep.
    """
    positive("claim_timeout", claim_timeout, why="seconds after which a silent writer's claim is taken over")
    root = Path(store)
    with interrupts.watched():
        manifest = read(root)
        sweep = manifest.sweep()
        with interrupts.may_break_in():
            plan = make_plan(sweep)
        if plan.hash != manifest.hash:
            raise ValueError(
                f"{root} was planned with version {manifest.plan.version} of study {sweep.study}; "
                f"version {plan.version} here makes another plan: install the same package"
            )
        job = _Job(plan, root, target_of(sweep.study), "serial", manifest.run.retries, False, False, claim_timeout, True)
        return job.run(progress, sweep.name or sweep.study, before=lambda: create(job.root, manifest, this_process().writer))


def prepare(sweep: Sweep, store: str | os.PathLike, *, extend: bool = False) -> Plan:
    """Write the manifest of a sweep's store, so that workers can start, and compute nothing; returns the plan."""
    root, plan = Path(store), make_plan(sweep)
    create(root, manifest_of(sweep, plan), this_process().writer, extend=extend)
    return plan


class _Job:
    def __init__(
        self,
        plan: Plan,
        root: Path,
        target: str,
        wish: str,
        retries: int,
        retry_failed: bool,
        keep_going: bool,
        timeout: float,
        trust: bool,
    ):
        self.plan, self.root, self.target, self.wish, self.retries = plan, root.absolute(), target, wish, retries
        self.name = str(root)  # as it was given; the path itself must survive a cell that changes the working folder
        self.retry_failed, self.keep_going, self.timeout = retry_failed, keep_going, timeout
        self.listing = Listing(root, verify=not trust)
        self.began, self.reused, self.computed = time.monotonic(), 0, 0
        self.work: Coordinator | None = None
        self.show: Callable[[Snapshot], None] = lambda snapshot: None

    def run(self, progress: Any, title: str, before: Callable[[], None]) -> Report:
        with interrupts.may_break_in():  # connecting to a cluster may take a while
            backend = make_backend(self.wish, self._cell_finished)  # a refusal comes before the store is touched
        stop = True
        message = ""
        interrupts.on_last_resort(lambda: self._leave())
        try:
            before()
            with logging_to(self.root), progress_of(progress, title) as self.show:
                message = self._work(backend)
            stop = bool(message)
        except (StoreError, OSError) as error:  # a cell's own OSError is a failure record, so this one is the store's
            message = str(error)
            log.warning("%s", message)
            self.listing.refresh(full=True)  # a file may be whole whose writer was then stopped
        except interrupts.Interrupted as found:
            backend.stop()
            self.listing.refresh(full=True)
            found.report = self._report("interrupted", backend)
            raise
        finally:
            backend.stop() if stop else backend.close()
        return self._report(message, backend)

    def _leave(self) -> None:
        """A cell did not give way to a signal: put what has finished on disk, release the claims, say so. The process ends after this."""
        for writer in list(open_writers):
            writer.flush()
        if self.work is not None:
            self.work.claims.close()
        self.listing.refresh()
        print(
            f"interrupted; {summary(len(self.listing.done), 0, len(self.plan))}; run the same command to go on", file=sys.stderr, flush=True
        )

    def _work(self, backend: Backend) -> str:
        remove_leftovers(self.root, this_process())
        self.listing.refresh(full=True)
        quarantine(self.listing)
        mention(self.listing, this_process().writer)
        failed = failed_keys(self.root)
        for key in failed & self.listing.done.keys():  # killed between success and its removal
            remove_failure(self.root, key)
        done = sum(1 for key in self.plan.keys if key in self.listing.done)
        self.reused = done
        retry = {key for key in failed if key in self.plan.position} - self.listing.done.keys() if self.retry_failed else set()
        if done + (0 if self.retry_failed else len(failed & self.plan.position.keys())) >= len(self.plan):
            return ""
        work = self.work = Coordinator(
            self.plan,
            self.root,
            backend,
            self.listing,
            target=self.target,
            retries=self.retries,
            retry=retry,
            keep_going=self.keep_going,
            claim_timeout=self.timeout,
            progress=self.show,
        )
        try:
            work.run()
        finally:
            self.computed = work.computed
        return work.stopped

    def _cell_finished(self, done: int, failed: int) -> None:
        """Between the ends of serial tasks, which may be minutes apart."""
        if self.work is not None:
            now = self.work.pending.snapshot(1)
            self.show(Snapshot(now.done + done, now.failed + failed, now.cells, 1))

    def _report(self, message: str, backend: Backend) -> Report:
        keys = self.plan.position
        done = sum(1 for key in self.listing.done if key in keys)
        failed = sum(1 for key in failed_keys(self.root) if key in keys and key not in self.listing.done)
        cells = len(self.plan)
        said = summary(done, failed, cells)
        return Report(
            complete=done == cells,
            message=f"{message}; {said}" if message else said,
            study=self.plan.study,
            store=self.name,
            cells=cells,
            done=done,
            failed=failed,
            pending=cells - done - failed,
            computed=self.computed,
            reused=self.reused,
            seconds=time.monotonic() - self.began,
            executor=self.wish,
            workers=backend.workers,
        )
