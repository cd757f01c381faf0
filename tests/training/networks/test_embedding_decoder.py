"""Settings of the decoder on embeddings, and of the plain MLP: what they refuse."""

import pytest

from spinodal.training.networks.embedding_decoder import EmbeddingDecoder
from spinodal.training.networks.mlp import MLP


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: EmbeddingDecoder(1, "sun"), "combine must be"),
        (lambda: EmbeddingDecoder(3, "product"), "embedding_dim must be a square number where combine='product', got 3"),
        (lambda: EmbeddingDecoder(-1), "embedding_dim must be an integer >= 1, got -1"),
        (lambda: MLP("gelu"), "activation must be"),
    ],
)
def test_wrong_settings_name_the_argument(made, says):
    with pytest.raises(ValueError, match=says):
        made()
    assert EmbeddingDecoder(9, "product").embedding_dim == 9
