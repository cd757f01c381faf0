"""Writing: a fault after every single system call leaves a whole file or none."""

import os
import types

import pytest

from spinodal.sweeps import Store, files, run
from spinodal.sweeps.files import StoreError, create_linked, read_limited, write_atomic

CALLS = ("open", "write", "fsync", "close", "replace", "link", "unlink")


class Faulty(types.SimpleNamespace):
    """The `os` module, in which everything from the n-th of some calls on fails: from there on the disk is gone, or the process dead."""

    def __init__(self, after: int):
        super().__init__(**{name: getattr(os, name) for name in dir(os) if not name.startswith("__")})
        self.calls, self.after = [], after
        for name in CALLS:
            setattr(self, name, self._wrapped(name))

    def _wrapped(self, name):
        def call(*arguments, **options):
            if len(self.calls) >= self.after:
                if name == "close":
                    os.close(*arguments)
                raise OSError(28, "No space left on device")
            self.calls.append(name)
            return getattr(os, name)(*arguments, **options)

        return call


def steps_of(work, monkeypatch):
    """How many calls the work makes when all goes well."""
    faulty = Faulty(10**9)
    with monkeypatch.context() as patch:
        patch.setattr(files, "os", faulty)
        work()
    return len(faulty.calls)


def test_a_fault_after_any_call_leaves_a_whole_file_or_none(tmp_path, monkeypatch):
    path = tmp_path / "file"
    steps = steps_of(lambda: write_atomic(path, b"whole" * 1000, "w"), monkeypatch)
    assert steps >= 8
    for after in range(steps):
        path.unlink(missing_ok=True)
        monkeypatch.setattr(files, "os", Faulty(after))
        if after < steps - 1:  # the last call only tidies up
            with pytest.raises(StoreError, match=r"cannot write .*file \(5000 bytes needed\): No space left on device"):
                write_atomic(path, b"whole" * 1000, "w")
        monkeypatch.setattr(files, "os", os)
        assert not path.exists() or path.read_bytes() == b"whole" * 1000


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_fault_after_any_call_of_a_run_leaves_a_store_that_lists_right(stride, tmp_path, monkeypatch, selftest, log):
    sweep = selftest(2, size=2, run={"block": 2})  # one file
    steps = steps_of(lambda: run(sweep, tmp_path / "good", progress=False), monkeypatch)
    want = Store(tmp_path / "good").load()
    for after in range(0, steps, stride):
        store = tmp_path / f"store-{after}"
        log.clear()
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", Faulty(after))
            report = run(sweep, store, progress=False)
        stored = len(Store(store).keys()) if (store / "manifest.json").exists() else 0
        assert report.done == stored, after
        report = run(sweep, store, progress=False)
        assert report.complete, after
        assert report.reused == stored
        assert report.computed == 2 - stored
        assert Store(store).load().identical(want)
        leftovers = [p for p in store.rglob(".tmp-*") if after < steps - 1]
        assert len(leftovers) <= 1  # ours: this process is alive, so the next writer leaves it


def test_of_many_that_create_at_once_one_wins(tmp_path):
    path = tmp_path / "manifest.json"
    assert create_linked(path, b"first", "a")
    assert not create_linked(path, b"second", "b")
    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["manifest.json"]


def test_reading_follows_no_link_and_stops_at_the_limit(tmp_path):
    (tmp_path / "real").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_limited(tmp_path / "real", 5) == b"12345"
    with pytest.raises(ValueError, match="more than the 4"):
        read_limited(tmp_path / "real", 4)
    for path in (tmp_path / "link", tmp_path):
        with pytest.raises(OSError):  # noqa: PT011 (the system's words differ)
            read_limited(path, 100)


def test_temporary_files_of_dead_writers_are_removed_and_those_of_the_living_are_not(store, selftest):
    run(selftest(2), store, progress=False)
    from spinodal.sweeps.identity import this_process

    me = this_process()
    host, tag, pid, started, _ = me.writer.rsplit("-", 4)
    dead = [f"{host}-{tag}-{pid}-{int(started) + 1}-aa", f"{host}-{'0' * 12}-{pid}-{started}-bb"]  # another process, another boot
    alive = [me.writer, f"another-host-{tag}-{pid}-1-cc"]
    for writer in dead + alive:
        (store / "batches" / f".tmp-{writer}.0").write_bytes(b"half")
    run(selftest(2), store, progress=False)
    left = {p.name.removeprefix(".tmp-").removesuffix(".0") for p in (store / "batches").glob(".tmp-*")}
    assert left == set(alive)
