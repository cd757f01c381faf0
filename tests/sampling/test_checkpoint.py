"""A call that was cut short goes on to the same numbers; a file that is not its own is refused, and none is overwritten."""

import numpy as np
import pytest

from spinodal.problems import ModularAddition, TeacherStudent
from spinodal.sampling import Stop, sample

TINY = TeacherStudent(5, 6, 40, 0.3, -0.3, 0.5, 0.1)
TABLE = ModularAddition(5, 40, 1.3 / 40, 1 / (40 * 25), 0.3)
FAST = {"chains": 2, "draws": 30, "warmup": 20}


class CutError(Exception):
    """Stands for Ctrl-C, or for whatever else ends a call early."""


@pytest.mark.parametrize(("problem", "at"), [(TINY, 1), (TINY, 3), (TABLE, 3)], ids=["in the warm-up", "later", "modular addition"])
def test_an_interrupted_call_resumes_to_the_same_numbers(tmp_path, problem, at):
    settings = {"chains": 2, "draws": 150, "warmup": 40}
    calls = []

    def interrupt(done, text):
        calls.append((done, text))
        if len(calls) == at:
            raise CutError

    with pytest.raises(CutError):
        sample(problem, **settings, checkpoint=tmp_path / "chains.npz", progress=interrupt)
    resumed = sample(problem, **settings, checkpoint=tmp_path / "chains.npz", resume=True)
    whole = sample(problem, **settings)
    for name, draws in whole.scalars.items():
        assert resumed.scalars[name].tobytes() == draws.tobytes(), name
    assert resumed.gradient_evaluations == whole.gradient_evaluations
    with pytest.raises(ValueError, match=r"another call \(draws differ\)"):
        sample(problem, chains=2, draws=151, warmup=40, checkpoint=tmp_path / "chains.npz", resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["chains.npz"]


@pytest.mark.parametrize("broken", ["garbage", "cut", "untold", "stranger"])
def test_a_broken_checkpoint_is_refused_with_its_path(tmp_path, broken):
    path = tmp_path / "chains.npz"
    sample(TINY, **FAST, checkpoint=path)
    if broken == "garbage":
        path.write_bytes(b"no archive")
    elif broken == "cut":
        path.write_bytes(path.read_bytes()[:2000])
    else:
        with np.load(path) as file:
            kept = {name: file[name] for name in file.files if name != ("told" if broken == "untold" else "carry.0.0")}
        np.savez(path, allow_pickle=False, **kept)
    with pytest.raises(ValueError, match=r"checkpoint .*chains.npz cannot be read \(\w+\): delete it or give another path"):
        sample(TINY, **FAST, checkpoint=path, resume=True)


def test_resuming_a_call_that_had_reached_its_target_draws_no_more(tmp_path):
    settings = {"stop": Stop(rhat=1.05, ess=100), "draws": 2000, "warmup": 100, "checkpoint": tmp_path / "chains.npz"}
    first = sample(TINY, **settings)
    assert sample(TINY, **settings, resume=True).overlaps.tobytes() == first.overlaps.tobytes()


def test_a_checkpoint_is_not_overwritten(tmp_path):
    path = tmp_path / "chains.npz"
    path.write_bytes(b"hours of work")
    with pytest.raises(ValueError, match=r"checkpoint must be a new file, or resume=True to go on from it, got .*chains.npz"):
        sample(TINY, **FAST, checkpoint=path)
    assert path.read_bytes() == b"hours of work"
