"""One training step of each network of modular arithmetic: share of a matrix product's rate, and eager PyTorch, on one thread.

    python benchmarks/networks.py [--rounds 12] [--steps 5]

A step is forward, backward and AdamW on all training rows, p = 113 and 30 %. Its FLOPs are those of its matrix products, 6 n inputs outputs
each, with gathered rows counted as nothing; the rate they are compared with is that of a float32 product of 1024 x 1024 matrices in the
same process. "Plain JAX" is the network as one would write it down. PyTorch gathers rows too and has the transformer at all positions;
its MLPs are timed with one-hot inputs besides, as published code has them (arXiv:2301.02679, 2501.04697).
Everything is timed in turn, round after round; ratios are medians over the rounds, milliseconds the least of them.

Second table: what an optimiser costs beside AdamW on a network so small that it shows, quadratic, width 128, p = 31, full batches.
"""

import os

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # XLA cuts elementwise work into as many parts as it sees cores

import argparse
import time
from dataclasses import dataclass
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import torch
from timing import table

from spinodal.compiling import CPU_OPTIONS
from spinodal.training import AdamW, Grokfast, PerpGrad
from spinodal.training.losses import cross_entropy, mean_squared
from spinodal.training.networks import Decoder, OneLayerTransformer, QuadraticMLP, ReluMLP
from spinodal.training.networks.decoder import sines

PRIME, ROWS = 113, 3830


@dataclass(frozen=True)
class Task:
    """All that a network asks of a problem."""

    prime: int = PRIME


def plain_quadratic(parameters, pairs):
    """As one would write it."""
    hidden = parameters["first"][pairs[:, 0]] + parameters["first"][PRIME + pairs[:, 1]]
    return hidden**2 @ parameters["readout"]


def plain_relu(parameters, pairs):
    """As one would write it."""
    hidden = jax.nn.relu(parameters["weights_0"][pairs[:, 0]] + parameters["weights_0"][PRIME + pairs[:, 1]])
    for i in range(1, len(parameters) - 1):
        hidden = jax.nn.relu(hidden @ parameters[f"weights_{i}"])
    return hidden @ parameters[f"weights_{len(parameters) - 1}"]


def plain_transformer(parameters, pairs):
    """All positions, as one would write it; the same operations in JAX and PyTorch."""
    library = torch if isinstance(pairs, torch.Tensor) else jnp
    tokens = library.concatenate([pairs, library.full_like(pairs[:, :1], PRIME)], 1)
    x = parameters["embedding"][tokens] + parameters["position"]
    query, key, value = (library.einsum("nsd,hdk->nhsk", x, parameters[name]) for name in ("query", "key", "value"))
    scores = library.einsum("nhsk,nhtk->nhst", query, key) / 32**0.5
    mask = library.tril(library.ones((3, 3), dtype=bool))
    scores = library.where(mask, scores, -1e10)
    weights = torch.softmax(scores, -1) if library is torch else jax.nn.softmax(scores)
    x = x + library.einsum("nhsk,hkd->nsd", library.einsum("nhst,nhtk->nhsk", weights, value), parameters["output"])
    relu = torch.relu if library is torch else jax.nn.relu
    x = x + relu(x @ parameters["mlp_in"] + parameters["mlp_in_bias"]) @ parameters["mlp_out"] + parameters["mlp_out_bias"]
    return (x @ parameters["unembedding"])[:, -1]


def plain_decoder(parameters, pairs):
    """Two layers at all positions, as one would write it; the same operations in JAX and PyTorch."""
    library = torch if isinstance(pairs, torch.Tensor) else jnp
    signs = library.full_like(pairs[:, :1], PRIME)
    x = parameters["embedding"][library.concatenate([pairs[:, :1], signs, pairs[:, 1:], signs + 1], 1)]
    x = x + library.asarray(sines(128).astype(np.float32))
    mask = library.tril(library.ones((4, 4), dtype=bool))
    relu = torch.relu if library is torch else jax.nn.relu
    for i in range(2):
        query, key, value = ((x @ parameters[f"{name}_{i}"]).reshape(-1, 4, 4, 32) for name in ("query", "key", "value"))
        scores = library.where(mask, library.einsum("nshk,nthk->nhst", query, key) / 32**0.5, -1e10)
        weights = torch.softmax(scores, -1) if library is torch else jax.nn.softmax(scores)
        attended = library.einsum("nhst,nthk->nshk", weights, value).reshape(x.shape)
        x = plain_norm(parameters, f"attention_{{}}_{i}", x + attended @ parameters[f"output_{i}"])
        x = plain_norm(parameters, f"mlp_{{}}_{i}", x + relu(x @ parameters[f"mlp_in_{i}"]) @ parameters[f"mlp_out_{i}"])
    return (x @ parameters["unembedding"])[:, -1]


