"""Checks of optimisers: those that a run is given, and those that stand around another one."""

from typing import Any


def require_optimizer(name: str, value: Any) -> None:
    """Raise `TypeError` unless `value` is an optimiser's settings, with `init` and `step`."""
    if isinstance(value, type) or not (callable(getattr(value, "init", None)) and callable(getattr(value, "step", None))):
        raise TypeError(f"{name} must be an optimiser of spinodal.training.optimizers, such as AdamW(), got {value!r}")


def innermost(optimizer: Any) -> Any:
    """What is left of `optimizer` without the ones that stand around another, such as `Grokfast`."""
    while hasattr(optimizer, "inner"):
        optimizer = optimizer.inner
    return optimizer
