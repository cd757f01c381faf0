"""`spinodal sweep`: handed on to the sweeps, once our studies are known to them."""

from collections.abc import Sequence


def main(words: Sequence[str]) -> int:
    """The exit code of the sweep."""
    from .. import studies as studies  # registers its names
    from ..sweeps import command

    return command.main(list(words)) or 0
