"""Synergy and redundancy along a run, robust against the checkpoints that runs have."""

import numpy as np
import pytest

from spinodal.measures.information import cluster_unions, progress

from .systems import layer, normal

QUICK = {"clusters": 3, "shuffles": 3}


def test_values_are_those_of_cluster_unions():
    runs = {0: layer(0, 90, 9), 25: layer(1, 90, 9), 50: layer(2, 90, 9)}
    found = progress(runs, **QUICK)
    assert found.steps.tolist() == [0, 25, 50]
    for i, x in enumerate(runs.values()):
        expected = cluster_unions(x, 3)
        assert found.synergy[i] == expected.synergy
        assert found.redundancy[i] == expected.redundancy
        assert (found.synergy_size[i], found.redundancy_size[i]) == (expected.synergy_size, expected.redundancy_size)
    assert found.valid.all()
    assert found.null_synergy.shape == (3, 3)
    assert (np.diff(found.null_redundancy, axis=1) >= 0).all()


@pytest.mark.parametrize("mode", ["neurons", "blocks", "means"])
@pytest.mark.parametrize("ties", ["average", "ordinal", "random"])
def test_the_band_is_what_permuted_columns_reach_with_the_same_clusters(mode, ties):
    """Statistically: the extremes of other permutations, made here, are of the same law."""
    x = layer(3, 120, 8)
    found = progress({0: x}, clusters=3, shuffles=40, mode=mode, ties=ties, quantiles=(0.5,))
    labels, rng = cluster_unions(x, 3).labels, np.random.default_rng(1)
    others = [cluster_unions(rng.permuted(x, axis=0), labels=labels, mode=mode, ties=ties, seed=0) for _ in range(40)]
    for median, values in ((found.null_synergy, [o.synergy for o in others]), (found.null_redundancy, [o.redundancy for o in others])):
        spread = np.std(values, ddof=1) * np.sqrt(np.pi / 2 / 40 * 2)
        assert abs(median[0, 0] - np.median(values)) < 4 * spread + 1e-12


def broken(kind):
    x = layer(4, 60, 6)
    if kind == "dead":
        x[:, 1:] = 0
    elif kind == "copies":
        x[:, 1] = x[:, 0]
    elif kind == "nan":
        x[3, 2] = np.nan
    elif kind == "infinite":
        x[3, 2] = np.inf
    elif kind == "few":
        x = x[:7]
    return x


@pytest.mark.parametrize(
    ("kind", "says", "dead"),
    [
        ("dead", "clusters must be within 2..1", 5),
        ("copies", "singular union", 0),
        ("nan", "NaN or infinite", 0),
        ("infinite", "NaN or infinite", 0),
        ("few", "at least 8 rows for 6 varying columns, got 7", 0),
    ],
)
def test_a_checkpoint_that_cannot_be_judged_is_marked_and_the_others_are_not(kind, says, dead):
    found = progress({0: layer(5, 60, 6), 10: broken(kind), 20: layer(6, 60, 6)}, **QUICK)
    assert found.valid.tolist() == [True, False, True]
    assert says in found.message[1]
    assert np.isnan([found.synergy[1], found.redundancy[1], *found.null_synergy[1], *found.null_redundancy[1]]).all()
    assert np.isfinite([*found.synergy[[0, 2]], *found.null_synergy[[0, 2]].ravel()]).all()
    assert found.dead.tolist() == [0, dead, 0]
    assert (found.synergy_size[1], found.redundancy_size[1]) == (0, 0)


def test_a_ridge_makes_copies_judgeable():
    found = progress({0: broken("copies")}, ridge=0.01, **QUICK)
    assert found.valid.all()


def test_tied_share_is_the_mean_over_columns():
    x = np.column_stack([normal(7, 50, 3), np.repeat([[0.0], [1]], 25, axis=0)])
    found = progress({0: x}, clusters=2, shuffles=0)
    assert found.tied_share[0] == pytest.approx(0.25)


def test_without_shuffles_the_band_is_undefined_and_the_rest_is_not():
    found = progress({0: layer(8, 50, 5)}, clusters=2, shuffles=0)
    assert np.isnan(found.null_synergy).all()
    assert np.isfinite(found.synergy).all()


def test_an_iterator_is_read_one_checkpoint_at_a_time():
    alive = []

    class Watched(np.ndarray):
        def __del__(self):
            alive.remove(id(self))

    def checkpoints():
        for step in range(4):
            assert not alive
            x = layer(step, 40, 5).view(Watched)
            alive.append(id(x))
            yield step, x
            del x

    assert progress(checkpoints(), clusters=2, shuffles=0).valid.all()


def test_the_same_settings_give_the_same_bytes():
    x = {0: layer(9, 60, 6), 1: layer(10, 60, 6)}
    first, again = progress(x, **QUICK), progress(iter(x.items()), **QUICK)
    assert first.null_synergy.tobytes() == again.null_synergy.tobytes()
    assert first.synergy.tobytes() == again.synergy.tobytes()


@pytest.mark.parametrize(
    ("given", "settings", "says"),
    [
        ({}, {}, "at least one checkpoint"),
        ({3: np.zeros(5)}, {}, r"step 3 must be 2-D.*got shape \(5,\)"),
        ({0: np.eye(9)}, {"mode": "unit"}, "mode must be one of"),
        ({0: np.eye(9)}, {"clusters": 1}, "clusters"),
        ({0: np.eye(9)}, {"shuffles": -1}, "shuffles must be an integer >= 0"),
        ({0: np.eye(9)}, {"ties": "x"}, "ties"),
        ({0: np.eye(9)}, {"quantiles": [2]}, "quantiles"),
    ],
)
def test_wrong_calls_are_refused_before_anything_is_judged(given, settings, says):
    with pytest.raises(ValueError, match=says):
        progress(given, **settings)
