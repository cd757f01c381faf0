"""Cells that failed: one small file each, kept until the cell succeeds."""

import contextlib
import json
import os
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .batch import KEY
from .files import read_limited, write_atomic
from .limits import MAX_FILE, TRACEBACK


@dataclass(frozen=True)
class Failure:
    """A cell that failed: its key and settings, the type's name and message of its error, how often it was tried, and where."""

    key: str
    settings: dict[str, Any]
    attempts: int
    error: str
    message: str
    traceback: str
    host: str
    time: str  # UTC


def record_failure(
    root: Path, writer: str, host: str, key: str, settings: dict, attempts: int, error: BaseException | str
) -> tuple[str, str]:
    """Write `failed/<key>.json`; returns the error's type and message."""
    if isinstance(error, str):
        kind, message, trace = "WorkerDied", error, ""
    else:
        kind, message = type(error).__name__, str(error)
        trace = "".join(traceback.format_exception(error))[-TRACEBACK:]
    message = message[:TRACEBACK]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    record = Failure(key, settings, attempts, kind, message, trace, host, now)
    write_atomic(root / "failed" / f"{key}.json", json.dumps(record.__dict__).encode(), writer)
    return kind, message


def failed_keys(root: Path) -> set[str]:
    """Keys of all cells with a failure record."""
    try:
        with os.scandir(root / "failed") as entries:
            return {
                e.name[:-5] for e in entries if e.name.endswith(".json") and KEY.fullmatch(e.name[:-5]) and e.is_file(follow_symlinks=False)
            }
    except OSError:
        return set()


def read_failure(root: Path, key: str) -> Failure:
    """The failure record of a cell; one that cannot be read says so in its message."""
    try:
        found = json.loads(read_limited(root / "failed" / f"{key}.json", MAX_FILE))
        return Failure(**{name: found[name] for name in Failure.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return Failure(key, {}, 0, "Unreadable", f"the failure record cannot be read: {error}", "", "", "")


def version_of(root: Path, key: str) -> tuple[int, int]:
    """Changes whenever the record of a cell is written anew; (0, 0) if there is none."""
    try:
        found = os.lstat(root / "failed" / f"{key}.json")
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)


def remove_failure(root: Path, key: str) -> None:
    """Success removes the record."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(root / "failed" / f"{key}.json")
