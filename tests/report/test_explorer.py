"""The map to click through."""

import json
import re
import shutil
import subprocess
from importlib.resources import files

import numpy as np
import pytest

from spinodal.report import Explorer, MapCell
from spinodal.report.explorer import explorer_html


def test_cells_carry_their_words_and_curves_and_nothing_breaks_out_of_the_script():
    cell = MapCell("C", 'rate 1 & "so"', "#aabbcc", {"</script>": [[0.0, np.nan, 0.123456]]})
    explorer = Explorer("Map", "note <b>", "rows", "columns", ["r"], ["c", "d"], [0, 10, 100], [[cell, None]], {"</script>": "#000"})
    page = explorer_html(explorer, 1)
    assert page.count("<button") == 1
    assert 'title="rate 1 &amp; &quot;so&quot;"' in page
    assert "note &lt;b&gt;" in page
    packed = re.search(r'<script type="application/json">(.*?)</script>', page)
    assert packed
    data = json.loads(packed[1])
    assert data["curves"]["0,0"]["</script>"] == [[0.0, None, 0.123]]
    assert data["steps"] == [0, 10, 100]


PAGE = """
const part = { innerHTML: '', textContent: '' }, button = { dataset: { cell: '0,0' }, title: '', classList: { toggle() {} } };
const data = { textContent: JSON.stringify(DATA) };
const section = { querySelector: (what) => what.startsWith('script') ? data : what === 'button' ? button : part,
  querySelectorAll: () => [button], addEventListener() {} };
globalThis.document = { currentScript: { parentElement: section } };
"""


def drawn(**data):
    """What the script draws of a first cell, by node with a page that has just what the script asks for."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not at hand: the script of the map is not run")
    script = files("spinodal.report").joinpath("explorer.js").read_text(encoding="utf-8")
    program = f"const DATA = {json.dumps(data)};{PAGE}{script};console.log(part.innerHTML);"
    return subprocess.run([node, "-e", program], capture_output=True, text=True, check=True, timeout=60).stdout


def test_names_of_curves_are_words_not_marks():
    page = drawn(steps=[0, 10], looks={"loss <b>&": '"><b>'}, curves={"0,0": {"loss <b>&": [[0, 1]]}})
    assert "<b>" not in page
    assert "loss &#60;b&#62;&#38;</text>" in page


def test_curves_are_not_drawn_across_what_is_not_known():
    page = drawn(steps=[0, 1, 2, 3, 4], looks={"x": "#000"}, curves={"0,0": {"x": [[0, 1, None, 1, 0]]}})
    pieces = re.findall('points="([^"]*)"', page)
    assert [piece.count(",") for piece in pieces] == [2, 2]


def test_a_single_step_has_a_place():
    assert "NaN" not in drawn(steps=[0], looks={"x": "#000"}, curves={"0,0": {"x": [[0.5]]}})
