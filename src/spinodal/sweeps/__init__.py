"""Many runs that survive anything. Knows nothing of physics.

sweep = sweeps.Sweep(study="selftest", grid={"index": range(100)})
report = sweeps.run(sweep, "store", executor="processes")
dataset = sweeps.Store("store").load()
"""

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
