"""One HTML page with everything inside: pictures, tables, settings; no network, light and dark. Only a clickable map has a script."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np

from .explorer import Explorer, explorer_html


@dataclass(frozen=True)
class Figure:
    """A picture as SVG text with its caption."""

    title: str
    caption: str
    svg: str


@dataclass(frozen=True)
class Table:
    """Rows of cells. `folded`: closed at first, for what few want to read. `marks`: "good", "bad" or "" for each row."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    folded: bool = False
    marks: Sequence[str] = ()


def three_digits(value: float | int | str) -> float | int | str:
    """What a cell of a table shows of a number; integers and words stay."""
    return float(f"{value:.3g}") if isinstance(value, float) else value


@dataclass(frozen=True)
class Page:
    """What a page says, in the order of reading."""

    title: str
    question: str
    verdict: Sequence[str]
    good: bool  # how the verdict is coloured
    figures: Sequence[Figure]
    tables: Sequence[Table]
    caveats: Sequence[str]
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    citation: str
    command: str
    footer: str = ""
    explorers: Sequence[Explorer] = ()


def render(page: Page) -> str:
    """The page as HTML text."""
    style = files("spinodal.report").joinpath("page.css").read_text(encoding="utf-8")
    parts = [
        f"<h1>{escape(page.title)}</h1>",
        f'<p class="question">{escape(page.question)}</p>',
        f'<section class="verdict {"good" if page.good else "bad"}"><h2>Verdict</h2>{_paragraphs(page.verdict)}</section>',
        *(_figure(i, figure) for i, figure in enumerate(page.figures, 1)),
        *(explorer_html(explorer, i) for i, explorer in enumerate(page.explorers, 1)),
        *(_table(table) for table in page.tables),
        f"<section><h2>What does not reproduce, and why</h2><ul>{_items(page.caveats)}</ul></section>" if page.caveats else "",
        _pairs("Settings", page.settings),
        _pairs("Where these numbers come from", page.provenance),
        f"<section><h2>Run it again</h2><pre>{escape(page.command)}</pre><p>Please cite: {escape(page.citation)}</p></section>",
        f"<footer>{escape(page.footer)}</footer>" if page.footer else "",
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(page.title)}</title><style>{style}</style>'
    )
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><main>\n{chr(10).join(filter(None, parts))}\n</main></body></html>\n'
    )


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)


def _items(sentences: Sequence[str]) -> str:
    return "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)


def _figure(number: int, figure: Figure) -> str:
    image = base64.b64encode(figure.svg.encode()).decode()
    alt = escape(f"{figure.title}. {figure.caption}", quote=True)
    caption = f"<figcaption><b>Figure {number}. {escape(figure.title)}.</b> {escape(figure.caption)}</figcaption>"
    return f'<figure><img alt="{alt}" src="data:image/svg+xml;base64,{image}">{caption}</figure>'


def _table(table: Table) -> str:
    marks = list(table.marks) or [""] * len(table.rows)
    numeric = [any(_is_number(row[i]) for row in table.rows) for i in range(len(table.columns))]
    head = "".join(f"<th{' class=number' if right else ''}>{escape(c)}</th>" for c, right in zip(table.columns, numeric, strict=True))
    rows = "".join(
        f'<tr class="{escape(mark, quote=True)}">' + "".join(_cell(value) for value in row) + "</tr>"
        for mark, row in zip(marks, table.rows, strict=True)
    )
    note = f"<p>{escape(table.note)}</p>" if table.note else ""
    body = f'{note}<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    if table.folded:
        return f"<details><summary>{escape(table.title)}</summary>{body}</details>"
    return f"<section><h2>{escape(table.title)}</h2>{body}</section>"


def _cell(value: Any) -> str:
    return (
        f'<td class="number">{shown(value)}</td>'
        if _is_number(value) or value is None
        else f"<td>{escape(shown(value)).replace(' = ', EQUALS)}</td>"
    )


EQUALS = "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"  # a line may not break within an equation


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _pairs(title: str, pairs: Mapping[str, Any]) -> str:
    rows = "".join(f"<tr><th>{escape(str(name))}</th><td>{escape(shown(value))}</td></tr>" for name, value in pairs.items())
    return f'<details><summary>{escape(title)}</summary><div class="scroll"><table class="pairs">{rows}</table></div></details>'


def shown(value: Any) -> str:
    """A value as a page shows it: five digits, a true minus sign, a dash for what is not known."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.5g}".replace("-", "−") if math.isfinite(value) else "–"
    if isinstance(value, int):
        return str(value).replace("-", "−")
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(inner) for inner in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} = {shown(inner)}" for name, inner in value.items())
    return str(value)
