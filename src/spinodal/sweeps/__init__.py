"""Many runs that survive anything. Knows nothing of physics.

    sweep = sweeps.Sweep(study="selftest", grid={"index": range(100)})
    report = sweeps.run(sweep, "store", executor="processes")
    dataset = sweeps.Store("store").load()

Names are imported when they are first used: a worker process needs a third of them, and its start is waited for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .files import StoreError as StoreError
    from .interrupts import Interrupted as Interrupted
    from .plan import Plan as Plan
    from .plan import make_plan as make_plan
    from .progress import Snapshot as Snapshot
    from .registry import find_study as find_study
    from .registry import register as register
    from .registry import studies as studies
    from .report import Report as Report
    from .running import prepare as prepare
    from .running import run as run
    from .running import worker as worker
    from .status import Status as Status
    from .store import Store as Store
    from .study import Study as Study
    from .sweep import Cell as Cell
    from .sweep import RunOptions as RunOptions
    from .sweep import Sweep as Sweep

_HOMES = {
    "files": ("StoreError",),
    "interrupts": ("Interrupted",),
    "plan": ("Plan", "make_plan"),
    "progress": ("Snapshot",),
    "registry": ("find_study", "register", "studies"),
    "report": ("Report",),
    "running": ("prepare", "run", "worker"),
    "status": ("Status",),
    "store": ("Store",),
    "study": ("Study",),
    "sweep": ("Cell", "RunOptions", "Sweep"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
