"""What is still to be done: the plan without what the store holds and without what failed."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from .failures import failed_keys, version_of
from .listing import Listing
from .plan import Plan
from .progress import Snapshot


class Pending:
    """The plan minus the store, as far as this writer knows; `retry` are failed cells to be tried anew."""

    def __init__(self, plan: Plan, root: Path, listing: Listing, retry: set[str]):
        self.plan, self.root, self.listing = plan, root, listing
        self.retry = {key: version_of(root, key) for key in retry}
        self.failed: set[str] = set()
        self._strangers = sum(1 for key in listing.done if key not in plan.position)

    def look(self, *, full: bool = False) -> None:
        """Take in what other writers have done; with `full`, also files that a dead writer did not get to mention."""
        self.listing.refresh(full=full)
        self.look_failed()

    def look_failed(self) -> None:
        """Take in failure records. One to be retried counts again once it has been written anew, by whomever."""
        place = self.plan.position
        found = (key for key in failed_keys(self.root) if key in place)
        self.failed = {key for key in found if key not in self.retry or version_of(self.root, key) != self.retry[key]}

    def tried(self, keys: Iterable[str], failed: Iterable[str]) -> None:
        """Note what a receipt says: all of `keys` are stored, but for those that failed."""
        failed = set(failed)
        self.failed |= failed
        for key in keys:
            self.retry.pop(key, None)
            if key not in failed:
                self.listing.note([key])

    def over(self, key: str) -> bool:
        """Whether a cell is done or has failed."""
        return key in self.listing.done or key in self.failed

    def todo(self, block: int) -> list[int]:
        """Positions of the cells of a block that are pending."""
        keys = self.plan.keys
        return [i for i in self.plan.positions(self.plan.blocks[block]) if not self.over(keys[i])]

    def among(self, block: int, positions: Iterable[int]) -> list[int]:
        """Which of these cells are of this block."""
        start, stop = self.plan.blocks[block].start, self.plan.blocks[block].stop
        return [i for i in positions if start <= self._place[i] < stop]

    def left(self) -> int:
        """How many cells are pending."""
        return len(self.plan) - (len(self.listing.done) - self._strangers) - len(self.failed)

    def snapshot(self, workers: int) -> Snapshot:
        """How far the sweep is."""
        return Snapshot(len(self.listing.done) - self._strangers, len(self.failed), len(self.plan), workers)

    @cached_property
    def _place(self) -> dict[int, int]:
        """Place in the plan's order of each position in grid order."""
        return {position: place for place, position in enumerate(self.plan.order.tolist())}
