"""The problems that the command line knows, with the published parameters as defaults."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from ..problems import ModularAddition, TeacherStudent
from .flags import flags_from

PROBLEMS: dict[str, Any] = {
    # Figures 2 and 3 of arXiv:2310.03789
    "teacher-student": TeacherStudent(150, 700, 3000, noise=0.15, cubic=-0.3, weight_variance=0.5, readout_variance=8 / 700),
    "modular-addition": ModularAddition(401, 1000, noise=0.2, readout_variance=2e-6, sextic_decay=1e-4),
}
# A prime whose posterior can be sampled, in the scaling of the spec: readout_variance = 1 / (width prime^2), noise = t / width
SMALL_TABLE = ModularAddition(7, 400, noise=1.6 / 400, readout_variance=1 / (400 * 49), sextic_decay=0.3)

Field = tuple[str, Any, Any]


def flags_class(name: str, *groups: Sequence[Field]) -> Any:
    """A frozen dataclass with these fields, for tyro."""
    return dataclasses.make_dataclass(name, [field for group in groups for field in group], frozen=True)


def flag(name: str, kind: Any, default: Any, about: str, *, otherwise: str = "") -> Field:
    """One field of a flags class; `otherwise` says what its default means where that is None, empty text or no words."""
    hint = f"(default: {otherwise})" if otherwise else None
    return name, Annotated[kind, tyro.conf.arg(help=about, help_behavior_hint=hint)], dataclasses.field(default=default)


def problem_flags(problem: Any, *, ranged: Sequence[str] = ()) -> list[Field]:
    """The fields of a problem as flags."""
    return flags_from(type(problem), problem, ranged=ranged)
