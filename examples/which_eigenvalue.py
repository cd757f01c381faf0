"""Modular addition: the published eigenvalue lacks a factor 4 P^2. What does that change?"""

# %% The parameters of figure 3 of arXiv:2310.03789
from dataclasses import replace

from spinodal.problems import ModularAddition
from spinodal.theory import modular_addition

problem = ModularAddition(prime=401, width=1000, noise=0.2, readout_variance=2e-6, sextic_decay=1e-4)

# %% With the right eigenvalue the last phase does not exist there
for eigenvalue in ("printed", "exact"):
    print(f"{eigenvalue}: {modular_addition.transitions(problem, eigenvalue=eigenvalue).message}")

# %% It exists at rescaled parameters: N' = nu N / 4P^2, sigma_a'^2 = sigma_a^2 / (4P^2 nu), sigma'^2 = sigma^2 / nu
nu = 4 * problem.prime**2
rescaled = replace(problem, readout_variance=problem.readout_variance / (4 * problem.prime**2 * nu))
for noise in (0.23, 0.2, 0.17):
    printed = modular_addition.solve(replace(problem, noise=noise), eigenvalue="printed")
    exact = modular_addition.solve(replace(rescaled, noise=noise / nu))
    print(f"noise {noise}: a = {printed.discrepancy:.4f} as published, {exact.discrepancy:.4f} exact and rescaled, {exact.phase}")
    assert abs(printed.discrepancy - exact.discrepancy) < 1e-3
