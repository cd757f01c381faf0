"""How each problem is trained."""

from typing import Any

from ...errors import require
from ...problems import Digits, GroupComposition, ModularArithmetic, PermutationGroup, RandomTeacher, SymbolAddition
from . import symbols, tables, vectors
from .interface import Bound as Bound
from .interface import Data as Data
from .interface import Rows as Rows
from .interface import Task as Task

BINDERS = {
    SymbolAddition: symbols.bind,
    PermutationGroup: symbols.bind,
    RandomTeacher: vectors.bind,
    Digits: vectors.bind,
    ModularArithmetic: tables.bind,
    GroupComposition: tables.bind,
}


def bound(problem: Any, network: Any = None, loss: Any = None, loss_dtype: str | None = None, any_split: bool = False) -> Bound:
    """The problem made ready for training; TypeError for what can't be trained. `any_split`: see `train`."""
    if type(problem) not in BINDERS:
        known = ", ".join(kind.__name__ for kind in BINDERS)
        raise TypeError(f"problem must be one that can be trained ({known}), got {type(problem).__name__}")
    if network is not None and (isinstance(network, type) or not hasattr(network, "initialise")):
        raise TypeError(f"network must be one of spinodal.training.networks, such as QuadraticMLP(), got {network!r}")
    if loss is not None and not callable(loss):
        raise TypeError(f"loss must be a function of spinodal.training.losses, such as losses.cross_entropy, got {loss!r}")
    if any_split:
        require(BINDERS[type(problem)] is tables.bind, f"any_split=True is for tables of pairs, got {type(problem).__name__}")
        return tables.bind(problem, network, loss, loss_dtype, any_split=True)
    return BINDERS[type(problem)](problem, network, loss, loss_dtype)
