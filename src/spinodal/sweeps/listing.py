"""The listing: which cells are done. Journals first; a batch file that no journal mentions is opened for its keys."""

import contextlib
import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import msgspec

from . import interrupts
from .batch import FILE_NAME, KEY, Batch, DamageError, path_of
from .files import TEMPORARY, append_line, make_folder
from .identity import WRITER_NAME
from .limits import MAX_FILE

log = logging.getLogger("spinodal.sweeps")


class JournalLine(msgspec.Struct):
    """One line of a journal: a batch file, its bytes and the keys in it."""

    file: str
    bytes: int
    keys: list[str]


@dataclass(frozen=True)
class Damage:
    """A file in `batches/` that is not what a writer put there."""

    path: Path
    reason: str


class Listing:
    """Which cells a store holds, and in which file; `refresh` takes in what other writers have added since.

    `verify`: check the sha256 of every file and believe no journal. Attributes: `files` (name -> keys), `done` (key -> file name),
    `damage`, `unmentioned` (files that no journal mentions).
    """

    def __init__(self, root: Path, *, verify: bool = False):
        self.root, self.verify = root, verify
        self.files: dict[str, list[str]] = {}
        self.done: dict[str, str] = {}
        self.damage: list[Damage] = []
        self.unmentioned: list[tuple[str, int]] = []
        self._read: dict[str, int] = {}  # bytes of each journal taken in so far
        self._lines: dict[str, JournalLine | None] = {}  # None: two journals disagree on it
        self.one_of: dict[str, str] = {}  # journal -> one of its files: a writer is one process, with one set of versions

    def refresh(self, *, full: bool = False) -> None:
        """Take in new journal lines; with `full`, every file of `batches/` as well."""
        fresh = self._journals()
        if full:
            self._scan()
        else:
            for name in fresh:
                line = self._lines[name]
                if line is not None and name not in self.files and self._size(name) == line.bytes:
                    self._add(name, line.keys)

    def note(self, keys: list[str]) -> None:
        """Count cells as done that a receipt vouches for, though their journal line may not be visible here yet."""
        for key in keys:
            self.done.setdefault(key, "")

    def forget(self, name: str) -> None:
        """Leave out a file that turned out damaged or has been moved away."""
        for key in self.files.pop(name, ()):
            if self.done.get(key) == name:
                other = next((n for n, keys in self.files.items() if key in keys), None)
                if other is None:
                    del self.done[key]
                else:
                    self.done[key] = other

    def _add(self, name: str, keys: list[str]) -> None:
        self.files[name] = keys
        for key in keys:
            if self.done.setdefault(key, name) > name:  # two copies: any will do, and the same one for everybody is best
                self.done[key] = name

    def _size(self, name: str) -> int:
        try:
            found = os.lstat(path_of(self.root / "batches", name))
        except OSError:
            return -1
        return found.st_size if stat.S_ISREG(found.st_mode) else -1

    def _journals(self) -> list[str]:
        fresh = []
        folder = self.root / "journal"
        for entry in _entries(folder):
            if not entry.name.endswith(".jsonl") or not WRITER_NAME.fullmatch(entry.name[:-6]) or not entry.is_file(follow_symlinks=False):
                continue
            start = self._read.get(entry.name, 0)
            with contextlib.suppress(OSError):
                handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
                with open(handle, "rb") as file:
                    if os.fstat(handle).st_size <= start:
                        continue
                    file.seek(start)
                    for raw in file:
                        if not raw.endswith(b"\n"):
                            break  # cut short, or being written
                        self._read[entry.name] = start = start + len(raw)
                        name = self._take(raw, entry.name) if len(raw) <= MAX_FILE else ""
                        fresh += [name] if name else []
        return fresh

    def _take(self, raw: bytes, journal: str) -> str:
        try:
            line = _decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return ""
        if not FILE_NAME.fullmatch(line.file) or not line.keys or not all(map(KEY.fullmatch, line.keys)):
            return ""
        self.one_of[journal] = line.file
        known = self._lines.get(line.file, line)
        self._lines[line.file] = line if known == line else None
        return line.file

    def _scan(self) -> None:
        self.damage, self.unmentioned = [], []
        seen = set()
        for entry in _entries(self.root / "batches"):
            if not entry.is_dir(follow_symlinks=False) or len(entry.name) != 2 or not set(entry.name) <= set("0123456789abcdef"):
                self._foreign(entry, "not a folder of batch files")
                continue
            for file in _entries(Path(entry.path)):
                if not FILE_NAME.fullmatch(file.name) or not file.name.startswith(entry.name):
                    self._foreign(file, "not the name of a batch file")
                elif not file.is_file(follow_symlinks=False):
                    self.damage.append(Damage(Path(file.path), "a symbolic link or not a regular file"))
                else:
                    seen.add(file.name)
                    if file.name not in self.files:
                        self._examine(file)
        for name in [n for n in self.files if n not in seen]:
            self.forget(name)

    def _examine(self, file: os.DirEntry) -> None:
        interrupts.check()  # sums of a large store take a while
        line = self._lines.get(file.name)
        size = file.stat(follow_symlinks=False).st_size
        if line is not None and not self.verify and line.bytes == size:
            self._add(file.name, line.keys)
            return
        # no journal line, or one that disagrees: only the file itself can say
        try:
            with Batch(Path(file.path), verify=self.verify or file.name in self._lines) as batch:
                keys = batch.keys()
        except DamageError as found:
            if os.path.lexists(file.path):  # else another writer has moved it away
                self.damage.append(Damage(Path(file.path), str(found)))
            return
        if line is None or line.keys != keys or line.bytes != size:
            self.unmentioned.append((file.name, size))
        self._add(file.name, keys)

    def _foreign(self, entry: os.DirEntry, reason: str) -> None:
        if not entry.name.startswith(TEMPORARY):  # temporary files belong to writers at work
            self.damage.append(Damage(Path(entry.path), reason))


_decoder = msgspec.json.Decoder(JournalLine)


def quarantine(listing: Listing) -> int:
    """Move what is damaged out of the way, never deleting it; how many files were moved."""
    moved = 0
    for damage in listing.damage:
        target = listing.root / "quarantine"
        make_folder(target)
        place = target / damage.path.name
        for copy in range(1, 1000):
            if not os.path.lexists(place):
                break
            place = target / f"{damage.path.name}.{copy}"
        with contextlib.suppress(FileNotFoundError):  # another writer was faster
            os.rename(damage.path, place)
            moved += 1
            log.warning("%s: %s; moved to quarantine/%s, its cells are pending again", damage.path.name, damage.reason, place.name)
    listing.damage = []
    return moved


def mention(listing: Listing, writer: str) -> None:
    """Journal the files that no journal mentions, so that later listings need not open them."""
    for name, size in listing.unmentioned:
        append_line(listing.root / "journal" / f"{writer}.jsonl", journal_line(name, size, listing.files[name]))
    listing.unmentioned = []


def journal_line(name: str, size: int, keys: list[str]) -> bytes:
    """The journal's line for one batch file."""
    return msgspec.json.encode(JournalLine(name, size, keys))


def _entries(folder: Path) -> list[os.DirEntry]:
    try:
        if folder.is_symlink():
            return []
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []
