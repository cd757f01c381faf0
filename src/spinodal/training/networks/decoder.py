"""The decoder of the first papers on grokking, on the tokens `a op b =`, in an exact form that computes only what is read."""

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ...errors import choice, integer, require
from .interface import symbols_of
from .layers import checked_pairs, product, relu, rows, symbols_read

EPSILON = 1e-5  # of LayerNorm, PyTorch's default
PLACES = 4  # a op b =


class Stream(NamedTuple):
    """The residual stream of one token: rows of `table` at `where`; without it `table` has a row for each pair, or one row for all."""

    table: jax.Array
    where: jax.Array | None


@dataclass(frozen=True)
class Decoder:
    """Causal attention, ReLU or GELU layers and LayerNorm on the tokens `a op b =`, read at the last position.

        "power2022":     x <- LN(x + Attention(x)),  x <- LN(x + relu(x W_in) W_out);  no biases; positions are sines, not learned
        "grokfast2024":  x <- x + Attention(LN(x)),  x <- x + gelu(LN(x) W_in + b_in) W_out + b_out,  LN before reading; biases in the
                         attention too; positions are learned
        f = x U,         Attention(x) = concat_h(softmax_j(x Q_h . x_j K_h / sqrt(d_head)) x_j V_h) O,  j up to the own position

    What the first layer reads is a table over the symbols; what `a` and `op` have seen never depends on b, so that they stay tables in all
    layers; the last layer is computed at `=` alone. The same function as the form at all positions, exactly, for about a third of the work.
    Parameters (v = p + 2 tokens: symbols, op, `=`): `embedding` (v, d), `unembedding` (d, v), and of layer i `query_i`, `key_i`,
    `value_i`, `output_i` (d, d), heads side by side, `mlp_in_i` (d, m), `mlp_out_i` (m, d), `attention_scale_i`, `attention_shift_i`,
    `mlp_scale_i`, `mlp_shift_i` (d,) of its two LayerNorms. "grokfast2024" also has `position` (4, d), `final_scale`, `final_shift` (d,)
    and a bias for each matrix but the unembedding, as `mlp_in_bias_i` (m,).

    Arguments:
        layers, d_model, heads, d_mlp: how many (2), sizes d (128), number of heads (4; it must divide d) and m (512).
        variant: "power2022" (default) or "grokfast2024", whose released codes differ as above.
    At the start embeddings and learned positions are N(0, 1); matrices are uniform within 1/sqrt(inputs), in "grokfast2024" query, key
    and value within sqrt(6 / 4d) and the biases of the MLP within 1/sqrt(inputs); other biases are 0; LayerNorms are the identity.
    `logits` drops the logits of op and `=`; `training_logits` keeps them, as both training losses do.
    Source: arXiv:2201.02177 and arXiv:2405.20233 with the codes released for them. Left out of the first: a token before `a` that marks
    the start, and the loss on one after the answer that marks the end; both are the same for every pair.
    """

    layers: int = 2
    d_model: int = 128
    heads: int = 4
    d_mlp: int = 512
    variant: str = "power2022"

    def __post_init__(self):
        for name in ("layers", "d_model", "heads", "d_mlp"):
            integer(name, getattr(self, name), minimum=1)
        require(self.d_model % self.heads == 0, f"heads must divide d_model, got heads={self.heads} and d_model={self.d_model}")
        choice("variant", self.variant, ("power2022", "grokfast2024"))

    @property
    def _pre(self) -> bool:
        """LayerNorm before attention and MLP, with all that comes with it."""
        return self.variant == "grokfast2024"

    def initialise(self, problem: Any, seed: int) -> dict[str, np.ndarray]:
        """Float32 parameters, drawn from `default_rng(seed)`: tables, then layer by layer."""
        generator = np.random.default_rng(integer("seed", seed, minimum=0))
        d, m, tokens = self.d_model, self.d_mlp, symbols_of(problem) + 2

        def uniform(bound: float, *shape: int) -> np.ndarray:
            return generator.uniform(-bound, bound, shape)

        def norm(name: str, ending: str = "") -> dict[str, np.ndarray]:
            return {f"{name}_scale{ending}": np.ones(d), f"{name}_shift{ending}": np.zeros(d)}

        found = {"embedding": generator.standard_normal((tokens, d))}
        if self._pre:
            found["position"] = generator.standard_normal((PLACES, d))
        found["unembedding"] = uniform(d**-0.5, d, tokens)
        for i in range(self.layers):
            inner = (1.5 / d) ** 0.5 if self._pre else d**-0.5
            found |= {f"{name}_{i}": uniform(inner, d, d) for name in ("query", "key", "value")}
            found |= {f"output_{i}": uniform(d**-0.5, d, d), f"mlp_in_{i}": uniform(d**-0.5, d, m), f"mlp_out_{i}": uniform(m**-0.5, m, d)}
            found |= norm("attention", f"_{i}") | norm("mlp", f"_{i}")
            if self._pre:
                found |= {f"{name}_bias_{i}": np.zeros(d) for name in ("query", "key", "value", "output")}
                found |= {f"mlp_in_bias_{i}": uniform(d**-0.5, m), f"mlp_out_bias_{i}": uniform(m**-0.5, d)}
        if self._pre:
            found |= norm("final")
        return {name: values.astype(np.float32) for name, values in found.items()}

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[jax.Array]:
        """Activations of each layer's MLP after its nonlinearity at the last position, (n, d_mlp) each."""
        return self._run(parameters, pairs)[1]

    def training_logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits of all tokens, (n, p + 2): the last two columns are op and `=`."""
        stream = self._run(parameters, pairs)[0]
        return product(_norm(parameters, "final", stream) if self._pre else stream, parameters["unembedding"])

    def logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits of the symbols, (n, p)."""
        return self.training_logits(parameters, pairs)[:, :-2]

    def _run(self, parameters: dict[str, Any], pairs: Any) -> tuple[jax.Array, list[jax.Array]]:
        """The residual stream of `=` after all layers, (n, d), and the activations of the MLPs there."""
        prime = symbols_read(self, parameters, "unembedding", others=2)
        pairs = checked_pairs(pairs, prime)
        a, b = pairs[:, 0], pairs[:, 1]
        position = parameters["position"] if self._pre else jnp.asarray(sines(self.d_model), parameters["embedding"].dtype)
        symbols, signs = parameters["embedding"][:prime], parameters["embedding"][prime:]
        streams = [
            Stream(symbols + position[0], a),
            Stream(signs[:1] + position[1], None),
            Stream(symbols + position[2], b),
            Stream(signs[1:] + position[3], None),
        ]
        hidden = []
        for i in range(self.layers):
            streams, activations = self._layer(parameters, i, streams)
            hidden.append(jnp.broadcast_to(activations, (len(pairs), self.d_mlp)))
        return jnp.broadcast_to(streams[-1].table, (len(pairs), self.d_model)), hidden

    def _layer(self, parameters: dict[str, Any], i: int, streams: list[Stream]) -> tuple[list[Stream], jax.Array]:
        """The streams after layer i, or that of `=` alone after the last one; and the activations of its MLP at `=`."""

        def projected(name: str, x: jax.Array) -> jax.Array:
            return _affine(parameters, f"{name}_{i}", f"{name}_bias_{i}", x)

        seen = [_norm(parameters, "attention", x.table, i) if self._pre else x.table for x in streams]
        both = [jnp.concatenate([projected("key", x), projected("value", x)], axis=1) for x in seen]
        of_pairs = [_taken(table, x.where) for table, x in zip(both, streams, strict=True)]

        def after(place: int, gathered: list[jax.Array], index: jax.Array | None) -> tuple[jax.Array, jax.Array]:
            """The stream of a place and the activations of its MLP: rows of the pairs, or those of the tables if nothing is gathered."""
            own, query = (_taken(x, index) for x in (streams[place].table, projected("query", seen[place])))
            return self._rest(parameters, i, own, projected("output", self._mixed(query, gathered[: place + 1])))

        equals, activations = after(3, of_pairs, None)
        if i == self.layers - 1:
            return [Stream(equals, None)], activations
        # `a` sees itself alone and `op` sees both: a row for each a, and no pair
        first = self._rest(parameters, i, streams[0].table, projected("output", both[0][:, self.d_model :]))[0]
        second, third = after(1, both, None)[0], after(2, of_pairs, streams[2].where)[0]
        a = streams[0].where
        return [Stream(first, a), Stream(second, a), Stream(third, None), Stream(equals, None)], activations

    def _rest(
        self, parameters: dict[str, Any], i: int, own: Float[Any, "one_or_n d"], attended: Float[Any, "n d"]
    ) -> tuple[Float[jax.Array, "n d"], Float[jax.Array, "n d_mlp"]]:
        """The stream after attention is added and the MLP has seen it, and the activations of the MLP."""
        x = own + attended
        if not self._pre:
            x = _norm(parameters, "attention", x, i)
        seen = _norm(parameters, "mlp", x, i) if self._pre else x
        before = _affine(parameters, f"mlp_in_{i}", f"mlp_in_bias_{i}", seen)
        activations = jax.nn.gelu(before, approximate=False) if self._pre else relu(before)
        x = x + _affine(parameters, f"mlp_out_{i}", f"mlp_out_bias_{i}", activations)
        return x if self._pre else _norm(parameters, "mlp", x, i), activations

    def _mixed(self, query: Float[Any, "own d"], places: list[Any]) -> Float[jax.Array, "n d"]:
        """Sum over the places of softmax weight times value, (n, d); `places` have keys and values side by side, in n rows or one."""
        heads = (self.heads, self.d_model // self.heads)
        keys, values = zip(*(jnp.split(x, 2, axis=1) for x in places), strict=True)
        query = query * heads[1] ** -0.5
        scores = [jnp.sum((query * key).reshape(-1, *heads), axis=2) for key in keys]
        top = jax.lax.stop_gradient(functools.reduce(jnp.maximum, scores))
        powers = [jnp.exp(score - top) for score in scores]
        total = functools.reduce(jnp.add, powers)
        weighed = [(power / total)[:, :, None] * value.reshape(-1, *heads) for power, value in zip(powers, values, strict=True)]
        return functools.reduce(jnp.add, weighed).reshape(-1, self.d_model)


def sines(d_model: int) -> np.ndarray:
    """(4, d): sin(t / 10000^(i / d)) at even i, cos(t / 10000^((i - 1) / d)) at odd i, t = 0..3."""
    i = np.arange(d_model)
    angle = np.arange(PLACES)[:, None] / 10000 ** ((i - i % 2) / d_model)
    return np.where(i % 2 == 0, np.sin(angle), np.cos(angle))


def _taken(table: Float[Any, "entries d"], index: Int[Any, " n"] | None) -> Float[Any, "rows d"]:
    return table if index is None else rows(table, index)


def _affine(parameters: dict[str, Any], matrix: str, bias: str, x: Float[Any, "n inputs"]) -> Float[jax.Array, "n outputs"]:
    found = product(x, parameters[matrix])
    return found + parameters[bias] if bias in parameters else found


def _norm(parameters: dict[str, Any], name: str, x: Float[Any, "n d"], i: int | None = None) -> Float[jax.Array, "n d"]:
    """LayerNorm over the features."""
    ending = "" if i is None else f"_{i}"
    centred = x - jnp.mean(x, axis=1, keepdims=True)
    scale = jax.lax.rsqrt(jnp.mean(centred * centred, axis=1, keepdims=True) + EPSILON)
    return centred * scale * parameters[f"{name}_scale{ending}"] + parameters[f"{name}_shift{ending}"]
