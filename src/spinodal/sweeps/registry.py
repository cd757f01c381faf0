"""Names of studies, and where each is found. A study's module is imported when the study is used, not when it is listed."""

import importlib

from ..errors import nearest, require
from .limits import STUDY_NAME
from .study import Study

GROUP = "spinodal.studies"  # other packages add theirs through this entry-point group

STUDIES: dict[str, str] = {
    "selftest": "spinodal.sweeps.selftest:study",
}
HIDDEN = frozenset({"selftest"})  # exists for tests of this machinery only


def register(name: str, target: str) -> None:
    """Add a study of this process: `target` is `"module:object"`, importable in worker processes too."""
    require(bool(STUDY_NAME.fullmatch(name)), f"the name of a study must be a letter, then at most 63 of A-Za-z0-9_-, got {name!r}")
    require(
        target.count(":") == 1 and not target.startswith("__main__:"),
        f"target must be 'module:object' of a module that workers can import, got {target!r}",
    )
    STUDIES[name] = target


def studies() -> dict[str, str]:
    """Where every registered study is found, by name; nothing is imported."""
    from importlib.metadata import entry_points  # 20 ms that a run of a built-in study need not wait for

    found = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    return dict(sorted(({**found, **STUDIES}).items()))


def target_of(name: str) -> str:
    """`"module:object"` of the study of this name."""
    if name in STUDIES:
        return STUDIES[name]
    known = studies()
    if name not in known:
        shown = [n for n in known if n not in HIDDEN]
        near = nearest(name, known)
        raise ValueError(f"study must be one of {', '.join(shown) or 'selftest'}, got {name!r}" + (f"; nearest: {near}" if near else ""))
    return known[name]


def find_study(name: str, target: str = "") -> Study:
    """The study of this name, imported now; `target` overrules the registry (tasks carry it to worker processes)."""
    module, _, attribute = (target or target_of(name)).partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"study {name!r} cannot be imported from {module}:{attribute}: {error}") from error
    if not isinstance(found, Study):
        raise ValueError(f"study {name!r}: {module}:{attribute} is a {type(found).__name__}, not a spinodal.sweeps.Study")
    require(found.name == name, f"study {name!r}: {module}:{attribute} calls itself {found.name!r}")
    return found
