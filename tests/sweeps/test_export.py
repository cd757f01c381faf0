"""Exports: equal stores give equal bytes, and nothing is replaced unasked."""

import os

import numpy as np
import pytest
import xarray

from spinodal import sweeps
from spinodal.sweeps.export import IncompleteError, export


@pytest.fixture
def full(store):
    sweep = sweeps.Sweep("selftest", {"sleep": [0.0, 0.0001], "index": range(3)}, {"size": 2}, name="figure-1")
    sweeps.run(sweep, store, progress=False)
    return sweeps.Store(store)


def test_csv_has_one_row_per_cell_in_grid_order(full, capsys):
    path = export(full, "csv")
    assert path == full.root / "export" / "figure-1.csv"
    assert path.read_bytes() == (
        b"sleep,index,count,value,cell_status\n"
        b"0.0,0,0,0.0,1\n0.0,1,1,1.0,1\n0.0,2,2,2.0,1\n"
        b"0.0001,0,0,0.0,1\n0.0001,1,1,1.0,1\n0.0001,2,2,2.0,1\n"
    )
    assert "left out of the CSV, since they are arrays: array" in capsys.readouterr().err


def test_csv_of_equal_stores_is_equal_though_shapes_differ(tmp_path):
    sweep = sweeps.Sweep("selftest", {"size": [1, 2], "index": range(10), "seed": [0, 1]}, {"fail": "raise", "fail_every": 4})
    texts = []
    for name, executor in (("a", "serial"), ("b", "processes:2")):
        sweeps.run(sweep, tmp_path / name, executor=executor, progress=False)
        texts.append(export(sweeps.Store(tmp_path / name), "csv", partial=True).read_bytes())
    assert texts[0] == texts[1]
    assert b"1,0,0,nan,nan,2\n" in texts[0]


@pytest.mark.parametrize(("form", "engine"), [("netcdf", "h5netcdf"), ("zarr", "zarr")])
def test_netcdf_and_zarr_give_the_dataset_back(form, engine, full):
    path = export(full, form)
    with xarray.open_dataset(path, engine=engine, **({"consolidated": False} if form == "zarr" else {})) as found:
        xarray.testing.assert_identical(found.load(), full.load())
    if form == "zarr":
        with pytest.raises(ValueError, match="give --force"):
            export(full, form)
    assert export(full, form, force=True) == path
    assert os.listdir(path.parent) == [path.name]


def test_complex_outputs_survive_netcdf(full, monkeypatch):
    found = full.load()
    found["wave"] = found.value * 1j
    monkeypatch.setattr(sweeps.Store, "load", lambda self: found)
    with xarray.open_dataset(export(full, "netcdf"), engine="h5netcdf") as back:
        np.testing.assert_array_equal(back.wave_imag, found.value)


def test_an_incomplete_store_is_exported_only_on_demand(store, selftest):
    sweeps.prepare(selftest(3), store)
    with pytest.raises(IncompleteError, match=r"0 of 3 cells are stored.*--partial"):
        export(sweeps.Store(store), "csv")
    assert export(sweeps.Store(store), "csv", partial=True).read_text().endswith("2,0,0\n")


def test_a_folder_of_other_things_is_never_replaced(full, tmp_path):
    (tmp_path / "home").mkdir()
    for form in ("zarr", "csv"):
        with pytest.raises(ValueError, match="no export has written"):
            export(full, form, out=tmp_path / "home", force=True)
    with pytest.raises(ValueError, match="in a folder that exists"):
        export(full, "csv", out=tmp_path / "nowhere" / "x.csv")
