"""One cell of the modular studies: the exact posterior of one network at one temperature."""

from dataclasses import dataclass
from typing import Any

from ...errors import integer, positive
from ...problems import ModularAddition
from ..outputs import derived_seed, output_dims, posterior_outputs

SCALARS = ("discrepancy", "droplet_weight", "amplitude_product")


@dataclass(frozen=True)
class ModularAdditionCell:
    """A problem in reduced units, noise = temperature / width and readout_variance = coupling / (width prime^2), and how it is sampled."""

    prime: int = 7
    width: int = 400
    temperature: float = 1.6
    coupling: float = 1.0
    sextic_decay: float = 0.3
    seed: int = 0
    chains: int = 4
    draws: int = 4000
    warmup: int = 300
    rhat: float = 1.01
    ess: float = 400.0

    def __post_init__(self) -> None:
        positive("temperature", self.temperature, why="noise times width")
        positive("coupling", self.coupling, why="readout_variance times width times prime^2")
        self.problem()
        integer("seed", self.seed, minimum=0)
        integer("chains", self.chains, minimum=2, why="half of them start from the prior, half planted")
        integer("draws", self.draws, minimum=1)
        integer("warmup", self.warmup, minimum=0)
        positive("rhat", self.rhat)
        positive("ess", self.ess)

    def problem(self) -> ModularAddition:
        """What is learned."""
        readout = self.coupling / (self.width * self.prime**2)
        return ModularAddition(self.prime, self.width, self.temperature / self.width, readout, self.sextic_decay)


DIMS = output_dims(SCALARS)
UNITS = {
    "temperature": "1 (noise times width)",
    "discrepancy_mean": "1 (share of the target not learned)",
    "droplet_weight_mean": "1 (share of modes in a droplet)",
}


def run_cell(cell: ModularAdditionCell) -> dict[str, Any]:
    """Posterior means with errors and diagnostics."""
    from ... import sampling

    posterior = sampling.sample(
        cell.problem(),
        chains=cell.chains,
        draws=cell.draws,
        warmup=cell.warmup,
        seed=derived_seed(cell.seed, cell.prime, cell.width, cell.temperature),
        stop=sampling.Stop(rhat=cell.rhat, ess=cell.ess),
    )
    return posterior_outputs(posterior)


def group_key(cell: ModularAdditionCell) -> tuple:
    """The shapes: noise and seeds are traced."""
    return cell.prime, cell.width, cell.chains
