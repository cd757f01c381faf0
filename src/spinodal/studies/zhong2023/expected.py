"""Published numbers and independent values beside ours."""

import numpy as np
import xarray

from ..averages import UNKNOWN, Spread
from ..comparison import Comparison
from . import published
from .analysis import fall


def nearest_width(found: xarray.Dataset) -> int:
    """The width of this run that is closest to the published one, in the logarithm."""
    widths = found["d_model"].values
    return int(widths[np.argmin(np.abs(np.log(widths / published.WIDTH)))])


def comparisons(found: xarray.Dataset, prime: int) -> tuple[Comparison, ...]:
    """The published curve at both ends of the coefficient, and where it is halfway; the published size is p = 59, width 128."""
    width = nearest_width(found)
    ours = f"p = {prime}, width {width}"
    same = (prime, width) == (published.PRIME, published.WIDTH)
    source = published.SOURCE if same else f"{published.SOURCE}: at p = {published.PRIME}, width {published.WIDTH}"
    rows = []
    for values, name, words in (
        (published.SYMMETRICITY, "gradient_symmetricity", "gradient symmetricity"),
        (published.IRRELEVANCE, "irrelevance_max_wrong", "distance irrelevance (largest wrong logit)"),
    ):
        for end, coefficient in ((0, 0.0), (-1, 1.0)):
            expected, breadth = published.at_end(values, end)
            what = f"{words}, coefficient {coefficient:g}, {ours}"
            rows.append(Comparison.of_runs(what, expected, _mean(found, name, width, coefficient), source, breadth))
    here = fall(found, width)
    for words, expected, got, tolerance, error in (
        ("coefficient halfway down", published.crossing(), here.crossing, 0.05, here.crossing_error),
        ("breadth of the fall (1/4 to 3/4)", published.fall(), here.breadth, 0.1, here.breadth_error),
    ):
        freedom = found.sizes["replica"] - 1  # networks are resampled at each coefficient
        rows.append(Comparison(f"{words}, {ours}", expected, got, source, tolerance, error, freedom=freedom))
    return tuple(rows)


def _mean(found: xarray.Dataset, name: str, width: int, coefficient: float) -> Spread:
    """Over the networks that have learned."""
    if coefficient not in found["attention"].values:
        return UNKNOWN
    here = found.sel(d_model=width, attention=coefficient, kept="learned")
    return Spread(float(here[f"{name}_mean"]), float(here[f"{name}_error"]), float(here[f"{name}_networks"]) - 1)
