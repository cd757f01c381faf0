"""The critical-fraction study: its cell against exact counts, and its page."""

import itertools

import numpy as np
import pytest
import xarray

from spinodal import studies
from spinodal.studies.liu2022 import critical_fraction as critical
from spinodal.studies.liu2022.covering import covered_probability, covering_pairs
from spinodal.studies.liu2022.critical_fraction_cell import CriticalFractionCell, crossing, landmarks, run_cell
from spinodal.theory.effective import linear_curve, nullity


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """The quick size with a quarter of its draws."""
    patch = pytest.MonkeyPatch()
    patch.setattr(critical, "DRAWS", 5000)
    try:
        return studies.run("liu2022-critical-fraction", out=tmp_path_factory.mktemp("critical") / "out", progress=False)
    finally:
        patch.undo()


@pytest.fixture(scope="module")
def stored(outcome):
    with xarray.open_dataset(f"{outcome.folder}/data.nc", engine="h5netcdf") as found:
        return found.load()


def test_every_known_number_comes_out(outcome):
    """Exact counts, counts by other programs, and the published number at ten symbols alone."""
    assert outcome.complete
    assert outcome.converged
    assert len(outcome.comparisons) == 16
    assert [c.what for c in outcome.comparisons if not c.as_hoped] == []


def test_exact_shares_are_those_of_every_set():
    """The reference in the study, seven pairs of six symbols, and a cell of five symbols."""
    pairs = np.stack(np.triu_indices(6), axis=1)
    sums = pairs.sum(axis=1)
    incidence = np.zeros((21, 6))
    np.add.at(incidence, (np.repeat(np.arange(21), 2), pairs.ravel()), 1)
    sets = np.array(list(itertools.combinations(range(21), 7)))
    gram = np.zeros((len(sets), 6, 6))
    for a, b in itertools.combinations(range(7), 2):
        same = sums[sets[:, a]] == sums[sets[:, b]]
        row = incidence[sets[same, a]] - incidence[sets[same, b]]
        gram[same] += row[:, :, None] * row[:, None, :]
    forced = np.sum((np.linalg.eigvalsh(gram) > 1e-9).sum(axis=1) == 4)
    assert forced / len(sets) == critical.EXACT[7]
    five = np.stack(np.triu_indices(5), axis=1)
    exact = np.mean([nullity(five[list(rows)], 5) == 2 for rows in itertools.combinations(range(15), 5)])
    draws = 20_000
    found = run_cell(CriticalFractionCell(5, draws=draws))["probability"][5]
    assert abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)
    assert exact > 0


def test_errors_are_those_between_seeds():
    """The spread of 40 cells against the error that each of them states by resampling, and against the curve's own."""
    cells = [run_cell(CriticalFractionCell(8, draws=500, seed=seed)) for seed in range(40)]
    for name in ("critical_pairs", "relative_width", "critical_fraction"):
        spread = np.std([cell[name] for cell in cells], ddof=1)
        stated = np.mean([cell[f"{name}_error"] for cell in cells])
        assert abs(spread / stated - 1) < 4 / np.sqrt(2 * 39)
    own = linear_curve(8, draws=500, seed=3).standard_error
    assert np.mean([cell["critical_fraction_error"] for cell in cells]) == pytest.approx(own, rel=0.3)


def test_landmarks_of_a_straight_rise():
    rise = np.clip((np.arange(41) - 10) / 20, 0, 1)  # 0 at 10, 1 at 30
    found = landmarks(rise)
    assert [float(found[name]) for name in ("rise_begins", "critical_pairs", "rise_ends")] == pytest.approx([12, 20, 28])
    assert float(found["relative_width"]) == pytest.approx(0.8)
    np.testing.assert_allclose(crossing(np.stack([rise, rise**2]), 0.25), [15, 20])


def test_cells_of_a_seed_share_no_random_numbers_and_repeat():
    first, again = (run_cell(CriticalFractionCell(6, draws=200, seed=1)) for _ in range(2))
    assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)
    assert run_cell(CriticalFractionCell(6, draws=200, seed=2))["critical_pairs"] != first["critical_pairs"]


def test_every_symbol_must_be_seen():
    """The exact probability against a count of all sets, and as a bound on the line."""
    pairs = list(itertools.combinations_with_replacement(range(4), 2))
    for k in (2, 3, 5):
        seen = [len({s for pair in chosen for s in pair}) == 4 for chosen in itertools.combinations(pairs, k)]
        assert covered_probability(4, k) == np.mean(seen)
    curve = linear_curve(10, draws=2000)
    bound = np.array([covered_probability(10, int(k)) for k in curve.pairs])
    assert np.all(curve.probability <= bound + 4 * np.sqrt(bound * (1 - bound) / 2000))


def test_covering_grows_with_the_logarithm():
    """p (ln p - ln ln 2) / 2 in the limit: Poisson for the number of symbols not seen."""
    limits = [covering_pairs(p) / (p * (np.log(p) - np.log(np.log(2))) / 2) for p in (10, 40, 160)]
    assert np.all(np.diff(limits) > 0)
    assert 1 - limits[-1] < 0.02


def test_the_bound_lies_below_the_crossing(stored):
    at = [covering_pairs(int(p)) for p in stored["symbols"]]
    assert np.all(at < stored["critical_pairs"])


def test_the_stored_curves_end_where_the_pairs_do(stored):
    for p in stored["symbols"].values:
        curve = stored["probability"].sel(symbols=p).values
        n = p * (p + 1) // 2
        assert curve[0] == 0
        assert curve[n] == 1
        assert np.isnan(curve[n + 1 :]).all()
        assert np.all(np.diff(curve[: n + 1]) >= 0)


def test_the_verdict_is_of_the_numbers(outcome, stored):
    assert "a number for p = 10 alone" in outcome.verdict[0]
    moved = stored.assign(critical_fraction=stored["critical_fraction"] * 2)
    assert "p = 20 alone" in critical._verdict(moved, ())[0] or "none of these sizes" in critical._verdict(moved, ())[0]
    sharper = stored.assign(relative_width=1 / stored["symbols"])
    assert "no sharp threshold" in outcome.verdict[2]
    assert "no sharp threshold" not in critical._verdict(sharper, ())[2]


def test_the_exponent_is_that_of_a_power_law():
    p = np.array([5.0, 10.0, 20.0])
    value, error = critical.exponent(p, 3 / p**2, 0.01 * 3 / p**2)
    assert value == pytest.approx(-2)
    assert error == pytest.approx(0.01 * np.sqrt(2) / np.log(4))


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="symbols must be an integer >= 3"):
        CriticalFractionCell(2)
    with pytest.raises(ValueError, match="symbols must be at most 60"):
        CriticalFractionCell(61)
