"""`spinodal run STUDY`: a published figure with one command, expected against obtained."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from .answers import print_json, print_table
from .exits import FINE, INCOMPLETE, EndedError, refusing, say
from .flags import REQUIRED, parsed

ABOUT = "Reruns a published result and writes one page, figures, data and a summary. `spinodal studies` lists what there is."


@dataclass(frozen=True)
class RunFlags:
    study: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="STUDY", help="name of a study", help_behavior_hint=REQUIRED)] = ""
    size: Annotated[str, tyro.conf.arg(help="quick, paper or another that the study has")] = "quick"
    out: Annotated[str, tyro.conf.arg(help="folder for the page, figures and data", help_behavior_hint="(default: runs/STUDY-SIZE)")] = ""
    seed: Annotated[int, tyro.conf.arg(help="of chains, or of splits and networks; data sets are always 0, 1, 2, ...")] = 0
    executor: Annotated[
        str, tyro.conf.arg(help="serial, processes[:N] or dask://HOST:PORT", help_behavior_hint="(default: the study's own choice)")
    ] = ""
    resume: Annotated[bool, tyro.conf.arg(help="go on with what OUT holds")] = False
    force: Annotated[bool, tyro.conf.arg(help="delete what an earlier run wrote in OUT, and start anew")] = False
    json: Annotated[bool, tyro.conf.arg(help="one JSON object on stdout")] = False
    quiet: Annotated[bool, tyro.conf.arg(help="no progress, and nothing at all when all is well")] = False


def main(words: Sequence[str]) -> int:
    """Exit code 0; 3 if cells failed or chains did not mix; 130 after Ctrl-C."""
    flags = parsed(RunFlags, words, command="run", about=ABOUT)
    from .. import studies, sweeps

    names = [name for name in RunFlags.__dataclass_fields__ if name != "study"]  # which is no flag
    with refusing(names):
        if not flags.study:
            raise ValueError(f"STUDY is missing: one of {', '.join(entry.name for entry in studies.entries())}")
        entry = studies.find(flags.study)
        studies.catalogue.checked_size(entry, flags.size)
    out = flags.out or f"runs/{flags.study}-{flags.size}"
    progress = False if flags.quiet or flags.json else None
    try:
        with refusing(names):
            settings: dict[str, Any] = {
                "executor": flags.executor or None,
                "resume": flags.resume,
                "force": flags.force,
                "progress": progress,
                "announce": lambda sentence: _begin(sentence, quiet=progress is False),
            }
            outcome = studies.run(flags.study, size=flags.size, out=out, seed=flags.seed, **settings)
    except sweeps.Interrupted as interrupt:
        from ..studies.running import again

        command = again(flags.study, flags.size, flags.seed, out, flags.executor) + " --resume"
        raise _interrupted(interrupt, command) from None
    except sweeps.StoreError as error:
        say(str(error))
        return INCOMPLETE
    _show(outcome, flags)
    return FINE if outcome.complete and outcome.converged else INCOMPLETE


def _begin(sentence: str, *, quiet: bool) -> None:
    """Say what comes, and make sure that this machine's numbers can be trusted; the page records it."""
    if not quiet:
        say(sentence)
    from ..doctor import examine

    health = examine()
    if not health.healthy:
        say(f"this machine computes wrong numbers: {health.message}; nothing was run (see spinodal doctor)")
        raise EndedError(INCOMPLETE)


def _interrupted(interrupt: Any, again: str) -> KeyboardInterrupt:
    done = f"{interrupt.report.done} of {interrupt.report.cells} cells are stored" if interrupt.report else "what had finished is stored"
    return _Stopped(f"interrupted, {done}; go on with: {again}", interrupt.signum)


class _Stopped(KeyboardInterrupt):
    def __init__(self, sentence: str, signum: int) -> None:
        super().__init__(sentence)
        self.signum = signum


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _show(outcome: Any, flags: RunFlags) -> None:
    if flags.json:
        from ..studies.running import as_json

        print_json(as_json(outcome))
    elif not flags.quiet and outcome.complete:
        rows = [
            (c.what, c.source, *map(_short, (c.expected, c.obtained, c.within, c.beyond, c.z if c.error > 0 else None)), c.verdict)
            for c in outcome.comparisons
        ]
        print_table("", ("what", "source", "expected", "obtained", "within", "beyond", "z", "verdict"), rows)
        print()
        for sentence in outcome.verdict:
            print(sentence)
        print(f"\nReport: {outcome.report}")
    if not (outcome.complete and outcome.converged):
        say(outcome.message)
