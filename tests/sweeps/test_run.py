"""Running: every mood of a cell under the executors, resuming, refusing."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spinodal import sweeps

EXECUTORS = ("serial", "processes:2")
OFTEN_SERIAL = ("serial", pytest.param("processes:2", marks=pytest.mark.slow))  # three pools each


def run(sweep, store, **options):
    return sweeps.run(sweep, store, progress=False, **options)


def test_a_run_and_its_second_call(store, selftest, log):
    sweep = selftest(40, seed=(0, 3), size=4)
    first = run(sweep, store)
    assert (first.complete, first.done, first.computed, first.reused, first.failed, first.pending) == (True, 80, 80, 0, 0, 0)
    second = run(sweep, store)
    assert (second.complete, second.computed, second.reused) == (True, 0, 80)
    assert set(log.count("start").values()) == {1}
    assert sweeps.Store(store).keys() == {cell.key for cell in sweep.cells()}


def test_resume_is_plan_minus_store(tmp_path, store, selftest, log):
    run(selftest(5), store)
    log.clear()
    report = run(selftest(9), store, extend=True)
    assert (report.computed, report.reused) == (4, 5)
    assert set(log.count("start")) == {(i, 0) for i in range(5, 9)}
    log.clear()
    assert run(selftest(3), store, extend=True).computed == 0
    assert sweeps.Store(store).status().unplanned == 6


def test_another_sweep_is_refused_with_the_difference(store, selftest):
    run(selftest(5, size=2), store)
    before = (store / "manifest.json").read_bytes()
    with pytest.raises(ValueError, match=r"holds another sweep:\n  base\.size: 2 in the store, 3 given\ngive another store, or --extend"):
        run(selftest(5, size=3), store)
    assert (store / "manifest.json").read_bytes() == before


def test_a_manifest_whose_settings_are_not_those_of_its_plan_is_damaged(store, selftest):
    run(selftest(5, size=2), store)
    manifest = store / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"size": 2', '"size": 3'))
    with pytest.raises(ValueError, match=r"is damaged, .* the plan of this sweep with other settings:\n  base\.size: 3"):
        run(selftest(5, size=2), store, extend=True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"executor": "process"}, r"executor must be serial, processes\[:N\] or dask://…, got 'process'"),
        ({"executor": "processes:0"}, "got 'processes:0'"),
        ({"executor": "dask://nowhere"}, "got 'dask://nowhere'"),
        ({"retries": -1}, "retries must be an integer >= 0, got -1"),
        ({"claim_timeout": 0}, "claim_timeout must be finite and > 0, got 0"),
        ({"executor": "dask:///no/such/file.json"}, "no scheduler file at /no/such/file.json"),
    ],
)
def test_a_wrong_call_touches_nothing(options, why, store, selftest):
    with pytest.raises(ValueError, match=why):
        run(selftest(2), store, **options)
    assert not store.exists()


def test_a_folder_of_other_things_does_not_become_a_store(tmp_path, selftest):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ValueError, match=r"not a store and not empty \(it holds thesis\.tex\)"):
        run(selftest(2), tmp_path)
    assert os.listdir(tmp_path) == ["thesis.tex"]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_cell_that_raises_is_recorded_and_the_sweep_goes_on(executor, store, selftest, log):
    sweep = selftest(12, fail="raise", fail_every=4)
    report = run(sweep, store, executor=executor, retries=2)
    assert (report.complete, report.done, report.failed, report.pending) == (False, 9, 3, 0)
    assert log.count("start")[4, 0] == 3
    failure = sweeps.Store(store).failures()[1]
    assert (failure.settings["index"], failure.attempts, failure.error) == (4, 3, "RuntimeError")
    assert failure.message == "selftest cell 4 fails as asked"
    assert "in run_cell" in failure.traceback
    log.clear()
    assert run(sweep, store, executor=executor).computed == 0
    assert not log.lines()
    again = run(sweep, store, executor=executor, retry_failed=True, retries=0)
    assert (again.computed, again.failed) == (3, 3)
    assert set(log.count("start").values()) == {1}


@pytest.mark.parametrize("executor", OFTEN_SERIAL)
def test_a_flaky_cell_succeeds_by_retrying_now_or_later(executor, store, selftest, log):
    assert run(selftest(6, fail="flaky", fail_every=2), store, executor=executor, retries=1).complete
    assert sweeps.Store(store).provenance()[selftest(6, fail="flaky", fail_every=2).cells()[2].key]["attempts"] == 2
    log.clear()
    other = store.with_name("other")
    assert run(selftest(6, fail="flaky", fail_every=2), other, executor=executor, retries=0).failed == 3
    assert len(os.listdir(other / "failed")) == 3
    assert run(selftest(6, fail="flaky", fail_every=2), other, executor=executor, retries=0, retry_failed=True).complete
    assert os.listdir(other / "failed") == []


def test_nan_is_a_result_and_an_object_array_a_failure(store, selftest):
    assert run(selftest(2, fail="nan"), store).complete
    report = run(selftest(2, fail="object"), store.with_name("other"))
    assert report.failed == 2
    (first, _) = sweeps.Store(report.store).failures()
    assert first.message == "output array must be bool, integer, float or complex numbers, got an array of dtype object"


def test_a_cell_that_kills_its_worker_is_found_and_the_others_are_not_lost(store, selftest, log):
    report = run(selftest(9, fail="exit", fail_every=5), store, executor="processes:2", retries=1)
    assert (report.done, report.failed) == (7, 2)
    (first, second) = sweeps.Store(store).failures()
    assert first.message == second.message == "the worker process died with exit code 17"
    assert first.attempts == 2
    ends = log.count("end")
    assert all(ends[i, 0] >= 1 for i in range(9) if i % 5)


@pytest.mark.parametrize("executor", OFTEN_SERIAL)
def test_when_the_first_20_cells_all_fail_alike_the_sweep_stops(executor, store, selftest):
    report = run(selftest(100, fail="raise"), store, executor=executor, retries=0)
    assert "all of the first" in report.message
    assert 20 <= report.failed <= 60
    assert report.pending > 0
    assert run(selftest(100, fail="raise"), store.with_name("b"), executor=executor, retries=0, keep_going=True).failed == 100
    assert "first" not in run(selftest(100, fail="raise", fail_every=2), store.with_name("c"), retries=0).message


def test_processes_give_the_bytes_of_serial(store, selftest):
    sweep = sweeps.Sweep("selftest", {"size": [1, 7], "index": range(15)}, run={"block": 2})
    other = store.with_name("other")
    run(sweep, store)
    run(sweep, other, executor="processes:2")
    for size in (1, 7):
        one, two = (sweeps.Store(s).load(size=size) for s in (store, other))
        assert one.identical(two)
        assert one.array.to_numpy().tobytes() == two.array.to_numpy().tobytes()


def test_workers_are_other_processes(store, selftest, log):
    run(selftest(4, sleep=0.2), store, executor="processes:2")
    assert os.getpid() not in log.pids()
    assert len(log.pids()) == 2


def test_a_script_without_a_main_guard_can_use_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from spinodal import sweeps\n"
        "report = sweeps.run(sweeps.Sweep('selftest', {'index': range(4)}), 'store', executor='processes:2')\n"
        "print(report.done)\n"
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ("4\n", 0), done.stderr


STUDY = """
import os, time
import numpy as np
from dataclasses import dataclass
from spinodal.sweeps import Study

