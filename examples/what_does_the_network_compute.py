"""What does a network compute with: which frequencies, do they suffice, would it be lost without them?"""

# %% A network whose frequencies we know, with noise on its logits, and half of its neurons at random
import numpy as np

from spinodal.measures import fourier
from spinodal.problems import ModularArithmetic
from spinodal.theory import fourier_network

task = ModularArithmetic(59, train_fraction=0.3)
generator = np.random.default_rng(0)
network = fourier_network.weights(59, phases="lattice", frequencies=(4, 15, 29))
table = np.hstack([network.first, 0.1 * generator.normal(size=network.first.shape)])
logits = network.logits() + generator.normal(size=(59**2, 59))

# %% The frequencies, from the weights; how concentrated each neuron is, against noise
keys = fourier.key_frequencies(table, task.prime, method="weights").frequencies
concentration = fourier.inverse_participation_ratio(table.T)
print(f"key frequencies {keys}")
periodic, others = np.median(concentration[:18]), np.median(concentration[18:])
print(f"participation {periodic:.3f} and {others:.3f}; noise gives {fourier.participation_null(59):.3f}")
assert keys == (4, 15, 29)

# %% Only these frequencies, and all but these: both ways, and beside the variance they explain
share = fourier.variance_explained(logits, task.prime, keys)
restricted = fourier.restricted_loss(logits, task.labels, task.prime, keys)
excluded = fourier.excluded_loss(logits, task.labels, task.prime, keys, mask=task.train_mask)
single = fourier.excluded_loss(logits, task.labels, task.prime, keys, mask=task.train_mask, per_frequency=True)
print(f"variance explained {share:.3f}; loss restricted {restricted:.4f}, excluded {excluded:.2f}, chance {np.log(59):.2f}")
print("excluded one by one: " + ", ".join(f"{k}: {loss:.2f}" for k, loss in single.items()))
assert restricted < min(single.values()) < excluded

# %% The same measure on shuffled pairs: what is left without the structure
found = fourier.null(lambda values: fourier.variance_explained(values, task.prime, keys), logits, draws=20)
print(found.message)
assert found.share_above < 0.05
