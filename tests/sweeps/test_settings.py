"""Keys and conversion: same settings, same key, whoever computes it."""

import hashlib
import json
from dataclasses import dataclass
from itertools import product
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinodal import sweeps
from spinodal.sweeps.settings import cell_key, converted, fields_of, grid_keys, made

SIMPLE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
VALUE = st.recursive(SIMPLE, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)


def one_line(study, version, settings):
    """The definition of a key, as the specification writes it."""
    text = json.dumps(
        {"settings": settings, "study": study, "version": version},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


@given(st.dictionaries(NAME, VALUE, max_size=5), st.dictionaries(NAME, st.lists(VALUE, min_size=1, max_size=3), max_size=3))
def test_the_fast_keys_are_the_one_line_definition(base, axes):
    base = {name: value for name, value in base.items() if name not in axes}
    slow = [one_line("any-study", 3, {**base, **dict(zip(axes, point, strict=True))}) for point in product(*axes.values())]
    assert list(grid_keys("any-study", 3, base, axes)) == slow
    assert slow[0] == cell_key("any-study", 3, {**base, **{name: values[0] for name, values in axes.items()}})


@pytest.mark.parametrize(("grid", "prefix"), [({}, "1a270f2e6a3fb419"), ({"index": [3]}, "f358411d7bcde59f")])
def test_keys_of_the_specification(grid, prefix):
    (cell,) = sweeps.Sweep("selftest", grid).cells()
    assert cell.key.startswith(prefix)


def test_a_value_has_the_type_of_its_field_before_it_is_part_of_a_key():
    keys = {sweeps.Sweep("selftest", base={"sleep": value}).cells()[0].key for value in (0, 0.0, -0.0)}
    assert len(keys) == 1


def test_a_package_version_is_not_part_of_a_key(monkeypatch):
    before = sweeps.Sweep("selftest").cells()[0].key
    monkeypatch.setattr("spinodal.__version__", "99.0")
    assert sweeps.Sweep("selftest").cells()[0].key == before


@dataclass(frozen=True)
class Mixed:
    shape: tuple[int, ...] = (1, 2)
    kind: Literal["a", "b"] = "a"
    rate: float | None = None


class Struct(msgspec.Struct, frozen=True):
    rate: float = 1.0


def test_tuples_choices_and_structs_are_converted():
    assert fields_of(Struct)["rate"].default == 1.0
    assert converted("$", [3, 4], fields_of(Mixed)["shape"].kind) == (3, 4)
    assert converted("$", 1, fields_of(Mixed)["rate"].kind) == 1.0


@pytest.mark.parametrize(
    ("value", "kind", "why"),
    [
        (1.5, int, "must be int, got 1.5"),
        (True, int, "must be int, got True"),
        ("1", float, "must be float, got '1'"),
        (float("nan"), float, "must be finite"),
        ([1.0, float("inf")], tuple[float, ...], r"\$\[1\] must be finite"),
        ({"a": 1}, dict, "must be a str, int, float, bool, None or a tuple"),
        ("\ud800", str, "must be valid text"),
        (10**400, float, "must be float"),
    ],
)
def test_what_does_not_fit_its_field_is_refused_in_words(value, kind, why):
    with pytest.raises(ValueError, match=why):
        converted("$", value, kind)


@dataclass(frozen=True)
class Meddling:
    rate: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "rate", 2 * self.rate)


def test_a_settings_class_may_check_but_not_change():
    with pytest.raises(ValueError, match=r"changed rate from 1\.0 to 2\.0"):
        made(Meddling, {"rate": 1.0}, fields_of(Meddling))


def test_settings_that_refuse_themselves_are_shown_with_their_values():
    with pytest.raises(ValueError, match=r"sleep=61\.0.*: sleep must be within 0\.\.60, got 61\.0"):
        sweeps.Sweep("selftest", base={"sleep": 61.0}).cells()
