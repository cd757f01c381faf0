"""Settings that JAX sees through: numbers are traced leaves, structure is part of the compiled program."""

import dataclasses
from collections.abc import Callable
from typing import TypeVar

import jax

Settings = TypeVar("Settings")


def traced(*numeric_fields: str) -> Callable[[type[Settings]], type[Settings]]:
    """Register a frozen dataclass as a JAX pytree: `numeric_fields` are its children, every other field is static.

    A change of a child's value (a learning rate, or any number inside an inner optimiser) uses the program that is compiled already;
    a change of a static field, which must be hashable, compiles another one.

        @traced("learning_rate", "momentum")
        @dataclass(frozen=True)
        class SGD: ...

    A child may itself be such a dataclass. Rebuilding from leaves skips `__init__` and `__post_init__`: leaves may be tracers, which no
    check of a value can look at.
    Raises `TypeError` when the class is not a frozen dataclass or has no such field.
    """

    def register(settings: type[Settings]) -> type[Settings]:
        if not dataclasses.is_dataclass(settings) or not settings.__dataclass_params__.frozen:  # pyright: ignore[reportAttributeAccessIssue]
            raise TypeError(f"traced must stand above @dataclass(frozen=True), got {settings.__name__}, which is no frozen dataclass")
        names = [field.name for field in dataclasses.fields(settings)]
        unknown = [name for name in numeric_fields if name not in names]
        if unknown:
            raise TypeError(f"{settings.__name__} has no field {', '.join(map(repr, unknown))}; its fields are {', '.join(names)}")
        static_fields = tuple(name for name in names if name not in numeric_fields)

        def flatten(instance: Settings):
            return tuple(getattr(instance, name) for name in numeric_fields), tuple(getattr(instance, name) for name in static_fields)

        def flatten_with_keys(instance: Settings):
            children, static = flatten(instance)
            return tuple(zip(map(jax.tree_util.GetAttrKey, numeric_fields), children, strict=True)), static

        def unflatten(static, children) -> Settings:
            instance = object.__new__(settings)
            for name, value in zip(static_fields + numeric_fields, (*static, *children), strict=True):
                object.__setattr__(instance, name, value)
            return instance

        jax.tree_util.register_pytree_with_keys(settings, flatten_with_keys, unflatten, flatten)
        return settings

    return register