@dataclass(frozen=True)
class Settings:
    x: float
    n: int = 3

def one(s):
    if s.x == 7.0:
        raise ValueError("seven")
    product = np.random.default_rng(0).standard_normal((20, 30_000))  # whose Gram matrix differs between 1 and 2 threads of OpenBLAS
    return {"y": s.x * np.arange(s.n), "gram": product @ product.T,
            "threads": int(os.environ.get("OMP_NUM_THREADS", 0)), "big": np.float32(s.x), "flag": s.x > 2}

def many(cells):
    if any(s.x == 7.0 for s in cells):
        raise RuntimeError("the batch fails")
    return [one(s) for s in cells]

study = Study("tests-own", 2, Settings, one, lambda s: (s.n,), {"y": ("place",)}, run_batch=many, citation="me", units={"y": "nats"})
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A study outside the package, in a module that workers can import."""
    (tmp_path / "own_study.py").write_text(STUDY)
    monkeypatch.syspath_prepend(tmp_path)
    from spinodal.sweeps import registry

    monkeypatch.setitem(registry.STUDIES, "tests-own", "own_study:study")


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.usefixtures("own")
def test_a_study_of_ones_own_in_batches(executor, store):
    sweep = sweeps.Sweep("tests-own", {"x": [float(i) for i in range(10)]}, run={"block": 5})
    report = run(sweep, store, executor=executor)
    assert (report.done, report.failed) == (9, 1)
    found = sweeps.Store(store).load()
    np.testing.assert_array_equal(found.y.sel(x=3.0), [0.0, 3.0, 6.0])
    assert found.y.dims == ("x", "place")
    assert found.y.attrs["units"] == "nats"
    assert found.big.dtype == np.float32
    if executor != "serial":
        assert found.threads.sel(x=1.0) == 1
    assert found.cell_status.sel(x=7.0) == 2
    assert np.isnan(found.flag.sel(x=7.0))


@pytest.mark.usefixtures("own")
def test_matrix_products_have_the_same_bytes_in_every_process(store):
    found = []
    for executor in EXECUTORS:
        run(sweeps.Sweep("tests-own", {"x": [1.0, 2.0]}), store.with_name(executor), executor=executor)
        found.append(sweeps.Store(store.with_name(executor)).load().gram.to_numpy().tobytes())
    assert found[0] == found[1]
    assert "OPENBLAS_NUM_THREADS" not in os.environ


@pytest.mark.usefixtures("own")
def test_a_missing_setting_without_default_is_named(store):
    with pytest.raises(ValueError, match=r"\$\.base\.x is missing: tests-own has no default"):
        sweeps.Sweep("tests-own")


def test_provenance_says_where_every_cell_came_from(store, selftest):
    sweep = selftest(3)
    run(sweep, store)
    found = sweeps.Store(store).provenance()
    assert set(found) == {cell.key for cell in sweep.cells()}
    one = found[sweep.cells()[0].key]
    assert {
        "spinodal",
        "python",
        "numpy",
        "host",
        "platform",
        "cpu_model",
        "device",
        "wall_seconds",
        "cpu_seconds",
        "attempts",
        "started",
    } <= set(one)
    manifest = json.loads((store / "manifest.json").read_text())
    assert (manifest["schema"], manifest["study"], manifest["version"], manifest["cells"]) == (1, "selftest", 1, 3)


def test_progress_tells_a_function(store, selftest):
    seen = []
    sweeps.run(selftest(5), store, progress=seen.append)
    assert (seen[-1].done, seen[-1].cells, seen[-1].pending) == (5, 5, 0)
