"""The map to click through."""

import json
import re

import numpy as np

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
