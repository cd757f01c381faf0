"""The store as a reader sees it: what is done, what failed, and all of it as one labelled dataset. Never writes."""

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .batch import Batch, DamageError, path_of
from .failures import Failure, failed_keys, read_failure
from .listing import Listing
from .manifest import Manifest, read
from .status import Status, status_of

if TYPE_CHECKING:
    import xarray


class Store:
    """A folder that sweeps write to. Opening it needs neither the study nor permission to write."""

    def __init__(self, path: str | os.PathLike):
        self.root = Path(path)
        self.manifest: Manifest = read(self.root)

    def __repr__(self) -> str:
        return f"Store({str(self.root)!r}): {self.status().message}"

    def keys(self) -> set[str]:
        """Keys of the cells of the sweep that are done."""
        return self.listing().done.keys() & set(self.manifest.plan.keys)

    def status(self, *, verify: bool = False) -> Status:
        """How far the sweep is; with `verify`, every file's sha256 is checked, not only its size."""
        return status_of(self.root, self.manifest, verify=verify)

    def failures(self) -> list[Failure]:
        """Failure records of the cells of the sweep that are not done, in grid order."""
        place, done = self.manifest.plan.position, self.listing().done
        failed = [key for key in failed_keys(self.root) if key in place and key not in done]
        return [read_failure(self.root, key) for key in sorted(failed, key=place.__getitem__)]

    def provenance(self) -> dict[str, dict[str, Any]]:
        """For every done cell, by key: versions, host, processor, wall and CPU seconds, attempts and start time."""
        found = {}
        for name, keys in sorted(self.listing().files.items()):
            try:
                with Batch(path_of(self.root / "batches", name), verify=True) as batch:
                    origin = batch.provenance()
            except DamageError as error:
                _warn(name, error)
                continue
            shared = {k: v for k, v in origin.items() if k != "cells"}
            for key, cell in zip(keys, origin.get("cells", []), strict=False):
                found[key] = {**shared, **cell, "file": name}
        return found

    def load(self, **selection: Any) -> "xarray.Dataset":
        """The sweep as a labelled dataset: grid axes first, then each output's own dimensions, and `cell_status`.

        `load(weight_decay=1.0, seed=[0, 1])` selects along axes before reading: a value drops its axis, a list keeps it.
        `cell_status` is 0 for pending, 1 for done, 2 for failed; pending and failed cells are NaN, and only then integers become floats.
        Two stores of one sweep load equal to the last bit; what varies from run to run is in `provenance()`.
        Raises: ValueError for an unknown axis or value, and for outputs whose shape differs within the selection.
        """
        from .dataset import load

        return load(self.root, self.manifest, self.listing(), selection)

    def listing(self) -> Listing:
        """What is done and in which file, from journals and sizes; damaged files are left out, with a warning each."""
        listing = Listing(self.root)
        listing.refresh(full=True)
        for damage in listing.damage:
            _warn(damage.path.name, damage.reason)
        return listing


def _warn(name: str, reason: object) -> None:
    warnings.warn(f"{name} is ignored: {reason}; the next `sweep run` moves it to quarantine and computes its cells anew", stacklevel=3)
