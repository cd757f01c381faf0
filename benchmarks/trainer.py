"""The compiled trainer on the toy of Liu et al. (2022): network-steps a CPU second against PyTorch, and against the products of a step.

    python benchmarks/trainer.py [--steps 3000]

PyTorch is an ordinary eager loop of the same maths: two AdamW groups, losses and accuracies of both sets at every step as in the
published script, and once more every 25 steps as here. One thread each, and PyTorch also with the threads it takes by itself. The best of
alternating repeats. Two rooflines: the products of a step timed alone in the same process, and their FLOPs at the rate of a square
float32 product; of the 45 training pairs, and of all 55, which is what goes through the network.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np
import torch
from timing import seconds, table

from spinodal.compiling import one_thread
from spinodal.problems import SymbolAddition
from spinodal.training import train

PROBLEM = SymbolAddition()
EVERY = 25
REPEATS = 4


def torch_steps_per_second(steps: int, every: int, threads: int) -> float:
    """CPU rate of the eager loop."""
    torch.set_num_threads(threads)
    data = PROBLEM.data()
    pairs, labels = torch.tensor(data.pairs), torch.tensor(data.labels)
    mask = torch.tensor(data.train_mask)
    templates = torch.tensor(data.templates, dtype=torch.float32)
    embedding = torch.nn.Parameter(torch.rand(10, 1) - 0.5)
    decoder = torch.nn.Sequential(
        torch.nn.Linear(1, 200), torch.nn.Tanh(), torch.nn.Linear(200, 200), torch.nn.Tanh(), torch.nn.Linear(200, 30)
    )
    groups = [{"params": [embedding], "lr": 1e-3, "weight_decay": 0.0}, {"params": decoder.parameters(), "lr": 1e-4, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups)
    sets = [(pairs[rows], labels[rows]) for rows in (mask, ~mask)]
    began = time.process_time()
    for step in range(steps):
        output = decoder(embedding[sets[0][0][:, 0]] + embedding[sets[0][0][:, 1]])
        loss = torch.nn.functional.mse_loss(output, templates[sets[0][1]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % every == 0:
            with torch.no_grad():
                for chosen, answers in sets:
                    output = decoder(embedding[chosen[:, 0]] + embedding[chosen[:, 1]])
                    loss = torch.nn.functional.mse_loss(output, templates[answers]).item()
                    (torch.cdist(output, templates).argmin(dim=1) == answers).float().mean().item()
    return steps / (time.process_time() - began)


def our_steps_per_second(steps: int) -> float:
    """CPU rate of `train`, records and all, after the call that compiles."""
    began = time.process_time()
    train(PROBLEM, steps=steps, every=EVERY)
    return steps / (time.process_time() - began)


def product_flops(rows: int) -> float:
    """Of one step: forward, and backward to inputs and weights, which the first layer does not need towards its one input."""
    sizes = ((1, 200), (200, 200), (200, 30))
    return sum(6.0 * rows * fan_in * fan_out for fan_in, fan_out in sizes)


def own_products_per_second(rows: int) -> float:
    """CPU rate of the products of a step alone, in a compiled loop: forward, and backward to weights and inputs."""
    rng = np.random.default_rng(0)
    sizes = ((1, 200), (200, 200), (200, 30))
    layers = [tuple(rng.standard_normal(shape).astype(np.float32) for shape in ((rows, i), (i, o), (rows, o))) for i, o in sizes]

    def body(_, layers):
        found = []
        for x, w, flow in layers:
            # A trace of each product goes into the next round, so that none of them can be left out
            found.append((x + 1e-9 * (flow @ w.T), w + 1e-9 * (x.T @ flow), flow + 1e-9 * (x @ w)))
        return found

    loop = jax.jit(lambda layers: jax.lax.fori_loop(0, 500, body, layers), compiler_options=one_thread())
    jax.block_until_ready(loop(layers))
    rates = []
    for _ in range(REPEATS):
        began = time.process_time()
        jax.block_until_ready(loop(layers))
        rates.append(500 / (time.process_time() - began))
    return max(rates)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3000)
    steps = parser.parse_args().steps
    threads = torch.get_num_threads()
    square = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
    product = jax.jit(jnp.matmul, compiler_options=one_thread())
    train(PROBLEM, steps=steps, every=EVERY)
    rates = {"every": 0.0, "sparse": 0.0, "as it comes": 0.0, "ours": 0.0, "square": 0.0}
    for _ in range(REPEATS):
        rates["every"] = max(rates["every"], torch_steps_per_second(400, 1, 1))
        rates["sparse"] = max(rates["sparse"], torch_steps_per_second(400, EVERY, 1))
        rates["as it comes"] = max(rates["as it comes"], torch_steps_per_second(400, 1, threads))
        rates["ours"] = max(rates["ours"], our_steps_per_second(steps))
        rates["square"] = max(rates["square"], 2 * 1024**3 / seconds(lambda: product(square, square), 5))
    ours, gflops = rates["ours"], rates["square"] / 1e9
    own = {rows: own_products_per_second(rows) for rows in (45, 55)}
    rows = [
        ("PyTorch eager, metrics every step", rates["every"], ours / rates["every"]),
        (f"PyTorch eager, metrics every {EVERY}", rates["sparse"], ours / rates["sparse"]),
        (f"PyTorch eager, metrics every step, {threads} threads", rates["as it comes"], ours / rates["as it comes"]),
        (f"here, metrics every {EVERY}", ours, 1.0),
    ]
    for samples, alone in own.items():
        at_square = rates["square"] / product_flops(samples)
        rows.append((f"its products alone, {samples} rows", alone, ours / alone))
        rows.append((f"the same FLOPs at {gflops:.0f} GFLOP/s, {samples} rows", at_square, ours / at_square))
    table("network-steps a CPU second | rate | here against it", rows)


if __name__ == "__main__":
    main()
