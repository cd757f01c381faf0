"""Settings as pytrees: numbers are traced, structure is static, nothing is checked twice."""

from dataclasses import dataclass
from typing import Any

import jax
import pytest

from spinodal.training.optimizers.pytree import traced


@traced("rate")
@dataclass(frozen=True)
class Descent:
    rate: float = 0.1
    sign: str = "down"

    def __post_init__(self):
        if not self.rate > 0:  # a tracer here raises, which is what must not happen
            raise ValueError("rate must be > 0")


@traced("inner", "factor")
@dataclass(frozen=True)
class Outer:
    inner: Any
    factor: float = 2.0


def test_leaves_are_the_numbers_inner_ones_too():
    assert jax.tree.leaves(Outer(Descent(0.3), factor=4.0)) == [0.3, 4.0]


def test_rebuilding_gives_an_equal_object():
    outer = Outer(Descent(0.3, sign="up"), factor=4.0)
    assert jax.tree.map(lambda leaf: leaf, outer) == outer


def test_leaves_are_named_by_their_fields():
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(Outer(Descent()))]
    assert paths == [".inner.rate", ".factor"]


def test_another_number_uses_the_compiled_program_another_structure_does_not():
    traces = []

    @jax.jit
    def move(settings, x):
        traces.append(settings.inner.sign)
        step = settings.inner.rate * settings.factor
        return x - step if settings.inner.sign == "down" else x + step

    assert float(move(Outer(Descent(0.25)), 1.0)) == 0.5
    assert float(move(Outer(Descent(0.125), factor=4.0), 1.0)) == 0.5
    assert traces == ["down"]
    assert float(move(Outer(Descent(0.25, sign="up")), 1.0)) == 1.5
    assert traces == ["down", "up"]


def test_many_rates_map_in_one_program():
    stacked = jax.tree.map(lambda _: jax.numpy.arange(3.0), Descent())
    rates = jax.vmap(lambda settings: settings.rate * 2)(stacked)
    assert rates.tolist() == [0.0, 2.0, 4.0]


def test_an_unknown_field_is_named():
    with pytest.raises(TypeError, match="has no field 'speed'; its fields are rate"):

        @traced("speed")
        @dataclass(frozen=True)
        class Wrong:
            rate: float = 0.1


@pytest.mark.parametrize("decorate", [lambda c: c, dataclass], ids=["plain", "not frozen"])
def test_a_class_that_can_change_is_refused(decorate):
    class Loose:
        rate: float = 0.1

    with pytest.raises(TypeError, match="frozen dataclass"):
        traced("rate")(decorate(Loose))
