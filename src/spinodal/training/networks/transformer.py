"""The one-layer transformer of the modular-addition papers, in an exact form that computes only what is read."""

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ...errors import integer, real, require
from ..optimizers.pytree import traced
from .interface import symbols_of
from .layers import checked_pairs, product, relu, rows, symbols_read


@traced("attention")  # a sweep over the coefficient compiles one program
@dataclass(frozen=True)
class OneLayerTransformer:
    """One layer of attention and a ReLU MLP on the tokens `a b =`, read at the last position: no LayerNorm, no attention biases.

        r = x + concat_h(sum_j A_hj x_j V_h) O,   f = (r + relu(r W_in + b_in) W_out + b_out) U,
        A_hj = attention * softmax_j(x Q_h . x_j K_h / sqrt(d_head)) + (1 - attention),

    x_j token plus position, x the last of them. Only the last position is read, so only its attention is computed, and keys and values
    are tables over the symbols instead of products for each pair: the same function, exactly, for about a quarter of the work. With many
    pairs `training_logits` forms O W_in, O U and W_out U first, the same function again.
    Parameters (v = p + 1 tokens with `=`, else p): `embedding` (v, d), `position` (3 or 2, d), `query`, `key`, `value`
    (heads, d, d/heads), `output` (heads, d/heads, d), `mlp_in` (d, m), `mlp_in_bias` (m,), `mlp_out` (m, d), `mlp_out_bias` (d,),
    `unembedding` (d, v).

    Arguments:
        d_model, heads, d_mlp: sizes d (128), number of heads (4; it must divide d) and m (512).
        attention: in [0, 1], default 1, ordinary attention; at 0 every weight is 1 (constant attention). Not renormalised between.
        equals_token: True (default) reads at the token `=`; False has the tokens `a b` alone and reads at b, which sees both.
    At the start embedding, position, query, key, value, output, mlp_in and mlp_out are N(0, 1/d) (mlp_out too, not 1/m), unembedding is
    N(0, 1/v), biases are 0.
    `logits` drops the logit of `=`; `training_logits` keeps it, as the published training loss does.
    Source: arXiv:2301.05217 and its released code; arXiv:2306.17844 for `attention` and `equals_token=False`, whose released code has no
    mask although its published configuration names one.
    """

    d_model: int = 128
    heads: int = 4
    d_mlp: int = 512
    attention: float = 1.0
    equals_token: bool = True

    def __post_init__(self):
        integer("d_model", self.d_model, minimum=1)
        integer("heads", self.heads, minimum=1)
        integer("d_mlp", self.d_mlp, minimum=1)
        require(self.d_model % self.heads == 0, f"heads must divide d_model, got heads={self.heads} and d_model={self.d_model}")
        share = real("attention", self.attention)
        require(0 <= share <= 1, f"attention must be in [0, 1], got {share} (1 is ordinary attention, 0 constant)")
        object.__setattr__(self, "attention", share)  # an integer would be traced as one, in a program of its own
        if not isinstance(self.equals_token, bool):
            raise TypeError(f"equals_token must be True or False, got {self.equals_token!r}")

    def initialise(self, problem: Any, seed: int) -> dict[str, np.ndarray]:
        """Float32 parameters, drawn from `default_rng(seed)` in the order of the class's list."""
        generator = np.random.default_rng(integer("seed", seed, minimum=0))
        d, m, heads, size = self.d_model, self.d_mlp, self.heads, self.d_model // self.heads
        tokens = symbols_of(problem) + self.equals_token
        shapes = {
            "embedding": (tokens, d),
            "position": (2 + self.equals_token, d),
            **dict.fromkeys(("query", "key", "value"), (heads, d, size)),
            "output": (heads, size, d),
            "mlp_in": (d, m),
            "mlp_in_bias": (m,),
            "mlp_out": (m, d),
            "mlp_out_bias": (d,),
            "unembedding": (d, tokens),
        }
        variances = dict.fromkeys(shapes, 1 / d) | {"mlp_in_bias": 0.0, "mlp_out_bias": 0.0, "unembedding": 1 / tokens}
        drawn = {
            name: variances[name] ** 0.5 * generator.standard_normal(s) if variances[name] else np.zeros(s) for name, s in shapes.items()
        }
        return {name: values.astype(np.float32) for name, values in drawn.items()}

    def hidden(self, parameters: dict[str, Any], pairs: Any) -> list[jax.Array]:
        """Activations of the MLP after ReLU at the last position, (n, d_mlp), as the one entry of a list."""
        return [_mlp(parameters, self._attended(parameters, pairs))]

    def training_logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits of all tokens, (n, v): with `equals_token` the last column is that of `=`."""
        last, weighed = self._weighed(parameters, pairs)
        d_model, d_mlp = parameters["mlp_in"].shape
        if self.equals_token and _composing_saves(len(weighed), d_model, d_mlp, parameters["unembedding"].shape[1]):
            return _read_composed(parameters, last, weighed)
        return _read(parameters, _residual(parameters, last, weighed))

    def logits(self, parameters: dict[str, Any], pairs: Any) -> jax.Array:
        """Logits of the symbols, (n, p)."""
        return self.training_logits(parameters, pairs)[:, : self._prime(parameters)]

    def logits_from_embeddings(self, parameters: dict[str, Any], embeddings: Any) -> jax.Array:
        """Logits of the symbols, (n, p), for any embeddings of a and b.

        Arguments:
            embeddings: (n, 2, d), token embeddings without positions; positions and the token `=` are added inside.
        """
        embeddings = jnp.asarray(embeddings)
        if embeddings.ndim != 3 or embeddings.shape[1:] != (2, self.d_model):
            raise ValueError(f"embeddings must have shape (n, 2, {self.d_model}), got {embeddings.shape}")
        first, second = (embeddings[:, i] + parameters["position"][i] for i in range(2))
        last, equals = second, None
        if self.equals_token:
            last = equals = self._equals(parameters)
        places = [first, second] if equals is None else [first, second, equals]
        query = _project(last, parameters["query"]) * self._inverse_root
        scores = [jnp.sum(query * _project(x, parameters["key"]), axis=-1) for x in places]
        attended = self._attend(scores, [_project(x, parameters["value"]) for x in places], len(embeddings))
        return _read(parameters, _residual(parameters, last, attended))[:, : self._prime(parameters)]

    def _attended(self, parameters: dict[str, Any], pairs: Any) -> Float[jax.Array, "n d"]:
        """The residual stream of the last position after attention, (n, d)."""
        return _residual(parameters, *self._weighed(parameters, pairs))

    def _weighed(self, parameters: dict[str, Any], pairs: Any) -> tuple[Float[Any, "one_or_n d"], Float[jax.Array, "n d"]]:
        """The last position, (1 or n, d), and its weighted values of all heads, (n, d), from tables over the symbols."""
        prime = self._prime(parameters)
        pairs = checked_pairs(pairs, prime)
        first, second = (parameters["embedding"][:prime] + parameters["position"][i] for i in range(2))  # (p, d) each
        keys, values = ([_project(x, parameters[name]) for x in (first, second)] for name in ("key", "value"))  # (p, heads, size) each
        if self.equals_token:
            last = self._equals(parameters)
            query = _project(last, parameters["query"])[0] * self._inverse_root  # (heads, size)
            scores = [jnp.einsum("phk,hk->ph", key, query) for key in (*keys, _project(last, parameters["key"]))]
            values = [*values, _project(last, parameters["value"])]
        else:
            last = second
            query = _project(second, parameters["query"]) * self._inverse_root  # of b, (p, heads, size)
            mixed = jnp.einsum("bhk,ahk->abh", query, keys[0]).reshape(prime * prime, self.heads)
            scores = [mixed, jnp.einsum("bhk,bhk->bh", query, keys[1])]
        # Gathered again in the backward pass, as in the quadratic network
        weighed = jax.checkpoint(self._gather)(scores, values, pairs)
        return last if self.equals_token else rows(last, pairs[:, 1]), weighed

    def _gather(self, scores: list[Any], values: list[Any], pairs: Int[Any, "n 2"]) -> Float[jax.Array, "n d"]:
        a, b = pairs[:, 0], pairs[:, 1]
        index = [a if self.equals_token else a * len(values[0]) + b, b]
        taken = [rows(score, i) for score, i in zip(scores, index, strict=False)] + scores[2:]
        return self._attend(taken, [rows(values[0], a), rows(values[1], b), *values[2:]], len(pairs))

    def _attend(self, scores: list[Any], values: list[Any], n: int) -> Float[jax.Array, "{n} d"]:
        """Sum over the places of weight times value, (n, d); scores (n or 1, heads), values (n or 1, heads, size), a list over places."""
        top = scores[0]
        for score in scores[1:]:
            top = jnp.maximum(top, score)
        top = jax.lax.stop_gradient(top)
        powers = [jnp.exp(score - top) for score in scores]
        total = sum(powers[1:], powers[0])
        weights = [self.attention * power / total + (1 - self.attention) for power in powers]
        weighed = [weight[:, :, None] * value for weight, value in zip(weights, values, strict=True)]
        return reduce(jnp.add, weighed).reshape(n, self.d_model)

    def _prime(self, parameters: dict[str, Any]) -> int:
        # `attention` may be traced, and has no part in the shapes
        return symbols_read(replace(self, attention=1.0), parameters, "unembedding", others=self.equals_token)

    def _equals(self, parameters: dict[str, Any]) -> Float[Any, "1 d"]:
        return parameters["embedding"][-1:] + parameters["position"][2]

    @property
    def _inverse_root(self) -> float:
        return (self.d_model // self.heads) ** -0.5


def _project(x: Float[Any, "n d"], weights: Float[Any, "heads d size"]) -> Float[Any, "n heads size"]:
    """(n, d) by (heads, d, size) to (n, heads, size)."""
    heads, d, size = weights.shape
    return (x @ weights.transpose(1, 0, 2).reshape(d, heads * size)).reshape(-1, heads, size)


def _output(parameters: dict[str, Any]) -> Float[Any, "d d"]:
    """O of all heads, (d, d)."""
    return parameters["output"].reshape(-1, parameters["output"].shape[-1])


def _residual(parameters: dict[str, Any], last: Float[Any, "one_or_n d"], weighed: Float[Any, "n d"]) -> Float[jax.Array, "n d"]:
    return last + product(weighed, _output(parameters))


def _mlp(parameters: dict[str, Any], stream: Float[Any, "n d"]) -> Float[jax.Array, "n d_mlp"]:
    return relu(product(stream, parameters["mlp_in"]) + parameters["mlp_in_bias"])


def _read(parameters: dict[str, Any], stream: Float[Any, "n d"]) -> Float[jax.Array, "n tokens"]:
    stream = stream + product(_mlp(parameters, stream), parameters["mlp_out"]) + parameters["mlp_out_bias"]
    return product(stream, parameters["unembedding"])


def _composing_saves(n: int, d: int, m: int, v: int) -> bool:
    """Whether n pairs save more multiplications by `_read_composed` than its products of weights take; backward both are twice that."""
    return n * (d * d + m * (d - v)) > d * d * (m + v) + d * m * v


def _read_composed(parameters: dict[str, Any], last: Float[Any, "1 d"], weighed: Float[Any, "n d"]) -> Float[jax.Array, "n tokens"]:
    """`_read` of the residual stream of one last position, which is never computed: (n, d) to (n, m) to (n, v) without a stop at d."""
    output, readout = _output(parameters), parameters["unembedding"]
    bias = last @ parameters["mlp_in"] + parameters["mlp_in_bias"]
    hidden = relu(product(weighed, output @ parameters["mlp_in"]) + bias)
    direct = product(weighed, output @ readout) + (last + parameters["mlp_out_bias"]) @ readout
    return direct + product(hidden, parameters["mlp_out"] @ readout)
