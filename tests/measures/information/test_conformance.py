"""Every public measure keeps the rules of the house."""

import dataclasses
import inspect

import numpy as np
import pytest

from spinodal.measures import information

from .systems import equicorrelated, layer

R, X = equicorrelated(5, 0.4), layer(0, 60, 6)
CALLS = {
    "anneal": lambda: information.anneal(R, 3, seed=0, steps=5),
    "bias": lambda: information.bias(4, 50),
    "cluster_unions": lambda: information.cluster_unions(X, 3),
    "copula_correlation": lambda: information.copula_correlation(X),
    "discrete_information": lambda: information.discrete_information(np.full((2, 2, 2), 0.125)),
    "discrete_mmi": lambda: information.discrete_mmi(np.full((2, 2, 2), 0.125)),
    "dual_total_correlation": lambda: information.dual_total_correlation(R),
    "extremes": lambda: information.extremes(R, (3, 4)),
    "grow": lambda: information.grow(R, [0, 1, 2], 5, -1),
    "mutual_information": lambda: information.mutual_information(R, 0, [1, 2]),
    "normalise": lambda: information.normalise([1, 3, 2]),
    "null": lambda: information.null(X, 3, seed=0),
    "o_information": lambda: information.o_information(R),
    "o_information_gradient": lambda: information.o_information_gradient(R),
    "progress": lambda: information.progress({0: X}, clusters=3, shuffles=2),
    "redundancy_mmi": lambda: information.redundancy_mmi(R, [0, 1], 2),
    "redundancy_synergy_index": lambda: information.redundancy_synergy_index(R, [0, 1], 2),
    "s_information": lambda: information.s_information(R),
    "shannon_invariants": lambda: information.shannon_invariants(R, [0, 1], 2),
    "subsets": lambda: information.subsets(R, 3),
    "synergy_mmi": lambda: information.synergy_mmi(R, [0, 1], 2),
    "total_correlation": lambda: information.total_correlation(R),
}
EVERY = pytest.mark.parametrize("name", sorted(CALLS))


def test_every_public_function_is_listed_here():
    public = {name for name, thing in vars(information).items() if inspect.isfunction(thing) and not name.startswith("_")}
    assert public == set(CALLS)


@EVERY
def test_docstring_has_its_parts(name):
    doc = getattr(information, name).__doc__
    for part in ("Arguments:", "Returns:", "Undefined", "Source:"):
        assert part in doc, part


def flat(result):
    if dataclasses.is_dataclass(result):
        return [(f.name, flat(getattr(result, f.name))) for f in dataclasses.fields(result)]
    if isinstance(result, dict):
        return {key: flat(value) for key, value in result.items()}
    return result.tobytes() if isinstance(result, np.ndarray) else result


@EVERY
def test_the_same_call_gives_the_same_bytes_and_leaves_its_input_alone(name):
    r, x = R.copy(), X.copy()
    assert flat(CALLS[name]()) == flat(CALLS[name]())
    assert (r == R).all()
    assert (x == X).all()


@EVERY
def test_records_are_frozen(name):
    result = CALLS[name]()
    if not dataclasses.is_dataclass(result):
        assert isinstance(result, (float, np.ndarray))
        return
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, dataclasses.fields(result)[0].name, None)


def test_measures_need_no_jax():
    import subprocess
    import sys

    code = "import sys, spinodal.measures.information; print([m for m in ('jax', 'torch', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
