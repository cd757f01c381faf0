"""What births and deaths of droplets are worth to the posterior of modular addition: effective draws a CPU second, with them and without.

    python benchmarks/mode_flips.py [--draws 1000]

Four chains from both starts at the settings of `rubin2024-fig3`, compiled before the clock starts; 300 trajectories of warm-up count. At
P = 23 and t = 0.9 no birth would be taken, so none is asked: what is left is the price of having found that out, and of longer
trajectories.
"""

import argparse
import time

from timing import table

from spinodal.problems import ModularAddition
from spinodal.sampling import HMC, Posterior, sample

CASES = ((7, 1.6), (7, 0.9), (11, 1.6), (11, 1.3), (11, 0.9), (23, 0.9))
WIDTH = 400
UPDATES = (2, 0)


def drawn(prime: int, temperature: float, updates: int, draws: int, warmup: int = 300) -> tuple[Posterior, float]:
    """The posterior, and the CPU seconds that it took."""
    problem = ModularAddition(prime, WIDTH, temperature / WIDTH, 1 / (WIDTH * prime**2), 0.3)
    began = time.process_time()
    found = sample(problem, draws=draws, warmup=warmup, sampler=HMC(neuron_updates=updates))
    return found, time.process_time() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    rows = []
    for prime, temperature in CASES:
        here = max(40, draws * 11**2 // max(prime, 11) ** 2)
        rate = {}
        for updates in UPDATES:
            drawn(prime, temperature, updates, 2, 10)
            found, seconds = drawn(prime, temperature, updates, here)
            rate[updates] = {name: ess / seconds for name, ess in found.ess.items()}
        for_table = (rate[updates][name] for name in ("discrepancy", "droplet_weight") for updates in UPDATES)
        gain = min(rate[2].values()) / min(rate[0].values())
        rows.append((prime, temperature, here, *for_table, gain))
    table("P | t | draws | a: ESS a CPU s | without | w: ESS a CPU s | without | gain of the least", rows)


if __name__ == "__main__":
    main()
