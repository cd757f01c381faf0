"""Numbers of published runs, which may lie beside the project; tests that need them are skipped with a message where they don't."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

HOME = Path(os.environ.get("SPINODAL_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def published() -> Callable[[str], Path]:
    """The path of a file of this name."""

    def find(name: str) -> Path:
        if not (HOME / name).is_file():
            pytest.skip(f"{name} is not at hand: set SPINODAL_SHARED_DATA to its folder")
        return HOME / name

    return find


@pytest.fixture(scope="session")
def clock_pizza(published):
    """Three networks of arXiv:2306.17844, p = 59: A with attention coefficient 0, B with 1, C with 0.804."""
    with np.load(published("clock_pizza_p59.npz")) as found:
        return dict(found)
