"""What one evaluation of a measure costs, here and now."""

import time

from .cell import ForecastCell
from .measures import MEASURES

REPEATS = 3


def costs(cell: ForecastCell) -> dict[str, float]:
    """Milliseconds of each measure on an untrained network of this cell: the best of three, whatever it needs included, nothing shared.

    They belong to the machine that writes the page, so they are in its table and not among the stored results.
    """
    problem = cell.problem()
    parameters = cell.shape().initialise(problem, cell.run_seed(1))
    found = {}
    for measure in MEASURES:
        measure.of(cell.look(problem, parameters))  # compiles
        best = float("inf")
        for _ in range(REPEATS):
            begun = time.perf_counter()
            measure.of(cell.look(problem, parameters))
            best = min(best, time.perf_counter() - begun)
        found[measure.name] = 1e3 * best
    return found
