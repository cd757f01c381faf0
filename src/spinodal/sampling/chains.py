"""The host between compiled chunks: warm-up, adaptation, progress, checkpoint, early stop."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy as np

from ..compiling import key_of, multiplies_bfloat16
from ..errors import require
from . import adaptation, programs
from .diagnostics import Diagnostics, diagnose, varying
from .settings import HMC, Langevin, Stop

Progress = Callable[[float, str], None]
LARGE = 5e4  # product of a shape's first three sizes above which a chunk is 8 draws long, below which 64


@dataclass
class Ensemble:
    """All chains: what they remember, what they drew, and what the warm-up has learned so far."""

    carries: list[programs.Carry]
    drawn: list[dict[str, np.ndarray]] = field(default_factory=list)  # kept chunks, (chains, draws, ...) by name
    done: int = 0  # draws a chain, warm-up included
    gradients: int = 0
    leapfrog_steps: int = 0
    tuning: Any = ()  # of `Kernels.refresh`
    jumps: list[np.ndarray] = field(default_factory=list)
    seconds: float = 0.0

    def kept(self) -> int:
        return sum(chunk["acceptance"].shape[1] for chunk in self.drawn)

    def collected(self, name: str) -> np.ndarray:
        return np.concatenate([chunk[name] for chunk in self.drawn], axis=1)


def settled(sampler: HMC | Langevin, posterior, problem) -> HMC | Langevin:
    """The sampler with `gradients` decided for this problem on this machine."""
    if not isinstance(sampler, HMC) or sampler.gradients == "float32":
        return sampler
    pays = posterior.guide_pays
    if sampler.gradients == "bfloat16":
        require(pays is not None, f"gradients='bfloat16' is for the posterior of a TeacherStudent, got a {type(problem).__name__}")
        return sampler
    return replace(sampler, gradients="bfloat16" if pays is not None and pays(problem) and multiplies_bfloat16() else "float32")


class Host:
    """Runs the chunks of one call of `sample`; everything random comes from `seed` and the number of a chain and a draw."""

    def __init__(self, posterior, problem, constants, sampler: HMC | Langevin, seed: int, chains: int, batching: str):
        self.posterior, self.problem, self.constants, self.sampler = posterior, problem, constants, sampler
        work = math.prod(int(x) for x in posterior.shape_key(problem)[:3])
        is_hmc = isinstance(sampler, HMC)
        self.spec = programs.Spec(
            kind="hmc" if is_hmc else "mala" if sampler.adjusted else "langevin",
            guided=is_hmc and sampler.gradients == "bfloat16",
            refresh=is_hmc and sampler.neuron_updates > 0 and posterior.refreshes(problem),
            most_steps=max(64, 2 * sampler.leapfrog_steps) if is_hmc and sampler.adapt else sampler.leapfrog_steps if is_hmc else 1,
            capacity=8 if work > LARGE else 64,
        )
        self.batched = batching == "vmap" or (batching == "auto" and jax.default_backend() != "cpu")
        shape = posterior.shape_key(problem)
        self.start, self.advance, self.tune, self.untuned = programs.compiled(posterior.bind, shape, self.spec, self.batched)
        self.keys = [jax.random.fold_in(key_of(seed), chain) for chain in range(chains)]

    def begin(self, positions: np.ndarray) -> Ensemble:
        """Chains at their starting points."""
        if self.batched:
            states = self.start(positions, self.constants)
            states = [jax.tree.map(lambda x, i=i: x[i], states) for i in range(len(positions))]
        else:
            states = [self.start(position, self.constants) for position in positions]
        averaging = adaptation.restart(self.sampler.step_size)
        steps = self.sampler.leapfrog_steps if isinstance(self.sampler, HMC) else self.sampler.steps_per_draw
        carries = [programs.Carry(state, averaging) for state in states]
        ensemble = Ensemble(carries, gradients=len(states), leapfrog_steps=steps)
        if self.spec.refresh and isinstance(self.sampler, HMC):
            ensemble.tuning = self.untuned(self.sampler.neuron_updates)
            self._tune(ensemble)
        return ensemble

    def chunk(self, ensemble: Ensemble, count: int, *, adapting: bool, leapfrog_steps: int, pool: ThreadPoolExecutor) -> programs.Draws:
        """Advance every chain by `count` draws; rows come back as NumPy arrays (chains, count, ...)."""
        target = self.sampler.target_acceptance if isinstance(self.sampler, HMC) else 0.5
        controls = programs.Controls(np.bool_(adapting), np.int32(leapfrog_steps), np.float32(target), ensemble.tuning)
        rest = (self.constants, controls, np.int32(ensemble.done), np.int32(count))
        if self.batched:
            stacked = jax.tree.map(lambda *x: np.stack(x), *ensemble.carries)
            carry, rows = jax.tree.map(np.asarray, self.advance(jax.numpy.stack(self.keys), stacked, *rest))
            ensemble.carries = [jax.tree.map(lambda x, i=i: x[i], carry) for i in range(len(self.keys))]
            rows = jax.tree.map(lambda x: x[:, :count], rows)
        else:

            def one(chain: int):
                return jax.tree.map(np.asarray, self.advance(self.keys[chain], ensemble.carries[chain], *rest))

            found = list(pool.map(one, range(len(self.keys))))
            ensemble.carries = [carry for carry, _ in found]
            rows = jax.tree.map(lambda *x: np.stack([row[:count] for row in x]), *[rows for _, rows in found])
        ensemble.done += count
        ensemble.gradients += len(self.keys) * count * (leapfrog_steps + self.spec.refresh)
        return rows

    def run(
        self,
        ensemble: Ensemble,
        warmup: int,
        draws: int,
        *,
        stop: Stop | None,
        tell: Progress | None,
        save: Callable[[Ensemble], None] | None,
    ) -> tuple[Ensemble, bool]:
        """Warm up, then draw; True where `stop` was satisfied before all draws were made."""
        found = self._judged(ensemble) if stop and ensemble.kept() > 0 else None
        satisfied = stop is not None and found is not None and _satisfies(found, ensemble.kept(), stop)
        with ThreadPoolExecutor(max_workers=min(len(self.keys), programs.cores_for_chains())) as pool:
            while ensemble.done < warmup:
                self._warm(ensemble, warmup, pool)
                self._after(ensemble, warmup + draws, "warming up", tell, save)
            while ensemble.kept() < draws and not satisfied:
                count = min(self.spec.capacity, draws - ensemble.kept())
                rows = self.chunk(ensemble, count, adapting=False, leapfrog_steps=ensemble.leapfrog_steps, pool=pool)
                ensemble.drawn.append({**rows.observed, "acceptance": rows.acceptance, "energy": rows.energy, "divergent": rows.divergent})
                found = self._judged(ensemble) if stop else None
                satisfied = stop is not None and found is not None and _satisfies(found, ensemble.kept(), stop)
                self._after(ensemble, warmup + draws, _told(found), tell, save)
        return ensemble, satisfied

    def scalars(self, ensemble: Ensemble) -> dict[str, np.ndarray]:
        return {name: ensemble.collected(name) for name in self.posterior.SCALARS}

    def _judged(self, ensemble: Ensemble) -> Diagnostics:
        return diagnose(varying(self.scalars(ensemble)))

    def _after(self, ensemble: Ensemble, total: int, text: str, tell: Progress | None, save) -> None:
        if save:
            save(ensemble)
        if tell:
            tell(min(1.0, ensemble.done / total), text)

    def _warm(self, ensemble: Ensemble, warmup: int, pool: ThreadPoolExecutor) -> None:
        """One chunk of the warm-up: learn the step (half), scout for the trajectory's length (a fifth), settle (the rest).

        With `refresh`, which moves what is slow, nobody scouts: trajectories turn by the sampler's `turn`.
        """
        sampler = self.sampler
        if not (isinstance(sampler, HMC) and sampler.adapt):
            count = min(self.spec.capacity, warmup - ensemble.done)
            self.chunk(ensemble, count, adapting=False, leapfrog_steps=ensemble.leapfrog_steps, pool=pool)
            if self.spec.refresh:
                self._tune(ensemble)  # a step that is given says nothing of droplets, and starting points know little of them
            return
        learned, asked = warmup // 2, sampler.step_size * sampler.leapfrog_steps
        scouted = learned if self.spec.refresh else learned + warmup // 5
        end = next(mark for mark in (learned, scouted, warmup) if ensemble.done < mark)
        count = min(self.spec.capacity, end - ensemble.done)
        step = self.pooled_step(ensemble)
        # Angles: the first trajectories as long as asked for, the scouts a little beyond where a prior direction has turned to a fresh one
        settled = sampler.turn if self.spec.refresh else asked
        angle = asked if end == learned else 0.6 * np.pi if end == scouted else settled
        length = self._steps(angle, step)
        if end == warmup and scouted > learned:
            length = ensemble.leapfrog_steps
        rows = self.chunk(ensemble, count, adapting=True, leapfrog_steps=length, pool=pool)
        if end == scouted:
            ensemble.jumps.append(rows.jumps[..., :length].reshape(-1, length))
        if self.spec.refresh:
            self._tune(ensemble)
        if ensemble.done == scouted and ensemble.jumps:
            shortest = min(jumps.shape[1] for jumps in ensemble.jumps)
            jumps = np.concatenate([jumps[:, :shortest] for jumps in ensemble.jumps])
            ensemble.leapfrog_steps = adaptation.trajectory_length(jumps, self.pooled_step(ensemble))
        if ensemble.done == warmup:
            pooled = np.float32(np.log(self.pooled_step(ensemble)))
            ensemble.carries = [carry._replace(adaptation=carry.adaptation._replace(log_averaged=pooled)) for carry in ensemble.carries]
            if scouted == learned:
                ensemble.leapfrog_steps = self._steps(settled, self.pooled_step(ensemble))

    def _steps(self, angle: float, step_size: float) -> int:
        return int(np.clip(round(angle / step_size), 1, self.spec.most_steps))

    def _tune(self, ensemble: Ensemble) -> None:
        states = [carry.state for carry in ensemble.carries]
        positions, known = (np.stack([np.asarray(getattr(state, name)) for state in states]) for name in ("position", "known"))
        tuned = self.tune(positions, known, self.constants, ensemble.tuning)
        ensemble.tuning = jax.tree.map(np.asarray, tuned)

    @staticmethod
    def pooled_step(ensemble: Ensemble) -> float:
        """The geometric mean over chains of the averaged step: all chains draw with one kernel."""
        return float(np.exp(np.mean([carry.adaptation.log_averaged for carry in ensemble.carries])))


def _satisfies(found: Diagnostics, draws: int, stop: Stop) -> bool:
    agreed = all(value < stop.rhat for value in found.rhat.values())
    return draws >= stop.draws and bool(found.rhat) and agreed and all(value > stop.ess for value in found.ess.values())


def _told(found: Diagnostics | None) -> str:
    if found is None or not found.rhat:
        return "drawing"
    return f"drawing: R-hat {max(found.rhat.values()):.3f}, ESS {min(found.ess.values()):.0f}"