def plain_norm(parameters, name, x):
    """LayerNorm."""
    centred = x - x.mean(-1)[..., None]
    scaled = centred / ((centred**2).mean(-1)[..., None] + 1e-5) ** 0.5
    return scaled * parameters[name.format("scale")] + parameters[name.format("shift")]


def torch_relu(parameters, pairs):
    """`plain_relu` in PyTorch."""
    hidden = torch.relu(parameters["weights_0"][pairs[:, 0]] + parameters["weights_0"][PRIME + pairs[:, 1]])
    for i in range(1, len(parameters) - 1):
        hidden = torch.relu(hidden @ parameters[f"weights_{i}"])
    return hidden @ parameters[f"weights_{len(parameters) - 1}"]


def one_hot_quadratic(parameters, inputs):
    """`plain_quadratic` of one-hot inputs."""
    return (inputs @ parameters["first"]) ** 2 @ parameters["readout"]


def one_hot_relu(parameters, inputs):
    """`plain_relu` of one-hot inputs."""
    hidden = torch.relu(inputs @ parameters["weights_0"])
    for i in range(1, len(parameters) - 1):
        hidden = torch.relu(hidden @ parameters[f"weights_{i}"])
    return hidden @ parameters[f"weights_{len(parameters) - 1}"]


def products(*sizes):
    """FLOPs of a step through layers of these sizes."""
    return sum(6 * ROWS * i * o for i, o in pairwise(sizes))


CASES = {
    "quadratic 500": (QuadraticMLP(500), mean_squared, plain_quadratic, plain_quadratic, products(500, PRIME)),
    "ReLU 512": (ReluMLP((512,)), cross_entropy, plain_relu, torch_relu, products(512, PRIME)),
    "ReLU 200-200": (ReluMLP((200, 200)), cross_entropy, plain_relu, torch_relu, products(200, 200, PRIME)),
    # Values of all heads to the MLP, both to the logits; and the three products of weights that make it so
    "transformer": (
        OneLayerTransformer(),
        cross_entropy,
        plain_transformer,
        plain_transformer,
        products(128, 512, PRIME + 1) + products(128, PRIME + 1) + 6 * (128 * 128 * (512 + PRIME + 1) + 128 * 512 * (PRIME + 1)),
    ),
    # Of each pair: b and = in the first layer, their keys and values, and = alone in the second
    "decoder": (
        Decoder(),
        cross_entropy,
        plain_decoder,
        plain_decoder,
        2 * products(128, 128, 512, 128) + products(128, 512) + products(128, 128, 128, 512, 128, PRIME + 2),
    ),
}

ONE_HOT = {"quadratic 500": one_hot_quadratic, "ReLU 512": one_hot_relu, "ReLU 200-200": one_hot_relu}


