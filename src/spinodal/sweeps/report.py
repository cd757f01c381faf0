"""What a run says when it ends."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """The outcome of `run` or `worker`: `done + failed + pending = cells`; `complete` when all are done.

    `computed`: cells run here and now, failures included. `reused`: cells that the store held before. `workers`: at the end.
    """

    complete: bool
    message: str
    study: str
    store: str
    cells: int
    done: int
    failed: int
    pending: int
    computed: int
    reused: int
    seconds: float
    executor: str = "serial"
    workers: int = 1


def summary(done: int, failed: int, cells: int) -> str:
    """One line that says how far a store is."""
    if done == cells:
        return f"all {cells} cells are stored"
    pending = cells - done - failed
    return f"{done} of {cells} cells are stored, {failed} failed, {pending} pending"
