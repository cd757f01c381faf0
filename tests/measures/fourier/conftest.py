"""Weights and logits of published runs, where they are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

DATA = Path(os.environ.get("SPINODAL_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.fixture(scope="session")
def clock_pizza():
    """Three networks of arXiv:2306.17844, p = 59: A with attention coefficient 0, B with 1, C with 0.804."""
    path = DATA / "clock_pizza_p59.npz"
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand: set SPINODAL_SHARED_DATA to its folder")
    with np.load(path) as found:
        return dict(found)
