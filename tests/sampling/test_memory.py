"""What a call of `sample` is said to need, against the arrays it holds."""

from dataclasses import replace

import pytest

from spinodal.problems import ModularAddition, TeacherStudent
from spinodal.sampling import run, sample
from spinodal.sampling.memory import bytes_needed

FULL = TeacherStudent(150, 700, 3000, 0.2, -0.3, 0.5, 8 / 700)
SMALL = TeacherStudent(5, 6, 40, 0.3, -0.3, 0.5, 0.1)


def test_draws_are_held_twice_while_they_are_saved():
    """Overlaps and transverse norms, float32, in chunks and put together; three scalars of modular addition."""
    modular = ModularAddition(7, 400, 1.3 / 400, 1 / (400 * 49), 0.3)
    for problem, one_draw in ((FULL, 2 * 4 * FULL.width), (modular, 3 * 4)):
        assert bytes_needed(problem, 2, 101, 1) - bytes_needed(problem, 2, 100, 1) >= 2 * 2 * one_draw


def test_every_thread_has_scaled_inputs_of_its_own():
    """Beside one array of activations, samples x width."""
    thread = bytes_needed(FULL, 2, 100, 2) - bytes_needed(FULL, 2, 100, 1)
    longer = replace(FULL, samples=2 * FULL.samples)
    more = bytes_needed(longer, 2, 100, 2) - bytes_needed(longer, 2, 100, 1) - thread
    assert more == FULL.samples * (4 * FULL.width + 8 * FULL.input_dim)


def test_chains_in_one_program_are_all_counted_in_the_memory(monkeypatch):
    """One core runs one chain at a time, one program all of them."""
    asked = []

    def refuse(needed, lower):
        asked.append(needed)
        raise InterruptedError

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(run, "check_memory", refuse)
    for batching in ("sequential", "vmap"):
        with pytest.raises(InterruptedError):
            sample(SMALL, chains=2, draws=1, warmup=0, batching=batching)
    assert asked == [bytes_needed(SMALL, 2, 1, threads) for threads in (1, 2)]
