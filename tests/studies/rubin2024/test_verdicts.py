"""What the pages of figures 2 and 3 say is what their numbers say, whatever they are."""

import numpy as np
import pytest
import xarray

from spinodal.studies.rubin2024 import fig2, fig3

BINS = np.linspace(0.0125, 1.9875, 80)
ONE_WELL = 40 * BINS**2
TWO_WELLS = np.minimum(ONE_WELL, 5 + 80 * (BINS - 0.9) ** 2)


def droplets(few, many, quiet=ONE_WELL, cold=TWO_WELLS, norm=0.24, error=0.01):
    """Averages of posteriors at noises 0.3 and 0.1."""
    at = {"noise": [0.1, 0.3], "bin": BINS}
    values = {
        "posterior_droplet_fraction": ("noise", [many, few]),
        "posterior_droplet_fraction_error": ("noise", [0.0005, 0.0005]),
        "posterior_negative_log_density": (("noise", "bin"), np.stack([cold, quiet])),
        "posterior_negative_log_density_error": (("noise", "bin"), np.full((2, len(BINS)), 0.1)),
        "posterior_droplet_transverse_norm": ("noise", [norm, np.nan]),
        "posterior_droplet_transverse_norm_error": ("noise", [error, np.nan]),
    }
    return xarray.Dataset(values, at)


@pytest.mark.parametrize(
    ("found", "answer", "ends"),
    [
        (droplets(0.002, 0.025), "Yes", "no second maximum, beyond |q| = 0.4, at σ² = 0.3 and one at σ² = 0.1."),
        (droplets(0.025, 0.002), "In part", "and one at σ² = 0.1."),
        (droplets(0.002, 0.025, cold=ONE_WELL), "In part", "and none at σ² = 0.1."),
        (droplets(0.002, 0.003, cold=ONE_WELL), "No", "and none at σ² = 0.1."),
        (droplets(0.002, 0.025, quiet=TWO_WELLS), "In part", "a second maximum, beyond |q| = 0.4, at σ² = 0.3 and one at σ² = 0.1."),
    ],
)
def test_droplets_appear_if_they_do(found, answer, ends):
    said = fig2._droplets_appear(found)
    assert said.startswith(f"{answer}: as the noise falls from 0.3 to 0.1")
    assert said.endswith(ends)


def test_a_maximum_is_one_beyond_its_errors_or_beyond_bins_that_nobody_entered():
    shallow = np.where(BINS > 0.8, 20.0, np.minimum(ONE_WELL, 20.2))
    assert not fig2.second_maximum(droplets(0, 0, cold=shallow).sel(noise=0.1))
    gap = np.where((BINS > 0.3) & (BINS < 0.7), np.nan, TWO_WELLS)
    assert fig2.second_maximum(droplets(0, 0, cold=gap).sel(noise=0.1))
    assert not fig2.second_maximum(droplets(0, 0, cold=np.where(BINS > 0.4, np.nan, ONE_WELL)).sel(noise=0.1))


def test_the_norm_inside_droplets_is_judged_by_its_error():
    assert "is not exact: inside the droplets r = 0.240 ± 0.01" in fig2._norm_inside(droplets(0, 0))
    assert "is not contradicted: inside the droplets r = 0.490" in fig2._norm_inside(droplets(0, 0, norm=0.49))
    assert fig2._norm_inside(droplets(0, 0, norm=np.nan)) == "No neuron was in a droplet at σ² = 0.1: r there is not known."


def small_primes(posterior, error=0.001, converged=(1, 1)):
    """Two temperatures of one prime, the theories .1 apart."""
    at = {"prime": [7], "temperature": [0.5, 1.0], "eigenvalue": ["exact", "printed"]}
    theory = np.array([[[0.6, 0.7]], [[0.7, 0.8]]])
    dims = ("prime", "temperature")
    return xarray.Dataset(
        {
            "posterior_discrepancy": (dims, [posterior]),
            "posterior_discrepancy_error": (dims, np.full((1, 2), error)),
            "small_at_discrepancy": (("eigenvalue", *dims), theory),
            "posterior_amplitude_product": (dims, np.full((1, 2), 0.05)),
            "small_at_amplitude_product": (("eigenvalue", *dims), theory),
            "converged": (dims, [converged]),
        },
        at,
    )


@pytest.mark.parametrize(
    ("found", "begins"),
    [
        (small_primes([0.6, 0.7]), "The exact eigenvalue is right:"),
        (small_primes([0.7, 0.8]), "The printed eigenvalue is right:"),
        (small_primes([0.2, 0.3]), "The exact eigenvalue is nearer, but not right:"),
        (small_primes([0.65, 0.75]), "Not decided:"),
        (small_primes([0.6, 0.7], error=0.05), "Not decided:"),
        (small_primes([0.6, 0.7], converged=(1, 0)), "Not decided, as some chains have not converged:"),
    ],
)
def test_an_eigenvalue_is_right_if_it_is_near_and_nearer_by_more_than_errors(found, begins):
    assert fig3._verdict(found, ())[0].startswith(begins)
