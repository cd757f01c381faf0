"""A plain float64 NumPy loop of the toy: the same maths, nothing shared with the package but the data."""

import numpy as np


def forward(parameters, inputs):
    """Activations of every layer, and the outputs."""
    h, kept = inputs @ parameters["embedding"], []
    for layer, (w, b) in enumerate(zip(parameters["weights"], parameters["biases"], strict=True)):
        h = np.tanh(h) if layer else h
        kept.append(h)
        h = h @ w + b
    return kept, h


def regression(outputs, labels, templates, mask):
    """Loss and its gradient with respect to the outputs."""
    difference = (outputs - templates[labels]) * mask[:, None]
    scale = mask.sum() * outputs.shape[1]
    return (difference**2).sum() / scale, 2 * difference / scale


def classification(outputs, labels, templates, mask):
    """Mean cross-entropy and its gradient with respect to the outputs."""
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -(np.log(p[rows, labels]) * mask).sum() / mask.sum()
    p[rows, labels] -= 1
    return loss, p * mask[:, None] / mask.sum()


def gradients(parameters, inputs, by_outputs, kept):
    """Backward through the decoder and the sum of embeddings."""
    found = {"weights": [], "biases": []}
    flow = by_outputs
    for layer in reversed(range(len(parameters["weights"]))):
        found["weights"].insert(0, kept[layer].T @ flow)
        found["biases"].insert(0, flow.sum(axis=0))
        flow = flow @ parameters["weights"][layer].T
        if layer:
            flow = flow * (1 - kept[layer] ** 2)
    return {"embedding": inputs.T @ flow, **found}


def adamw(theta, g, state, t, rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One array, in place of the state."""
    m, v = state
    m[:] = beta1 * m + (1 - beta1) * g
    v[:] = beta2 * v + (1 - beta2) * g * g
    return theta * (1 - rate * decay) - rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)


def train(problem, start, *, steps, embedding_rate, embedding_decay, decoder_rate, decoder_decay):
    """Losses (train, test) after each of 0..steps updates."""
    data = problem.data()
    inputs = np.zeros((len(data.pairs), problem.symbols))
    for row, (i, j) in enumerate(data.pairs):
        inputs[row, i] += 1
        inputs[row, j] += 1
    loss = regression if problem.loss == "regression" else classification
    train_mask = data.train_mask.astype(float)
    parameters = {
        "embedding": np.array(start["embedding"], float),
        "weights": [np.array(w, float) for w in start["weights"]],
        "biases": [np.array(b, float) for b in start["biases"]],
    }
    flat = [("embedding", None), *(("weights", k) for k in range(3)), *(("biases", k) for k in range(3))]

    def get(tree, name, k):
        return tree[name] if k is None else tree[name][k]

    states = {at: (np.zeros_like(get(parameters, *at)), np.zeros_like(get(parameters, *at))) for at in flat}
    losses = []
    for t in range(steps + 1):
        kept, outputs = forward(parameters, inputs)
        value, by_outputs = loss(outputs, data.labels, data.templates, train_mask)
        losses.append((value, loss(outputs, data.labels, data.templates, 1 - train_mask)[0]))
        g = gradients(parameters, inputs, by_outputs, kept)
        for at in flat:
            rate, decay = (embedding_rate, embedding_decay) if at[1] is None else (decoder_rate, decoder_decay)
            new = adamw(get(parameters, *at), get(g, *at), states[at], t + 1, rate, decay)
            if at[1] is None:
                parameters["embedding"] = new
            else:
                parameters[at[0]][at[1]] = new
    return np.array(losses)
