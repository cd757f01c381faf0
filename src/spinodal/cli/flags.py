"""Flags out of dataclasses, by tyro; its boxes become one sentence."""

import contextlib
import dataclasses
import io
import math
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, TypeVar

import tyro

from ..errors import require
from .exits import BAD_INPUT, FINE, EndedError, refuse

REQUIRED = "(required)"  # in help, of an argument whose absence the command refuses in its own words
Flags = TypeVar("Flags")


def parsed(kind: type[Flags], words: Sequence[str], *, command: str, about: str) -> Flags:
    """The flags in `words` as a `kind`. Ends the command after `--help`, and with one sentence after bad flags."""
    # A default would stand in for an empty shell variable, and results go where nobody looks
    for flag, value in (*pairwise(words), *(word.split("=", 1) for word in words if "=" in word)):
        if flag.startswith("--") and "=" not in flag and not value:
            refuse(f"{flag} must not be empty: give a value or leave it out (see spinodal {command} --help)")
            raise EndedError(BAD_INPUT)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return tyro.cli(kind, args=list(words), prog=f"spinodal {command}", description=about, config=(tyro.conf.FlagCreatePairsOff,))
    except SystemExit as end:
        if not end.code:
            raise EndedError(FINE) from None
        refuse(_one_sentence(said.getvalue()) + f" (see spinodal {command} --help)")
        raise EndedError(BAD_INPUT) from None


def flags_from(kind: Any, defaults: Any, *, ranged: Sequence[str] = ()) -> list[tuple[str, Any, Any]]:
    """Fields for `dataclasses.make_dataclass`: those of the dataclass `kind`, with the values of `defaults` and help from its docstring.

    Fields in `ranged` are text, since they also take `start:stop:count`.
    """
    found = []
    for field in dataclasses.fields(kind):
        text = field.name in ranged
        help_text = documented(kind, field.name) + (", or 0.1,0.2 or start:stop:count for many" if text else "")
        declared = Annotated[str if text else field.type, tyro.conf.arg(help=help_text)]  # pyright: ignore[reportInvalidTypeForm]
        value = getattr(defaults, field.name)
        found.append((field.name, declared, dataclasses.field(default=f"{value:g}" if text else value)))
    return found


def documented(kind: Any, name: str) -> str:
    """What the docstring of `kind` says of its argument `name`."""
    match = re.search(rf"\b{name}: (.*?)(?=\.\s|\.?$|\s\w+: )", " ".join((kind.__doc__ or "").split()))
    return match[1].rstrip(". ") if match else name.replace("_", " ")


def values_of(flags: Any, kind: Any, **changes: Any) -> dict[str, Any]:
    """The values in `flags` that the dataclass `kind` has as fields, with `changes`."""
    return {field.name: changes.get(field.name, getattr(flags, field.name)) for field in dataclasses.fields(kind)}


def numbers(flag: str, text: str) -> list[float]:
    """`0.1`, `0.1,0.2` or `0.1:0.3:21` (both ends included) as numbers; ValueError that names the flag."""
    parts = text.split(":")
    require(len(parts) in (1, 3), f"{flag} must be a number, numbers with commas, or start:stop:count, got {text!r}")
    try:
        if len(parts) == 1:
            return [float(part) for part in text.split(",")]
        start, stop, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        raise ValueError(f"{flag} must be a number, numbers with commas, or start:stop:count, got {text!r}") from None
    require(math.isfinite(start) and math.isfinite(stop), f"{flag} must have finite ends in start:stop:count, got {text!r}")
    require(1 <= count <= 1_000_000, f"{flag} must have a count within 1..1000000 in start:stop:count, got {text!r}")
    require(count > 1 or start == stop, f"{flag} must have a count of at least 2 to include both ends, got {text!r}")
    step = (stop - start) / max(count - 1, 1)
    return [start + i * step for i in range(count - 1)] + [stop]


def subject(words: Sequence[str], known: Mapping[str, Any], *, command: str, about: str) -> tuple[str, list[str]]:
    """The noun after the command (`solve teacher-student`) and the words after it."""
    if words and words[0] in known:
        return words[0], list(words[1:])
    names = ", ".join(known)
    if words and words[0] in ("-h", "--help"):
        sys.stdout.write(f"usage: spinodal {command} {{{names}}} ... [--help]\n\n{about}\n")
        raise EndedError(FINE)
    from ..errors import nearest

    given = repr(words[0]) if words else "nothing"
    near = nearest(words[0], known) if words else ""
    refuse(f"spinodal {command} needs one of {names}, got {given}" + (f"; nearest: {near}" if near else ""))
    raise EndedError(BAD_INPUT)


def _one_sentence(box: str) -> str:
    """What tyro's box says up to its first rule, without its title, frame and colours; with the flag that it thinks was meant."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", box).splitlines()  # on a terminal every word has a colour
    framed = any(line.startswith("╭") for line in plain)
    lines = [line.strip("│ ") for line in plain if not line.startswith(("╭", "╰"))]
    rules = [i for i, line in enumerate(lines) if len(line) > 3 and not line.strip("─-")] + [len(lines)]
    start = 2 if rules[0] == 1 and not framed else 0  # without UTF-8 the title is a line with a rule of its own
    end = next(i for i in rules if i >= start)
    sentence = " ".join(lines[start:end]).strip() or "the flags could not be read"
    sentence = re.sub(r"no type matching .*<class '\w+'>: ", "", sentence)  # of a flag that may be left out, both types are listed
    # Python's words for what a flag asks for
    for theirs, ours in ((r"invalid literal for int\(\) with base 10", "an integer"), ("could not convert string to float", "a number")):
        sentence = re.sub(rf"Error parsing (\S+): {theirs}: (.*)", rf"\1 must be {ours}, got \2", sentence)
    meant = next((line.split()[0] for line in lines[end:] if line.startswith("--") and line.strip("-")), "")
    return sentence + (f"; nearest: {meant}" if meant and "Perhaps" in box else "")
