"""One verb: draw from the exact posterior of a network."""

import importlib.metadata
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from threadpoolctl import threadpool_limits

from .. import __version__
from ..doctor import check_memory
from ..errors import choice, instance, integer, real, require
from ..problems import ModularAddition, TeacherStudent
from .diagnostics import MAX_RHAT, MIN_ESS, diagnose, energy_fractions, faults, monte_carlo_error, varying, warned
from .memory import bytes_needed
from .record import ModularAdditionPosterior, TeacherStudentPosterior
from .settings import HMC, Langevin, Stop

Batching = Literal["auto", "sequential", "vmap"]
DEFAULT_SAMPLER = HMC()


@overload
def sample(problem: TeacherStudent, **settings: Any) -> TeacherStudentPosterior: ...
@overload
def sample(problem: ModularAddition, **settings: Any) -> ModularAdditionPosterior: ...
def sample(  # pyright: ignore[reportInconsistentOverload]: the overloads say only which record comes back
    problem: TeacherStudent | ModularAddition,
    *,
    data_seed: int = 0,
    chains: int = 4,
    draws: int = 500,
    warmup: int = 300,
    seed: int = 0,
    sampler: HMC | Langevin = DEFAULT_SAMPLER,
    droplet_threshold: float = 0.4,
    stop: Stop | None = None,
    progress: Callable[[float, str], None] | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    batching: Batching = "auto",
) -> TeacherStudentPosterior | ModularAdditionPosterior:
    """Draws from the exact posterior of one network on one data set, from both phases, with diagnostics.

        TeacherStudent:   p(a, w) ~ exp[-|y - f|^2 / (2 sigma^2) - d |w|^2 / (2 sigma_w^2) - N |a|^2 / (2 sigma_a^2)]
        ModularAddition:  the readouts integrated out, p(w, v) ~ exp[-(1/2) sum_p y_p^T A^-1 y_p - (P/2) log det A - prior]

    Every second chain starts from a prior draw, the others planted on the teacher (a network in the droplet phase): if the chains
    agree, both phases have been left; if not, the record says so. Float32 on the device, observables from the exact overlaps.

    Arguments:
        problem: what is learned. data_seed: which training set (`problem.draw(data_seed)`); the modular table has no seed.
        chains, draws, warmup: chains side by side, draws kept of each, draws thrown away before them.
        seed: of starting points and chains. The same settings give the same numbers on any number of cores.
        sampler: `HMC()` or `Langevin()`, settings included. droplet_threshold: |w . w*| above which a neuron counts as a droplet, >= 0.
        stop: end before `draws` once R-hat and ESS are reached, checked after each chunk; None draws them all.
        progress: called with (share done, text) after each compiled chunk. checkpoint: a .npz kept up to date after each chunk;
            with `resume` and an existing file the call goes on from there and gives what it would have given uninterrupted.
        batching: "sequential" runs one chain a core, "vmap" all chains in one program; "auto" is the first on a CPU, else the second.
    Returns: `TeacherStudentPosterior` or `ModularAdditionPosterior`. Not converged is said in the record, never raised.
    Raises: ValueError or TypeError that names the argument; ValueError with the estimate if memory will not do.
    Source: arXiv:2310.03789 (the posterior); observables from the Gaussian integrals of erf, no test points.
    """
    instance("problem", problem, (TeacherStudent, ModularAddition))
    instance("sampler", sampler, (HMC, Langevin))
    data_seed, seed = integer("data_seed", data_seed, minimum=0), integer("seed", seed, minimum=0)
    require(seed < 2**63, f"seed must be below 2^63, got {seed}")
    chains, draws, warmup = integer("chains", chains, minimum=1), integer("draws", draws, minimum=1), integer("warmup", warmup, minimum=0)
    require(real("droplet_threshold", droplet_threshold) >= 0, f"droplet_threshold must be >= 0, got {droplet_threshold}")
    if stop is not None:
        instance("stop", stop, Stop)
    choice("batching", batching, ("auto", "sequential", "vmap"))
    require(not resume or checkpoint is not None, "resume needs a checkpoint to go on from, got checkpoint=None")
    if checkpoint is not None and not resume:
        taken = Path(checkpoint).exists()
        require(not taken, f"checkpoint must be a new file, or resume=True to go on from it, got {checkpoint}, which exists")
    _check_memory(problem, chains, draws, together=batching == "vmap")
    begun = time.perf_counter()

    # JAX costs most of a second: it is imported when something is drawn
    from . import checkpoint as on_disk
    from .chains import Host, settled
    from .posteriors import posterior_of

    posterior = posterior_of(problem)
    sampler = settled(sampler, posterior, problem)
    planted = [chain % 2 == 1 for chain in range(chains)]
    positions = np.stack(
        [
            (posterior.planted_start if plant else posterior.prior_start)(problem, np.random.default_rng(stream)).astype(np.float32)
            # [seed, 0] would be the stream of `seed` itself, which may have drawn the data
            for plant, stream in zip(planted, np.random.SeedSequence(seed).spawn(chains), strict=True)
        ]
    )
    if isinstance(problem, TeacherStudent):
        constants = posterior.constants(problem, problem.draw(data_seed), droplet_threshold)
    else:
        constants = posterior.constants(problem)
    settings = {
        "problem": {"name": type(problem).__name__, **asdict(problem)},
        "sampler": {"name": type(sampler).__name__, **asdict(sampler)},
        "data_seed": data_seed,
        "seed": seed,
        "chains": chains,
        "draws": draws,
        "warmup": warmup,
        "droplet_threshold": float(droplet_threshold),
        "stop": asdict(stop) if stop else None,
        "batching": batching,
        "versions": {"spinodal": __version__, **{name: importlib.metadata.version(name) for name in ("jax", "jaxlib", "numpy")}},
    }
    host = Host(posterior, problem, constants, sampler, seed, chains, batching)
    path = Path(checkpoint) if checkpoint is not None else None
    # Chains run side by side: OpenBLAS with threads of its own lets them wait for each other, at twice the time of a neuron update
    with threadpool_limits(1, user_api="blas"):
        ensemble = host.begin(positions)
        if resume and path is not None and path.exists():
            ensemble = on_disk.load(path, settings, ensemble)
        before = ensemble.seconds

        def save(ensemble) -> None:
            ensemble.seconds = before + time.perf_counter() - begun
            if path is not None:
                on_disk.save(path, settings, ensemble)

        ensemble, satisfied = host.run(ensemble, warmup, draws, stop=stop, tell=progress, save=save)
    return _record(host, ensemble, problem, posterior, settings, planted, satisfied, before + time.perf_counter() - begun)


