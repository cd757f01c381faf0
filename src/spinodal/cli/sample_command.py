"""`spinodal sample`: the exact posterior of one network on one data set."""

import contextlib
import dataclasses
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from ..problems import ModularAddition
from .answers import plain, print_json, print_table
from .exits import FINE, INCOMPLETE, RefusalError, refusing, say
from .flags import parsed, subject, values_of
from .problems import PROBLEMS, SMALL_TABLE, flag, flags_class, problem_flags

ABOUT = "Draws from the exact posterior of a problem, half of the chains from the prior, half planted on the teacher."
# The published prime is out of reach of any sampler: the table's default is one that can be sampled
DEFAULTS = {**PROBLEMS, "modular-addition": SMALL_TABLE}


def main(words: Sequence[str]) -> int:
    """Exit code 0; 3 if the chains did not converge; 130 after Ctrl-C, with the checkpoint kept."""
    name, rest = subject(words, DEFAULTS, command="sample", about=ABOUT)
    default = DEFAULTS[name]
    kind = flags_class("SampleFlags", problem_flags(default), _sampling_flags(name), _sampler_flags(), _output_flags())
    flags = parsed(kind, rest, command=f"sample {name}", about=ABOUT)
    from .. import sampling

    with refusing(kind.__dataclass_fields__):
        problem = type(default)(**values_of(flags, type(default)))
        sampler = _sampler(flags)
        stop = sampling.Stop(rhat=flags.rhat, ess=flags.ess) if flags.ess != 0 else None
        settings = {
            "chains": flags.chains,
            "draws": flags.draws,
            "warmup": flags.warmup,
            "seed": flags.seed,
            "sampler": sampler,
            "stop": stop,
        }
        if name == "teacher-student":
            settings |= {"data_seed": flags.data_seed, "droplet_threshold": flags.droplet_threshold}
        with _folder(flags) as out:
            if out:
                settings |= {"checkpoint": out / "checkpoint.npz", "resume": flags.resume}
            try:
                with _bar(flags) as progress:
                    posterior = sampling.sample(problem, progress=progress, **settings)
            except KeyboardInterrupt:
                raise KeyboardInterrupt(_how_to_go_on(out)) from None
        theory = _theory(problem, flags)
    answer = _answer(name, posterior, theory)
    if out:
        _write(out, posterior, answer)
    _show(answer, posterior, flags, out)
    return FINE if posterior.converged else INCOMPLETE


def _sampling_flags(name: str) -> list:
    own = [
        flag("data_seed", int, 0, "which data set"),
        flag("droplet_threshold", float, 0.4, "overlap beyond which a neuron counts as a droplet"),
    ]
    return [
        *(own if name == "teacher-student" else []),
        flag("chains", int, 4, "run side by side, one a core"),
        flag("draws", int, 2000, "at most, of each chain"),
        flag("warmup", int, 300, "draws thrown away while the step is found"),
        flag("seed", int, 0, "of starting points and chains"),
        flag("rhat", float, 1.01, "end early once every R-hat is below this"),
        flag("ess", float, 100.0, "and every bulk ESS above this; 0 to make all draws"),
    ]


def _sampler_flags() -> list:
    return [
        flag(
            "sampler",
            Literal["hmc", "langevin", "mala"],
            "hmc",
            "langevin is the published algorithm, biased by its step; mala is it, adjusted",
        ),
        flag("step_size", float | None, None, "in prior standard deviations", otherwise="the sampler's own, adapted for hmc"),
        flag("leapfrog_steps", int | None, None, "of a trajectory of hmc", otherwise="its own, adapted"),
        flag("turn", float | None, None, "of hmc: angle of a trajectory where other moves do the rest", otherwise="its own"),
        flag(
            "gradients",
            Literal["auto", "float32", "bfloat16"],
            "auto",
            "of hmc: what kicks within a trajectory; the posterior is exact with either, auto takes the faster",
        ),
    ]


def _output_flags() -> list:
    return [
        flag("out", str, "", "folder for posterior.nc, summary.json and a checkpoint", otherwise="nothing is written"),
        flag("resume", bool, False, "go on from the checkpoint in OUT"),
        flag("json", bool, False, "one JSON object on stdout"),
        flag("quiet", bool, False, "no progress"),
    ]


def _sampler(flags: Any) -> Any:
    from .. import sampling

    settings = {name: getattr(flags, name) for name in ("step_size", "leapfrog_steps", "turn", "gradients")}
    given = {name: value for name, value in settings.items() if value not in (None, "auto")}
    if flags.sampler == "hmc":
        return sampling.HMC(**given)
    for name in ("leapfrog_steps", "turn", "gradients"):
        if name in given:
            raise ValueError(f"{name} is a setting of --sampler hmc only")
    return sampling.Langevin(adjusted=flags.sampler == "mala", **given)


@contextlib.contextmanager
def _folder(flags: Any) -> Iterator[Path | None]:
    """The folder for results; one made for a call that is then refused goes again."""
    if not flags.out:
        if flags.resume:
            raise ValueError("resume needs --out, the folder with the checkpoint")
        yield None
        return
    out = Path(flags.out)
    new = not out.exists()
    try:
        yield _checked_folder(out, flags)
    except (ValueError, TypeError):
        if new:
            with contextlib.suppress(OSError):  # it holds something
                out.rmdir()
        raise


