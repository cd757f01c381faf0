"""The command: exit codes, one JSON object, one sentence for a refusal."""

import json
import os
import subprocess
import sys

import pytest

from spinodal.sweeps.command import main

GOOD = 'study = "selftest"\n[grid]\nindex = {range = [0, 6]}\n'
KEYS = [
    "schema",
    "study",
    "version",
    "store",
    "cells",
    "done",
    "failed",
    "pending",
    "running",
    "corrupt",
    "unplanned",
    "complete",
    "message",
    "failures",
]


def test_a_run_its_status_and_its_export(store, write_toml, capsys):
    path = str(write_toml(GOOD))
    assert main(["run", path, "--store", str(store), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [*KEYS, "computed", "reused", "seconds"]
    assert (found["schema"], found["cells"], found["done"], found["computed"], found["complete"]) == (1, 6, 6, 6, True)
    assert main(["status", str(store), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == KEYS
    assert main(["status", str(store), "--verify"]) == 0
    said = capsys.readouterr().out
    assert "all 6 cells are stored" in said
    assert "computed with spinodal" in said
    assert main(["export", str(store), "--format", "csv"]) == 0
    assert capsys.readouterr().out == f"{store}/export/selftest.csv\n"
    assert main(["worker", str(store), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_plan_only_writes_the_manifest_and_nothing_else(store, write_toml, capsys):
    path = str(write_toml('study = "selftest"\n[grid]\nindex = {range = [0, 10]}\nsize = {range = [0, 20]}\n[run]\nblock = 4\n'))
    assert main(["run", path, "--store", str(store), "--plan-only"]) == 0
    said = capsys.readouterr().out
    assert "200 cells in 20 groups and 60 blocks of at most 4" in said
    assert "20 groups compile 20 programs" in said
    assert main(["status", str(store)]) == 3
    assert main(["worker", str(store), "--json"]) == 0


def test_failed_cells_are_exit_3_with_one_json_object(store, write_toml, capsys):
    path = str(write_toml('study = "selftest"\n[base]\nfail = "raise"\nfail_every = 2\n[grid]\nindex = {range = [0, 50]}\n'))
    assert main(["run", path, "--store", str(store), "--json", "--retries", "0"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["failed"], len(found["failures"])) == (25, 20)
    assert found["failures"][1]["settings"]["index"] == 2
    assert list(found["failures"][0]) == ["key", "settings", "error", "message", "attempts"]


EVIL = b"""{"schema": 1, "study": "selftest", "version": 1, "name": "../../evil", "cells": 1, "plan": "../../evil", "block": 1,
    "groups": [[0, 1]],
    "base": {}, "grid": [{"field": "index", "values": [0]}], "run": {"executor": "serial", "retries": 1}, "dims": {}, "units": {}}"""
REFUSED = [
    (["run", "", "--store", "STORE"], "FILE.toml must not be empty"),
    (["run", "FILE", "--store", ""], "--store must not be empty"),
    (["status", ""], "DIR must not be empty"),
    (["export", "STORE", "--format", "csv", "--out", ""], "--out must not be empty"),
    (["run", "FILE", "--store", "STORE", "--claim-timeout", "0"], "--claim-timeout must be > 0, got 0"),
    (
        ["run", "FILE", "--store", "STORE", "--executor", "processes:0"],
        "--executor must be serial, processes[:N] or dask://…, got 'processes:0'",
    ),
    (["run", "FILE", "--store", "STORE", "--retries", "-1"], "--retries must be an integer >= 0, got -1"),
    (["run", "FILE", "--store", "STORE", "--retry-faild"], "--retry-faild: not known to spinodal sweep run; nearest: --retry-failed"),
    (["run", "nofile.toml", "--store", "STORE"], "nofile.toml cannot be read: No such file"),
    (["run", "BAD", "--store", "STORE"], "$.base.widht: no such setting of selftest"),
    (["run", "FILE"], "the following arguments are required: --store"),
    (["run", "FILE", "--store", "STORE", "--json", "--quiet"], "not allowed with"),
    (["status", "STORE"], "is not a store: it has no manifest.json"),
    (["worker", "STORE"], "is not a store"),
    (["export", "STORE", "--format", "excel"], "--format must be one of 'zarr', 'netcdf', 'csv', got 'excel'"),
    (["frobnicate"], "invalid choice: 'frobnicate'"),
    ([], "required"),
]


@pytest.mark.parametrize(("words", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_a_refusal_is_exit_2_in_one_sentence_and_touches_nothing(words, why, store, write_toml, capsys):
    places = {
        "FILE": str(write_toml(GOOD)),
        "BAD": str(write_toml('study = "selftest"\n[base]\nwidht = 3\n', "bad.toml")),
        "STORE": str(store),
    }
    assert main([places.get(word, word) for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err
    assert "Traceback" not in err
    assert not store.exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[]", "lacks"),
        (b"{", "cannot be read"),
        (b'{"schema": 2}', "has schema 2, this version of spinodal reads 1"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"schema": 1, "study": "selftest"}', "lacks 'grid'"),
        (EVIL, "names that no sweep can have"),
        (EVIL.replace(b'"../../evil", "cells"', b'"", "cells"'), "plan hash or block size cannot be"),
    ],
)
def test_a_damaged_manifest_is_said(text, why, store, capsys):
    store.mkdir()
    (store / "manifest.json").write_bytes(text)
    assert main(["status", str(store)]) == 2
    assert why in capsys.readouterr().err


def test_a_bug_of_ours_is_exit_1_with_a_traceback(store, write_toml, monkeypatch, capsys):
    def broken(*arguments, **options):
        raise RuntimeError("ours")

    monkeypatch.setattr("spinodal.sweeps.running.run", broken)
    assert main(["run", str(write_toml(GOOD)), "--store", str(store)]) == 1
    assert "RuntimeError: ours" in capsys.readouterr().err


def test_a_full_disk_is_said_and_the_same_command_goes_on(store, write_toml, command):
    """A limit on the size of files stands for the disk: the system refuses to write beyond it."""
    path = write_toml('study = "selftest"\n[base]\nsize = 20000\nsleep = 0.01\n[grid]\nindex = {range = [0, 8]}\n[run]\nblock = 4\n')

    process = command("run", path, "--store", store, before=["sh", "-c", 'ulimit -f 600; exec "$@"', "sh"])  # 512 bytes each
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "cannot write" in err
    assert "bytes needed): File too large" in err
    assert "Traceback" not in err
    assert not list(store.rglob(".tmp-*"))
    assert main(["run", str(path), "--store", str(store), "--quiet"]) == 0


def test_importing_and_helping_is_light():
    code = (
        "import sys, spinodal.sweeps; from spinodal.sweeps.command import main; code = main(['--help']);"
        "print(sorted({'jax', 'xarray', 'zarr', 'dask', 'rich', 'tyro', 'matplotlib'} & set(sys.modules)), code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stderr == "[] 0\n"
    assert "run" in done.stdout
