"""Samplers and stopping rules as settings objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Literal

from ..errors import choice, integer, positive, real, require

# Of a trajectory or between two draws: HMC keeps the jump after each step for a whole chunk, and steps are counted in 32 bits
MOST_STEPS = 100_000


@dataclass(frozen=True)
class HMC:
    """Hamiltonian Monte Carlo whose integrator solves the Gaussian prior exactly and kicks with the likelihood.

        p <- p - (h/2) grad U_lik(z);   (z, p) <- rotation of (z, p) by the angle h;   p <- p - (h/2) grad U_lik(z),

    second order, reversible, volume-preserving; its error comes from the likelihood alone, so at full size it takes steps twice as
    long as leapfrog at the same acceptance. Of a `TeacherStudent` the stiff part of the likelihood, the misfit of the linear function
    that the network holds, is followed in shorter steps at next to no cost, and the rest kicks with the weights of a quadrature of
    higher order (`hmc.step`). The step is jittered by +-20 %.

    Arguments:
        step_size: h > 0, in prior standard deviations (an angle: 2 pi is one period of the prior). The start when `adapt`.
        leapfrog_steps: steps of a trajectory, 1 to 100,000. The start when `adapt`.
        target_acceptance: mean acceptance that dual averaging aims at, between 0 and 1.
        adapt: find step size (dual averaging) and trajectory length in the warm-up: with neuron updates that of an angle of `turn`, else
            that of the largest squared jump of the likelihood per gradient.
        neuron_updates: rounds of births and deaths of droplets after each trajectory (`posteriors.neuron_updates`; of modular addition,
            up to a prime of 23, `posteriors.mode_flips`); 0 for plain HMC. They leave the posterior as it is and change the number of
            droplets, which HMC hardly does. They are left out at a noise so low that float32 cannot draw the readouts.
        gradients: what kicks within a trajectory. "float32"; or "bfloat16", gradients whose products have factors rounded to 8 bits. The
            posterior stays exact: a kick by any function of the position is a shear, and Metropolis's test has float32 energies. "auto"
            is bfloat16 for a large `TeacherStudent`, not of very low noise, on a processor that multiplies it faster (AMX, AVX-512),
            where a gradient takes half to two thirds of the time; else float32. The record's settings say which it was.
        turn: > 0, the angle of a trajectory where neuron updates move what is slow. At the size of figure 2 of arXiv:2310.03789, where
            they move all of it, its study takes pi/4; with few samples, as in its appendix D, longer ones pay. It is cut at 64 steps, or
            at twice `leapfrog_steps` where that is more.
    Source: Neal (2011); exact Gaussian part: Shahbaba, Lan, Johnson, Neal (2014), arXiv:1106.5941; shorter steps for a part: Sexton,
        Weingarten (1992), Nucl. Phys. B 380, 665; dual averaging: arXiv:1111.4246.
    """

    step_size: float = 0.1
    leapfrog_steps: int = 14
    target_acceptance: float = 0.8
    adapt: bool = True
    neuron_updates: int = 2
    gradients: Literal["auto", "float32", "bfloat16"] = "auto"
    turn: float = pi / 2

    def __post_init__(self) -> None:
        steps = integer("leapfrog_steps", self.leapfrog_steps, minimum=1)
        require(steps <= MOST_STEPS, f"leapfrog_steps must be at most {MOST_STEPS}, got {steps}")
        target = real("target_acceptance", self.target_acceptance)
        require(0 < target < 1, f"target_acceptance must be between 0 and 1, got {target}")
        require(isinstance(self.adapt, bool), f"adapt must be True or False, got {self.adapt!r}")
        checked = {
            "step_size": positive("step_size", self.step_size, why="in prior standard deviations"),
            "leapfrog_steps": steps,
            "target_acceptance": target,
            "turn": positive("turn", self.turn, why="the angle of a trajectory"),
            "neuron_updates": integer("neuron_updates", self.neuron_updates, minimum=0),
        }
        _store(self, checked)
        choice("gradients", self.gradients, ("auto", "float32", "bfloat16"))


@dataclass(frozen=True)
class Langevin:
    """Full-batch Langevin steps in whitened coordinates, the published algorithm with its noise corrected.

        z <- z - h grad U(z) + sqrt(2 h) xi,     U = |y - f|^2 / (2 sigma^2) + |z|^2 / 2.

    Unadjusted, its law is biased by O(h) and no diagnostic of the chains can see that; `adjusted=True` is MALA, exact at any h.

    Arguments:
        step_size: h > 0, in whitened coordinates; stable below 2 over the largest curvature. Never adapted.
        steps_per_draw: steps between two draws, 1 to 100,000.
        adjusted: accept or refuse every step by Metropolis's rule.
    Source: arXiv:2310.03789, eq. 6, where the noise is printed as 2 sigma xi; the stationary law asks for sqrt(2) sigma xi.
    """

    step_size: float = 0.02
    steps_per_draw: int = 20
    adjusted: bool = False

    def __post_init__(self) -> None:
        step = positive("step_size", self.step_size, why="the Langevin step h in whitened coordinates")
        steps = integer("steps_per_draw", self.steps_per_draw, minimum=1)
        _store(self, {"step_size": step, "steps_per_draw": steps})
        require(steps <= MOST_STEPS, f"steps_per_draw must be at most {MOST_STEPS}, got {steps}")
        require(isinstance(self.adjusted, bool), f"adjusted must be True or False, got {self.adjusted!r}")


@dataclass(frozen=True)
class Stop:
    """End early once every scalar has R-hat below `rhat`, bulk ESS above `ess`, and no fewer than `draws` draws a chain."""

    rhat: float = 1.01
    ess: float = 100.0
    draws: int = 40

    def __post_init__(self) -> None:
        require(real("rhat", self.rhat) > 1, f"rhat must be > 1, got {self.rhat}")
        ess, draws = positive("ess", self.ess), integer("draws", self.draws, minimum=4)
        _store(self, {"rhat": real("rhat", self.rhat), "ess": ess, "draws": draws})


def _store(settings: object, checked: Mapping[str, int | float]) -> None:
    """Plain numbers in place of what was given: a checkpoint is JSON, which has no place for NumPy's."""
    for name, value in checked.items():
        object.__setattr__(settings, name, value)
