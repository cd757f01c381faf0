"""What is trained: frozen shapes with a NumPy start and a pure, traceable forward pass."""

from .embedding_decoder import EmbeddingDecoder as EmbeddingDecoder
from .mlp import MLP as MLP
