"""Studies run against a sampler that answers at once."""

import importlib.util
from pathlib import Path

import pytest

from spinodal import sampling, studies


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

    from spinodal.studies import rubin2024_appendix_d, rubin2024_fig2, rubin2024_fig3

    monkeypatch.setattr(rubin2024_fig2, "FINE", np.array([0.1, 0.15, 0.2, 0.25]))
    monkeypatch.setattr(rubin2024_fig2, "SCALES", (0.5, 1.0))
    monkeypatch.setattr(rubin2024_appendix_d, "FINE", np.array([700, 1400, 2800]))
    monkeypatch.setattr(rubin2024_fig3, "FINE", np.array([0.15, 0.18, 0.22, 0.25]))
    monkeypatch.setattr(rubin2024_fig3, "FINE_TEMPERATURES", np.array([0.9, 1.6, 2.4]))


@pytest.fixture
def run_quickly(instant_sampler, coarse_theory):
    def run(name, out, **settings):
        return studies.run(name, out=out, progress=False, **settings)

    return run
