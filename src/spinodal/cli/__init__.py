"""The command line: finds the word and leaves the work to its module. `--help` and `--version` import nothing heavy."""

import importlib
import sys
from collections.abc import Sequence

from .. import __version__

COMMANDS = {
    "run": "a published figure, expected against obtained",
    "studies": "what `run` can run",
    "solve": "the theory at your parameters",
    "sample": "the exact posterior at your parameters",
    "sweep": "many runs that survive anything",
    "measure": "synergy and redundancy of the arrays in a file",
    "doctor": "is this machine fit to compute?",
}
HELP = f"""spinodal {__version__}: predicts, simulates, measures and judges phase transitions of learning.

usage: spinodal COMMAND ... [--help]

{chr(10).join(f"  {name:9}{what}" for name, what in COMMANDS.items())}

  spinodal run rubin2024-fig2 --size quick --out runs/fig2
  spinodal solve teacher-student --noise 0.1:0.3:21
  spinodal sample teacher-student --noise 0.2 --json

exit codes: 0 fine, 2 bad input, 3 incomplete or not converged, 130 interrupted, 143 terminated
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    from .exits import guarded

    return guarded(lambda: _command(words))


def _command(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    if words[0] in ("-V", "--version", "version"):
        sys.stdout.write(f"spinodal {__version__}\n")
        return 0
    word, rest = words[0], words[1:]
    if word not in COMMANDS:
        from ..errors import nearest
        from .exits import refuse

        near = nearest(word, COMMANDS)
        return refuse(f"no such command: {word!r}" + (f"; nearest: {near}" if near else f"; there are {', '.join(COMMANDS)}"))
    return importlib.import_module(f".{word}_command", __name__).main(rest)
