"""Processes that are really killed, by their pids, many times: nothing stored is lost, nothing stored is computed again."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from spinodal import sweeps
from spinodal.sweeps.identity import start_of

FILE = """study = "selftest"
[base]
sleep = {sleep}
size = 3
[grid]
index = {{range = [0, {cells}]}}
[run]
block = {block}
"""


def wait_until(holds, seconds=20.0):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def children_of(pid):
    """Worker processes of a process (not its resource tracker)."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "spawn_main" in line]


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def expected(sweep, tmp_path):
    sweeps.run(sweep, tmp_path / "undisturbed", progress=False)
    return sweeps.Store(tmp_path / "undisturbed").load()


def stored_before(store):
    return sweeps.Store(store).keys() if (store / "manifest.json").exists() else set()


@pytest.mark.parametrize("executor", ["serial", "processes:2"])
def test_kill_9_again_and_again(executor, store, tmp_path, write_toml, command, log, monkeypatch):
    path = write_toml(FILE.format(sleep=0.02, cells=60, block=4))
    sweep = sweeps.Sweep.from_toml(path)
    keys = {cell.key: cell.settings.index for cell in sweep.cells()}
    dice = random.Random(3)
    begun = {}
    for _ in range(3):
        before = stored_before(store)
        log.clear()
        process = command("run", path, "--store", store, "--executor", executor, "--quiet")
        wait_until(lambda: log.lines() or process.poll() is not None)  # noqa: B023
        time.sleep(dice.uniform(0.0, 0.5))
        workers = children_of(process.pid)
        process.kill()
        process.wait()
        wait_until(lambda: not any(start_of(pid) for pid in workers), 5)  # noqa: B023 (workers end within 5 s of their parent)
        after = stored_before(store)
        assert before <= after  # nothing lost
        assert not {keys[key] for key in before} & {index for index, _ in log.count("start")}  # nothing computed again
        begun[len(begun)] = len(after)
    log.clear()
    process = command("run", path, "--store", store, "--executor", executor, "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["done"] == 60
    assert begun[2] > 0
    monkeypatch.delenv("SPINODAL_SELFTEST_LOG")
    assert sweeps.Store(store).load().identical(expected(sweep, tmp_path))
    assert sweeps.Store(store).status(verify=True).corrupt == 0
    assert not list(store.rglob(".tmp-*"))


def test_kill_9_costs_at_most_a_second_of_finished_work(store, write_toml, command, log):
    path = write_toml(FILE.format(sleep=0.1, cells=200, block=50))
    process = command("run", path, "--store", store)
    wait_until(lambda: log.count("end").total() >= 20)
    process.kill()
    process.wait()
    finished = log.count("end").total()
    assert finished - len(sweeps.Store(store).keys()) <= 12


def test_a_finished_cell_is_on_disk_within_a_second_though_the_next_takes_long(store, write_toml, command, log):
    path = write_toml('study = "selftest"\n[grid]\nsleep = [0.0, 30.0]\n[run]\nblock = 2\n')
    command("run", path, "--store", store)
    wait_until(lambda: log.count("end").total() == 1)
    time.sleep(1.5)
    assert len(sweeps.Store(store).keys()) == 1


def test_a_worker_that_is_killed_costs_its_cells_in_flight_only(store, write_toml, command, log):
    path = write_toml(FILE.format(sleep=0.05, cells=40, block=2))
    process = command("run", path, "--store", store, "--executor", "processes:2", "--json")
    for _ in range(2):
        seen = len(log.lines())
        wait_until(lambda: len(log.lines()) > seen + 6)  # noqa: B023
        kill(int(log.lines()[-1][3]))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found = json.loads(out)
    assert (found["done"], found["failed"]) == (40, 0)
    assert log.count("end").total() < 40 + 2 * 20


@pytest.mark.parametrize("executor", ["serial", "processes:2"])
@pytest.mark.parametrize(("signum", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGTERM, True)])
def test_signals_store_what_has_finished(executor, signum, whole_group, store, write_toml, command, log):
    path = write_toml(FILE.format(sleep=0.1, cells=500, block=1))
    process = command("run", path, "--store", store, "--executor", executor)
    wait_until(lambda: log.count("end").total() >= 8)
    began = time.monotonic()
    (os.killpg if whole_group else os.kill)(process.pid, signum)  # a terminal and schedulers signal the whole group
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 128 + signum
    finished = log.count("end").total()
    stored = len(sweeps.Store(store).keys())
    assert finished - stored <= 2  # ends are written before a cell returns
    assert err.count("\n") == 1
    assert f"interrupted; {stored} of 500 cells are stored" in err
    assert f"to go on: spinodal sweep run {path} --store {store}" in err
    assert not list(store.glob("claims/*/*"))


def test_a_second_ctrl_c_leaves_at_once(store, write_toml, command, log):
    path = write_toml(FILE.format(sleep=0.5, cells=500, block=1))
    process = command("run", path, "--store", store, "--executor", "processes:2")
    wait_until(log.lines)
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.3)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=5) == 130


