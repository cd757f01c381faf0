"""The output folder of a study: what we wrote is known, files are whole or absent, and nothing else is touched."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import require
from ..sweeps.files import StoreError, write_atomic

MARKER = "run.json"  # what is run here, and every file that we wrote
STORE = "store"


@dataclass(frozen=True)
class Folder:
    """A folder that belongs to one run of one study."""

    path: Path
    identity: dict[str, Any]
    resumed: bool = False  # whether there was a run to go on with

    @property
    def store(self) -> Path:
        """The sweep's store, from which a run goes on."""
        return self.path / STORE

    def write(self, name: str, data: bytes | str) -> Path:
        """Write a file as a whole, under a temporary name first."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data.encode() if isinstance(data, str) else data, str(os.getpid()))
        return path


def open_folder(path: str | os.PathLike, identity: dict[str, Any], files: list[str], *, resume: bool, force: bool) -> Folder:
    """The folder for the run `identity`, which will write `files` beside its store.

    Refuses (ValueError) a folder that holds anything, unless `resume` goes on with the same run or `force` starts anew, and one without
    a run of ours even then; `force` deletes only what a run of ours has listed as its own. Nothing there yet: both begin.
    """
    root = Path(path)
    require(not (resume and force), "resume must not be given with --force: one goes on, the other starts anew")
    try:
        root.mkdir(parents=True, exist_ok=True)
        present = sorted(os.listdir(root))
        require(os.access(root, os.W_OK | os.X_OK), f"out must be a folder that can be written, got {root} (permission denied)")
    except OSError as error:
        raise ValueError(f"out must be a folder that can be written, got {root} ({error.strerror or error})") from None
    require(_encodable(root), f"out must be a name in UTF-8, which the page can show, got {str(root)!r}")
    before = _marker(root)
    folder = Folder(root, identity, resumed=resume and bool(before))
    listed = f"files ({', '.join(present[:3])}{', …' if len(present) > 3 else ''})"
    if present and not resume and not force:
        what = f"a run of {before['study']}" if before else listed
        advice = "add --resume to go on, --force to start anew" if before else "give another --out"
        raise ValueError(f"out must be an empty or new folder, got {root}, which holds {what}: {advice}")
    if resume and before:
        differing = [name for name, value in identity.items() if before.get(name) != value]
        require(
            not differing,
            f"out holds a run with other settings, {_differences(before, identity, differing)}: give the same, or another --out",
        )
    theirs = _theirs(root, files, before, kept=resume)
    require(not theirs, f"out must not hold files of somebody else under our names, got {root}, which has {', '.join(theirs)}")
    require(not present or bool(before), f"out must hold a run of ours for --resume or --force, got {root}, which holds {listed}")
    if force and before:  # nothing is refused any more
        _delete(root, before["files"])
    try:
        folder.write(MARKER, json.dumps({**identity, "files": files}, indent=2) + "\n")
    except StoreError as error:
        raise ValueError(f"out must be a folder that can be written: {error}") from None
    return folder


def _marker(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / MARKER).read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    whole = isinstance(found, dict) and "study" in found and isinstance(found.get("files"), list)
    return found if whole and all(isinstance(name, str) for name in found["files"]) else {}


def _theirs(root: Path, files: list[str], before: dict[str, Any], *, kept: bool) -> list[str]:
    """What stands where we would write, and is neither listed as ours nor a store, nor a run to go on with."""
    try:
        figures = ["figures"] if (root / "figures").exists() and not (root / "figures").is_dir() else []
        if kept and before:
            return figures
        ours = [*before.get("files", []), *([STORE] if before and _is_store(root / STORE) else [])]
        return [*figures, *(name for name in (*files, STORE) if name not in ours and os.path.lexists(root / name))]
    except OSError as error:
        raise ValueError(f"out must be a folder that can be read, got {root} ({error.strerror or error})") from None


def _is_store(store: Path) -> bool:
    """Whether it may be deleted as a store: a folder of its own, with a manifest or empty."""
    return store.is_dir() and not store.is_symlink() and ((store / "manifest.json").is_file() or not any(store.iterdir()))


def _encodable(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _differences(before: dict[str, Any], now: dict[str, Any], names: list[str]) -> str:
    return ", ".join(f"{name} {before.get(name)!r} where this has {now[name]!r}" for name in names)


def _delete(root: Path, files: list[str]) -> None:
    """Remove the listed files, the store if it is one, and our own marker; names that lead elsewhere are left alone."""
    for name in files:
        path = root / name
        if ".." not in Path(name).parts and not Path(name).is_absolute() and (path.is_file() or path.is_symlink()):
            path.unlink()
    if _is_store(root / STORE):
        shutil.rmtree(root / STORE)
    figures = root / "figures"
    if figures.is_dir() and not any(figures.iterdir()):
        figures.rmdir()
    (root / MARKER).unlink(missing_ok=True)  # last: what is left after an interruption is still known as ours
