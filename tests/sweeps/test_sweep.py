"""The sweep from Python and from a file: what it means and what it refuses."""

from dataclasses import make_dataclass

import numpy as np
import pytest

from spinodal import sweeps


def test_a_file_and_python_give_the_same_cells(write_toml):
    path = write_toml(
        'study = "selftest"\n[base]\nsize = 16\n[grid]\nindex = {range = [0, 4]}\nsleep = {linear = [0.1, 0.3, 3]}\nseed = [0, 1]\n'
    )
    ours = sweeps.Sweep("selftest", {"index": range(4), "sleep": np.array([0.1, 0.2, 0.3]), "seed": [0, 1]}, {"size": 16})
    assert sweeps.Sweep.from_toml(path).cells() == ours.cells()
    assert len(ours) == len(ours.cells()) == 24


def test_the_last_axis_varies_fastest():
    cells = sweeps.Sweep("selftest", {"index": [5, 2], "seed": [1, 0]}).cells()
    assert [(c.settings.index, c.settings.seed, c.position) for c in cells] == [(5, 1, 0), (5, 0, 1), (2, 1, 2), (2, 0, 3)]


def test_axes_include_both_ends_and_are_rounded_as_a_person_would():
    sweep = sweeps.Sweep("selftest", {"sleep": {"log": [1e-3, 10.0, 5]}, "size": {"range": [1, 10, 4]}})
    assert sweep.axes == {"sleep": (0.001, 0.01, 0.1, 1.0, 10.0), "size": range(1, 10, 4)}
    spaced = sweeps.Sweep("selftest", {"sleep": {"log": [1e-3, 10.0, 25]}}).axes["sleep"]
    np.testing.assert_allclose(spaced, np.geomspace(1e-3, 10, 25), rtol=1e-14)
    linear = sweeps.Sweep("selftest", {"sleep": {"linear": [0.3, 0.1, 21]}}).axes["sleep"]
    np.testing.assert_allclose(linear, np.linspace(0.3, 0.1, 21), rtol=1e-14)


REFUSED = [
    ('study = "selftest"\n[run]\nexecutor = "ray"', r"\$\.run\.executor must be serial, processes\[:N\] or dask://…, got 'ray'"),
    ("[base]\nindex = 1", r"\$\.study is missing"),
    ('study = "selfest"', "got 'selfest'; nearest: selftest"),
    ('study = "selftest"\n[base]\nindx = 1', r"\$\.base\.indx: no such setting of selftest; nearest: index"),
    ('study = "selftest"\n[grid]\nseeed = [1]', r"\$\.grid\.seeed: no such setting of selftest; nearest: seed"),
    ('study = "selftest"\n[grdi]\nseed = [1]', r"\$\.grdi: no such part of a sweep file; nearest: grid"),
    ('study = "selftest"\n[run]\nretry = 1', r"\$\.run\.retry: no such option; nearest: retries"),
    ('study = "selftest"\n[run]\nretries = -1', r"\$\.run\.retries must be an integer >= 0, got -1"),
    ('study = "selftest"\n[run]\nblock = 1001', r"block must be <= 1000, got 1001"),
    ('study = "selftest"\nname = "../x"', r"\$\.name must be a letter"),
    ('study = "selftest"\n[base]\nseed = 1\n[grid]\nseed = [1]', r"\$\.grid\.seed is in \$\.base too"),
    ('study = "selftest"\n[grid]\nseed = []', r"\$\.grid\.seed has no values"),
    ('study = "selftest"\n[grid]\nseed = 3', r"\$\.grid\.seed must be a list of values"),
    ('study = "selftest"\n[grid]\nseed = [1, 2, 1]', r"\$\.grid\.seed\[2\] is 1, which is on the axis already at \[0\]"),
    ('study = "selftest"\n[grid]\nsleep = [0.0, -0.0]', "on the axis already"),
    ('study = "selftest"\n[grid]\nsleep = [nan]', "must be finite, got nan"),
    ('study = "selftest"\n[base]\nsleep = inf', "must be finite, got inf"),
    ('study = "selftest"\n[grid]\nsleep = {log = [0.0, 1.0, 3]}', "must have ends > 0"),
    ('study = "selftest"\n[grid]\nsleep = {log = [1.0, 2.0]}', r"must be \[start, stop, count\]"),
    ('study = "selftest"\n[grid]\nsleep = {lin = [1.0, 2.0, 3]}', "one of log, linear, range; nearest: linear"),
    ('study = "selftest"\n[grid]\nseed = {range = [5, 5]}', "has no values"),
    ('study = "selftest"\n[grid]\nseed = {range = [0, 5, 0]}', "must not be 0"),
    ('study = "selftest"\n[grid]\nseed = {range = [0, 3000000000]}', "at most 10,000,000"),
    ('study = "selftest"\n[grid]\nseed = {range = [0, 10000]}\nindex = {range = [0, 10000]}', r"100,000,000 cells, at most 10,000,000"),
    ('study = "selftest"\n[base]\nfail = "nope"', "fail must be one of"),
    ("study = ", "not valid TOML"),
    ('study = "selftest"\n[base]\nindex = [[[[[[[[[1]]]]]]]]]', "at most 8 levels deep"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_a_file_that_cannot_be_meant_is_refused_with_the_place(text, why, write_toml):
    with pytest.raises(ValueError, match=why):
        sweeps.Sweep.from_toml(write_toml(text)).cells()


def test_a_file_above_a_mebibyte_is_not_read(write_toml):
    with pytest.raises(ValueError, match="larger than 1048576 bytes"):
        sweeps.Sweep.from_toml(write_toml("# " + "x" * 2**20))


def test_more_than_16_axes_are_refused(monkeypatch):
    wide = make_dataclass("Wide", [(f"f{i}", int, 0) for i in range(20)], frozen=True)
    monkeypatch.setattr("spinodal.sweeps.sweep.find_study", lambda name: sweeps.Study(name, 1, wide, lambda settings: {"x": 1.0}))
    with pytest.raises(ValueError, match="17 axes, at most 16"):
        sweeps.Sweep("wide", {f"f{i}": [0] for i in range(17)})


def test_names_of_studies_cannot_leave_the_store():
    for name in ("../evil", "a/b", "", "1st", "x" * 65):
        with pytest.raises(ValueError, match="name of a study"):
            sweeps.Study(name, 1, int, lambda s: {})
    with pytest.raises(ValueError, match="that workers can import"):
        sweeps.register("mine", "__main__:study")
