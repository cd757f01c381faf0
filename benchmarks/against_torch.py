"""Full-batch Langevin, the published algorithm, as an eager PyTorch loop and here, and HMC: network-steps a second on the same cores.

    python benchmarks/against_torch.py [--steps 40]

PyTorch takes one network on all cores with autograd, as the paper's protocol is written; here one network runs on each core. A step of
HMC costs one gradient, as theirs does: in float32, or in bfloat16 under a float32 test, which leaves the posterior exact.
"""

import argparse
import time

import numpy as np
import torch
from timing import FIG2, table

from spinodal.provenance import usable_cores
from spinodal.sampling import HMC, Langevin, sample


def torch_steps_per_second(steps: int) -> float:
    """Eager steps of z <- z - h grad U + sqrt(2 h) xi at the size of figure 2."""
    data, generator = FIG2.draw(0), np.random.default_rng(0)
    inputs, targets = torch.tensor(data.inputs, dtype=torch.float32), torch.tensor(data.targets, dtype=torch.float32)
    w = torch.tensor(generator.standard_normal((FIG2.width, FIG2.input_dim)), dtype=torch.float32, requires_grad=True)
    a = torch.tensor(generator.standard_normal(FIG2.width), dtype=torch.float32, requires_grad=True)
    scale_w, scale_a, h = (FIG2.weight_variance / FIG2.input_dim) ** 0.5, (FIG2.readout_variance / FIG2.width) ** 0.5, 0.002
    rates = []
    for _ in range(4):
        began = time.perf_counter()
        for _ in range(steps):
            output = torch.erf(inputs @ (scale_w * w).T) @ (scale_a * a)
            loss = ((targets - output) ** 2).sum() / (2 * FIG2.noise) + (w**2).sum() / 2 + (a**2).sum() / 2
            loss.backward()
            with torch.no_grad():
                for parameter in (w, a):
                    parameter += -h * parameter.grad + (2 * h) ** 0.5 * torch.randn_like(parameter)
                    parameter.grad = None
        rates.append(steps / (time.perf_counter() - began))
    return max(rates)


def our_steps_per_second(steps: int, chains: int, sampler: HMC | Langevin) -> float:
    """The same law by `sample`, observables of every draw included, after the call that compiles."""
    rates = []
    for _ in range(4):
        found = sample(FIG2, chains=chains, draws=8, warmup=0, sampler=sampler)
        rates.append(chains * 8 * steps / found.seconds)
    return max(rates)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    steps = parser.parse_args().steps
    cores = usable_cores()
    torch.set_num_threads(cores)
    theirs, rows = torch_steps_per_second(steps), []
    for name, sampler in (
        ("Langevin", Langevin(0.002, steps_per_draw=steps)),
        *((f"HMC, {g}", HMC(0.05, steps, adapt=False, neuron_updates=0, gradients=g)) for g in ("float32", "bfloat16")),
    ):
        ours = our_steps_per_second(steps, cores, sampler)
        rows.append((name, cores, theirs, ours, ours / theirs))
    table("here | cores | PyTorch eager Langevin, steps/s | here, steps/s | ratio", rows)


if __name__ == "__main__":
    main()
