"""Synergy or redundancy: which dominates among the units of a layer, and does the ranking of zeros decide?"""

# %% A layer of rectified units, four of them in a collider: two causes, and two units that see only their sum
import numpy as np

from spinodal.measures import information

rng = np.random.default_rng(0)
causes = rng.standard_normal((3000, 2))
effect = causes.sum(axis=1, keepdims=True) + 0.7 * rng.standard_normal((3000, 2))
layer = np.maximum(np.hstack([causes, effect, rng.standard_normal((3000, 8))]) - 0.3, 0)

# %% All sets of three: the two causes with their effect, against two units that say the same
copula = information.copula_correlation(layer)
found = information.extremes(copula, 3, samples=copula.samples)
for name, best in (("synergistic", found.synergistic[0]), ("redundant", found.redundant[0])):
    print(f"most {name} of {found.evaluated}: units {best.members}, {best.o_information:+.4f} nats")

# %% The whole layer, with tied zeros ranked as published, against the same columns shuffled
for ties in ("average", "ordinal"):
    null = information.null(layer, seed=0, ties=ties)
    low, _, high = null.quantiles
    print(f"{ties} ties ({copula.tied_share.mean():.0%} of values): {null.observed:+.4f} nats, shuffled {low:+.4f} to {high:+.4f}")

# %% Along a run: a checkpoint that died is marked, the others are judged
run = {0: rng.permuted(layer, axis=0), 100: layer, 200: np.zeros_like(layer)}
curve = information.progress(run, clusters=4)
for i, step in enumerate(curve.steps):
    value = (
        f"redundancy {curve.redundancy[i]:+.4f}, shuffled up to {curve.null_redundancy[i, -1]:+.4f}" if curve.valid[i] else curve.message[i]
    )
    print(f"step {step}: {value}")
