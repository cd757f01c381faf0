"""Ready-made sweeps, one folder per paper and one file per published result: recipe, figure, expected numbers with tolerances.

for entry in studies.entries(): print(entry.name, entry.title)
outcome = studies.run("rubin2024-fig2", size="quick", out="runs/fig2")
"""

from typing import TYPE_CHECKING, Any

from .catalogue import entries as entries
from .catalogue import find as find
from .entry import Entry as Entry
from .entry import Size as Size

if TYPE_CHECKING:
    from .running import Outcome as Outcome
    from .running import run as run


def __getattr__(name: str) -> Any:
    if name in ("run", "Outcome"):  # with it come xarray and matplotlib, which a list of studies does without
        from . import running

        return getattr(running, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
