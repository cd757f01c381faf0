"""The doctor finds what is wrong, and says what is known."""

import numpy as np
import pytest

from spinodal import doctor, provenance
from spinodal.problems import TeacherStudent
from spinodal.sampling import sample


@pytest.fixture(scope="module")
def health():
    return doctor.examine()


def test_this_machine_is_described(health):
    assert {"spinodal", "python", "numpy", "jax", "jaxlib"} <= health.versions.keys()
    assert health.threads >= 1
    assert health.devices
    assert 0 < health.memory_available <= health.memory_total
    assert len(health.checks) == 2


def test_a_machine_for_tests_is_healthy_and_the_record_knows(health):
    assert health.healthy, health.message
    assert provenance.health() == "healthy"


def test_the_limit_of_a_container_binds_every_question_for_memory(monkeypatch):
    monkeypatch.setattr(doctor, "_number", lambda path: {"memory.max": 3 << 10, "memory.current": 1 << 10}[path.name])
    assert doctor.memory() == (3 << 10, 2 << 10)
    with pytest.raises(ValueError, match=r"needs about 0.0 GiB of memory and 0.0 GiB are free: lower width"):
        sample(TeacherStudent(5, 6, 40, 0.3, -0.3, 0.5, 0.1))


def test_a_wrong_number_is_found(monkeypatch):
    import jax

    real = jax.jit
    monkeypatch.setattr(jax, "jit", lambda f: lambda *a: np.asarray(real(f)(*a)) * 1.01)
    found = doctor.examine()
    monkeypatch.undo()
    doctor.examine()  # the record of this process again
    assert not found.healthy
    assert all(check.status == "wrong" for check in found.checks)
    assert "install another version" in found.message


def test_a_check_that_cannot_run_is_a_finding(monkeypatch):
    def broken():
        raise RuntimeError("no device")

    monkeypatch.setattr(doctor, "_matvec_reduce", broken)
    found = doctor.examine()
    monkeypatch.undo()
    doctor.examine()
    assert not found.healthy
    assert "no device" in found.message
