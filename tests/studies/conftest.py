"""Studies run against a sampler that answers at once."""

import dataclasses
import importlib
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


# The quick size of a trained study, smaller still: (module, attribute) -> fields to replace, or a value
TINY_DIAGRAM = {"caps": {"quick": 60}, "replicas": {"quick": 2}}
TINY_CELL = {"hidden_widths": (12, 12), "every": 20}
DIAGRAMS = ("liu2022_addition", "liu2022_learning_rates", "liu2022_classification", "liu2022_s3")


@pytest.fixture
def tiny_training(monkeypatch):
    """Narrow networks, few updates, 2 x 2 cells: what is tested is the way from the cells to the page."""
    for name in DIAGRAMS:
        module = importlib.import_module(f"spinodal.studies.{name}")
        diagram = module.DIAGRAM
        axes = {axis: (values, (kept[0], kept[-1])) for axis, (values, kept) in diagram.axes.items()}
        tiny = dataclasses.replace(diagram, axes=axes, **TINY_DIAGRAM, base={**diagram.base, **TINY_CELL})
        monkeypatch.setattr(module, "recipe", tiny.recipe())


@pytest.fixture
def run_quickly(instant_sampler, coarse_theory, tiny_training):
    def run(name, out, **settings):
        return studies.run(name, out=out, progress=False, **{"executor": "serial", **settings})

    return run
