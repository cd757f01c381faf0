"""Axes of a grid: values as they are, or `{log = …}`, `{linear = …}`, `{range = …}`."""

import decimal
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..errors import integer, nearest, real, require
from .settings import converted, dumps

_FORMS = {"log": (3, 3), "linear": (3, 3), "range": (2, 3)}
_CONTEXT = decimal.Context(prec=28)


def axis_length(place: str, given: Any) -> int:
    """How many values an axis will have, without expanding it."""
    if isinstance(given, Mapping):
        form, arguments = _form(place, given)
        length = (
            len(_range(place, arguments))
            if form == "range"
            else integer(f"{place}.{form}[2]", arguments[2], minimum=1, why="the number of values")
        )
    elif isinstance(given, str) or not hasattr(given, "__len__"):
        raise ValueError(
            f"{place} must be a list of values or one of {{log|linear = [start, stop, count]}}, {{range = [start, stop]}}, got {given!r}"
        )
    else:
        length = len(given)
    require(length > 0, f"{place} has no values: an axis needs at least one")
    return length


def axis_values(place: str, given: Any, kind: Any) -> Sequence[Any]:
    """The values of an axis in the declared type of its field; a `range` of integers stays one."""
    if isinstance(given, Mapping):
        form, arguments = _form(place, given)
        given = _range(place, arguments) if form == "range" else _spaced(f"{place}.{form}", form, arguments)
    if isinstance(given, range) and kind is int:
        return given
    values = tuple(converted(f"{place}[{i}]", value, kind) for i, value in enumerate(given))
    seen: dict[str, int] = {}
    for i, value in enumerate(values):
        before = seen.setdefault(dumps(value), i)
        require(before == i, f"{place}[{i}] is {value!r}, which is on the axis already at [{before}]")
    return values


def as_given(given: Any) -> Any:
    """An axis as JSON and TOML can hold it, in the form in which it was given."""
    if isinstance(given, Mapping):
        return {str(form): as_given(arguments) for form, arguments in given.items()}
    if isinstance(given, range):
        return {"range": [given.start, given.stop, given.step]}
    return (
        given.tolist()
        if hasattr(given, "tolist")
        else [as_given(v) if isinstance(v, (list, tuple)) else getattr(v, "tolist", lambda v=v: v)() for v in given]
    )


def _form(place: str, given: Mapping) -> tuple[str, Sequence]:
    require(len(given) == 1, f"{place} must have one of log, linear, range, got {', '.join(map(str, given)) or 'nothing'}")
    ((form, arguments),) = given.items()
    if form not in _FORMS:
        near = nearest(str(form), _FORMS)
        raise ValueError(f"{place}.{form}: an axis is one of log, linear, range" + (f"; nearest: {near}" if near else ""))
    fewest, most = _FORMS[form]
    if not isinstance(arguments, (list, tuple)) or not fewest <= len(arguments) <= most:
        wanted = "[start, stop] or [start, stop, step]" if form == "range" else "[start, stop, count]"
        raise ValueError(f"{place}.{form} must be {wanted}, got {arguments!r}")
    return form, arguments


def _range(place: str, arguments: Sequence) -> range:
    for i, value in enumerate(arguments):
        require(
            abs(integer(f"{place}.range[{i}]", value, minimum=-(2**62))) <= 2**62, f"{place}.range[{i}] must be within 62 bits, got {value}"
        )
    require(len(arguments) < 3 or arguments[2] != 0, f"{place}.range[2] must not be 0 (it is the step)")
    return range(*(int(a) for a in arguments))


def _spaced(place: str, form: str, arguments: Sequence) -> list[float]:
    """Both ends included. In decimals, correctly rounded: libm's pow differs between machines, and keys must not."""
    ends = [real(f"{place}[{i}]", arguments[i]) for i in (0, 1)]
    count = int(arguments[2])
    require(count == 1 or ends[0] != ends[1], f"{place} must have two different ends, got {ends[0]} twice")
    require(count > 1 or ends[0] == ends[1], f"{place}[2] must be >= 2 to include both ends, got {count}")
    if count == 1:
        return ends[:1]
    start, stop = (Decimal(repr(end)) for end in ends)
    with decimal.localcontext(_CONTEXT):
        if form == "linear":
            inner = [float(start + (stop - start) * i / (count - 1)) for i in range(1, count - 1)]
        else:
            require(start > 0 and stop > 0, f"{place} must have ends > 0, got {ends}")
            low, high = start.ln(), stop.ln()
            inner = [float((low + (high - low) * i / (count - 1)).exp()) for i in range(1, count - 1)]
    return [ends[0], *inner, ends[1]]
