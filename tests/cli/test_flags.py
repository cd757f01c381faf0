"""tyro's boxes become one sentence, whatever the terminal."""

import re

import pytest

from spinodal.cli import main
from spinodal.cli.exits import EndedError
from spinodal.cli.flags import _one_sentence, numbers, parsed
from spinodal.cli.run_command import RunFlags

FRAMED = """\
╭─ Unrecognized options ────────────────────────────────────────────────╮
│ Unrecognized options: --sede, 1                                       │
│ ───────────────────────────────────────────────────────────────────── │
│ Perhaps you meant:                                                    │
│     --seed INT                                                        │
│         of the chains; data sets are always 0, 1, 2, ... (default: 0) │
│ ───────────────────────────────────────────────────────────────────── │
│ For full helptext, run spinodal run --help                            │
╰───────────────────────────────────────────────────────────────────────╯
"""
# The title's rule begins one column before the others
TITLE = re.compile("^╭─(.*?) ─*╮\n", re.MULTILINE)
ASCII = TITLE.sub(lambda title: f"{title[1]}\n {'-' * 71} \n", FRAMED).replace("─", "-").replace("│", " ").split("╰")[0]
COLOURED = re.sub(r"(\S+)", "\x1b[31;1m\\1\x1b[0m\x1b[m", FRAMED)
LONG = """\
╭─ Value error ──────────────────────────────────────────────────╮
│ Error parsing --leapfrog-steps: no type matching {None}|INT    │
│ could be instantiated from ['1.5'].                            │
│                                                                │
│ Got errors:                                                    │
│ - <class 'NoneType'>: ['1.5'] does not match choices ('None',) │
│ - <class 'int'>: invalid literal for int() with base 10: '1.5' │
│ ────────────────────────────────────────────────────────────── │
│ For full helptext, see spinodal sample teacher-student --help  │
╰────────────────────────────────────────────────────────────────╯
"""


@pytest.mark.parametrize("box", [FRAMED, ASCII, COLOURED], ids=["framed", "ascii", "coloured"])
def test_a_box_of_one_line_is_that_line_and_the_flag_that_was_meant(box):
    assert _one_sentence(box) == "Unrecognized options: --sede, 1; nearest: --seed"


def test_a_flag_that_may_be_left_out_shows_no_types_of_tyro():
    assert _one_sentence(LONG) == "--leapfrog-steps must be an integer, got '1.5'"


@pytest.mark.parametrize("text", ["0.1:inf:3", "nan:1:3"])
def test_an_end_that_is_not_finite_is_named_as_such(text):
    with pytest.raises(ValueError, match=f"--noise must have finite ends in start:stop:count, got '{text}'"):
        numbers("--noise", text)


@pytest.mark.parametrize("words", [["--out", ""], ["--out="], ["--seed", "3", "--out", "", "--json"]])
def test_an_empty_value_is_no_default(words, capsys):
    """`--out "$D"` with D unset would write to the default folder."""
    with pytest.raises(EndedError):
        parsed(RunFlags, ["rubin2024-fig3", *words], command="run", about="")
    assert capsys.readouterr().err == "spinodal: --out must not be empty: give a value or leave it out (see spinodal run --help)\n"


@pytest.mark.parametrize(
    "words",
    [
        "run",
        "measure information",
        *(f"{what} {problem}" for what in ("solve", "sample") for problem in ("teacher-student", "modular-addition")),
    ],
)
def test_no_default_is_shown_as_nothing(words, capsys):
    assert main([*words.split(), "--help"]) == 0
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "(default:" in said
    assert not re.search(r"\(default: (''|None)?\)", said)
