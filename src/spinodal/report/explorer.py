"""A map whose cells can be clicked: each shows its learning curves. All data lie inside the page; one small script draws them."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class MapCell:
    """One cell of the map: a letter or two, a sentence, a colour, and its curves, name -> one list of values for each run."""

    text: str
    words: str
    colour: str
    curves: dict[str, Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Explorer:
    """A map of cells with curves over common steps.

    `rows`, `columns`: what the axes say at each cell, first row on top. `steps`: of every curve, drawn logarithmically.
    `cells`: [row][column], None where there is none. `looks`: name of a curve -> its colour.
    """

    title: str
    note: str
    row_name: str
    column_name: str
    rows: Sequence[str]
    columns: Sequence[str]
    steps: Sequence[float]
    cells: Sequence[Sequence[MapCell | None]]
    looks: dict[str, str]


def explorer_html(explorer: Explorer, number: int) -> str:
    """The map as HTML; without a script it is still a table of letters with sentences under the pointer."""
    head = "".join(f"<th>{escape(name)}</th>" for name in explorer.columns)
    rows, curves = [], {}
    for i, (name, row) in enumerate(zip(explorer.rows, explorer.cells, strict=True)):
        buttons = []
        for j, cell in enumerate(row):
            if cell is None:
                buttons.append("<td></td>")
                continue
            curves[f"{i},{j}"] = {label: [[_short(v) for v in run] for run in runs] for label, runs in cell.curves.items()}
            words = escape(cell.words, quote=True)
            buttons.append(
                f'<td><button type="button" data-cell="{i},{j}" title="{words}" style="background:{escape(cell.colour, quote=True)}">'
                f"{escape(cell.text)}</button></td>"
            )
        rows.append(f"<tr><th>{escape(name)}</th>{''.join(buttons)}</tr>")
    data = {"steps": [_short(s) for s in explorer.steps], "looks": explorer.looks, "curves": curves}
    script = files("spinodal.report").joinpath("explorer.js").read_text(encoding="utf-8")
    packed = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<section class="explorer" id="explorer-{number}"><h2>{escape(explorer.title)}</h2><p>{escape(explorer.note)}</p>'
        f'<div class="scroll"><table><caption>{escape(explorer.column_name)} →, {escape(explorer.row_name)} ↓</caption>'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        f'<p class="words" aria-live="polite"></p><div class="curves"></div>'
        f'<script type="application/json">{packed}</script><script>{script}</script></section>'
    )


def _short(value: float) -> Any:
    """Three digits are more than a picture shows; null for what is not a number."""
    value = float(value)
    return float(f"{value:.3g}") if math.isfinite(value) else None
