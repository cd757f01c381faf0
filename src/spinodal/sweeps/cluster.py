"""A Dask cluster as an executor. Its scheduler belongs on a trusted network: what it is sent is pickled."""

import concurrent.futures
import itertools
import time
from pathlib import Path
from typing import cast

from .execution import execute

CONNECT_SECONDS = 20


class Dask:
    """Tasks go to the workers of a running scheduler: `dask://HOST:PORT`, or `dask:///path/scheduler.json`."""

    repeats = True

    def __init__(self, address: str):
        try:
            from dask.distributed import Client
        except ImportError as error:
            raise ValueError(f"dask is needed for executor {address!r}: pip install 'spinodal[cluster]'") from error
        place = address.removeprefix("dask://")
        self.address = address
        try:
            if place.startswith("/"):
                if not Path(place).is_file():
                    raise ValueError(
                        f"no scheduler file at {place} (executor {address!r}): start `dask scheduler --scheduler-file {place}` first"
                    )
                self._client = Client(scheduler_file=place, timeout=CONNECT_SECONDS, set_as_default=False)
            else:
                self._client = Client(f"tcp://{place}", timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise ValueError(f"no Dask scheduler answers at {place} (executor {address!r}) within {CONNECT_SECONDS} s") from error
        self._executor = self._client.get_executor(pure=False, retries=2)
        self._count, self._counted, self._tasks = 1, -1e9, itertools.count()

    @property
    def workers(self) -> int:
        if time.monotonic() - self._counted > 5 and self._client.status == "running":
            self._count, self._counted = max(1, sum(cast(dict, self._client.nthreads()).values())), time.monotonic()
        return self._count

    def submit(self, task: str, store: str, name: str) -> concurrent.futures.Future:
        return self._executor.submit(execute, task, store, key=f"{name}-{next(self._tasks)}")

    def lost(self, error: BaseException) -> str:
        return "the worker process died" if type(error).__name__ == "KilledWorker" else ""

    def gone(self, error: BaseException) -> str:
        cancelled = isinstance(error, concurrent.futures.CancelledError) or type(error).__name__ == "FutureCancelledError"
        lost = cancelled or self._client.status != "running"
        return f"the Dask scheduler of {self.address} is gone; run the same command when there is one again" if lost else ""

    def rebuild(self) -> None: ...

    def stop(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close(timeout=2)

    def close(self) -> None:
        self._client.close(timeout=5)
