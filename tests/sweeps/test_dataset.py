"""The dataset: equal to one built by hand."""

import numpy as np
import pytest
import xarray

from spinodal import sweeps
from spinodal.sweeps.selftest import Selftest, run_cell


def run(sweep, store, **options):
    return sweeps.run(sweep, store, progress=False, **options)


def test_load_is_the_dataset_built_by_hand(store):
    sweep = sweeps.Sweep("selftest", {"seed": [4, 0], "sleep": [0.0, 0.001], "index": [3, 1, 2]}, {"size": 5})
    run(sweep, store)
    found = sweeps.Store(store).load()
    cells = [[[run_cell(Selftest(index=i, seed=s, size=5)) for i in (3, 1, 2)] for _ in (0, 1)] for s in (4, 0)]
    dims = ("seed", "sleep", "index")
    want = xarray.Dataset(
        {
            "array": ((*dims, "element"), np.array([[[c["array"] for c in row] for row in plane] for plane in cells])),
            "count": (dims, np.array([[[c["count"] for c in row] for row in plane] for plane in cells])),
            "value": (dims, np.array([[[c["value"] for c in row] for row in plane] for plane in cells])),
            "cell_status": (dims, np.ones((2, 2, 3), np.int8)),
        },
        coords={"seed": [4, 0], "sleep": [0.0, 0.001], "index": [3, 1, 2]},
    )
    xarray.testing.assert_equal(found, want)
    assert {name: v.dtype for name, v in found.variables.items()} == {name: v.dtype for name, v in want.variables.items()}
    assert found.attrs["study"] == "selftest"
    assert '"size": 5' in found.attrs["sweep"]


def test_selecting_reads_what_is_selected(store, monkeypatch):
    sweep = sweeps.Sweep("selftest", {"size": [1, 2, 3], "index": range(4)}, run={"block": 4})
    run(sweep, store)
    whole = sweeps.Store(store)
    one = whole.load(size=2, index=[3, 0])
    assert one.array.shape == (2, 2)
    assert one["size"] == 2
    np.testing.assert_array_equal(one.value, [3.0, 0.0])
    for path in store.glob("batches/*/*.npz"):  # files of other sizes are not even opened
        if b"'shape': (4, 2)" not in path.read_bytes():
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
    assert whole.load(size=2).cell_status.to_numpy().tolist() == [1, 1, 1, 1]


def test_shapes_that_differ_are_refused_with_the_axis(store):
    run(sweeps.Sweep("selftest", {"index": range(3), "size": [1, 2]}), store)
    with pytest.raises(
        ValueError, match=r"output array has shapes \(1,\) and \(2,\) within the selection: select one value of size, as load\(size=…\)"
    ):
        sweeps.Store(store).load()


@pytest.mark.parametrize(
    ("selection", "why"),
    [
        ({"sed": 1}, "sed is no axis of this sweep, which has index, seed; nearest: seed"),
        ({"seed": 7}, r"seed = 7 is not on its axis, which has 0, 1"),
    ],
)
def test_what_cannot_be_selected_is_said(selection, why, store, selftest):
    run(selftest(2, seed=(0, 1)), store)
    with pytest.raises(ValueError, match=why):
        sweeps.Store(store).load(**selection)


def test_pending_and_failed_cells_are_nan_and_integers_become_floats_only_then(store, selftest):
    run(selftest(4, fail="raise", fail_every=3), store)
    found = sweeps.Store(store).load()
    assert found["count"].dtype == np.float64
    assert found.cell_status.to_numpy().ravel().tolist() == [2, 1, 1, 2]
    assert np.isnan(found.value.to_numpy().ravel()).tolist() == [True, False, False, True]
    assert sweeps.Store(store).load(index=[1, 2])["count"].dtype == np.int64


def test_an_empty_store_loads_as_pending(store, selftest):
    sweeps.prepare(selftest(3), store)
    found = sweeps.Store(store).load()
    assert list(found.data_vars) == ["cell_status"]
    assert not found.cell_status.any()


def test_a_store_is_read_where_the_study_is_not_installed(store, selftest, monkeypatch):
    run(selftest(3), store)
    from spinodal.sweeps import registry

    monkeypatch.delitem(registry.STUDIES, "selftest")
    found = sweeps.Store(store)
    assert found.status().complete
    assert found.load().sizes["index"] == 3


def test_a_sweep_of_one_cell_and_arrays_of_no_elements(store):
    run(sweeps.Sweep("selftest", base={"size": 0, "index": 4}), store)
    found = sweeps.Store(store).load()
    assert (found.value.item(), found.array.shape, found.value.dims) == (4.0, (0,), ())


def test_text_and_tuples_are_axes_too(store, tmp_path):
    sweep = sweeps.Sweep("selftest", {"fail": ["", "nan"], "index": [1, 2]})
    run(sweep, store)
    found = sweeps.Store(store).load(fail="nan")
    assert np.isnan(found.value).all()
    assert sweeps.Store(store).load().coords["fail"].to_numpy().tolist() == ["", "nan"]
