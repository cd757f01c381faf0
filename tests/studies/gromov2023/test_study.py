"""Fourier networks against width, what trained square networks hold, and the page: answers that are known."""

import numpy as np
import pytest
import xarray

from spinodal.measures.fourier import participation_null
from spinodal.studies import gromov2023
from spinodal.studies.gromov2023 import analytic, words
from spinodal.studies.gromov2023.analysis import OUTCOMES, analysed, median_step, outcome
from spinodal.studies.gromov2023.cell import DIMS, MOMENTS, SquareCell, group_key, idealised_accuracy, run_cell
from spinodal.studies.gromov2023.expected import comparisons
from spinodal.studies.gromov2023.neurons import frequencies_found, phase_agreement, read_neurons, two_humped
from spinodal.studies.gromov2023.words import tables, verdict
from spinodal.theory import fourier_network

TINY = analytic.Plan((11, 13), 4)
SHORT = SquareCell(prime=11, width=24, steps=40, train_fraction=0.5, label_noise=0.2)


def parameters_of(network):
    return {"first": np.vstack([network.first, network.second]), "readout": network.readout}


def test_an_analytic_network_is_read_as_it_was_written():
    network = fourier_network.weights(23, phases="lattice")
    found = read_neurons(parameters_of(network))
    np.testing.assert_allclose(found.participation, 1, rtol=1e-9)
    np.testing.assert_array_equal(found.frequency, network.frequencies)
    assert np.all(found.matches == 1)
    np.testing.assert_allclose(found.sum_residual, 0, atol=1e-9)
    agreement, null = phase_agreement(found.sum_residual)
    assert agreement == pytest.approx(1, rel=1e-12)
    assert null == pytest.approx((2 * 66) ** -0.5, rel=1e-12)
    assert frequencies_found(found.frequency) == 11
    assert idealised_accuracy(parameters_of(network), found) == 1


def test_phases_without_a_rule_have_the_null_deviation():
    rng = np.random.default_rng(1)
    z = [agreement / null for agreement, null in (phase_agreement(rng.uniform(-np.pi, np.pi, 200)) for _ in range(300))]
    assert abs(np.mean(z)) < 4 / np.sqrt(300)
    assert np.std(z) == pytest.approx(1, abs=4 / np.sqrt(600))
    assert np.isnan(phase_agreement(np.array([np.nan]))).all()


def test_dead_and_aperiodic_neurons_are_told_apart():
    network = parameters_of(fourier_network.weights(23, phases="lattice"))
    network["first"][:, 0] = 0
    network["first"][:, 1] = np.random.default_rng(0).normal(size=46)
    network["readout"][2] = np.cos(2 * np.pi * 5 * np.arange(23) / 23)
    found = read_neurons(network)
    assert np.isnan(found.participation[0])
    assert found.participation[1] < 0.5
    assert np.isnan(found.frequency[:2]).all()
    assert found.matches[2] == 0
    assert np.isnan(found.sum_residual[2])


def test_a_constant_neuron_is_not_periodic():
    network = parameters_of(fourier_network.weights(23, phases="lattice"))
    wave = np.cos(2 * np.pi * 5 * np.arange(23) / 23)
    for i, mean in enumerate((10.0, 0.8, 0.6)):  # a wave has half the energy of a constant as large
        network["first"][:23, i] = mean + wave
    found = read_neurons(network)
    assert found.participation[0] > 0.9
    assert np.isnan(found.frequency[:2]).all()
    assert found.frequency[2] == 5


def test_two_humps_need_a_valley():
    rng = np.random.default_rng(2)
    low, high, flat = rng.uniform(0.02, 0.2, 150), rng.uniform(0.8, 1, 150), rng.uniform(0, 1, 300)
    assert two_humped(np.concatenate([low, high]))
    assert two_humped(np.concatenate([low, high, rng.uniform(0.33, 0.67, 50)]))
    assert not two_humped(low)
    assert not two_humped(np.concatenate([high, low[:5]]))
    assert not two_humped(flat)
    assert not two_humped(np.full(10, np.nan))


