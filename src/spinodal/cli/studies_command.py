"""`spinodal studies`: what can be run, and how long it takes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from .answers import print_json, print_table
from .exits import FINE
from .flags import parsed


@dataclass(frozen=True)
class StudiesFlags:
    json: bool = False
    """one JSON object on stdout"""


def main(words: Sequence[str]) -> int:
    """Exit code 0."""
    flags = parsed(StudiesFlags, words, command="studies", about="Published results that `spinodal run` reruns.")
    from ..studies import entries

    if flags.json:
        shown = [{name: value for name, value in asdict(entry).items() if name != "module"} for entry in entries()]
        print_json({"schema": 1, "studies": shown})
        return FINE
    for entry in entries():
        print(f"{entry.name}: {entry.title}")
        rows = [(name, size.what, f"about {size.minutes:g} min") for name, size in entry.sizes.items()]
        print_table("", ("study", "what", "on two cores"), [(f"  --size {name}", what, time) for name, what, time in rows])
        print(f"  {entry.citation}\n")
    return FINE
