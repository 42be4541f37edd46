"""The encoder in our order of work against transformers' own forward."""

from __future__ import annotations

import pytest
import torch

from models.sam import encoder
from tests.models.sam.small import small_network


@pytest.mark.parametrize("room", [1 << 22, 5 * 64, 1])
@pytest.mark.parametrize("name", ["sam-vit-b", "sam-hq-vit-b"])
def test_the_same_embedding_however_little_is_kept(name, room, monkeypatch):
    monkeypatch.setattr(encoder, "SCORES_AT_ONCE", room)
    theirs = small_network(name).eval().vision_encoder
    pixels = torch.randn((1, 3, 128, 128), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        wanted = theirs(pixels)
        image, early = encoder.run(theirs, pixels)
    assert wanted.last_hidden_state.std() > 0.1
    assert torch.allclose(image, wanted.last_hidden_state, atol=2e-5)
    if name == "sam-hq-vit-b":
        assert torch.allclose(early, wanted.intermediate_embeddings[0], atol=2e-5)
