"""Tables and JSON for people and programs, on any terminal."""

import io
import subprocess
import sys

import pytest

from spinodal.cli.answers import print_table

COLUMNS = ("what", "expected", "obtained", "verdict")
ROWS = [("share of the neurons of the student that are aligned with the teacher at the coldest noise", -6.79e-05, 0.249913, "agrees")]


class Terminal(io.StringIO):
    """A stdout that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [80, 40, 20])
def test_no_terminal_is_too_narrow_for_a_number(width, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "dumb")
    print_table("", COLUMNS, ROWS)
    said = terminal.getvalue()
    assert "-6.79e-05" in said
    assert "0.249913" in said
    assert "…" not in said
    if width == 80:
        assert max(len(line.rstrip()) for line in said.splitlines()) <= width


def test_a_pipe_folds_nothing(capsys):
    print_table("", COLUMNS, ROWS)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("words", [["studies"], ["solve", "teacher-student"], ["solve", "teacher-student", "--json"], ["--help"]])
def test_a_pipe_that_closes_early_is_no_error(words):
    command = f"{sys.executable} -m spinodal {' '.join(words)} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_and_no_stdout_are_said():
    command = f"{sys.executable} -m spinodal studies --json"
    full = subprocess.run(["bash", "-c", f"{command} > /dev/full"], capture_output=True, text=True, check=False)
    assert (full.returncode, full.stderr) == (2, "spinodal: No space left on device\n")
    closed = subprocess.run(["bash", "-c", f"{command} >&-"], capture_output=True, text=True, check=False)
    assert (closed.returncode, closed.stderr) == (0, "")
