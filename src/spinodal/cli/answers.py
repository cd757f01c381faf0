"""Answers on stdout: one JSON object, or tables for people."""

import dataclasses
import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

WORDS = ("message", "kind", "phase", "check", "what", "verdict", "study", "source")  # columns of sentences, the others of numbers


def print_json(answer: Mapping[str, Any]) -> None:
    """Exactly one JSON object on stdout; what is not a finite number is null."""
    json.dump(plain(answer), sys.stdout, indent=2, allow_nan=False)  # ASCII, which any terminal can show
    sys.stdout.write("\n")


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: arrays as lists, records as objects, NaN and infinity as null."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if not f.name.startswith("_")}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; plain where stdout is not a terminal. Sentences are folded to its width, a number cut short would be another one."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A pipe has no width of its own: wide enough that nothing is folded
    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False)
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        words = column in WORDS
        table.add_column(column, justify="left" if words else "right", no_wrap=not words, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    console.width = max(console.width, console.measure(table, options=console.options.update(width=1000)).minimum)
    # rich itself ends the process where a pipe closes early: what is written is ours
    with console.capture() as shown:
        console.print(table)
    sys.stdout.write(shown.get())


def cell(value: Any) -> str:
    """A value as a table shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)
