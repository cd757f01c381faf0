"""A study from its name to its page."""

import dataclasses
import json
import re
from html import escape

import numpy as np
import pytest
import xarray

from spinodal import sampling, studies

# Even tiny, they compile for a quarter of a minute each; their cells, words and pictures have quick tests of their own
COMPILED = ("gromov2023", "nanda2023", "grokking-forecast", "zhong2023", "prieto2025", "prieto2025-race")
ENTRIES = [pytest.param(entry, id=entry.name, marks=[pytest.mark.slow] if entry.name in COMPILED else []) for entry in studies.entries()]


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_study_writes_its_page(entry, run_quickly, tmp_path):
    outcome = run_quickly(entry.name, tmp_path / "out")
    assert outcome.complete
    assert outcome.converged
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    pictures = {f"figures/{p.name}.{kind}" for p in entry.recipe().pictures for kind in ("png", "svg")}
    assert found >= {"report.html", "data.nc", "summary.json", "run.json"} | pictures
    page = (tmp_path / "out" / "report.html").read_text()
    arxiv = re.findall(r"arXiv:\d{4}\.\d{5}", entry.citation)
    assert arxiv
    for words in (entry.recipe().question, "Verdict", "What does not reproduce", entry.name, *arxiv):
        assert escape(words) in page
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["schema"] == 1
    assert {"expected", "obtained", "z", "source", "verdict"} <= summary["comparisons"][0].keys()
    deterministic = [c for c in outcome.comparisons if c.source == "independent solution"]
    assert deterministic or not entry.name.startswith("rubin2024")
    assert all(c.agrees for c in deterministic)
    with xarray.open_dataset(tmp_path / "out" / "data.nc", engine="h5netcdf") as data:
        assert json.loads(data.attrs["settings"])["seed"] == 0
        assert all("units" in data[name].attrs and "long_name" in data[name].attrs for name in data.variables)
        assert np.isfinite(data["converged"]).all()


def test_resume_goes_on_and_computes_nothing_anew(run_quickly, tmp_path, monkeypatch):
    calls = []
    quick = sampling.sample

    def twice(*args, **kwargs):
        calls.append(args)
        if len(calls) > 2:
            raise ValueError("out of luck")
        return quick(*args, **kwargs)

    monkeypatch.setattr(sampling, "sample", twice)
    first = run_quickly("rubin2024-fig3", tmp_path / "out")
    assert not first.complete
    assert "2 of 6 cells are stored" in first.message
    calls.clear()
    monkeypatch.setattr(sampling, "sample", lambda *a, **k: (calls.append(a), dataclasses.replace(quick(*a, **k), converged=False))[1])
    second = run_quickly("rubin2024-fig3", tmp_path / "out", resume=True)
    assert second.complete
    assert not second.converged
    assert len(calls) == 4
    assert "4 of 6 cells did NOT converge" in (tmp_path / "out" / "report.html").read_text()


def test_a_wrong_executor_claims_no_folder(tmp_path):
    with pytest.raises(ValueError, match=r"executor must be .* got 'foo'"):
        studies.run("rubin2024-fig3", out=tmp_path / "out", executor="foo")
    assert not (tmp_path / "out").exists()


def test_resuming_nothing_is_announced_and_the_page_repeats_the_executor(run_quickly, tmp_path, monkeypatch):
    said = []
    run = studies.run
    monkeypatch.setattr(studies, "run", lambda *a, **k: run(*a, **{**k, "announce": said.append, "executor": "serial"}))
    run_quickly("rubin2024-fig3", tmp_path / "out", resume=True)
    assert "held no run to resume, so this one starts anew" in said[0]
    run_quickly("rubin2024-fig3", tmp_path / "out", resume=True)
    assert "anew" not in said[1]
    assert "--executor serial" in (tmp_path / "out" / "report.html").read_text()


def test_a_failed_cell_is_an_answer_not_an_exception(run_quickly, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("this call needs about 99 GiB")

    monkeypatch.setattr(sampling, "sample", fail)
    outcome = run_quickly("rubin2024-fig3", tmp_path / "out")
    assert not outcome.complete
    assert "99 GiB" in outcome.message
    assert outcome.report == ""
