"""Maps of the published grids can be read."""

import itertools

import numpy as np
import pytest
import xarray

from spinodal.figures import phase_map
from spinodal.studies.liu2022 import addition, learning_rates


@pytest.mark.parametrize("module", [addition, learning_rates])
@pytest.mark.parametrize("draw", [phase_map.probabilities, phase_map.certainty])
def test_labels_of_an_axis_do_not_run_into_each_other(module, draw):
    axes = {name: list(values) for name, (values, _) in module.DIAGRAM.axes.items()}
    shape = (*map(len, axes.values()), len(phase_map.PHASES))
    shares = np.zeros(shape)
    shares[..., 0] = 1
    columns = dict.fromkeys(("probability", "low", "high"), ((*axes, "phase"), shares))
    rows, across = axes
    found = xarray.Dataset(columns, {**axes, "phase": list(phase_map.PHASES), "replica": [0]}, {"rows": rows, "columns": across})
    figure = draw(found)
    figure.canvas.draw()
    seen = []
    panels = [panel for panel in figure.axes if panel.get_xlim()[1] > 1]  # the bar of colours ends at 1
    for panel, side in itertools.product(panels, "xy"):
        labels = [label for label in getattr(panel, f"{side}axis").get_ticklabels() if label.get_text()]
        if not labels:
            continue  # a neighbour has them
        ends = sorted((getattr(box, f"{side}0"), getattr(box, f"{side}1")) for box in (label.get_window_extent() for label in labels))
        assert len(ends) >= 3
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(ends))
        seen.append(side)
    assert set(seen) == {"x", "y"}
