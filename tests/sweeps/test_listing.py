"""What is done: every damage of a store is seen, moved aside and computed anew, and nothing else is."""

import io
import json
import os
import shutil
import warnings

import numpy as np
import pytest

from spinodal import sweeps
from spinodal.sweeps.batch import Batch, DamageError, encode
from spinodal.sweeps.listing import Listing


def done(root, *, verify=False):
    listing = Listing(root, verify=verify)
    listing.refresh(full=True)
    return set(listing.done), listing.damage


@pytest.fixture
def full(store, selftest):
    """A complete store of 12 cells in 4 files: each shape has its own."""
    sweep = sweeps.Sweep("selftest", {"size": [1, 2, 3, 4], "index": range(3)}, run={"block": 3})
    assert sweeps.run(sweep, store, progress=False).complete
    return store, sweep


def files_of(store):
    return sorted(store.glob("batches/*/*.npz"))


def journal_of(store):
    (path,) = store.glob("journal/*.jsonl")
    return path


def test_journals_may_be_lost_or_cut_short(full):
    store, sweep = full
    everything = {cell.key for cell in sweep.cells()}
    assert done(store)[0] == everything
    text = journal_of(store).read_bytes()
    for size in (len(text) - 1, len(text) // 2, 10, 0):
        journal_of(store).write_bytes(text[:size])
        assert done(store) == (everything, [])
    journal_of(store).write_bytes(b'nonsense\n{"file": "x"}\n[]\n\xff\n' + text)
    assert done(store) == (everything, [])
    shutil.rmtree(store / "journal")
    assert sweeps.Store(store).status().complete


def test_a_line_that_lies_is_not_believed(full):
    store, sweep = full
    lines = [json.loads(line) for line in journal_of(store).read_text().splitlines()]
    lines[0]["bytes"] += 1  # the file itself decides
    lines[1]["file"] = "0" * 64 + ".npz"  # no such file
    journal_of(store).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert done(store) == ({cell.key for cell in sweep.cells()}, [])
    lines[2]["keys"] = ["f" * 64]
    journal_of(store).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert done(store, verify=True)[0] == {cell.key for cell in sweep.cells()}
    assert sweeps.run(sweep, store, progress=False).reused == 12


def pickled():
    buffer = io.BytesIO()
    np.savez(buffer, keys=np.array([object()], dtype=object))
    return buffer.getvalue()


DAMAGE = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "empty": lambda path: path.write_bytes(b""),
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:200] + bytes([path.read_bytes()[200] ^ 1]) + path.read_bytes()[201:]),
    "pickle": lambda path: path.write_bytes(pickled()),
    "link": lambda path: (shutil.move(path, path.parents[2] / "elsewhere"), path.symlink_to(path.parents[2] / "elsewhere")),
    "renamed": lambda path: path.rename(path.with_name("f" * 64 + ".npz")),
    "wrong folder": lambda path: ((path.parents[1] / "zz").mkdir(), path.rename(path.parents[1] / "zz" / path.name)),
    "folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_quarantined_and_its_cells_computed_anew(kind, full, log):
    store, sweep = full
    want = sweeps.Store(store).load(size=3)
    victim = files_of(store)[0]
    with Batch(victim, verify=True) as batch:
        lost = set(batch.keys())
    DAMAGE[kind](victim)
    status = sweeps.Store(store).status(verify=True)
    assert (status.done, status.pending, status.corrupt) == (9, 3, 1)
    before = sorted(p for p in store.rglob("*") if "logs" not in p.parts)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert len(sweeps.Store(store).keys()) in (9, 12)  # sizes alone cannot see a flipped bit
        assert int((sweeps.Store(store).load(size=1).cell_status == 1).sum()) in (0, 3)
    assert any("is ignored" in str(w.message) for w in seen) or kind == "flipped"
    assert sorted(p for p in store.rglob("*") if "logs" not in p.parts) == before  # a reader never writes
    report = sweeps.run(sweep, store, progress=False)
    assert (report.complete, report.reused, report.computed) == (True, 9, 3)
    assert len(os.listdir(store / "quarantine")) == 1
    settings = {cell.key: cell.settings for cell in sweep.cells()}
    assert set(log.count("start")) == {(settings[key].index, 0) for key in lost}
    assert sweeps.Store(store).load(size=3).identical(want)
    assert sweeps.Store(store).status(verify=True).corrupt == 0
    assert "moved to quarantine" in "".join(p.read_text() for p in store.glob("logs/*.log"))


def test_foreign_files_are_moved_aside_and_keep_their_content(full):
    store, sweep = full
    (store / "batches" / "notes.txt").write_text("mine")
    (files_of(store)[0].parent / "more.npz").write_bytes(b"x")
    assert sweeps.Store(store).status().corrupt == 2
    assert sweeps.run(sweep, store, progress=False).computed == 0
    assert (store / "quarantine" / "notes.txt").read_text() == "mine"


def test_two_files_may_hold_one_cell(full):
    store, sweep = full
    want = sweeps.Store(store).load(size=2)
    with Batch(files_of(store)[1], verify=True) as batch:
        keys, outputs = batch.keys(), [{n: batch.output(n)[i] for n in batch.outputs()} for i in range(3)]
    name, data = encode(keys, outputs, {"again": True})
    (store / "batches" / name[:2]).mkdir(exist_ok=True)
    (store / "batches" / name[:2] / name).write_bytes(data)
    assert sweeps.Store(store).status().done == 12
    assert sweeps.run(sweep, store, progress=False).computed == 0
    xs = sweeps.Store(store).load(size=2)
    assert xs.value.identical(want.value)


def test_a_header_that_lies_about_its_size_is_refused_without_allocating(tmp_path):
    name, data = encode(["a" * 64], [{"x": np.zeros(4)}], {})
    lie = data.replace(b"'shape': (1, 4), }", b"'shape': (9999999, 4), }"[:18].ljust(18))
    path = tmp_path / name
    path.write_bytes(lie)
    with pytest.raises(DamageError), Batch(path, verify=False) as batch:
        batch.output("x")
