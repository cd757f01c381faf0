"""Problems: their data against the definitions, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from spinodal.problems import ModularAddition, TeacherStudent

STUDENT = TeacherStudent(input_dim=12, width=50, samples=200, noise=0.4, cubic=-0.6, weight_variance=1.0, readout_variance=0.01)
MODULAR = ModularAddition(prime=5, width=10, noise=0.1, readout_variance=0.01, sextic_decay=0.3)


def test_targets_are_the_hermite_polynomials_of_the_first_coordinate():
    data = STUDENT.draw(3)
    z = data.inputs @ data.teacher
    assert np.array_equal(data.inputs, np.random.default_rng(3).standard_normal((200, 12)))
    assert np.allclose(data.targets, np.polynomial.hermite_e.hermeval(z, [0, 1, 0, -0.6]), rtol=0, atol=1e-12)


def test_the_table_holds_every_pair_once_and_targets_sum_to_zero():
    table = MODULAR.table()
    assert len({*zip(table.first.tolist(), table.second.tolist(), strict=True)}) == 25
    assert np.array_equal(table.targets.argmax(axis=1), (table.first + table.second) % 5)
    assert np.allclose(table.targets.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_dim", 1), ("width", 0), ("samples", 0), ("noise", 0.0), ("noise", -0.1), ("noise", np.nan), ("cubic", np.inf),
        ("weight_variance", 0), ("readout_variance", -1), ("width", 3.5), ("noise", "0.1"), ("samples", True),
    ],
)  # fmt: skip
def test_wrong_fields_of_the_teacher_student_are_named(field, value):
    with pytest.raises((ValueError, TypeError), match=field):
        replace(STUDENT, **{field: value})


@pytest.mark.parametrize(
    ("field", "value"), [("prime", 2), ("prime", 9), ("prime", 1), ("prime", 7.0), ("sextic_decay", 0), ("noise", -1), ("width", 0)]
)
def test_wrong_fields_of_modular_addition_are_named(field, value):
    with pytest.raises((ValueError, TypeError), match=field):
        replace(MODULAR, **{field: value})
