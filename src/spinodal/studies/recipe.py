"""What every study gives: a question, its cells, and what to make of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..report import Explorer, Table
from ..sweeps import Study, Sweep
from .comparison import Comparison
from .diagnostics import cell_table

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Analysis:
    """What the cells of a study say once theory is beside them.

    `dataset`: cells and theory, as it is stored. `verdict`: the answer, in sentences. `caveats`: what does not reproduce, and why.
    """

    dataset: "xarray.Dataset"
    comparisons: tuple[Comparison, ...]
    verdict: tuple[str, ...]
    caveats: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    explorers: tuple[Explorer, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A figure with the words that belong to it."""

    name: str  # of its files
    caption: str
    draw: Callable[["xarray.Dataset"], "Figure"]


@dataclass(frozen=True)
class Recipe:
    """A published result and how to get it.

    `name`: its entry in the catalogue, which has title, citation and sizes. `sweep(size, seed)`: the cells. `analyse(dataset, size)`:
    theory, comparisons and words. `pictures`: drawn from the analysed dataset. `executor`: where its cells are best run, of all sizes or by
    size; "serial" if a cell uses every core by itself and there are few. `health`: what each cell says of itself.
    """

    name: str
    question: str
    sweep: Callable[[str, int], Sweep]
    analyse: Callable[["xarray.Dataset", str], Analysis]
    pictures: tuple[Picture, ...]
    executor: str | Mapping[str, str] = "serial"
    health: Callable[["xarray.Dataset", tuple[str, ...]], Table] = cell_table

    def executor_of(self, size: str) -> str:
        """Where the cells of this size are best run."""
        return self.executor if isinstance(self.executor, str) else self.executor[size]


def sized_sweep(study: Study, size: str, seed: int, grid: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> Sweep:
    """The cells of one size of a study, named for both; `seed` joins the `base`."""
    return Sweep(study=study.name, name=f"{study.name}-{size}", grid=grid, base={**(base or {}), "seed": seed})
