"""Every benchmark of this folder, one after the other: `python benchmarks/run.py`. About half an hour on 2 cores."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "gradient",
    "against_torch",
    "stiffness",
    "against_blackjax",
    "mode_flips",
    "equilibrium",
    "theory_map",
    "effective_theory",
    "fourier_measures",
    "information",
    "trainer",
    "networks",
    "sweeps",
)

for script in SCRIPTS:
    print(f"\n## {script}", flush=True)
    subprocess.run([sys.executable, Path(__file__).with_name(f"{script}.py")], check=True)
