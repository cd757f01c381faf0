"""Plain descent with less and less data: thresholds that are known are found, and what is said follows from the runs."""

import numpy as np
import pytest
import xarray

from spinodal.studies.delay_laws import EXPONENTIAL, POWER, fit_power
from spinodal.studies.gromov2023 import shares
from spinodal.studies.gromov2023.shares_cell import DIMS, SharesCell, group_key, run_cell, train_fraction

PRIMES, SEEDS, LOAD, CAP = (23, 31, 43), 5, 4.2, 6000.0


def invented(power=1.0, law=POWER, scatter=0.05, threshold_load=LOAD, seed=0):
    """Training takes 300 updates; the delay 3,000 ((f - f_c) / .03)^-power beyond f_c = 4.2 ln p / p, or an exponential without f_c."""
    p, load = np.array(PRIMES)[:, None, None], np.array(shares.LOADS)[None, :, None]
    share = train_fraction(load, p) + np.zeros((1, 1, SEEDS))
    distance = share - train_fraction(threshold_load, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        late = 3000 * np.where(distance > 0, distance / 0.03, np.nan) ** -power if law == POWER else np.exp(9 - 6 * share)
    test = 300 + late * np.exp(scatter * np.random.default_rng(seed).normal(size=share.shape))
    test = np.where(test <= CAP, test, np.nan)
    numbers = {"train_step": np.full_like(share, 300.0), "test_step": test, "train_fraction": share}
    numbers |= {"last_step": np.where(np.isnan(test), CAP, test), "test_accuracy": np.where(np.isnan(test), 0.4, 1.0)}
    numbers |= {"diverged": np.zeros(test.shape, bool)}
    axes = {"prime": list(PRIMES), "load": list(shares.LOADS), "replica": range(SEEDS)}
    return xarray.Dataset({name: (tuple(axes), value) for name, value in numbers.items()}, axes)


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    """Enough to reject a law at .05."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares, "DRAWS", 30)
        yield


def test_a_load_is_pairs_over_p_ln_p():
    cell = SharesCell(prime=43, load=5.0)
    assert train_fraction(5.0, 43) * 43**2 == pytest.approx(5 * 43 * np.log(43))
    assert cell.descent().train_fraction == train_fraction(5.0, 43)
    less = SharesCell(prime=43, load=4.0).descent().problem().train_mask
    assert not np.any(less & ~cell.descent().problem().train_mask)  # nested
    assert len({group_key(SharesCell(prime=43, load=load, replica=k)) for load in shares.LOADS for k in range(2)}) == 1


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match=r"load must be finite and > 0, got -1\.0"):
        SharesCell(load=-1.0)
    with pytest.raises(ValueError, match="train_fraction must be in"):
        SharesCell(prime=7, load=5.0)


def test_the_one_program_of_all_shares_runs_what_a_share_of_its_own_does():
    """To float32's rounding: rows of the test set have weight 0 in place of being left out."""
    from spinodal.studies.gromov2023 import descent_cell

    cell = SharesCell(prime=11, load=3.0, steps=60, every=20)
    found, own = run_cell(cell), descent_cell.run_cell(cell.descent())
    assert found["train_fraction"] == cell.descent().train_fraction
    for name in ("curve_train_loss", "curve_test_loss", "curve_norm"):
        np.testing.assert_allclose(found[name], own[name], rtol=1e-4)
    assert all(np.ndim(value) == len(DIMS.get(name, ())) for name, value in found.items())


@pytest.fixture(scope="module")
def judged():
    return shares.analyse(invented(), "quick")


def test_a_known_threshold_and_power_are_found_within_their_errors(judged):
    found = judged.dataset
    for name, known in (("threshold_load", LOAD), ("power", 1.0)):
        z = (found[name] - known) / found[f"{name}_error"]
        assert np.abs(z).max() < 4
    assert (found["power_error"] < 0.2).all()


def test_jackknife_errors_are_the_scatter_over_ensembles():
    """Of twelve invented ensembles the threshold at p = 43 scatters as its error says, within a factor of two."""
    runs = [invented(seed=k).sel(prime=43) for k in range(12)]
    scatter = np.std([fit_power(*shares.delays(run), gap=shares.GAP)[1] for run in runs], ddof=1)
    assert 0.5 < np.median([shares.jackknife(run)[0] for run in runs]) / scatter < 2


def test_the_law_that_made_the_delays_is_told(judged):
    assert "p = 43: the power law with a threshold is kept, the other rejected" in " ".join(judged.verdict)
    assert all(row.agrees for row in judged.comparisons)
    plain = shares.analyse(invented(law=EXPONENTIAL, scatter=0.02), "quick")
    assert not any("the power law with a threshold is kept" in sentence for sentence in plain.verdict)


def test_another_power_and_another_scaling_disagree():
    steeper = shares.analyse(invented(power=2.0), "quick")
    assert not any(row.as_hoped for row in steeper.comparisons[:3])
    assert steeper.comparisons[0].verdict == "differs"
    moved = invented()
    moved["train_fraction"] = moved["train_fraction"] * (moved["prime"] / 43) ** 0.5  # the same delays with fewer pairs
    assert shares.analyse(moved, "quick").comparisons[-1].verdict == "differs"


def test_the_pairs_needed_have_their_power_of_p(judged):
    """f_c p^2 = 4.2 p ln p, and p^2 where the share is the same at every prime."""
    primes = np.array(PRIMES)
    power, error = shares.power_of_p(shares.measured(judged.dataset))
    assert abs(power - np.polyfit(np.log(primes), np.log(primes * np.log(primes)), 1)[0]) < 4 * error
    assert 0 < error < 0.05
    flat = judged.dataset.assign(threshold=0 * judged.dataset["threshold"] + 0.4)
    assert shares.power_of_p(flat)[0] == pytest.approx(2)


def test_grokking_is_a_delay_of_ten_times(judged):
    ratios = invented()["test_step"] / 300
    late, seen = int((ratios >= 10).sum()), int(ratios.notnull().sum())
    assert 1 < late < seen
    assert judged.verdict[0].startswith(f"Plain gradient descent groks where data are scarce: {late} of {seen} runs that generalise take")
    early = invented()
    early["test_step"] = early["test_step"].where(early["test_step"].isnull(), 600.0)
    assert f"generalises late, but does not grok where data are scarce: 0 of {seen} runs" in shares.analyse(early, "quick").verdict[0]


def test_runs_that_never_generalise_leave_everything_open():
    never = invented()
    never["test_step"][:] = np.nan
    found = shares.analyse(never, "quick")
    assert "No run generalises within" in found.verdict[0]
    assert "No prime has a threshold with an error." in found.verdict
    assert not any(row.known for row in found.comparisons)


def test_a_run_that_diverged_has_no_delay():
    runs = invented().sel(prime=31)
    runs["diverged"].loc[{"load": 6.0, "replica": 0}] = True
    share, late, kind = shares.delays(runs)
    assert len(share) == len(late) == len(kind) == runs["test_step"].size - 1


def test_two_replicas_have_no_error():
    found = shares.analyse(invented().isel(replica=[0, 1]), "quick")
    assert np.isnan(found.dataset["threshold_error"]).all()
    assert "error not known" in " ".join(found.verdict)
    assert found.verdict[-2] == "No prime has a threshold with an error."


@pytest.mark.parametrize("there", [True, False], ids=["some", "none"])
def test_every_run_is_drawn(there):
    runs = invented() if there else invented().assign(test_step=invented()["test_step"] * np.nan)
    (picture,) = shares.recipe.pictures
    laws = {p: shares.fit_laws(*shares.delays(runs.sel(prime=p)), gap=shares.GAP, draws=2) for p in PRIMES}
    left, right = picture.draw(shares.with_laws(runs, laws).assign_attrs(delayed=10)).axes
    points = [sum(len(line.get_xdata()) for line in axes.lines if line.get_linestyle() == "None") for axes in (left, right)]
    assert points == [runs["test_step"].size, runs["test_step"].notnull().sum()]


def test_its_table_has_every_prime_and_load(judged):
    (table,) = judged.tables
    assert len(table.rows) == len(PRIMES) * len(shares.LOADS)
    assert all(len(row) == len(table.columns) for row in table.rows)
