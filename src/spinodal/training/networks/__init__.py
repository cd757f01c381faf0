"""Networks: static settings with `initialise(problem, seed)` and pure `logits(parameters, inputs)`."""

from .embedding_decoder import EmbeddingDecoder as EmbeddingDecoder
from .mlp import MLP as MLP
