"""The first cells of a run: if all of them fail alike, the rest would too."""

import re

FIRST = 20  # cells


def same_error(kind: str, message: str) -> str:
    """The error without its numbers: two cells that say "cell 3 …" and "cell 14 …" fail alike."""
    return f"{kind}:{re.sub('[0-9]+', '#', message)}"


class Probation:
    """Watches the first outcomes of a run; `keep_going` switches it off."""

    def __init__(self, keep_going: bool):
        self._off = keep_going
        self._errors: list[str] = []

    @property
    def cells(self) -> int:
        """How many more cells must be seen; 0 when the question is settled."""
        return 0 if self._off else FIRST - len(self._errors)

    def judge(self, errors: list[str], successes: int) -> str:
        """Take in outcomes; why the sweep should stop, or an empty string."""
        if self._off:
            return ""
        self._errors += errors
        self._off = successes > 0 or len(set(self._errors)) > 1 or len(self._errors) >= FIRST
        if successes == 0 and len(self._errors) >= FIRST and len(set(self._errors)) == 1:
            alike = f"all of the first {len(self._errors)} cells failed with the same error"
            return f"{alike}: mend it, or insist with --keep-going (keep_going=True)"
        return ""
