"""One file a posterior: potential, gradient, observables, starting points."""

from types import ModuleType

from ...problems import ModularAddition, TeacherStudent


def posterior_of(problem: TeacherStudent | ModularAddition) -> ModuleType:
    """The module that knows this problem's posterior."""
    if isinstance(problem, TeacherStudent):
        from . import teacher_student

        return teacher_student
    from . import modular_addition

    return modular_addition
