"""Checks speak in sentences that name the argument."""

import numpy as np
import pytest

from spinodal import errors
from spinodal.errors import even


def test_values_come_back_in_their_declared_type():
    assert type(errors.integer("width", np.int64(3), minimum=1)) is int
    assert type(errors.positive("noise", 1)) is float
    assert np.float32(errors.below_one("momentum", 1 - 1e-7)) < 1
    assert np.float32(errors.above_tiny("rate", 2e-38)) > 0


@pytest.mark.parametrize(
    ("check", "kind", "says"),
    [
        (lambda: errors.integer("width", 0, minimum=1, why="N"), ValueError, r"width must be an integer >= 1, got 0 \(it is N\)"),
        (lambda: errors.integer("width", 2.0, minimum=1), TypeError, "width must be an integer >= 1, got 2.0"),
        (lambda: errors.integer("width", True, minimum=1), TypeError, "got True"),
        (lambda: errors.integer("width", 10**400, minimum=1), ValueError, r"width must be below 2\^1024, got an integer of 1329 bits"),
        (lambda: errors.positive("noise", 10**400), ValueError, "noise must be finite and > 0, got 1000"),
        (lambda: errors.real("cubic", -(10**400)), ValueError, "cubic must be a finite number, got -1000"),
        (lambda: errors.positive("noise", float("nan")), ValueError, "noise must be finite and > 0, got nan"),
        (lambda: errors.below_one("momentum", 1 - 1e-9), ValueError, "momentum must be below 1 in float32 too"),
        (lambda: errors.above_tiny("rate", 1e-50), ValueError, "rate must be at least 1.2e-38, the least number of float32, got 1e-50"),
        (lambda: errors.positive("noise", "0.1"), TypeError, "noise must be a number > 0, got '0.1'"),
        (lambda: errors.real("cubic", float("inf")), ValueError, "cubic must be a finite number, got inf"),
        (lambda: errors.choice("transverse", "exakt", ("exact", "mean")), ValueError, "got 'exakt'; nearest: exact"),
        (lambda: errors.choice("transverse", 3, ("exact", "mean")), ValueError, "transverse must be one of 'exact', 'mean', got 3"),
        (lambda: errors.instance("problem", 3, str), TypeError, "problem must be a str, got int: 3"),
        (
            lambda: errors.odd_prime("prime", 10**18 + 3),
            ValueError,
            "prime must be an odd prime of at most 1000000, got 1000000000000000003",
        ),
    ],
)
def test_refusals_name_the_argument_and_the_value(check, kind, says):
    with pytest.raises(kind, match=says):
        check()


def test_even_arrays_pass_and_others_are_refused():
    assert even("x", [[1, 2], [3, 4]], "(2, 2)").shape == (2, 2)
    with pytest.raises(ValueError, match=r"x must have shape \(2, 2\), got rows of different lengths"):
        even("x", [[1, 2], [3]], "(2, 2)")
