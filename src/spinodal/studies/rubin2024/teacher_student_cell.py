"""One cell of the teacher-student studies: the exact posterior of one data set at one noise."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import integer, positive
from ...problems import TeacherStudent
from ..outputs import derived_seed, output_dims, posterior_outputs

SCALARS = ("linear_discrepancy", "cubic_discrepancy", "droplet_fraction")
THRESHOLD = 0.4  # |q| beyond which a neuron counts as a droplet
BIN_EDGES = np.linspace(0, 2, 81)  # of |q|; the centre is 0.06 wide at input_dim 150
DIMS = {**output_dims(SCALARS), "overlap_counts": ("chain", "bin")}
UNITS = {
    "noise": "1 (sigma^2, variance of the likelihood)",
    "linear_discrepancy_mean": "1 (share of He_1 of the target)",
    "cubic_discrepancy_mean": "1 (coefficient of He_3)",
    "droplet_fraction_mean": "1 (share of neurons with |q| > 0.4)",
    "overlap_counts": "1 (neurons x draws)",
}


QUICK = {"draws": 400, "rhat": 1.05}  # settings of the quick sizes: ESS as everywhere, R-hat as the record asks
# Two chains keep two cores busy, but wait for each other every few draws: many posteriors go through faster one a core
EXECUTOR = {"quick": "serial", "full": "processes", "paper": "processes"}


@dataclass(frozen=True)
class TeacherStudentCell:
    """A problem, its data set, and how it is sampled: until `rhat` and `ess` are reached, at most `draws` a chain.

    `turn`: of a trajectory of `HMC`.
    """

    input_dim: int = 150
    width: int = 700
    samples: int = 3000
    noise: float = 0.15
    cubic: float = -0.3
    weight_variance: float = 0.5
    readout_variance: float = 8 / 700
    data_seed: int = 0
    seed: int = 0
    chains: int = 2
    draws: int = 1500
    warmup: int = 30
    turn: float = np.pi / 4
    rhat: float = 1.01
    ess: float = 100.0

    def __post_init__(self) -> None:
        self.problem()
        integer("data_seed", self.data_seed, minimum=0)
        integer("seed", self.seed, minimum=0)
        integer("chains", self.chains, minimum=2, why="half of them start from the prior, half on the teacher")
        integer("draws", self.draws, minimum=1)
        integer("warmup", self.warmup, minimum=0)
        positive("turn", self.turn)
        positive("rhat", self.rhat)
        positive("ess", self.ess)

    def problem(self) -> TeacherStudent:
        """What is learned."""
        return TeacherStudent(self.input_dim, self.width, self.samples, self.noise, self.cubic, self.weight_variance, self.readout_variance)


def run_cell(cell: TeacherStudentCell) -> dict[str, Any]:
    """Posterior means with errors, diagnostics, counts of |q| on `BIN_EDGES`, and |w_perp|^2 of the droplets."""
    from ... import sampling

    posterior = sampling.sample(
        cell.problem(),
        data_seed=cell.data_seed,
        chains=cell.chains,
        draws=cell.draws,
        warmup=cell.warmup,
        seed=derived_seed(cell.seed, cell.data_seed, cell.width, cell.noise),
        droplet_threshold=THRESHOLD,
        sampler=sampling.HMC(target_acceptance=0.7, turn=cell.turn),
        stop=sampling.Stop(rhat=cell.rhat, ess=cell.ess),
    )
    overlaps = np.abs(np.asarray(posterior.overlaps, dtype=np.float64))
    norms = np.asarray(posterior.transverse_norms, dtype=np.float64)
    counts = np.stack([np.histogram(chain, BIN_EDGES)[0] for chain in overlaps])
    norm, error = mean_inside(norms, overlaps > THRESHOLD)
    return {
        **posterior_outputs(posterior),
        "overlap_counts": counts.astype(np.int64),
        "overlap_total": int(overlaps[0].size),
        "droplet_transverse_norm_mean": norm,
        "droplet_transverse_norm_mcse": error,
    }


def mean_inside(values: np.ndarray, inside: np.ndarray) -> tuple[float, float]:
    """Mean of `values` (chains, draws, width) where `inside`, and its Monte Carlo error as a ratio of two means over draws."""
    from ...sampling.diagnostics import monte_carlo_error

    count = inside.sum(axis=2)
    if not count.any():
        return float("nan"), float("nan")
    total = (values * inside).sum(axis=2)
    mean = total.sum() / count.sum()
    return float(mean), monte_carlo_error((total - mean * count) / count.mean())


def group_key(cell: TeacherStudentCell) -> tuple:
    """The shapes: noise, variances and seeds are traced."""
    return cell.input_dim, cell.width, cell.samples, cell.chains
