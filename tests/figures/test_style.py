"""Figures that print: colours told apart, letters large enough, the same bytes every time."""

import ast
import itertools
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from spinodal.figures import style


def luminance(colour):
    return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))


def test_theories_differ_in_line_style_not_only_in_colour():
    for first, second in itertools.combinations(("mean", "exact"), 2):
        assert style.LINES[first]["linestyle"] != style.LINES[second]["linestyle"]
        assert abs(luminance(style.LINES[first]["color"]) - luminance(style.LINES[second]["color"])) > 0.2


def test_matplotlib_is_left_as_it_was():
    before = dict(mpl.rcParams)
    with style.style():
        assert mpl.rcParams["font.size"] == 9
    assert dict(mpl.rcParams) == before


@pytest.fixture
def drawn():
    with style.style():
        figure = style.new_figure(3, 2)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], **style.LINES["exact"])
        axes.set(xlabel="x", ylabel="y")
        style.letter(axes, "a")
    return figure


def test_the_same_figure_is_the_same_bytes(drawn):
    assert style.svg(drawn) == style.svg(drawn)
    assert style.png(drawn).startswith(b"\x89PNG")


def test_no_font_below_eight_points(drawn):
    style.png(drawn)
    assert min(text.get_fontsize() for text in drawn.findobj(mpl.text.Text) if text.get_text()) >= 8


@pytest.mark.parametrize("path", sorted(Path(style.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_no_picture_asks_for_a_smaller_one(path):
    """The pictures of all studies: none leaves the style's sizes, of which all are at least 8, for a smaller one."""
    keywords = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.keyword)]
    sizes = [word.value.value for word in keywords if word.arg in ("fontsize", "labelsize") and isinstance(word.value, ast.Constant)]
    assert all(size >= 8 for size in sizes), sizes
    assert all(isinstance(word.value, ast.Constant) for word in keywords if word.arg in ("fontsize", "labelsize"))