STUBBORN = """
import time
from dataclasses import dataclass
from spinodal.sweeps import Study

@dataclass(frozen=True)
class Settings:
    x: int = 0

def one(s):
    if s.x:
        until = time.monotonic() + 60
        while time.monotonic() < until:  # compiled code does not give way either
            try:
                time.sleep(60)
            except BaseException:
                pass
    return {"y": s.x}

study = Study("tests-stubborn", 1, Settings, one)
"""
STUBBORN_RUN = """
import sys
from spinodal import sweeps
from spinodal.sweeps.command import main
sweeps.register("tests-stubborn", "stubborn:study")
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("executor", ["serial", "processes:1"])
def test_a_cell_that_does_not_give_way_cannot_hold_up_ctrl_c(executor, store, tmp_path, write_toml):
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    script = tmp_path / "go.py"
    script.write_text(STUBBORN_RUN)
    path = write_toml('study = "tests-stubborn"\n[grid]\nx = [0, 1]\n[run]\nblock = 2\n')
    words = ["run", path, "--store", store, "--executor", executor]
    process = subprocess.Popen([sys.executable, script, *words], stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_until(lambda: (store / "journal").exists() and any((store / "journal").iterdir()))
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert "1 of 2 cells are stored" in err
    assert not list(store.glob("claims/*/*"))


def test_in_python_ctrl_c_is_a_keyboard_interrupt_with_a_report(store, selftest):
    def show(snapshot):
        if snapshot.done >= 3:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        sweeps.run(selftest(50, sleep=0.02), store, progress=show)
    assert isinstance(caught.value, sweeps.Interrupted)
    assert caught.value.report.done == len(sweeps.Store(store).keys()) >= 3
    assert not caught.value.report.complete
    assert sweeps.run(selftest(50, sleep=0.02), store, progress=False).complete


def test_two_coordinators_and_two_workers_share_the_cells(store, write_toml, command, log):
    path = write_toml(FILE.format(sleep=0.05, cells=120, block=2))
    everybody = [
        command("run", path, "--store", store, "--json"),
        command("run", path, "--store", store, "--executor", "processes:1", "--json"),
    ]
    wait_until(lambda: (store / "manifest.json").exists())
    everybody += [command("worker", store, "--json") for _ in range(2)]
    found = []
    for process in everybody:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        found.append(json.loads(out))
    assert [f["done"] for f in found] == [120] * 4
    assert sum(f["computed"] for f in found) == 120
    assert set(log.count("start").values()) == {1}  # while all live, no cell is computed twice
    assert sum(f["computed"] > 0 for f in found) >= 3


def test_the_living_finish_what_the_killed_had_claimed(store, write_toml, command, log):
    path = write_toml(FILE.format(sleep=0.05, cells=60, block=2))
    command("run", path, "--store", store, "--plan-only").wait(timeout=20)
    workers = [command("worker", store, "--claim-timeout", 5, "--json") for _ in range(3)]
    wait_until(lambda: len(log.pids()) == 3)
    for process in workers[:2]:
        process.kill()
        process.wait()
    out, err = workers[2].communicate(timeout=60)
    assert workers[2].returncode == 0, err
    assert json.loads(out)["done"] == 60
    assert all(count <= 2 for count in log.count("start").values())


def test_claims_of_a_vanished_machine_are_taken_over_after_the_timeout(store, selftest, log):
    sweep = selftest(6, run={"block": 2})
    plan = sweeps.prepare(sweep, store)
    folder = store / "claims" / plan.hash[:12]
    folder.mkdir(parents=True)
    claim = {"host": "gone", "boot": "x", "pid": 1, "started": "1", "writer": "gone-1", "beat": 5}
    (folder / "1.json").write_text(json.dumps(claim))
    status = sweeps.Store(store).status()
    assert (status.running, status.pending) == (2, 6)
    began = time.monotonic()
    report = sweeps.run(sweep, store, claim_timeout=1.0, progress=False)
    assert report.complete
    assert 1.0 <= time.monotonic() - began < 4
    assert os.listdir(folder) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_crowd_killed_at_random_loses_nothing(seed, store, tmp_path, write_toml, command, log, monkeypatch):
    """Coordinators with pools and workers, killed at random for a while; one at the end finishes."""
    path = write_toml(FILE.format(sleep=0.01, cells=400, block=3))
    sweep = sweeps.Sweep.from_toml(path)
    dice = random.Random(seed)
    alive = []
    for _ in range(12):
        kind = ["run", path, "--store", store, "--executor", dice.choice(["serial", "processes:2"])]
        alive.append(command(*(kind if dice.random() < 0.5 or not (store / "manifest.json").exists() else ["worker", store])))
        time.sleep(dice.uniform(0.1, 0.8))
        if len(alive) > 2:
            victim = alive.pop(dice.randrange(len(alive)))
            victim.kill()
            victim.wait()
        before = stored_before(store)
    for process in alive:
        process.kill()
        process.wait()
    assert before <= stored_before(store)
    process = command("run", path, "--store", store, "--claim-timeout", 5, "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["done"] == 400
    monkeypatch.delenv("SPINODAL_SELFTEST_LOG")
    assert sweeps.Store(store).load().identical(expected(sweep, tmp_path))
