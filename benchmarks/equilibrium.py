"""Time to an equilibrium estimate of one network, against the paper's 360,000 Langevin steps, at every noise of figure 2.

    python benchmarks/equilibrium.py [--data-sets 1]

Ours: two chains, one from the prior and one planted on the teacher, until R-hat < 1.01 and bulk ESS > 100 for both discrepancies and
the droplet fraction, warm-up and all. Theirs: 360,000 steps of the eager PyTorch loop, from its rate measured in the same run.
`networks` counts a chain of ours as one of their networks: they train at least four on each data set.
"""

import argparse

import numpy as np
import torch
from against_torch import torch_steps_per_second
from timing import NOISES, at_noise, table

from spinodal.provenance import usable_cores
from spinodal.sampling import HMC, Stop, sample

STEPS = 360_000
CHAINS = 2
SAMPLER = HMC(target_acceptance=0.7, turn=np.pi / 4)  # as in the study


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-sets", type=int, default=1)
    data_sets = parser.parse_args().data_sets
    torch.set_num_threads(usable_cores())
    theirs = STEPS / torch_steps_per_second(40)
    sample(at_noise(0.3), chains=CHAINS, draws=4, warmup=10, sampler=SAMPLER)  # compiles
    rows = []
    for noise in NOISES:
        for data_seed in range(data_sets):
            stop = Stop(rhat=1.01, ess=100)
            found = sample(at_noise(noise), data_seed=data_seed, chains=CHAINS, draws=1500, warmup=30, sampler=SAMPLER, stop=stop)
            kept = found.linear_discrepancy.shape[1]
            rhat, ess = max(found.rhat.values()), min(found.ess.values())
            met = "yes" if rhat < 1.01 and ess > 100 else "no"
            ratios = theirs / found.seconds, CHAINS * theirs / found.seconds
            rows.append(
                (noise, data_seed, kept, found.gradient_evaluations, f"{rhat:.4f}", f"{ess:.0f}", met, found.seconds, theirs, *ratios)
            )
    header = "noise | data set | draws a chain | gradients | R-hat | ESS | met | here s | their network s | ratio | ratio by networks"
    table(header, rows)


if __name__ == "__main__":
    main()