def _record(
    host, ensemble, problem, posterior, settings, planted, satisfied, seconds
) -> TeacherStudentPosterior | ModularAdditionPosterior:
    scalars = host.scalars(ensemble)
    acceptance = ensemble.collected("acceptance").mean(axis=1)
    found = diagnose(scalars)
    starts = tuple("planted" if plant else "prior" for plant in planted)
    stop, total = settings["stop"], ensemble.kept()
    advice = "tighten stop" if satisfied else f"raise draws={settings['draws']} or warmup"
    wrong, judged = faults(scalars, found, acceptance, starts, advice), varying(scalars)
    divergences = ensemble.collected("divergent").sum(axis=1)
    # The energy of Langevin holds no momentum, whose refreshment E-BFMI is about
    energies = ensemble.collected("energy")
    fractions = energy_fractions(energies) if settings["sampler"]["name"] == "HMC" else np.full(len(planted), np.nan)
    if wrong:
        message = "not converged: " + "; ".join(wrong)
    else:
        rhat, ess = max(found.rhat[name] for name in judged), min(found.ess[name] for name in judged)
        message = f"converged: R-hat at most {rhat:.3f} (limit {MAX_RHAT}), ESS at least {ess:.0f}"
        message += f" (limit {MIN_ESS:.0f}), after {total} draws of {len(planted)} chains"
    constant = [name for name in scalars if name not in judged]
    if judged and constant:
        message += f"; constant, so not judged: {', '.join(constant)}"
    if stop and not satisfied:
        message += f"; the target R-hat < {stop['rhat']} and ESS > {stop['ess']:g} was not reached within draws={settings['draws']}"
    message = "; ".join([message, *warned(divergences, fractions)])
    fields: dict[str, Any] = {
        "problem": problem,
        "scalars": {name: _frozen(values) for name, values in scalars.items()},
        "starts": starts,
        "acceptance": _frozen(acceptance),
        "divergences": _frozen(divergences),
        "ebfmi": _frozen(fractions),
        "rhat": found.rhat,
        "ess": found.ess,
        "ess_tail": found.ess_tail,
        "monte_carlo_error": {name: monte_carlo_error(values) for name, values in scalars.items()},
        "step_size": host.pooled_step(ensemble),
        "leapfrog_steps": ensemble.leapfrog_steps,
        "converged": not wrong,
        "message": message,
        "gradient_evaluations": ensemble.gradients,
        "seconds": seconds,
        "citation": posterior.CITATION,
        "settings": settings,
    }
    if isinstance(problem, TeacherStudent):
        overlaps, norms = (_frozen(ensemble.collected(name)) for name in ("overlaps", "transverse_norms"))
        return TeacherStudentPosterior(**fields, overlaps=overlaps, transverse_norms=norms)
    return ModularAdditionPosterior(**fields)


def _check_memory(problem: TeacherStudent | ModularAddition, chains: int, draws: int, together: bool) -> None:
    from .programs import cores_for_chains

    lower = "width, samples, chains or draws" if isinstance(problem, TeacherStudent) else "prime, width, chains or draws"
    at_once = chains if together else min(chains, cores_for_chains())
    check_memory(bytes_needed(problem, chains, draws, at_once), lower)


def _frozen(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    values.flags.writeable = False
    return values
