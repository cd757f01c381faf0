"""A cell's outputs have a fixed shape and come from its settings alone."""

import numpy as np
import pytest

from spinodal import sweeps
from spinodal.studies.rubin2024 import modular_addition_cell, teacher_student_cell

TINY = {"input_dim": 12, "width": 20, "samples": 60, "draws": 24, "warmup": 20, "ess": 10.0, "chains": 2}


def same(first, second):
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="noise must be"):
        teacher_student_cell.TeacherStudentCell(noise=-0.1)
    with pytest.raises(ValueError, match="chains must be an integer >= 2"):
        teacher_student_cell.TeacherStudentCell(chains=1)
    with pytest.raises(ValueError, match="prime must be an odd prime"):
        modular_addition_cell.ModularAdditionCell(prime=9)


def test_reduced_units():
    problem = modular_addition_cell.ModularAdditionCell(prime=7, width=400, temperature=1.6).problem()
    assert problem.noise == 1.6 / 400
    assert problem.readout_variance == 1 / (400 * 49)


@pytest.mark.parametrize("dims", [teacher_student_cell.DIMS, modular_addition_cell.DIMS], ids=["teacher-student", "modular"])
def test_outputs_have_their_dimensions(dims, instant_sampler):
    if dims is teacher_student_cell.DIMS:
        found = teacher_student_cell.run_cell(teacher_student_cell.TeacherStudentCell(**TINY))
        assert found["overlap_counts"].sum() == found["overlap_total"] * 2
    else:
        found = modular_addition_cell.run_cell(modular_addition_cell.ModularAdditionCell(width=20, chains=2))
    for name, names in dims.items():
        assert np.ndim(found[name]) == len(names)
        assert np.shape(found[name])[0] == 2
    assert all(np.asarray(value).dtype.kind in "bif" for value in found.values())


@pytest.mark.slow
def test_a_real_cell_gives_the_same_bytes_twice():
    cell = teacher_student_cell.TeacherStudentCell(**TINY)
    assert same(teacher_student_cell.run_cell(cell), teacher_student_cell.run_cell(cell))


@pytest.mark.slow
def test_processes_and_dask_store_the_same_bytes_as_one(tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
    sweep = sweeps.Sweep(study="rubin2024-fig2", grid={"noise": [0.2, 0.3]}, base=TINY)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        found = []
        for i, executor in enumerate(("serial", "processes:2", "dask://" + cluster.scheduler_address.removeprefix("tcp://"))):
            assert sweeps.run(sweep, tmp_path / str(i), executor=executor, progress=False).complete
            found.append(sweeps.Store(tmp_path / str(i)).load())
    assert found[0].identical(found[1])
    assert found[0].identical(found[2])


def test_the_mean_inside_droplets_has_the_error_of_a_ratio():
    """2 chains of 400 independent draws of 30 neurons, each inside with chance 0.2: the error is that of about 4800 values."""
    rng = np.random.default_rng(0)
    values, inside = rng.normal(3.0, 0.5, (2, 400, 30)), rng.random((2, 400, 30)) < 0.2
    mean, error = teacher_student_cell.mean_inside(values, inside)
    assert mean == pytest.approx(values[inside].mean(), rel=1e-12)
    assert error == pytest.approx(0.5 / np.sqrt(inside.sum()), rel=0.15)
    assert np.isnan(teacher_student_cell.mean_inside(values, np.zeros_like(inside))).all()


@pytest.mark.slow
def test_networks_on_large_tables_have_the_same_bytes_in_a_worker(tmp_path):
    """XLA cuts products of some thousand rows into blocks by the number of threads that it believes to have."""
    base = {"prime": 59, "usual_steps": 20, "slow_steps": 20, "brief_steps": 20, "checkpoint": 20, "slow_checkpoint": 20, "every": 20}
    sweep = sweeps.Sweep(study="clauw2024", grid={"arm": ["decay 2", "scale 8"]}, base={**base, "null_checkpoints": 2, "shuffles": 2})
    for executor in ("serial", "processes:2"):
        assert sweeps.run(sweep, tmp_path / executor[:4], executor=executor, progress=False).complete
    found = [sweeps.Store(tmp_path / name).load() for name in ("seri", "proc")]
    assert found[0].identical(found[1])
