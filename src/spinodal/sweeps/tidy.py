"""Leftovers of writers that died in the middle of a file."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from .files import TEMPORARY
from .identity import Identity


def remove_leftovers(root: Path, me: Identity) -> int:
    """Remove temporary files whose writer is known to be dead; how many there were."""
    removed = 0
    for path in _temporary(root):
        writer = path.name.removeprefix(TEMPORARY).rpartition(".")[0]
        if me.knows_dead(writer):
            with contextlib.suppress(OSError):
                os.unlink(path)
                removed += 1
    return removed


def _temporary(root: Path) -> Iterator[Path]:
    folders = [root, root / "failed", root / "batches", *_folders(root / "batches"), *_folders(root / "claims")]
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            yield from [Path(e.path) for e in entries if e.name.startswith((TEMPORARY, ".stale-")) and e.is_file(follow_symlinks=False)]


def _folders(path: Path) -> list[Path]:
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        return [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False)]
    return []