def test_laws_with_one_hump_are_seldom_called_two():
    rng = np.random.default_rng(3)
    assert sum(two_humped(rng.uniform(0, 1, 300)) for _ in range(300)) <= 3  # below 1 % each, both at once far less


# Cells


def test_a_cell_has_its_dimensions_and_its_network():
    found = run_cell(SHORT)
    for name, value in found.items():
        assert np.ndim(value) == len(DIMS.get(name, ()))
    assert found["participation"].shape == (3, 24)
    assert np.all(np.isfinite(found["participation"][0]))
    assert found["participation_null"] == participation_null(11)
    train = 60  # floor(.5 * 121), of which 12 are corrupted
    assert found["train_accuracy"] * train == pytest.approx(48 * found["clean_accuracy"] + 12 * found["memorised"], abs=1e-3)
    assert found["memorised"] + found["recovered"] <= 1
    assert np.isnan(found["participation"][1]).all() == np.isnan(found["test_step"])


def test_without_noise_nothing_is_corrupted():
    found = run_cell(SquareCell(prime=11, width=24, steps=10, train_fraction=0.5))
    assert np.isnan(found["memorised"])
    assert np.isnan(found["recovered"])
    assert found["clean_accuracy"] == pytest.approx(found["train_accuracy"], abs=1e-6)


def test_replicas_differ_and_decays_share_them():
    splits = {SquareCell(replica=i).problem().train_mask.tobytes() for i in range(4)}
    assert len(splits) == 4
    assert SquareCell(weight_decay=0.0).problem() == SquareCell(weight_decay=5.0).problem()
    assert group_key(SquareCell(weight_decay=0.0, label_noise=0.5)) == group_key(SquareCell())


def test_wrong_settings_name_the_field():
    with pytest.raises(ValueError, match="weight_decay must be >= 0"):
        SquareCell(weight_decay=-1.0)
    with pytest.raises(ValueError, match="label_noise must be in"):
        SquareCell(label_noise=1.5)
    with pytest.raises(ValueError, match="prime must be an odd prime"):
        SquareCell(prime=9)
    with pytest.raises(ValueError, match="replica must be an integer >= 0"):
        SquareCell(replica=-1)


# The analysis


def test_ends_with_corrupted_labels_have_names():
    named = {
        "memorisation": (1.0, 0.2, 1.0, 0.0),
        "coexistence": (1.0, 1.0, 0.95, 0.05),
        "partial inversion": (0.9, 1.0, 0.5, 0.5),
        "full inversion": (0.8, 1.0, 0.0, 1.0),
        "neither": (0.5, 0.5, 0.1, 0.4),
    }
    assert {name: OUTCOMES[int(outcome(*seen))] for name, seen in named.items()} == {name: name for name in OUTCOMES}
    assert np.isnan(outcome(1.0, 1.0, np.nan, np.nan))


def test_a_run_that_never_crossed_is_later_than_any():
    assert median_step([10.0, 30.0, np.nan]) == (30.0, 10.0, np.inf, 1)
    assert median_step([10.0, 30.0]) == (20.0, 10.0, 30.0, 0)
    assert median_step([10.0, np.nan]) == (np.inf, 10.0, np.inf, 1)


