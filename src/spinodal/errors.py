"""Checks for arguments, in sentences: what was wrong, what was given, what is allowed.

Every check names the argument as the user wrote it and returns the value in its declared type.
"""

import difflib
import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any


def require(condition: bool, message: str) -> None:
    """Raise `ValueError(message)` unless `condition` holds."""
    if not condition:
        raise ValueError(message)


def even(name: str, value: Any, wanted: str) -> Any:
    """`value` as an array of NumPy; refused in words where its rows have different lengths. `wanted`: its shape, as "(n, 2)"."""
    import numpy as np  # not every command needs it

    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must have shape {wanted}, got rows of different lengths") from None


def integer(name: str, value: Any, *, minimum: int, why: str = "") -> int:
    """`value` as an int that is at least `minimum` and fits into a float; booleans and floats are refused."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer >= {minimum}, got {value!r}{_because(why)}")
    require(int(value) >= minimum, f"{name} must be an integer >= {minimum}, got {value}{_because(why)}")
    require(_finite(int(value)), f"{name} must be below 2^1024, got an integer of {int(value).bit_length()} bits{_because(why)}")
    return int(value)


def real(name: str, value: Any, *, why: str = "") -> float:
    """`value` as a finite float."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a finite number, got {value!r}{_because(why)}")
    require(_finite(value), f"{name} must be a finite number, got {value}{_because(why)}")
    return float(value)


def positive(name: str, value: Any, *, why: str = "") -> float:
    """`value` as a finite float above 0."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number > 0, got {value!r}{_because(why)}")
    require(_finite(value) and float(value) > 0, f"{name} must be finite and > 0, got {value}{_because(why)}")
    return float(value)


def _finite(value: Real | int) -> bool:
    """Whether it is a float: an integer may be too large for one."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def not_negative(name: str, value: Any, *, why: str = "") -> float:
    """`value` as a finite float that is at least 0."""
    number = real(name, value, why=why)
    require(number >= 0, f"{name} must be >= 0, got {value}{_because(why)}")
    return number


def below_one(name: str, value: Any, *, why: str = "") -> float:
    """`value` as a float that is at least 0 and less than 1, and does not round to 1 in float32, in which training computes."""
    number = real(name, value, why=why)
    require(0 <= number < 1, f"{name} must be at least 0 and less than 1, got {value}{_because(why)}")
    require(number < 1 - 2.0**-25, f"{name} must be below 1 in float32 too, in which training computes, got {value}{_because(why)}")
    return number


def above_tiny(name: str, value: Any, *, why: str = "") -> float:
    """`value` as a finite float > 0 that float32, in which training computes, does not take for 0."""
    number = positive(name, value, why=why)
    require(number >= 2.0**-126, f"{name} must be at least 1.2e-38, the least number of float32, got {value}{_because(why)}")
    return number


def odd_prime(name: str, value: Any, *, why: str = "the modulus") -> int:
    """`value` as an int that is an odd prime up to a million; ValueError for everything else."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    found = int(value) if whole else 0
    # no table of prime^2 pairs is ever larger, and trial division must end
    require(found <= 1_000_000, f"{name} must be an odd prime of at most 1000000, got {value!r}{_because(why)}")
    prime = found > 2 and found % 2 == 1 and all(found % k for k in range(3, math.isqrt(found) + 1, 2))
    require(prime, f"{name} must be an odd prime, got {value!r}{_because(why)}")
    return found


def choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """`value` if it is one of the strings `allowed`."""
    allowed = tuple(allowed)
    if not isinstance(value, str) or value not in allowed:
        near = f"; nearest: {nearest(value, allowed)}" if isinstance(value, str) and nearest(value, allowed) else ""
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}{near}")
    return value


def instance(name: str, value: Any, kind: type | tuple[type, ...]) -> Any:
    """`value` if it is an instance of `kind`."""
    if not isinstance(value, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        raise TypeError(f"{name} must be a {' or '.join(k.__name__ for k in kinds)}, got {type(value).__name__}: {value!r}")
    return value


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that looks most like `word`, or an empty string."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)), "")


def _because(why: str) -> str:
    return f" (it is {why})" if why else ""
