"""A Dask cluster on loopback: the same bytes as serial, though workers are killed."""

import json
import os
import subprocess
import sys
import time

import pytest

from spinodal import sweeps

pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

FILE = """study = "selftest"
[base]
sleep = 0.02
fail = "raise"
fail_every = 25
[grid]
index = {range = [0, 75]}
[run]
block = 2
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers, as a person starts them; gives the scheduler file and the workers' processes."""
    folder = tmp_path_factory.mktemp("cluster")
    place = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    local = ["--scheduler-file", str(place), "--host", "127.0.0.1", "--no-dashboard"]
    started = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", *local, "--port", "0"], **quiet)]
    until = time.monotonic() + 30
    while not place.exists() and time.monotonic() < until:
        time.sleep(0.05)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *local, "--nthreads", "1", "--local-directory", str(folder)]
    log = folder / "selftest.log"
    started += [subprocess.Popen(worker, **quiet, env={**os.environ, "SPINODAL_SELFTEST_LOG": str(log)}) for _ in range(2)]
    yield place, log
    for process in reversed(started):
        process.terminate()
        process.wait()


def starts(log):
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [int(index) for word, index, *_ in lines if word == "start"], [int(line[3]) for line in lines]


def test_dask_gives_the_bytes_of_serial_though_a_worker_is_killed(cluster, store, tmp_path, write_toml, command):
    place, log = cluster
    address = json.loads(place.read_text())["address"].removeprefix("tcp://")
    path = write_toml(FILE)
    process = command("run", path, "--store", store, "--executor", f"dask://{address}", "--json", "--retries", 0)
    until = time.monotonic() + 40
    while len(starts(log)[0]) < 20 and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(starts(log)[1][-1], 9)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    found = json.loads(out)
    assert (found["done"], found["failed"], found["pending"]) == (72, 3, 0)
    assert len(starts(log)[0]) <= 75 + 25  # what was under way in one worker
    again = command("run", path, "--store", store, "--executor", f"dask://{place}", "--json")  # the other way to the same scheduler
    out, err = again.communicate(timeout=60)
    assert json.loads(out)["computed"] == 0, err
    sweeps.run(sweeps.Sweep.from_toml(path), tmp_path / "serial", retries=0, progress=False)
    one, two = (sweeps.Store(s).load() for s in (store, tmp_path / "serial"))
    assert one.identical(two)
    assert one.array.to_numpy().tobytes() == two.array.to_numpy().tobytes()


@pytest.mark.slow
def test_a_cell_that_kills_dask_workers_is_recorded(cluster, store, write_toml, command):
    path = write_toml('study = "selftest"\n[base]\nfail = "exit"\nfail_every = 3\n[grid]\nindex = {range = [1, 5]}\n')
    process = command("run", path, "--store", store, "--executor", f"dask://{cluster[0]}", "--json", "--retries", 0)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 3, err
    found = json.loads(out)
    assert (found["done"], found["failed"]) == (3, 1)
    assert found["failures"][0]["message"] == "the worker process died"


def test_ctrl_c_leaves_a_cluster_that_can_go_on(cluster, store, write_toml, command):
    path = write_toml('study = "selftest"\n[base]\nsleep = 0.2\n[grid]\nindex = {range = [0, 60]}\n')
    process = command("run", path, "--store", store, "--executor", f"dask://{cluster[0]}")
    until = time.monotonic() + 40
    while not list(store.glob("batches/*/*.npz")) and time.monotonic() < until:
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(2)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert "to go on" in err
    assert "Traceback" not in err


def test_nobody_at_the_address(store, write_toml, command, monkeypatch):
    monkeypatch.setattr("spinodal.sweeps.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(ValueError, match=r"no Dask scheduler answers at 127\.0\.0\.1:9 \(executor 'dask://127\.0\.0\.1:9'\) within 1 s"):
        sweeps.run(sweeps.Sweep("selftest"), store, executor="dask://127.0.0.1:9", progress=False)
    assert not store.exists()


def test_without_dask_the_extra_is_named(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(ValueError, match=r"dask is needed for executor 'dask://127\.0\.0\.1:1': pip install 'spinodal\[cluster\]'"):
        sweeps.run(sweeps.Sweep("selftest"), store, executor="dask://127.0.0.1:1", progress=False)
    assert not store.exists()
