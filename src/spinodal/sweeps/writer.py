"""The writer: gathers finished cells and puts them on disk as batch files, at the latest a second after the first of them."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import provenance
from .batch import encode, path_of, shape_of
from .files import append_line, make_folder, write_atomic
from .identity import this_process
from .limits import FLUSH_SECONDS, MAX_BATCH_BYTES, MAX_BATCH_CELLS
from .listing import journal_line


class Writer:
    """Collects cells; a file is closed a second after its first cell, at 1,000 cells, at 32 MiB, at a change of shape, or at the end.

    A timer thread closes it while a later cell is still being computed. What goes wrong there is raised by the next call.
    """

    def __init__(self, root: Path):
        self.root, self.writer = root, this_process().writer
        self.files: list[str] = []
        self._lock = threading.RLock()
        self._keys: list[str] = []
        self._outputs: list[Mapping[str, np.ndarray]] = []
        self._cells: list[dict[str, Any]] = []
        self._bytes, self._shape, self._due = 0, (), 0.0
        self._error: Exception | None = None
        self._wake = threading.Condition(self._lock)
        self._closed = False
        self._timer: threading.Thread | None = None

    def add(self, key: str, outputs: Mapping[str, np.ndarray], record: dict[str, Any], seconds: float) -> None:
        """Take one finished cell; `seconds` is how long it took, so that a slow cell is put on disk at once."""
        with self._lock:
            self._raise()
            shape = shape_of(outputs)
            if self._keys and shape != self._shape:
                self.flush()
            if not self._keys:
                self._shape, self._due = shape, time.monotonic() + FLUSH_SECONDS - min(seconds, FLUSH_SECONDS)
            self._keys.append(key)
            self._outputs.append(outputs)
            self._cells.append(record)
            self._bytes += sum(array.nbytes for array in outputs.values())
            if len(self._keys) >= MAX_BATCH_CELLS or self._bytes >= MAX_BATCH_BYTES or time.monotonic() >= self._due:
                self.flush()
            elif self._timer is None:
                self._timer = threading.Thread(target=self._flush_when_due, name="spinodal-flush", daemon=True)
                self._timer.start()
            else:
                self._wake.notify()

    def flush(self) -> None:
        """Put what is gathered on disk: the batch file, then its line in the journal."""
        with self._lock:
            if not self._keys:
                return
            keys, outputs, cells = self._keys, self._outputs, self._cells
            self._keys, self._outputs, self._cells, self._bytes = [], [], [], 0
            origin = {**provenance.software(), **provenance.machine(), "device": provenance.device(), "doctor": provenance.health()}
            name, data = encode(keys, outputs, {**origin, "writer": self.writer, "cells": cells})
            path = path_of(self.root / "batches", name)
            make_folder(path.parent)
            write_atomic(path, data, self.writer)
            append_line(self.root / "journal" / f"{self.writer}.jsonl", journal_line(name, len(data), keys))
            self.files.append(name)

    def close(self) -> None:
        """Flush and end the timer."""
        with self._lock:
            self._closed = True
            self._wake.notify()
            try:
                self.flush()
            finally:
                self._raise()

    def _flush_when_due(self) -> None:
        with self._lock:
            while not self._closed:
                wait = self._due - time.monotonic() if self._keys else None
                if wait is not None and wait <= 0:
                    try:
                        self.flush()
                    except Exception as error:  # noqa: BLE001 (raised again in the thread that computes)
                        self._error = error
                else:
                    self._wake.wait(wait)

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
