"""How far a store is."""

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .batch import Batch, DamageError, path_of
from .claims import live_blocks
from .failures import failed_keys, read_failure
from .identity import this_process
from .listing import Damage, Listing
from .manifest import SCHEMA, Manifest
from .report import summary

SHOWN = 20


@dataclass(frozen=True)
class Status:
    """`done + failed + pending = cells`; `running` counts pending cells in live claims; `corrupt` counts damaged files that were seen.

    `failures`: at most 20, with key, settings, error, message and attempts.
    """

    schema: int
    study: str
    version: int
    store: str
    cells: int
    done: int
    failed: int
    pending: int
    running: int
    corrupt: int
    unplanned: int
    complete: bool
    message: str
    failures: tuple[Mapping[str, Any], ...]
    damage: tuple[Damage, ...] = ()
    versions: tuple[str, ...] = ()  # of the packages that computed what is stored, as far as the journals tell

    def as_json(self) -> dict[str, Any]:
        """The object behind `status --json`."""
        found = asdict(self)
        del found["damage"], found["versions"]
        return {**found, "failures": list(found["failures"])}


def status_of(root: Path, manifest: Manifest, *, verify: bool) -> Status:
    """The status of a store, from its journals and the sizes of its files; from their sums with `verify`."""
    listing = Listing(root, verify=verify)
    listing.refresh(full=True)
    plan = manifest.plan
    planned = set(plan.keys)
    done = listing.done.keys() & planned
    failed = (failed_keys(root) & planned) - done
    running = 0
    for number in live_blocks(root, manifest.hash, this_process()):
        if number < len(plan.blocks):
            running += sum(1 for i in plan.positions(plan.blocks[number]) if plan.keys[i] not in done and plan.keys[i] not in failed)
    first = sorted(failed, key=plan.position.__getitem__)[:SHOWN] if failed else []
    failures = tuple(
        {"key": f.key, "settings": f.settings, "error": f.error, "message": f.message, "attempts": f.attempts}
        for f in (read_failure(root, key) for key in first)
    )
    cells, corrupt = len(plan), len(listing.damage)
    message = summary(len(done), len(failed), cells)
    if corrupt:
        message += f"; {corrupt} damaged file{'s' * (corrupt > 1)}, whose cells the next run computes anew"
    return Status(
        schema=SCHEMA,
        study=plan.study,
        version=plan.version,
        store=str(root),
        cells=cells,
        done=len(done),
        failed=len(failed),
        pending=cells - len(done) - len(failed),
        running=running,
        corrupt=corrupt,
        unplanned=len(listing.done) - len(done),
        complete=len(done) == cells,
        message=message,
        failures=failures,
        damage=tuple(listing.damage),
        versions=_versions(listing),
    )


def _versions(listing: Listing) -> tuple[str, ...]:
    found = set()
    for name in sorted(set(listing.one_of.values()) & listing.files.keys())[:SHOWN]:
        with contextlib.suppress(DamageError), Batch(path_of(listing.root / "batches", name), verify=False) as batch:
            origin = batch.provenance()
            found.add(", ".join(f"{part} {origin[part]}" for part in ("spinodal", "python", "numpy", "jax", "jaxlib") if part in origin))
    return tuple(sorted(found))
