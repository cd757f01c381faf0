"""Every Fourier measure on a network of p = 113, one thread, against the same sums as their definitions read.

The network is analytic, with noise on its logits and ReLU activations around its frequencies: the time depends on the shapes alone. The
definitions are plain NumPy: the 2-D transform of all activations, and projections by the vectors u_k and v_k.

    python benchmarks/fourier_measures.py [--prime 113] [--width 512] [--repeats 7]
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is imported
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import argparse

import numpy as np
from timing import seconds, table

from spinodal.measures import fourier
from spinodal.problems import ModularArithmetic
from spinodal.theory import fourier_network

KEYS = (3, 14, 27, 41, 50)


def defined_shares(values, prime):
    """Shares of the 3x3 blocks from the 2-D transform of all activations."""
    rows = fourier.basis(prime)
    centred = values - values.mean(axis=0)
    half = np.tensordot(rows, centred.reshape(prime, prime, -1), axes=(1, 0))
    energy = np.tensordot(rows, half, axes=(1, 1)) ** 2
    blocks = [energy[np.ix_([0, 2 * k - 1, 2 * k], [0, 2 * k - 1, 2 * k])].sum(axis=(0, 1)) for k in range(1, (prime - 1) // 2 + 1)]
    return np.array(blocks) / energy.sum(axis=(0, 1))


def defined_part(logits, prime, frequencies):
    """T by the vectors u_k and v_k."""
    rows, found = fourier.basis(prime), np.zeros_like(logits)
    for k in frequencies:
        cos, sin = rows[2 * k - 1], rows[2 * k]
        for vector in (np.kron(cos, cos) - np.kron(sin, sin), np.kron(sin, cos) + np.kron(cos, sin)):
            unit = vector / np.sqrt(2)
            found += np.outer(unit, unit @ logits)
    return found


def cross_entropy(logits, labels):
    """Mean over the rows, in nats."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prime", type=int, default=113)
    parser.add_argument("--width", type=int, default=512, help="neurons")
    parser.add_argument("--repeats", type=int, default=7)
    given = parser.parse_args()
    p = given.prime
    task = ModularArithmetic(p)
    generator = np.random.default_rng(0)
    network = fourier_network.weights(p, phases="lattice", frequencies=KEYS)
    logits = network.logits() + generator.normal(size=(p * p, p))
    a, b = task.pairs.T
    angles = 2 * np.pi / p * np.resize(KEYS, given.width)
    neurons = np.maximum(np.cos(np.outer(a, angles)) + np.cos(np.outer(b, angles)) + 0.1 * generator.normal(size=(p * p, given.width)), 0)
    embedding, weights_of_neurons = generator.normal(size=(p, 128)), generator.normal(size=(given.width, p))
    parameters = {"embedding": embedding, "neurons": weights_of_neurons}
    y, train = task.labels, task.train_mask

    def part():
        return defined_part(logits, p, KEYS)

    measures = {
        "key_frequencies, neurons": (lambda: fourier.key_frequencies(neurons, p), lambda: defined_shares(neurons, p)),
        "key_frequencies, weights": (lambda: fourier.key_frequencies(embedding, p, method="weights"), None),
        "restricted_loss": (
            lambda: fourier.restricted_loss(logits, y, p, KEYS),
            lambda: (t := part(), cross_entropy(t + (logits - t).mean(axis=0), y)),
        ),
        "excluded_loss, train": (
            lambda: fourier.excluded_loss(logits, y, p, KEYS, mask=train),
            lambda: cross_entropy((logits - part())[train], y[train]),
        ),
        "excluded_loss, all pairs": (lambda: fourier.excluded_loss(logits, y, p, KEYS), lambda: cross_entropy(logits - part(), y)),
        "excluded_loss, per frequency, train": (
            lambda: fourier.excluded_loss(logits, y, p, KEYS, mask=train, per_frequency=True),
            lambda: [cross_entropy((logits - defined_part(logits, p, (k,)))[train], y[train]) for k in KEYS],
        ),
        "variance_explained": (
            lambda: fourier.variance_explained(logits, p, KEYS),
            lambda: np.sum(part() ** 2) / np.sum((logits - logits.mean(axis=0)) ** 2),
        ),
        "inverse_participation_ratio": (lambda: fourier.inverse_participation_ratio(weights_of_neurons), None),
        "gini": (lambda: fourier.gini(np.linalg.norm(fourier.basis(p) @ embedding, axis=1)), None),
        "circularity": (lambda: fourier.circularity(embedding), None),
        "distance_irrelevance, correct": (lambda: fourier.distance_irrelevance(logits, p), None),
        "distance_irrelevance, max-wrong": (lambda: fourier.distance_irrelevance(logits, p, logit="max-wrong"), None),
        "softmax_collapse, float32": (lambda: fourier.softmax_collapse(logits), None),
        "margins": (lambda: fourier.margins(logits, y), None),
        "weight_norm": (lambda: fourier.weight_norm(parameters), None),
        "naive_loss_minimisation": (lambda: fourier.naive_loss_minimisation(parameters, parameters), None),
    }
    rows, total = [], 0.0
    for name, (ours, definition) in measures.items():
        mine = seconds(ours, given.repeats)
        theirs = seconds(definition, 3) if definition else None
        total += mine
        rows.append((name, 1e3 * mine, *((1e3 * theirs, theirs / mine) if theirs else ("", ""))))
    together = seconds(lambda: [ours() for ours, _ in measures.values()], given.repeats)
    rows.append(("one after the other", 1e3 * together, "", ""))

    import jax.numpy as jnp

    first = jnp.asarray(generator.normal(size=(256, p)), dtype=jnp.float32)
    compute = lambda pairs: jnp.maximum(pairs.reshape(len(pairs), -1), 0) @ first  # noqa: E731
    rows.append(
        ("gradient_symmetricity, compiled anew", 1e3 * seconds(lambda: fourier.gradient_symmetricity(compute, embedding), 3), "", "")
    )
    table(f"measure, p = {p}, width {given.width} | ms | as defined, ms | ratio", rows)


if __name__ == "__main__":
    main()