def _checked_folder(out: Path, flags: Any) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        present = sorted(os.listdir(out))
    except OSError as error:
        raise ValueError(f"out must be a folder that can be written, got {out} ({error.strerror})") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise ValueError(f"out must be a folder that can be written, got {out} (permission denied)")
    checkpoint = "checkpoint.npz" in present
    if present and not (flags.resume and checkpoint):
        way_on = "add --resume to go on" if checkpoint else "there is no checkpoint to go on from"
        raise ValueError(f"out must be an empty or new folder, got {out}, which holds {', '.join(present[:3])}: {way_on}")
    return out


def _how_to_go_on(out: Path | None) -> str:
    if out and (out / "checkpoint.npz").exists():
        return f"interrupted; what was drawn is in {out / 'checkpoint.npz'}, the same command with --resume goes on"
    return "interrupted; nothing is kept" + ("" if out else " without --out")


def _bar(flags: Any) -> Any:
    if flags.quiet or flags.json or not sys.stderr.isatty():
        return contextlib.nullcontext()
    return _shown()


def _shown() -> Any:
    from rich.console import Console
    from rich.progress import Progress

    @contextlib.contextmanager
    def shown():
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("sampling", total=1.0)
            yield lambda fraction, text: bar.update(task, completed=fraction, description=text)

    return shown()


def _theory(problem: Any, flags: Any) -> dict[str, float]:
    """What the theory says of each scalar, with all corrections that it has; NaN where it did not converge."""
    from ..theory import modular_addition, teacher_student

    if isinstance(problem, ModularAddition):
        found = modular_addition.solve(problem)
        said = {name: getattr(found, name) for name in ("discrepancy", "droplet_weight", "amplitude_product")}
    else:
        found = teacher_student.solve(problem, corrections=("cavity", "ridge", "gram"), data=problem.draw(flags.data_seed))
        said = {name: getattr(found, name) for name in ("linear_discrepancy", "cubic_discrepancy")}
        said["droplet_fraction"] = found.droplet_fraction(flags.droplet_threshold)
    return {name: float(value) if found.converged else math.nan for name, value in said.items()}


def _answer(name: str, posterior: Any, theory: dict[str, float]) -> dict[str, Any]:
    scalars = {
        scalar: {
            "theory": theory.get(scalar, math.nan),
            "mean": draws.mean(dtype=float),
            "sd": draws.std(ddof=1, dtype=float) if draws.size > 1 else float("nan"),
            "mcse": posterior.monte_carlo_error[scalar],
            "rhat": posterior.rhat[scalar],
            "ess": posterior.ess[scalar],
            "ess_tail": posterior.ess_tail[scalar],
        }
        for scalar, draws in posterior.scalars.items()
    }
    kept = ("starts", "acceptance", "divergences", "ebfmi", "step_size", "leapfrog_steps", "gradient_evaluations", "seconds")
    found = {field: getattr(posterior, field) for field in (*kept, "converged", "message", "settings", "citation")}
    return {"schema": 1, "problem_name": name, "problem": dataclasses.asdict(posterior.problem), "scalars": scalars, **found}


def _write(out: Path, posterior: Any, answer: dict[str, Any]) -> None:
    import xarray

    from .. import provenance
    from ..sweeps import StoreError
    from ..sweeps.files import write_atomic

    found = xarray.Dataset({name: (("chain", "draw"), draws) for name, draws in posterior.scalars.items()})
    for name in ("overlaps", "transverse_norms"):
        if hasattr(posterior, name):
            found[name] = (("chain", "draw", "neuron"), getattr(posterior, name))
    found["start"] = (("chain",), list(posterior.starts))
    found.attrs = {
        "settings": json.dumps(plain(posterior.settings)),
        "problem": json.dumps(plain(posterior.problem)),
        "message": posterior.message,
        "citation": posterior.citation,
        "provenance": json.dumps({**provenance.software(), **provenance.machine()}),
    }
    writer = str(os.getpid())
    try:
        write_atomic(out / "posterior.nc", bytes(found.to_netcdf(engine="h5netcdf")), writer)
        write_atomic(out / "summary.json", (json.dumps(plain(answer), indent=2, ensure_ascii=False) + "\n").encode(), writer)
    except StoreError as error:
        raise RefusalError(str(error)) from error


def _show(answer: dict[str, Any], posterior: Any, flags: Any, out: Path | None) -> None:
    if flags.json:
        print_json(answer)
    else:
        columns = ("theory", "mean", "mcse", "sd", "rhat", "ess", "ess_tail")
        rows = [(name, *(f"{float(values[c]):.4g}" for c in columns)) for name, values in answer["scalars"].items()]
        print_table("", ("what", *columns), rows)
        cost = f"{posterior.gradient_evaluations} gradients in {posterior.seconds:.1f} s"
        print(f"acceptance {posterior.acceptance.mean():.2f}, {cost}" + (f"; {posterior.message}" if posterior.converged else ""))
        if out:
            print(f"Draws: {out / 'posterior.nc'}")
    if not posterior.converged:
        say(posterior.message)