def invented(noises=(0.0, 0.3)):
    """Networks that are analytic at decay 5; at decay 0 half of their neurons stay noise, and one seed never generalises."""
    p, width = 59, 100  # a small prime's noise is not far from periodic
    decays, fractions, seeds = (0.0, 5.0), (0.3, 0.5), 3
    shape = (len(noises), len(decays), len(fractions), seeds)
    cosines = fourier_network.weights(p, width, frequencies=range(1, 6))
    rng = np.random.default_rng(5)
    arrays = {name: np.full((*shape, len(MOMENTS), width), np.nan) for name in DIMS if DIMS[name] == ("moment", "neuron")}
    steps = np.full(shape, 80.0)
    steps[:, 0] = 240.0
    steps[:, 0, 0, 2] = np.nan
    for place in np.ndindex(*shape):
        noise = {"first": rng.normal(size=(2 * p, width)), "readout": rng.normal(size=(width, p))}
        end = parameters_of(cosines)
        if place[1] == 0:
            end["first"][:, ::2] = noise["first"][:, ::2]
        for moment, weights in ((0, noise), (1, end), (2, end)):
            if moment != 1 or np.isfinite(steps[place]):
                seen = read_neurons(weights)
                for name, array in arrays.items():
                    array[place][moment] = getattr(seen, name)
    dims = ("label_noise", "weight_decay", "train_fraction", "replica")
    axes = dict(zip(dims, (list(noises), list(decays), list(fractions), range(seeds)), strict=True))
    noisy = np.broadcast_to(np.array(noises)[:, None, None, None] > 0, shape)
    numbers = {
        "train_step": np.full(shape, 20.0),
        "test_step": steps,
        "last_step": np.full(shape, 400.0),
        "train_accuracy": np.ones(shape),
        "test_accuracy": np.where(np.isfinite(steps), 1.0, 0.2),
        "memorised": np.where(noisy, 0.95, np.nan),
        "recovered": np.where(noisy, 0.0, np.nan),
        "idealised_accuracy": np.ones(shape),
        "possible_frequencies": np.full(shape, 5),
        "participation_null": np.full(shape, participation_null(p)),
    }
    data = {name: (dims, value) for name, value in numbers.items()}
    data |= {name: ((*dims, "moment", "neuron"), array) for name, array in arrays.items()}
    data |= {f"curve_{name}": ((*dims, "curve"), np.ones((*shape, 3))) for name in ("train_accuracy", "test_accuracy")}
    data["curve_step"] = ((*dims, "curve"), np.broadcast_to([0.0, 10, 400], (*shape, 3)).copy())
    return xarray.Dataset(data, axes)


@pytest.fixture(scope="module")
def found():
    whole = xarray.merge([analysed(invented()), analytic.analytic_networks(TINY)], combine_attrs="override")
    return whole.assign_attrs(growth=0.2, error=0.01)


def test_humps_frequencies_and_phases_of_known_networks(found):
    end = found.sel(moment="end", label_noise=0.0)
    assert np.all(end["two_humped"].sel(weight_decay=0.0) == 1)
    assert np.all(end["two_humped"].sel(weight_decay=5.0) == 0)
    assert np.all(end["periodic_share"].sel(weight_decay=5.0) == 1)
    assert np.all(end["frequencies"] == 5)
    np.testing.assert_allclose(end["sum_agreement"], 1, atol=1e-12)
    assert np.all(np.abs(end["other_agreement"]) < 5 * end["other_null"])
    crossing = found.sel(moment="crossing", label_noise=0.0, weight_decay=0.0, train_fraction=0.3)
    assert np.isnan(crossing["two_humped"].sel(replica=2))
    assert np.isnan(crossing["dead"].sel(replica=2))


def test_comparisons_can_agree_and_can_fail(found):
    rows = {row.what: row for row in comparisons(found)}
    assert rows["30% of the pairs, 3 seeds, decay 5: update of test accuracy 0.99, median (80 to 90)"].agrees
    assert rows["30% of the pairs, 3 seeds, decay 0 over decay 5: update of test accuracy 0.99 (2 to 4 times)"].obtained == 3
    assert rows["30% of the pairs, 3 seeds, decay 0: share of networks with two humps at the end"].agrees
    assert not rows["30% of the pairs, 3 seeds, decay 5: median participation at the end"].agrees  # these are pure cosines
    assert not rows["50% of the pairs, 3 seeds, decay 5: update of test accuracy 0.99, median"].agrees
    assert rows["mean participation before training"].agrees
    assert abs(rows["30% of the pairs, 3 seeds, decay 5: mean cosine of readout phase plus sum"].z) < 4


