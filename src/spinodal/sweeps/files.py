"""Files that are whole or absent, and reading that follows no link and stops at a limit."""

import contextlib
import itertools
import os
import stat
from pathlib import Path

TEMPORARY = ".tmp-"
_count = itertools.count()


class StoreError(Exception):
    """The store cannot be written or read; the message says which path, how many bytes and what the system said."""


def write_atomic(path: Path, data: bytes, writer: str, *, durable: bool = True) -> None:
    """Temporary name in the same folder, write, flush to disk, rename, flush the folder: no reader sees a part of it."""
    temporary = path.with_name(f"{TEMPORARY}{writer}.{next(_count)}")
    try:
        _write_new(temporary, data, durable)
        try:
            os.replace(temporary, path)
        except FileNotFoundError:  # somebody took us for dead and tidied up: once more
            _write_new(temporary, data, durable)
            os.replace(temporary, path)
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        raise store_error(path, len(data), error) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def create_linked(path: Path, data: bytes, writer: str) -> bool:
    """Like `write_atomic`, but False, and nothing changed, if `path` exists: of many that try at once, one wins."""
    temporary = path.with_name(f"{TEMPORARY}{writer}.{next(_count)}")
    try:
        _write_new(temporary, data, durable=True)
        os.link(temporary, path)
        sync_folder(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise store_error(path, len(data), error) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return True


def append_line(path: Path, line: bytes) -> None:
    """One line with one write, so that writers of the same file do not mix; not forced to disk: journals are a cache."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            os.write(file, line + b"\n")
        finally:
            os.close(file)
    except OSError as error:
        raise store_error(path, len(line), error) from error


def read_limited(path: Path, limit: int) -> bytes:
    """A regular file of at most `limit` bytes; OSError if it is none, ValueError if it is larger."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(file, "rb") as opened:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is not a regular file")
        if found.st_size > limit:
            raise ValueError(f"{path} has {found.st_size} bytes, more than the {limit} that are read")
        return opened.read(limit + 1)


def make_folder(path: Path) -> None:
    """The folder and its parents; a symbolic link in its place is refused."""
    try:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            sync_folder(path.parent)
    except OSError as error:
        raise store_error(path, 0, error) from error
    if path.is_symlink():
        raise StoreError(f"{path} is a symbolic link; links inside a store are not followed")


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def store_error(path: Path, size: int, error: OSError) -> StoreError:
    """The sentence for an `OSError` of the store."""
    needed = f" ({size} bytes needed)" if size else ""
    return StoreError(
        f"cannot write {path}{needed}: {error.strerror or error}; what was stored stays, run the same command when this is mended"
    )


def _write_new(path: Path, data: bytes, durable: bool) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
        if durable:
            os.fsync(file)
    finally:
        os.close(file)
