"""Claims, by a fake clock."""

import dataclasses
import json
import os

import pytest

from spinodal.sweeps.claims import Claims, live_blocks
from spinodal.sweeps.identity import this_process

PLAN = "abcdef0123456789"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def other(**changes):
    """Another writer, on another machine unless said otherwise."""
    return dataclasses.replace(this_process(), **{"host": "elsewhere", "writer": "elsewhere-1", **changes})


def claims(root, clock, identity=None, timeout=60.0):
    return Claims(root, PLAN, identity or this_process(), timeout, clock)


@pytest.fixture
def clock():
    return Clock()


def test_one_of_two_gets_a_block(tmp_path, clock):
    mine, theirs = claims(tmp_path, clock), claims(tmp_path, clock, other())
    assert mine.take(3)
    assert not theirs.take(3)
    assert theirs.held() == {3}
    said = json.loads((tmp_path / "claims" / PLAN[:12] / "3.json").read_text())
    assert {"host", "boot", "pid", "started", "writer", "beat"} <= set(said)
    mine.release([3])
    assert theirs.take(3)


def test_a_beat_that_rises_is_never_stale_and_one_that_stops_is_after_the_timeout(tmp_path, clock):
    mine, theirs = claims(tmp_path, clock), claims(tmp_path, clock, other())
    theirs.take(0)
    for _ in range(20):
        assert not mine.stale(0)
        clock.now += 50
        theirs.beat()
    assert not mine.stale(0)
    clock.now += 59
    assert not mine.stale(0)
    clock.now += 1
    assert mine.stale(0)
    assert mine.remove_stale(0)
    assert mine.take(0)
    theirs.beat()  # it finds that the claim is lost, and lets it be
    assert theirs.mine == {}
    theirs.release([0])
    assert mine.held() == {0}


def test_the_time_of_files_does_not_matter(tmp_path, clock):
    mine, theirs = claims(tmp_path, clock), claims(tmp_path, clock, other())
    theirs.take(0)
    os.utime(tmp_path / "claims" / PLAN[:12] / "0.json", (0, 0))
    assert not mine.stale(0)
    os.utime(tmp_path / "claims" / PLAN[:12] / "0.json", (4e9, 4e9))
    clock.now += 60
    assert mine.stale(0)


@pytest.mark.parametrize(
    ("changes", "dead"),
    [
        ({"pid": 2**22 - 1}, True),  # no such process
        ({"started": "1"}, True),  # the pid is another process by now
        ({}, False),
        ({"boot": "another boot"}, False),  # this host may have several names
        ({"host": "elsewhere", "pid": 2**22 - 1}, False),
        ({"namespace": "pid:[1]", "pid": 2**22 - 1}, False),  # a container's pids are its own
    ],
)
def test_a_dead_process_of_this_boot_is_stale_at_once(changes, dead, tmp_path, clock):
    me = this_process()
    claims(tmp_path, clock, dataclasses.replace(me, writer="twin", **changes)).take(0)
    mine = claims(tmp_path, clock)
    assert mine.stale(0) == dead
    assert live_blocks(tmp_path, PLAN, me) == (set() if dead else {0})


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"host": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_read_counts_as_a_beat_that_never_changes(text, tmp_path, clock):
    mine = claims(tmp_path, clock)
    (mine.folder / "0.json").write_bytes(text)
    assert not mine.take(0)
    assert not mine.stale(0)
    clock.now += 60
    assert mine.stale(0)
    assert mine.remove_stale(0)
    assert mine.take(0)


def test_of_two_observers_one_takes_over(tmp_path, clock):
    claims(tmp_path, clock, other()).take(0)
    one, two = claims(tmp_path, clock), claims(tmp_path, clock, other(writer="elsewhere-2"))
    assert not one.stale(0)
    assert not two.stale(0)
    clock.now += 60
    assert one.stale(0)
    assert two.stale(0)
    assert one.remove_stale(0)
    assert one.take(0)
    assert not two.remove_stale(0)  # what it saw is no longer what is there
    assert two.held() == {0}
    assert not two.stale(0)
