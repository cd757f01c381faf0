"""Does the problem fit? Asked before anything is allocated."""

from ..problems import ModularAddition, TeacherStudent


def bytes_needed(problem: TeacherStudent | ModularAddition, chains: int, draws: int, threads: int) -> int:
    """Estimate of the memory of one call of `sample`: data, draws kept, and what the chains at work hold, in bytes."""
    if isinstance(problem, TeacherStudent):
        data = 14 * problem.samples * problem.input_dim + 12 * problem.input_dim**2  # float64 as drawn, float32 and bfloat16 as used
        kept = 16 * chains * draws * problem.width  # a second time whenever they are put together
        weights = 4 * problem.width * (problem.input_dim + 1)
        working = 4 * problem.samples * problem.width + 8 * problem.samples * problem.input_dim + 10 * weights
    else:
        table, smaller = problem.prime**2, min(problem.prime**2, problem.width)
        data = 16 * table * problem.prime
        kept = 48 * chains * draws
        weights = 8 * problem.prime * problem.width
        working = 16 * table * problem.width + 16 * smaller**2 + 10 * weights
    return data + kept + threads * working + 4 * chains * weights
