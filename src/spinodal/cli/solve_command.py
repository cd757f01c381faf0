"""`spinodal solve`: a theory at one parameter or many, and where its transitions are."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from .. import provenance
from ..errors import integer
from .answers import print_json, print_table
from .exits import FINE, INCOMPLETE, refusing, say
from .flags import numbers, parsed, subject, values_of
from .problems import PROBLEMS, flag, flags_class, problem_flags
from .solve_effective import solve as solve_effective

ABOUT = "Solves a theory, of a problem at --noise or of addition at --symbols; defaults are the published parameters."
JSON = flag("json", bool, False, "one JSON object on stdout")


def main(words: Sequence[str]) -> int:
    """Exit code 0, or 3 if a solution did not converge."""
    solvers = {
        "teacher-student": _teacher_student,
        "modular-addition": _modular_addition,
        "effective": lambda rest: solve_effective(rest, JSON),
    }
    name, rest = subject(words, solvers, command="solve", about=ABOUT)
    answer, rows, columns = solvers[name](rest)
    failed = [s for s in answer["solutions"] if not s["converged"]]
    lines = answer.pop("lines")
    if answer.pop("as_json"):
        print_json({"schema": 1, "problem_name": name, **answer, "versions": provenance.software()})
    else:
        print_table("", columns, rows)
        for line in lines:
            print(line)
    for solution in failed:
        say(f"noise {solution['noise']:g}: {solution['message']}")  # of the kernel theories: counting always ends
    return INCOMPLETE if failed else FINE


def _teacher_student(words: Sequence[str]) -> tuple[dict[str, Any], list, tuple[str, ...]]:
    default = PROBLEMS["teacher-student"]
    kind = flags_class(
        "SolveTeacherStudent",
        problem_flags(default, ranged=("noise",)),
        [
            flag(
                "transverse", Literal["exact", "mean"], "exact", "norm of the weights across the teacher: integrated, or fixed as published"
            ),
            flag("branch", Literal["equilibrium", "gaussian"], "equilibrium", "the whole density, or the phase without droplets"),
            flag(
                "corrections",
                tuple[Literal["cavity", "ridge", "gram"], ...],
                (),
                "finite width, finite samples, this data set",
                otherwise="none",
            ),
            flag("data_seed", int, 0, "which data set --corrections gram corrects for"),
            flag("threshold", float, 0.4, "overlap beyond which a neuron counts as a droplet"),
            JSON,
        ],
    )
    flags = parsed(kind, words, command="solve teacher-student", about=ABOUT)
    with refusing(kind.__dataclass_fields__):
        noise = numbers("--noise", flags.noise)
        problem = type(default)(**values_of(flags, type(default), noise=noise[0]))
        from ..doctor import check_memory
        from ..theory import teacher_student as theory

        seed, data = integer("data_seed", flags.data_seed, minimum=0), None
        if "gram" in flags.corrections:
            check_memory(8 * problem.samples * (problem.input_dim + 8), "samples or input_dim")
            data = problem.draw(seed)
        settings = {"transverse": flags.transverse, "branch": flags.branch, "corrections": flags.corrections, "data": data}
        found = theory.solve_many(problem, noise=noise, **settings)
        fractions = found.droplet_fraction(flags.threshold)
    transitions = {c: theory.transition(problem, transverse=flags.transverse, criterion=c) for c in ("spinodal", "degeneracy")}
    fields = ("noise", "linear_discrepancy", "cubic_discrepancy", "phase", "residual", "iterations", "converged", "message")
    solutions = [{**{f: _item(getattr(found, f)[i]) for f in fields}, "droplet_fraction": float(fractions[i])} for i in range(len(noise))]
    columns = ("noise", "linear_discrepancy", "cubic_discrepancy", "droplet_fraction", "phase", "residual")
    answer = {
        "problem": {**asdict(problem), "noise": noise},
        "settings": {
            "transverse": flags.transverse,
            "branch": flags.branch,
            "corrections": flags.corrections,
            "data_seed": seed if "gram" in flags.corrections else None,
            "threshold": flags.threshold,
        },
        "solutions": solutions,
        "transitions": {c: _without_problem(t) for c, t in transitions.items()},
        "lines": [f"{c} at infinite size: {_where(t)}" for c, t in transitions.items()],
        "citation": found.citation,
        "as_json": flags.json,
    }
    return answer, [[s[c] for c in columns] for s in solutions], columns


def _modular_addition(words: Sequence[str]) -> tuple[dict[str, Any], list, tuple[str, ...]]:
    default = PROBLEMS["modular-addition"]
    kind = flags_class(
        "SolveModularAddition",
        problem_flags(default, ranged=("noise",)),
        [flag("eigenvalue", Literal["exact", "printed"], "exact", "of the mean kernel on the target: right, or as published"), JSON],
    )
    flags = parsed(kind, words, command="solve modular-addition", about=ABOUT)
    with refusing(kind.__dataclass_fields__):
        noise = numbers("--noise", flags.noise)
        problem = type(default)(**values_of(flags, type(default), noise=noise[0]))
        from ..theory import modular_addition as theory

        found = theory.solve_many(problem, noise=noise, eigenvalue=flags.eigenvalue)
    transitions = theory.transitions(problem, eigenvalue=flags.eigenvalue)
    fields = (
        "noise",
        "discrepancy",
        "droplet_weight",
        "action_gap",
        "outer_amplitude",
        "eigenvalue",
        "phase",
        "residual",
        "converged",
        "message",
    )
    solutions = [{f: _item(getattr(found, f)[i]) for f in fields} for i in range(len(noise))]
    columns = ("noise", "discrepancy", "droplet_weight", "action_gap", "phase", "residual")
    answer = {
        "problem": {**asdict(problem), "noise": noise},
        "settings": {"eigenvalue": flags.eigenvalue},
        "solutions": solutions,
        "transitions": asdict(transitions),
        "lines": [f"at large prime: {transitions.message}"],
        "citation": found.citation,
        "as_json": flags.json,
    }
    return answer, [[s[c] for c in columns] for s in solutions], columns


def _where(transition: Any) -> str:
    if not transition.converged:
        return transition.message
    return f"noise {transition.noise:.6g}, linear discrepancy {transition.linear_discrepancy:.6g}, overlap {transition.overlap:.4g}"


def _without_problem(transition: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(transition).items() if name != "problem"}


def _item(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
