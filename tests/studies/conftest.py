"""Studies run against a sampler and a trainer that answer at once."""

import importlib.util
from pathlib import Path

import pytest

from spinodal import sampling, studies, training


def load_doubles():
    spec = importlib.util.spec_from_file_location("study_doubles", Path(__file__).with_name("doubles.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def instant_sampler(monkeypatch):
    monkeypatch.setattr(sampling, "sample", load_doubles().sample)


@pytest.fixture
def coarse_theory(monkeypatch):
    """Curves of a few points: what is tested is the way, not the resolution."""
    import numpy as np

    from spinodal.studies.liu2022 import critical_fraction, data_size
    from spinodal.studies.rubin2024 import appendix_d, fig2, fig3

    monkeypatch.setattr(fig2, "FINE", np.array([0.1, 0.15, 0.2, 0.25]))
    monkeypatch.setattr(fig2, "SCALES", (0.5, 1.0))
    monkeypatch.setattr(appendix_d, "FINE", np.array([700, 1400, 2800]))
    monkeypatch.setattr(fig3, "FINE", np.array([0.15, 0.18, 0.22, 0.25]))
    monkeypatch.setattr(fig3, "FINE_TEMPERATURES", np.array([0.9, 1.6, 2.4]))
    monkeypatch.setattr(critical_fraction, "DRAWS", 500)
    monkeypatch.setattr(data_size, "CURVE_DRAWS", 400)
    monkeypatch.setattr(data_size, "IDEAL_DRAWS", 5)


@pytest.fixture
def instant_trainer(monkeypatch):
    """Cells import `train` when they run."""
    monkeypatch.setattr(training, "train", load_doubles().train)


# These two train for themselves: their cells need real networks
TINY_LAYER = {"prime": 11, "width": 16, "clusters": 3, "usual_steps": 40, "slow_steps": 60, "brief_steps": 20}
TINY_LOOKS = {"checkpoint": 20, "slow_checkpoint": 20, "every": 20, "null_checkpoints": 2, "shuffles": 2}
TINY_RUN = {"prime": 11, "width": 12, "steps": 40, "every": 10, "units": 8, "samples": 20, "clusters": 3}
TINY_ENSEMBLE = {"fractions": (0.5,), "decays": (0.0, 2.0), "replicas": 2, "base": TINY_RUN, "caveats": ()}


@pytest.fixture
def tiny_layers(monkeypatch):
    """Narrow layers, few updates: what is tested is the way from the cells to the page."""
    from spinodal.studies import clauw2024, grokking_forecast

    monkeypatch.setitem(clauw2024.SIZES, "quick", {"replicas": 1, "base": {**TINY_LAYER, **TINY_LOOKS}})
    monkeypatch.setitem(grokking_forecast.SIZES, "quick", TINY_ENSEMBLE)


@pytest.fixture
def tiny_squares(monkeypatch):
    """Small primes, few updates: what is tested is the way from the cells to the page."""
    from spinodal.studies import gromov2023
    from spinodal.studies.gromov2023 import Plan, descent, shares

    quick, rates = gromov2023.SIZES["quick"], descent.SIZES["quick"]
    monkeypatch.setitem(gromov2023.SIZES, "quick", {**quick, "base": {"prime": 11, "width": 16, "steps": 20}})
    monkeypatch.setitem(gromov2023.PLANS, "quick", Plan((11, 13), 3))
    monkeypatch.setitem(descent.SIZES, "quick", {"grid": {**rates["grid"], "prime": [11], "replica": [0]}, "base": {"steps": 20}})
    monkeypatch.setitem(shares.SIZES, "quick", {"grid": {"prime": [11], "load": [2.0, 3.0], "replica": [0]}, "base": {"steps": 20}})


@pytest.fixture
def tiny_transformers(monkeypatch):
    """The same for nanda2023, which looks at real networks too."""
    from spinodal.studies import nanda2023
    from spinodal.studies.nanda2023 import decay

    base = {"prime": 11, "d_model": 8, "d_mlp": 16, "steps": 40, "brief_steps": 40, "looks": 5, "null_draws": 2}
    monkeypatch.setitem(nanda2023.SIZES, "quick", {"replicas": 2, "arms": ["main", "decay 4"], "base": base})
    grid = {**decay.SIZES["quick"]["grid"], "learning_rate": [1e-3], "replica": [0]}
    brief = {name: base[name] for name in ("prime", "d_model", "d_mlp", "steps")}
    monkeypatch.setitem(decay.SIZES, "quick", {"grid": grid, "base": brief})


@pytest.fixture
def tiny_clocks(monkeypatch):
    """Two networks that have hardly begun to learn."""
    from spinodal.studies import zhong2023

    grid = {"replica": range(1), "d_model": (8,), "attention": (0.0, 1.0)}
    monkeypatch.setitem(zhong2023.SIZES, "quick", {"grid": grid, "base": {"prime": 7, "steps": 4, "every": 2}})


@pytest.fixture
def tiny_races(monkeypatch):
    """The same for prieto2025 and its race alone."""
    from spinodal.studies import prieto2025
    from spinodal.studies.prieto2025 import race

    tiny = {"prime": 7, "width": 8, "long_steps": 20, "slow_steps": 20, "every": 5, "looks": 2}
    races = {"race_prime": 7, "race_width": 8, "race_steps": 20, "race_every": 5}
    arms = ("float32", "PerpGrad 0.01", "AdamW 0.01, decay 1", "AdamW 0.1, decay 1")  # three programs to compile
    monkeypatch.setitem(prieto2025.SIZES, "quick", {"replicas": 2, "arms": arms, "base": {**tiny, **races}, "smaller": "Tiny."})
    monkeypatch.setitem(race.SIZES, "quick", {"replicas": 2, "arms": arms[1:], "base": {**races, "looks": 2}, "smaller": "Tiny."})


@pytest.fixture
def run_quickly(tiny_races, instant_sampler, instant_trainer, coarse_theory, tiny_layers, tiny_squares, tiny_transformers, tiny_clocks):
    def run(name, out, **settings):
        return studies.run(name, out=out, progress=False, **{"executor": "serial", **settings})

    return run
