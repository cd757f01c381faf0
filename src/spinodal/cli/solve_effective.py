"""`spinodal solve effective`: how many pairs of symbols force a line."""

from collections.abc import Sequence
from typing import Any

from ..errors import require
from .exits import refusing
from .flags import numbers, parsed
from .problems import flag, flags_class

ABOUT = "Share of training pairs at which half of the random training sets force the embedding of an addition table onto a line."

MOST_SYMBOLS, MOST_WORK = 200, 10**9  # draws times symbols squared: a second for a million of it


def solve(words: Sequence[str], as_json: Any) -> tuple[dict[str, Any], list, tuple[str, ...]]:
    """What `solve` prints: an answer for each number of symbols."""
    kind = flags_class(
        "SolveEffective",
        [
            flag("symbols", str, "10", "how many symbols are added, or 5,10 or start:stop:count for many"),
            flag("draws", int, 1000, "random orders of the pairs"),
            flag("seed", int, 0, "of the draws"),
            as_json,
        ],
    )
    flags = parsed(kind, words, command="solve effective", about=ABOUT)
    with refusing(kind.__dataclass_fields__):
        given = numbers("--symbols", flags.symbols)
        symbols: list[Any] = [int(p) if p.is_integer() else p for p in given]
        for p in symbols:
            require(not p > MOST_SYMBOLS, f"symbols must be at most {MOST_SYMBOLS}, got {p}")
            most = MOST_WORK // max(1, p**2)
            require(not flags.draws > most, f"draws must be at most {most:.0f} for {p} symbols, got {flags.draws}")
        from ..theory import effective as theory

        curves = [theory.linear_curve(p, draws=flags.draws, seed=flags.seed) for p in symbols]
    solutions = [_solution(theory, curve) for curve in curves]
    columns = ("symbols", "pairs", "critical_pairs", "critical_fraction", "standard_error", "slowest_rate")
    answer = {
        "settings": {"draws": flags.draws, "seed": flags.seed},
        "solutions": solutions,
        "lines": ["slowest_rate: lambda_3 of all pairs at unit mean square, a clock for gradient descent on the effective loss"],
        "citation": curves[0].citation,
        "as_json": flags.json,
    }
    return answer, [[solution[c] for c in columns] for solution in solutions], columns


def _solution(theory: Any, curve: Any) -> dict[str, Any]:
    every = [(i, j) for i in range(curve.symbols) for j in range(i, curve.symbols)]
    rates = theory.growth_rates(every, curve.symbols)
    needed = f"half of {curve.draws} random orders force a line by {curve.critical_pairs:.4g} of {len(every)} pairs"
    return {
        "symbols": curve.symbols,
        "pairs": len(every),
        **{name: getattr(curve, name) for name in ("critical_pairs", "critical_fraction", "standard_error")},
        "slowest_rate": float(rates[2]) if len(rates) > 2 else None,
        "linear_probability": curve.probability.tolist(),
        "converged": True,
        "message": needed if curve.symbols > 2 else "two symbols are always on a line: no pair is needed",
    }
