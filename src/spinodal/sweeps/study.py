"""The study: a cell function with a settings class, which is all that a sweep knows of science."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import integer, require
from .limits import FIELD_NAME, STUDY_NAME


def one_group(settings: Any) -> tuple:
    """The `group_key` of a study whose cells all share one compiled program."""
    return ()


@dataclass(frozen=True)
class Study:
    """A function to be run at many settings.

    Arguments:
        name: letters, digits, `_` and `-`, at most 64. version: raise it when the numbers change, not when the package does.
        settings: a frozen dataclass or msgspec Struct of str, int, float, bool, None and tuples of these; it checks itself when made.
        run_cell: settings in, `{output name: NumPy array or Python number}` out. All randomness comes from the settings;
            no access to the store, to other cells, to the clock or to global random state.
        group_key: what changes the compiled program (shapes, static choices). Learning rate, noise and seed do not belong there.
        dims: names for the dimensions of outputs. units: units of outputs and fields, kept in the dataset.
        run_batch: many cells at once, if that is faster; must give what `run_cell` gives, cell by cell.
        citation: what a figure from this study owes to whom.
    """

    name: str
    version: int
    settings: type
    run_cell: Callable[[Any], Mapping[str, Any]]
    group_key: Callable[[Any], tuple] = one_group
    dims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    run_batch: Callable[[Sequence[Any]], Sequence[Mapping[str, Any]]] | None = None
    citation: str = ""
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(
            bool(STUDY_NAME.fullmatch(self.name)),
            f"the name of a study must be a letter, then at most 63 of A-Za-z0-9_-, got {self.name!r}",
        )
        integer("version", self.version, minimum=1)
        for output, names in self.dims.items():
            for name in (output, *names):
                require(bool(FIELD_NAME.fullmatch(name)), f"dims of {self.name}: names must be a letter, then A-Za-z0-9_, got {name!r}")
