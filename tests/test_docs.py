"""The pages say what is so: their lines run, their links resolve, their commands exist."""

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path

import pytest

from spinodal import studies
from spinodal.cli import COMMANDS, main
from spinodal.sweeps.command import main as sweep

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
IN_PAGES = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(text, *languages):
    """The contents of the fenced blocks in these languages."""
    return [block for language, block in FENCE.findall(text) if language in languages]


def prose(text):
    """The page without its fenced blocks."""
    return FENCE.sub("", text)


def anchor(heading):
    """The name that a heading gets in a link."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def shown(text):
    """Every complete `spinodal ...` command of a page, in words: lines of shell blocks and code within sentences."""
    lines = [line for block in fences(text, "sh") for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`(spinodal [^`]*)`", prose(text))
    return [shlex.split(line, comments=True) for line in lines if line.startswith("spinodal ")]


@IN_PAGES
def test_lines_of_the_page_run(page):
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8", report=True)
    assert found.failed == 0


@pytest.mark.parametrize(("heading", "command"), [("Run", "make demo"), ("Test", "make test")])
def test_readme_gives_one_command_under_each_heading(heading, command):
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", README.read_text(), re.MULTILINE | re.DOTALL)
    assert fences(section, "sh", "")[0] == f"{command}\n"
    assert re.search(rf"^{command.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@IN_PAGES
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text())):
        if link.startswith(("https:", "mailto:")):
            continue
        path, _, section = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), f"{page.name}: {link}"
        if section:
            headings = re.findall(r"^#+ (.*)$", prose(target.read_text()), re.MULTILINE)
            assert section in map(anchor, headings), f"{page.name}: {link}"


@IN_PAGES
def test_pictures_are_small(page):
    for link in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", page.read_text()):
        assert (page.parent / link).stat().st_size < 300_000


def help_of(*words):
    """What a command says of itself."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert (sweep(list(words[1:])) if words[0] == "sweep" else main(words)) == 0
    return said.getvalue()


@IN_PAGES
def test_commands_and_their_flags_exist(page):
    names = {entry.name: entry for entry in studies.entries()}
    for words in shown(page.read_text()):
        command, rest = words[1], words[2:]
        if command == "...":
            continue
        assert command in COMMANDS or command == "--help", words
        if command == "run" and rest and rest[0] in names and "--size" in rest:
            assert rest[rest.index("--size") + 1] in names[rest[0]].sizes, words
        if command == "run" and rest and rest[0] != "STUDY":
            assert rest[0] in names, words
        nouns = [command, *rest[:1]] if command in ("solve", "sample", "sweep") and rest else [command]
        flags = [word.partition("=")[0] for word in rest if word.startswith("--")]
        if flags or len(nouns) > 1:
            explained = help_of(*nouns, "--help")
            for flag in flags:
                assert re.search(rf"{re.escape(flag)}\b", explained), f"{page.name}: {' '.join(words)}: no such flag {flag}"


@IN_PAGES
def test_headings_are_unique(page):
    headings = re.findall(r"^#+ (.*)$", prose(page.read_text()), re.MULTILINE)
    assert len(headings) == len(set(headings))


def test_every_page_is_listed_in_the_readme():
    assert {page.name for page in PAGES[1:]} <= set(re.findall(r"\]\(docs/([\w-]+\.md)\)", README.read_text()))
