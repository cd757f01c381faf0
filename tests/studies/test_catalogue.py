"""What can be run is known without importing any of it."""

import subprocess
import sys

import pytest

from spinodal import studies, sweeps
from spinodal.studies.catalogue import checked_size

# Of a quick size: every worker compiles them all, some seconds each. prieto2025 compares losses, dtypes and optimisers
PROGRAMS = {"prieto2025": 7, "prieto2025-race": 4}


def test_listing_imports_no_heavy_package():
    code = (
        "import sys; from spinodal import studies; list(studies.entries()); "
        "print([name for name in ('jax', 'xarray', 'matplotlib') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("entry", studies.entries(), ids=lambda entry: entry.name)
def test_every_study_keeps_the_rules(entry):
    recipe = entry.recipe()
    assert recipe.name == entry.name
    assert recipe.question.endswith("?")
    assert entry.citation
    assert recipe.pictures
    for size in entry.sizes:
        sweep = recipe.sweep(size, 7)
        assert sweep.study == entry.name
        assert sweep.name == f"{entry.name}-{size}"
        assert sweep.rest["seed"] == 7
        assert recipe.executor_of(size) in ("serial", "processes")
        assert len({cell.key for cell in sweep.cells()}) == len(sweep)
    assert len({sweep.record.group_key(cell.settings) for cell in recipe.sweep("quick", 0).cells()}) <= PROGRAMS.get(entry.name, 3)
    assert set(entry.sizes) >= {"quick", "paper"}


@pytest.mark.parametrize("entry", studies.entries(), ids=lambda entry: entry.name)
def test_sweeps_find_every_study_by_its_name_alone(entry):
    assert sweeps.studies()[entry.name] == f"{entry.module}:study"
    assert sweeps.find_study(entry.name).citation == entry.citation


def test_unknown_names_get_the_nearest():
    with pytest.raises(ValueError, match=r"study must be one of .*, got 'rubin2024-fig4'; nearest: rubin2024-fig"):
        studies.find("rubin2024-fig4")
    with pytest.raises(ValueError, match="size must be one of quick, full, paper, got 'papre'; nearest: paper"):
        checked_size(studies.find("rubin2024-fig2"), "papre")
