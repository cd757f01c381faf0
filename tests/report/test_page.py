"""A page that needs nothing but itself."""

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from spinodal.report import Figure, Page, Table, render
from spinodal.report.page import shown

PAGE = Page(
    title="Title & <more>",
    question="Is it so?",
    verdict=("Yes.", "Really <b>."),
    good=True,
    figures=(Figure("First", 'A "caption"', "<svg xmlns='http://www.w3.org/2000/svg'></svg>"),),
    tables=(Table("Numbers", ("what", "value"), [("x", 1.23456789), ("y", math.nan)], marks=["good", "bad"]),),
    caveats=("Not this.",),
    settings={"noise": [0.1, -0.2]},
    provenance={"host": "here"},
    citation="Somebody (2024)",
    command="spinodal run it --out 'a b'",
)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.links, self.seen = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_self_contained():
    tags = Tags()
    tags.feed(render(PAGE))
    assert tags.open == []
    assert all(link.startswith("data:") for link in tags.links)
    assert not tags.seen & {"script", "link", "iframe"}
    assert "@import" not in render(PAGE)
    assert not re.search(r"url\(", render(PAGE))


def test_text_is_escaped():
    assert "<more>" not in render(PAGE)
    assert "Title &amp; &lt;more&gt;" in render(PAGE)
    assert "Really &lt;b&gt;." in render(PAGE)


def test_both_colour_schemes_are_there():
    assert "prefers-color-scheme: dark" in render(PAGE)
    assert 'content="light dark"' in render(PAGE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.23456789, "1.2346"),
        (-0.5, "−0.5"),
        (math.nan, "–"),
        (None, "–"),
        (True, "yes"),
        (7, "7"),
        (-5, "−5"),
        (np.int64(-5), "−5"),
        (np.float32(-0.5), "−0.5"),
        (np.float32("nan"), "–"),
        (np.bool_(True), "yes"),
        ([0.1, -0.2], "0.1, −0.2"),
        ({"rate": -0.1, "decay": math.nan}, "rate = −0.1, decay = –"),
        ("a", "a"),
    ],
)
def test_values_as_they_are_shown(value, text):
    assert shown(value) == text
