"""The output folder: nothing of somebody else is touched."""

import json

import pytest

from spinodal.studies.folder import open_folder

ME = {"study": "rubin2024-fig3", "size": "quick", "seed": 0}
FILES = ["report.html", "figures/phases.png"]


def opened(path, *, resume=False, force=False, identity=ME):
    return open_folder(path, identity, FILES, resume=resume, force=force)


def test_a_new_folder_is_made_and_marked(tmp_path):
    opened(tmp_path / "a" / "b")
    assert json.loads((tmp_path / "a" / "b" / "run.json").read_text()) == {**ME, "files": FILES}


def test_a_used_folder_is_refused_with_the_way_out(tmp_path):
    opened(tmp_path)
    with pytest.raises(ValueError, match=r"holds a run of rubin2024-fig3: add --resume to go on, --force to start anew"):
        opened(tmp_path)


def test_resume_wants_the_same_run(tmp_path):
    opened(tmp_path)
    opened(tmp_path, resume=True)
    with pytest.raises(ValueError, match="seed 0 where this has 1"):
        opened(tmp_path, resume=True, identity={**ME, "seed": 1})


def test_force_deletes_only_what_we_wrote(tmp_path):
    folder = opened(tmp_path)
    for name in FILES:
        folder.write(name, "ours")
    (folder.store).mkdir()
    (folder.store / "manifest.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("theirs")
    (tmp_path / "figures" / "mine.png").write_text("theirs")
    opened(tmp_path, force=True)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()) == [
        "figures/mine.png",
        "notes.txt",
        "run.json",
    ]


def test_force_does_not_overwrite_a_stranger(tmp_path):
    (tmp_path / "report.html").write_text("theirs")
    with pytest.raises(ValueError, match=r"files of somebody else .* report.html"):
        opened(tmp_path, force=True)
    assert (tmp_path / "report.html").read_text() == "theirs"


@pytest.mark.parametrize("word", ["resume", "force"])
def test_a_folder_without_a_run_of_ours_is_refused_even_so(tmp_path, word):
    (tmp_path / "notes.txt").write_text("theirs")
    with pytest.raises(ValueError, match=r"must hold a run of ours for --resume or --force, got .* files \(notes.txt\)"):
        opened(tmp_path, **{word: True})
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_says_whether_there_was_a_run_to_go_on_with(tmp_path):
    assert not opened(tmp_path / "new", resume=True).resumed
    assert opened(tmp_path / "new", resume=True).resumed


def test_force_follows_no_name_out_of_the_folder(tmp_path):
    (tmp_path / "precious").write_text("theirs")
    inside = tmp_path / "out"
    inside.mkdir()
    (inside / "run.json").write_text(json.dumps({**ME, "files": ["../precious", str(tmp_path / "precious")]}))
    opened(inside, force=True)
    assert (tmp_path / "precious").read_text() == "theirs"


def test_an_impossible_folder_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"out must be a folder that can be written, got .*file"):
        opened(tmp_path / "file")
    with pytest.raises(ValueError, match="resume must not be given with --force"):
        opened(tmp_path / "new", resume=True, force=True)


def test_force_that_is_refused_deletes_nothing(tmp_path):
    folder = opened(tmp_path)
    for name in FILES:
        folder.write(name, "ours")
    folder.store.mkdir()
    (folder.store / "batch").write_text("no manifest: not known to be a store")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match=r"files of somebody else .* store"):
        opened(tmp_path, force=True)
    assert sorted(tmp_path.rglob("*")) == before
    (folder.store / "batch").unlink()
    folder.store.rmdir()
    folder.store.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match=r"files of somebody else .* store"):
        opened(tmp_path, force=True)
    opened(tmp_path, resume=True)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"study": "s", "files": 5}', '{"study": "s", "files": [1]}', '{"study": "s"}'])
def test_a_damaged_marker_is_no_run_of_ours(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(ValueError, match="must hold a run of ours"):
        opened(tmp_path, force=True)
    with pytest.raises(ValueError, match=r"files \(run.json\): give another --out"):
        opened(tmp_path)


def test_figures_that_are_no_folder_are_refused_before_anything_runs(tmp_path):
    opened(tmp_path)
    (tmp_path / "figures").write_text("theirs")
    with pytest.raises(ValueError, match=r"files of somebody else .* figures"):
        opened(tmp_path, resume=True)


def test_a_folder_whose_name_no_page_can_show_is_refused(tmp_path):
    with pytest.raises(ValueError, match="out must be a name in UTF-8"):
        opened(tmp_path / "nd\udcff")
