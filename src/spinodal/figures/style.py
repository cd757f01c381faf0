"""One style for every picture: Okabe-Ito colours, which also differ in line style and marker so that grey will do."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito (2008), told apart with every common kind of colour blindness
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#000000",
    "#777777",
)

LINES = {  # who is who in every figure
    "mean": {"color": ORANGE, "linestyle": (0, (5, 2)), "label": "theory as published ($r=\\sigma_w^2$)"},
    "exact": {"color": BLUE, "linestyle": "-", "label": "theory, $r$ integrated"},
    "printed": {"color": ORANGE, "linestyle": (0, (5, 2)), "label": "printed eigenvalue"},
    "right": {"color": BLUE, "linestyle": "-", "label": "exact eigenvalue"},
}
POINTS = {"color": BLACK, "marker": "o", "markersize": 4.5, "linestyle": "none", "capsize": 2.5, "elinewidth": 1.1, "zorder": 5}

_RC: dict[Any, Any] = {
    "font.size": 9,
    "axes.labelsize": 10,
    "axes.titlesize": 9.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.hashsalt": "spinodal",  # the same figure, the same bytes
    "svg.fonttype": "path",  # looks the same without our fonts
}


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Draw in the house style; matplotlib's own settings come back afterwards."""
    with mpl.rc_context(_RC):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure in inches, laid out so that nothing is clipped; free of pyplot and its global list."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def letter(axes, name: str) -> None:
    """Name a panel as papers do."""
    axes.set_title(f"({name})", loc="left", fontweight="bold")


def png(figure: Figure) -> bytes:
    """The figure as PNG."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def svg(figure: Figure) -> str:
    """The figure as SVG, the same bytes every time."""
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
