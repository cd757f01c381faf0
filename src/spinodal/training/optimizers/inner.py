"""The check of optimisers that stand around another one."""

from typing import Any


def require_optimizer(inner: Any) -> None:
    """Raise `TypeError` unless `inner` is an optimiser's settings, with `init` and `step`."""
    if isinstance(inner, type) or not (callable(getattr(inner, "init", None)) and callable(getattr(inner, "step", None))):
        raise TypeError(f"inner must be an optimiser with init and step, such as AdamW(), got {inner!r}")
