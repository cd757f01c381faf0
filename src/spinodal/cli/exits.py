"""How a command ends: exit codes, and sentences on stderr instead of tracebacks."""

import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator

FINE, BAD_INPUT, INCOMPLETE = 0, 2, 3


class RefusalError(Exception):
    """Bad input; the message is the sentence that the user reads."""


class EndedError(Exception):
    """The command is over with this exit code; whatever there was to say has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def guarded(command: Callable[[], int]) -> int:
    """The exit code of `command`. Bugs of ours, and only these, show a traceback and exit 1."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # `spinodal ... >&-`
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 (lives as long as the process)
    try:
        code = command()
        sys.stdout.flush()  # a full disk or a closed pipe shows here, where it can be said
        return code
    except EndedError as end:
        return end.code
    except RefusalError as refusal:
        return refuse(str(refusal))
    except KeyboardInterrupt as interrupt:
        say(str(interrupt) or "interrupted")
        return 128 + getattr(interrupt, "signum", signal.SIGINT)
    except BrokenPipeError:  # `spinodal ... | head`
        _forget_what_cannot_be_written()
        return FINE
    except OSError as error:
        _forget_what_cannot_be_written()
        where = f"{error.filename!r}: " if error.filename is not None else ""
        return refuse(f"{where}{error.strerror or error}")


def _forget_what_cannot_be_written() -> None:
    """Where stdout takes no more, what is left in its buffer goes nowhere: Python's own last flush would fail once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def refusing(flags: Iterable[str]) -> Iterator[None]:
    """A wrong call within this block is bad input; the argument that the message begins with is named as the flag it came from."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise RefusalError(as_flag(str(error), flags)) from error


def as_flag(message: str, flags: Iterable[str]) -> str:
    """`noise must be ...` as `--noise must be ...` if noise is one of `flags`."""
    match = re.match(r"[a-z_]+", message)
    return f"--{match[0].replace('_', '-')}{message[match.end() :]}" if match and match[0] in set(flags) else message


def refuse(sentence: str) -> int:
    """Say why not; the exit code of bad input."""
    say(sentence)
    return BAD_INPUT


def say(sentence: str) -> None:
    """One line on stderr."""
    print("spinodal: " + " ".join(sentence.split()), file=sys.stderr, flush=True)
