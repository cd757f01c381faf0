"""The log of each writer: `logs/<writer>.log`, one line per task, warning or failure."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from .identity import this_process

_lock = threading.Lock()
_open: dict[str, tuple[logging.Handler, int]] = {}


class _Quiet(logging.FileHandler):
    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """A log that cannot be written (full disk) must not stop what it tells of, nor print a traceback."""


@contextlib.contextmanager
def logging_to(root: Path) -> Iterator[None]:
    """Log this process's work on a store into the store; the root logger is never touched."""
    logger = logging.getLogger("spinodal.sweeps")
    name = str(root.absolute())
    with _lock:
        if name in _open:
            handler, users = _open[name]
        else:
            (root / "logs").mkdir(exist_ok=True)
            handler, users = _Quiet(root / "logs" / f"{this_process().writer}.log", delay=True), 0
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            logger.addHandler(handler)
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.INFO)
        _open[name] = (handler, users + 1)
    try:
        yield
    finally:
        with _lock:
            handler, users = _open[name]
            if users > 1:
                _open[name] = (handler, users - 1)
            else:
                del _open[name]
                logger.removeHandler(handler)
                handler.close()
