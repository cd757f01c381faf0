"""Claims: who is working on a block. A courtesy that saves work, never a lock that results depend on."""

import contextlib
import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .files import StoreError, make_folder, read_limited, store_error, write_atomic
from .identity import Identity
from .limits import MAX_FILE


@dataclass(frozen=True)
class Claim:
    """What a claim file says; `writer` is empty for one that cannot be read, which then counts as a beat that never changes."""

    host: str = ""
    boot: str = ""
    pid: int = 0
    started: str = ""
    writer: str = ""
    beat: int = 0
    namespace: str | None = None


class Claims:
    """Takes, keeps alive and releases the claims of one process on the blocks of one plan.

    `timeout`: a claim whose beat has not changed for this many seconds of our own `clock` is stale.
    """

    def __init__(self, root: Path, plan: str, identity: Identity, timeout: float, clock: Callable[[], float] = time.monotonic):
        self.folder, self.me, self.timeout, self.clock = root / "claims" / plan[:12], identity, timeout, clock
        self.mine: dict[int, int] = {}  # block -> beat
        self._seen: dict[int, tuple[Claim, float]] = {}
        self._lock = threading.Lock()
        self._count = itertools.count()
        self._stop = threading.Event()
        make_folder(self.folder)
        self._thread = threading.Thread(target=self._keep_beating, name="spinodal-claims", daemon=True)

    def start(self) -> None:
        """Begin to rewrite our claims with rising beats, from a thread."""
        self._thread.start()

    def take(self, block: int) -> bool:
        """Claim a block that nobody holds; False if somebody does."""
        path = self._path(block)
        with self._lock:
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
            except FileExistsError:
                return False
            except OSError as error:
                raise store_error(path, 0, error) from error
            try:
                os.write(file, self._text(0))
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.unlink(path)
                raise store_error(path, len(self._text(0)), error) from error
            finally:
                os.close(file)
            self.mine[block] = 0
            self._seen.pop(block, None)
        return True

    def release(self, blocks: Iterable[int]) -> None:
        """Give up claims of ours; one that another has taken over stays theirs."""
        for block in list(blocks):
            with self._lock:
                if self.mine.pop(block, None) is not None and self._holder(block).writer == self.me.writer:
                    with contextlib.suppress(OSError):
                        os.unlink(self._path(block))

    def held(self) -> set[int]:
        """Blocks that have a claim, ours or another's."""
        try:
            with os.scandir(self.folder) as entries:
                return {int(e.name[:-5]) for e in entries if e.name.endswith(".json") and e.name[:-5].isdigit()}
        except OSError:
            return set()

    def stale(self, block: int) -> bool:
        """Whether the holder of a block is certainly dead, or has been seen with the same beat for `timeout` seconds."""
        try:
            claim = self._holder(block)
        except FileNotFoundError:
            self._seen.pop(block, None)
            return False
        if claim.writer == self.me.writer:
            return block not in self.mine
        if claim.writer and self.me.is_dead(claim.host, claim.boot, claim.pid, claim.started, claim.namespace):
            self._seen.setdefault(block, (claim, self.clock()))
            return True
        before, since = self._seen.get(block, (None, 0.0))
        if claim != before:
            self._seen[block] = (claim, self.clock())
            return False
        return self.clock() - since >= self.timeout

    def remove_stale(self, block: int) -> bool:
        """Move a stale claim away, so that anyone may take the block; False if another was faster or the holder came back."""
        seen = self._seen.get(block, (None, 0.0))[0]
        aside = self.folder / f".stale-{self.me.writer}.{next(self._count)}"
        try:
            if seen is not None and self._holder(block) != seen:
                return False
            os.rename(self._path(block), aside)
        except OSError:
            return False
        try:
            if seen is not None and _read(aside) != seen:  # between the two lines above another took it over and claimed anew
                with contextlib.suppress(OSError):
                    os.link(aside, self._path(block))
                return False
            return True
        finally:
            self._seen.pop(block, None)
            with contextlib.suppress(OSError):
                os.unlink(aside)

    def beat(self) -> None:
        """Rewrite every claim of ours with the next beat; one that is lost is forgotten."""
        for block in list(self.mine):
            with self._lock, contextlib.suppress(OSError, StoreError):  # a missed beat costs a courtesy, no result
                if block not in self.mine:
                    continue
                try:
                    holder = self._holder(block).writer
                except FileNotFoundError:
                    holder = ""
                if holder != self.me.writer:
                    del self.mine[block]
                    continue
                self.mine[block] += 1
                write_atomic(self._path(block), self._text(self.mine[block]), self.me.writer, durable=False)

    def close(self) -> None:
        """Release everything and stop beating."""
        self._stop.set()
        with contextlib.suppress(OSError):
            self.release(list(self.mine))

    def _keep_beating(self) -> None:
        while not self._stop.wait(self.timeout / 6):
            self.beat()

    def _path(self, block: int) -> Path:
        return self.folder / f"{block:d}.json"

    def _holder(self, block: int) -> Claim:
        return _read(self._path(block))

    def _text(self, beat: int) -> bytes:
        me = self.me
        return json.dumps(
            {
                "host": me.host,
                "boot": me.boot,
                "pid": me.pid,
                "started": me.started,
                "writer": me.writer,
                "beat": beat,
                "namespace": me.namespace,
            }
        ).encode()


def _read(path: Path) -> Claim:
    try:
        found = json.loads(read_limited(path, MAX_FILE))
        claim = Claim(**{name: found[name] for name in Claim.__dataclass_fields__ if name in found})
        types_hold = (
            all(isinstance(v, str) for v in (claim.host, claim.boot, claim.writer)) and type(claim.pid) is int and type(claim.beat) is int
        )
        return claim if types_hold else Claim()
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError, RecursionError):
        return Claim()


def live_blocks(root: Path, plan: str, me: Identity) -> set[int]:
    """Blocks whose claim is not known to be dead, for a reader that cannot wait for a beat."""
    folder = root / "claims" / plan[:12]
    found = set()
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".json") and entry.name[:-5].isdigit():
                with contextlib.suppress(OSError):
                    claim = _read(Path(entry.path))
                    if claim.writer and not me.is_dead(claim.host, claim.boot, claim.pid, claim.started, claim.namespace):
                        found.add(int(entry.name[:-5]))
    return found
