"""Which functions beartype checks in the tests: those with shapes of jaxtyping."""

from collections.abc import Callable
from typing import Any

from beartype import beartype


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, judged at every call, traced ones included, if an annotation of it is a shape.

    What users pass to other functions is judged by our own words, which their own tests read.
    """
    shaped = any("jaxtyping" in repr(annotation) for annotation in getattr(function, "__annotations__", {}).values())
    return beartype(function) if shaped else function