def test_words_come_from_the_numbers(found):
    said = " ".join(verdict(found))
    assert "within 400" in said
    assert "decay 0: 20 and 240 (240 to never, 1 never)" in said
    assert "decay 0: 6 of 6 networks" in said
    assert "decay 5: 0 of 6 networks" in said
    assert "Trained phases follow the analytic rule in every one of the 12 networks (of 12)" in said
    assert "memorisation 1, coexistence 11" in said
    assert "too few primes" in said


@pytest.mark.parametrize(
    ("slope", "judged"), [((0.13, 0.03), "do not collapse"), ((0.9, 0.2), "may collapse"), ((1.5, 0.03), "do not collapse")]
)
def test_the_width_decides_only_where_it_grows_as_argued(found, slope, judged, monkeypatch):
    monkeypatch.setattr(words, "theory_growth", lambda found: 0.17)
    monkeypatch.setattr(words, "growth", lambda found: slope)
    said = words._collapse(found)
    assert said.startswith(f"Curves {judged} in N/p.")
    assert ("the width itself decides" in said) == (slope[0] < 0.2)


def test_networks_without_phases_are_not_counted_as_followers(found):
    some = found.copy(deep=True)
    some["sum_agreement"][{"label_noise": 0, "weight_decay": 0, "replica": 0}] = np.nan
    assert "in every one of the 10 networks (of 12) that have periodic neurons" in " ".join(verdict(some))
    some["sum_agreement"][{"label_noise": 0, "weight_decay": 1}] = 0.5
    assert "in 4 of the 10 networks (of 12)" in " ".join(verdict(some))


def test_a_ratio_of_steps_knows_which_side_never_came(found):
    named = "30% of the pairs, 3 seeds, decay 0 over decay 5: update of test accuracy 0.99 (2 to 4 times)"

    def ratio(slow, fast):
        runs = found.copy(deep=True)
        for decay, steps in ((0.0, slow), (5.0, fast)):
            runs["test_step"].loc[{"label_noise": 0.0, "weight_decay": decay, "train_fraction": 0.3}] = steps
        return next(row for row in comparisons(runs) if row.what == named)

    never = np.nan
    assert ratio([240, 240, 240], [80, never, never]).obtained == 0  # not infinite: the one below never came
    assert ratio([240, never, never], [80, 80, 80]).verdict == "not known"
    assert ratio([240, 240, never], [80, 80, never]).verdict == "not known"


def test_the_quick_page_says_what_is_smaller(monkeypatch):
    monkeypatch.setattr(gromov2023, "PLANS", {"quick": TINY, "paper": TINY})
    quick, paper = (gromov2023.analyse(invented(), size).caveats for size in ("quick", "paper"))
    assert quick[:-1] == paper
    assert "400 of 2,000 updates" in quick[-1]


def test_tables_have_a_cell_for_every_column(found):
    made = tables(found)
    assert all(len(row) == len(table.columns) for table in made for row in table.rows)
    assert [len(table.rows) for table in made] == [4, 20, 12, 2 * 2 * 3 * 3, 4]


def test_every_figure_is_drawn(found):
    drawn = {picture.name: picture.draw(found) for picture in gromov2023.recipe.pictures}
    assert [axes.get_title(loc="left") for axes in drawn["phases"].axes] == ["decay 0", "decay 5"]
    assert sum("two humps in 3 of 3" in text.get_text() for axes in drawn["participation"].axes for text in axes.texts) == 2 + 1
    assert {text.get_text() for axes in drawn["noise"].axes for text in axes.texts} == {"C3", "C2"}
    quiet = gromov2023.figures.noise(found.sel(label_noise=[0.0]))
    assert "paper size only" in quiet.axes[0].texts[0].get_text()
