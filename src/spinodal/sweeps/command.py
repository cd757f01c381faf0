"""The command `spinodal sweep run|status|worker|export`: nothing but flags, words and exit codes.

Exit codes: 0 complete, 2 bad input, 3 incomplete, 130 and 143 interrupted, 1 a bug of ours.
"""

import argparse
import json
import re
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from ..errors import choice, nearest

COMPLETE, BAD_INPUT, INCOMPLETE, BUG = 0, 2, 3, 1


def main(argv: list[str]) -> int:
    """Run `spinodal sweep` with these arguments; returns the exit code."""
    try:
        arguments = _parsed(argv)
    except _RefusalError as refusal:
        print(refusal, file=sys.stderr)
        return BAD_INPUT
    except SystemExit as left:  # --help
        return int(left.code or 0)
    from .files import StoreError
    from .interrupts import command

    try:
        with command(), warnings.catch_warnings():
            warnings.showwarning = lambda message, *rest: print(message, file=sys.stderr)
            return arguments.action(arguments)
    except KeyboardInterrupt as interrupt:
        return _interrupted(arguments, interrupt)
    except StoreError as error:
        print(error, file=sys.stderr)
        return INCOMPLETE
    except (ValueError, TypeError) as error:
        print(_with_flags(str(error), arguments), file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # `spinodal sweep ... | head`: the command line has words for it
        raise
    except Exception:  # noqa: BLE001 (the last line of defence: say that it is ours)
        traceback.print_exc()
        print("this is a bug of spinodal; please report it with the lines above", file=sys.stderr)
        return BUG


def _run(a: argparse.Namespace) -> int:
    from .executors import checked_executor
    from .running import run
    from .sweep import Sweep

    if a.executor is not None:
        checked_executor(a.executor, "--executor")
    sweep = Sweep.from_toml(a.file)
    if a.plan_only:
        return _plan_only(a, sweep)
    report = run(
        sweep,
        a.store,
        executor=a.executor,
        retries=a.retries,
        retry_failed=a.retry_failed,
        keep_going=a.keep_going,
        extend=a.extend,
        claim_timeout=a.claim_timeout,
        trust_sizes=a.trust_sizes,
        progress=False if a.quiet or a.json else None,
    )
    return _ended(a, report)


def _worker(a: argparse.Namespace) -> int:
    from .running import worker

    return _ended(a, worker(a.store, claim_timeout=a.claim_timeout, progress=False if a.quiet or a.json else None))


def _plan_only(a: argparse.Namespace, sweep: Any) -> int:
    from .running import prepare

    plan = prepare(sweep, a.store, extend=a.extend)
    groups = len({group for group, _ in plan.groups})
    found = {"schema": 1, "study": plan.study, "version": plan.version, "store": a.store, "plan": plan.hash}
    found.update({"cells": len(plan), "groups": groups, "blocks": len(plan.blocks), "cells_per_block": plan.block})
    if a.json:
        print(json.dumps(found))
    elif not a.quiet:
        print(f"{len(plan)} cells in {groups} group{'s' * (groups != 1)} and {len(plan.blocks)} blocks of at most {plan.block}: {a.store}")
        if groups > 16:
            print(f"{groups} groups compile {groups} programs: leave to the group_key of {plan.study} only what changes shapes")
    return COMPLETE


def _status(a: argparse.Namespace) -> int:
    from .store import Store

    found = Store(a.store).status(verify=a.verify)
    if a.json:
        print(json.dumps(found.as_json()))
    else:
        print(f"{found.study} version {found.version} in {found.store}: {found.message}")
        for name in ("cells", "done", "failed", "pending", "running", "corrupt", "unplanned"):
            print(f"  {name:10}{getattr(found, name):>12}")
        if found.versions:
            print("  computed with " + "; ".join(found.versions))
        for failure in found.failures:
            print(f"  failed {failure['key'][:12]} after {failure['attempts']} attempts: {failure['error']}: {failure['message']}")
        for damage in found.damage:
            print(f"  damaged {damage.path.name}: {damage.reason}")
    return COMPLETE if found.complete else INCOMPLETE


def _export(a: argparse.Namespace) -> int:
    from .export import IncompleteError, export
    from .store import Store

    try:
        print(export(Store(a.store), a.format, out=a.out, partial=a.partial, force=a.force))
    except IncompleteError as error:
        print(error, file=sys.stderr)
        return INCOMPLETE
    return COMPLETE


def _ended(a: argparse.Namespace, report: Any) -> int:
    if a.json:
        print(json.dumps(_as_json(report)))
    elif not (a.quiet and report.complete):
        print(
            f"{report.message} ({report.computed} computed, {report.reused} reused, {report.seconds:.1f} s): {report.store}",
            file=sys.stderr,
        )
        if report.failed:
            print(f"what failed and why: spinodal sweep status {report.store}; to try again: --retry-failed", file=sys.stderr)
    return COMPLETE if report.complete else INCOMPLETE


def _as_json(report: Any) -> dict[str, Any]:
    from .store import Store

    try:
        found = Store(report.store).status().as_json()
    except ValueError:  # the store could not even be begun
        found = {name: getattr(report, name) for name in ("study", "store", "cells", "done", "failed", "pending", "complete")}
        found = {"schema": 1, **found, "running": 0, "corrupt": 0, "unplanned": 0, "failures": []}
    return {**found, "message": report.message, "computed": report.computed, "reused": report.reused, "seconds": report.seconds}


def _interrupted(a: argparse.Namespace, interrupt: KeyboardInterrupt) -> int:
    from .interrupts import Interrupted

    report = interrupt.report if isinstance(interrupt, Interrupted) else None
    again = f"spinodal sweep run {a.file} --store {a.store}" if hasattr(a, "file") else f"spinodal sweep {a.verb} {a.store}"
    print(f"{report.message if report else 'interrupted'}; to go on: {again}", file=sys.stderr)
    if report is not None and a.json:
        print(json.dumps(_as_json(report)))
    return 128 + (interrupt.signum if isinstance(interrupt, Interrupted) else 2)


_FLAGS = {"retries ": "--retries ", "claim_timeout ": "--claim-timeout ", "executor ": "--executor ", "format ": "--format "}


def _with_flags(message: str, a: argparse.Namespace) -> str:
    """The library names the argument; here it is a flag."""
    word = next((name for name in _FLAGS if message.startswith(name)), "")
    if not word and message.startswith("$") and hasattr(a, "file"):
        return f"{a.file}: {message}"
    return _FLAGS[word] + message[len(word) :] if word else message


class _RefusalError(Exception):
    """Flags that cannot be."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _RefusalError(re.sub(r"^argument ([^:]+): must", r"\1 must", message))


def _parsed(argv: list[str]) -> argparse.Namespace:
    parser = _parser()
    found, rest = parser.parse_known_args(argv)
    if rest:
        flags = [flag for action in found.parser._actions for flag in action.option_strings]
        near = nearest(rest[0], flags) if rest[0].startswith("-") else ""
        raise _RefusalError(
            f"{rest[0]}: not known to {found.parser.prog}" + (f"; nearest: {near}" if near else f"; see {found.parser.prog} --help")
        )
    return found


def _path(text: str) -> str:
    # A default would stand in for an empty shell variable, and results go where nobody looks
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be > 0, got {text}")
    return value


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"must be an integer >= 0, got {text}")
    return int(text)


def _format(text: str) -> str:
    try:
        return choice("", text, ("zarr", "netcdf", "csv"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).strip()) from None


def _parser() -> _Parser:
    parser = _Parser(
        prog="spinodal sweep", description="Run a study at every point of a grid, on one core or a thousand; kill it, run it again."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="run|status|worker|export", parser_class=_Parser)

    def verb(name: str, action: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(action=action, parser=made)
        return made

    run = verb("run", _run, "compute what the store lacks of a sweep")
    run.add_argument("file", type=_path, metavar="FILE.toml")
    run.add_argument("--store", type=_path, required=True, metavar="DIR", help="folder to be made or continued")
    run.add_argument(
        "--executor", metavar="E", help="serial, processes[:N], dask://HOST:PORT or dask:///path/scheduler.json; default: the file's"
    )
    run.add_argument("--retries", type=_count, metavar="N", help="how often a cell that raises is tried again; default: the file's, or 1")
    run.add_argument("--retry-failed", action="store_true", help="try cells again whose failure is recorded")
    run.add_argument("--keep-going", action="store_true", help="go on though the first 20 cells all fail alike")
    run.add_argument("--extend", action="store_true", help="make this the store's sweep, keeping stored cells that fit")
    run.add_argument("--trust-sizes", action="store_true", help="do not check the sha256 of every stored file first")
    run.add_argument("--plan-only", action="store_true", help="write the manifest, so that workers can start, and print the plan")
    worker = verb("worker", _worker, "help with a store on a shared disk until nothing is pending")
    worker.add_argument("store", type=_path, metavar="DIR")
    for each in (run, worker):
        each.add_argument(
            "--claim-timeout", type=_positive, default=60.0, metavar="S", help="seconds until a silent writer's claim is taken over; 60"
        )
        quiet = each.add_mutually_exclusive_group()
        quiet.add_argument("--quiet", action="store_true", help="print nothing when all is well")
        quiet.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    status = verb("status", _status, "say how far a store is; never writes")
    status.add_argument("store", type=_path, metavar="DIR")
    status.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    status.add_argument("--verify", action="store_true", help="check the sha256 of every file, not only its size")
    export = verb("export", _export, "write the store's dataset as one file")
    export.add_argument("store", type=_path, metavar="DIR")
    export.add_argument("--format", required=True, type=_format, metavar="zarr|netcdf|csv")
    export.add_argument("--out", type=_path, metavar="PATH", help="default: export/ in the store")
    export.add_argument("--partial", action="store_true", help="allow pending and failed cells, which are NaN")
    export.add_argument("--force", action="store_true", help="replace what is there")
    return parser
