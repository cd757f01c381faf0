"""What is trained: frozen shapes with a NumPy start and a pure, traceable forward pass."""

from .decoder import Decoder as Decoder
from .embedding_decoder import EmbeddingDecoder as EmbeddingDecoder
from .interface import Network as Network
from .mlp import MLP as MLP
from .quadratic import QuadraticMLP as QuadraticMLP
from .relu_mlp import ReluMLP as ReluMLP
from .transformer import OneLayerTransformer as OneLayerTransformer
from .two_tables import TwoTables as TwoTables