def data():
    """Training pairs and labels."""
    rows = np.random.default_rng(0).permutation(PRIME**2)[:ROWS]
    pairs = np.stack([rows // PRIME, rows % PRIME], axis=1)
    return pairs.astype(np.int32), (pairs.sum(axis=1) % PRIME).astype(np.int32)


def adamw(parameters, gradients, state):
    """The update of all three sides: rate 1e-3, decay 1, betas .9 and .98."""
    mean, square, t = state
    t = t + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradients)
    square = jax.tree.map(lambda v, g: 0.98 * v + 0.02 * g * g, square, gradients)
    scale = jnp.sqrt(1 - 0.98**t) / (1 - 0.9**t)
    moved = jax.tree.map(lambda p, m, v: 0.999 * p - 1e-3 * scale * m / (jnp.sqrt(v) + 1e-8), parameters, mean, square)
    return moved, (mean, square, t)


def jax_steps(logits, loss, start, steps):
    """A call that makes `steps` steps in one compiled loop."""
    pairs, labels = data()

    @jax.jit(compiler_options=CPU_OPTIONS)
    def run(parameters, state, pairs, labels):
        def one(_, carry):
            gradients = jax.grad(lambda p: loss(logits(p, pairs), labels))(carry[0])
            return adamw(carry[0], gradients, carry[1])

        return jax.lax.fori_loop(0, steps, one, (parameters, state))

    parameters = jax.tree.map(jnp.asarray, start)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    arguments = (parameters, (zeros, zeros, jnp.float32(0)), jnp.asarray(pairs), jnp.asarray(labels))
    return lambda: jax.block_until_ready(run(*arguments))


def torch_steps(logits, loss, start, steps, one_hot=False):
    """The same, eager."""
    inputs, labels = (torch.tensor(values).long() for values in data())
    if one_hot:
        inputs = torch.nn.functional.one_hot(inputs, PRIME).reshape(ROWS, 2 * PRIME).float()
    parameters = {name: torch.tensor(value).requires_grad_(True) for name, value in start.items()}
    optimizer = torch.optim.AdamW(parameters.values(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1.0)
    target = torch.nn.functional.one_hot(labels, PRIME).float()

    def run():
        for _ in range(steps):
            optimizer.zero_grad()
            found = logits(parameters, inputs)
            value = (
                torch.nn.functional.mse_loss(found, target) if loss is mean_squared else torch.nn.functional.cross_entropy(found, labels)
            )
            value.backward()
            optimizer.step()

    return run


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    square = jax.random.normal(jax.random.key(0), (1024, 1024))
    product = jax.jit(jnp.matmul, compiler_options=CPU_OPTIONS)
    rows = []
    for name, (network, loss, plain, eager, flops) in CASES.items():
        start = network.initialise(Task(), 0)
        sides = [
            lambda: jax.block_until_ready(product(square, square)),
            jax_steps(network.training_logits, loss, start, options.steps),
            jax_steps(plain, loss, start, options.steps),
            torch_steps(eager, loss, start, options.steps),
            *([torch_steps(ONE_HOT[name], loss, start, options.steps, one_hot=True)] if name in ONE_HOT else []),
        ]
        for side in sides:
            side()
        times = np.array([[_seconds(side) for side in sides] for _ in range(options.rounds)])
        times[:, 1:] /= options.steps
        square_time, ours, plainly, theirs, *published = times.T
        rate = 2 * 1024**3 / square_time
        share, gain, against = (float(np.median(x)) for x in (flops / (ours * rate), plainly / ours, theirs / ours))
        least = [float(1e3 * x.min()) for x in (ours, plainly, theirs)]
        one_hot = f"{np.median(published[0] / ours):.2f}" if published else "–"
        rows.append((name, f"{rate.max() / 1e9:.0f}", *least, f"{100 * share:.0f} %", f"{gain:.2f}", f"{against:.2f}", one_hot))
    table(
        "network | product GFLOP/s | here ms | plain JAX ms | PyTorch ms | share of the product | over plain JAX | over PyTorch "
        "| over PyTorch, one-hot",
        rows,
    )
    optimizers(options.rounds)


def optimizers(rounds: int, steps: int = 200) -> None:
    """Print the second table."""
    network, prime = QuadraticMLP(128), 31
    rows = np.random.default_rng(0).permutation(prime**2)[: prime**2 // 2]
    pairs, labels = jnp.asarray(np.stack([rows // prime, rows % prime], axis=1), jnp.int32), jnp.asarray(rows // prime + rows) % prime
    start = jax.tree.map(jnp.asarray, network.initialise(Task(prime), 0))
    inner = AdamW(1e-2, 1.0)
    contenders = {
        "AdamW": inner,
        "Grokfast, ema": Grokfast(inner),
        "Grokfast, ma of 100": Grokfast(inner, kind="ma"),
        "PerpGrad": PerpGrad(inner),
    }

    def looped(optimizer):
        @jax.jit(compiler_options=CPU_OPTIONS)
        def run(parameters, state, pairs, labels):
            def one(_, carry):
                gradients = jax.grad(lambda p: mean_squared(network.training_logits(p, pairs), labels))(carry[0])
                return optimizer.step(carry[0], gradients, carry[1])

            return jax.lax.fori_loop(0, steps, one, (parameters, state))

        state = optimizer.init(start)
        return lambda: jax.block_until_ready(run(start, state, pairs, labels))

    sides = [looped(optimizer) for optimizer in contenders.values()]
    for side in sides:
        side()
    times = np.array([[_seconds(side) for side in sides] for _ in range(rounds)]) / steps
    ratios = np.median(times / times[:, :1], axis=0)
    table(
        "optimiser | ms an update | against AdamW",
        [(name, float(1e3 * time), f"{ratio:.2f}") for name, time, ratio in zip(contenders, times.min(axis=0), ratios, strict=True)],
    )


def _seconds(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
