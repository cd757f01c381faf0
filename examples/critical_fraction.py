"""How much of an addition table must a network see before its representation has to be a line?"""

# %% The share of pairs at which half of all random training sets force a line
import numpy as np

from spinodal.theory.effective import growth_rates, linear_curve

curves = {symbols: linear_curve(symbols, draws=1000) for symbols in (5, 7, 10, 14, 20)}
for symbols, curve in curves.items():
    fraction = f"{curve.critical_fraction:.3f} +- {curve.standard_error:.3f}"
    print(f"{symbols:2d} symbols: {fraction}, {curve.critical_pairs / symbols:.2f} pairs a symbol")

# %% So the 0.4 of the literature belongs to ten symbols: pairs a symbol hardly change over these sizes
# (for any large p they grow at least as ln(p) / 2)
slope, _ = np.polyfit(np.log(list(curves)), np.log([curve.critical_fraction for curve in curves.values()]), 1)
print(f"fraction ~ p^{slope:.2f}")
assert -1 < slope < -0.6

# %% And larger tables hardly sharpen it: the width of the rise, from 10 % to 90 %, in units of its place
for symbols, curve in curves.items():
    low, high = np.interp([0.1, 0.9], curve.probability, curve.pairs)
    print(f"{symbols:2d} symbols: {(high - low) / curve.critical_pairs:.2f}")

# %% Beyond it, more data make the flow faster: lambda_3 over random training sets of ten symbols
pairs = np.stack(np.triu_indices(10), axis=1)
generator = np.random.default_rng(0)
for samples in (15, 25, 35, 45, 55):
    rates = [growth_rates(generator.permutation(pairs)[:samples], 10)[2] for _ in range(200)]
    print(f"{samples} pairs: lambda_3 = {np.mean(rates):.4f} +- {np.std(rates, ddof=1) / np.sqrt(len(rates)):.4f}")
