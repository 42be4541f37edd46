"""SAM-HQ, whose decoder is ours: transformers' own does not draw what the authors' does."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from models.api import PointPrompt, PromptSet
from models.sam.spec import HQ_VIT_B
from models.sam.variants import Variant
from tests.parity import authors, pairs


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Return the authors' predictor and our backend."""
    from segment_anything_hq import SamPredictor
    from segment_anything_hq.modeling import (
        ImageEncoderViT,
        MaskDecoderHQ,
        PromptEncoder,
        Sam,
        TwoWayTransformer,
    )

    size = pairs.VIT
    tokens = size.side // size.patch
    network = Sam(
        image_encoder=ImageEncoderViT(
            img_size=size.side,
            patch_size=size.patch,
            embed_dim=size.width,
            depth=size.depth,
            num_heads=size.heads,
            out_chans=size.channels,
            norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
            use_rel_pos=True,
            window_size=size.window,
            global_attn_indexes=size.whole,
        ),
        prompt_encoder=PromptEncoder(size.channels, (tokens, tokens), (size.side, size.side), mask_in_chans=16),
        mask_decoder=MaskDecoderHQ(
            transformer_dim=size.channels,
            transformer=TwoWayTransformer(depth=2, embedding_dim=size.channels, num_heads=8, mlp_dim=size.mlp),
            iou_head_hidden_dim=size.channels,
            vit_dim=size.width,
        ),
    ).eval()
    path = tmp_path_factory.mktemp("weights") / "hq.pth"
    torch.save(authors.randomised(network).state_dict(), path)
    return SamPredictor(network), pairs.ours(HQ_VIT_B, path, Variant("sam-hq-vit-b", "sam_hq", size, ""))


@pytest.mark.parametrize(("height", "width"), [(97, 131), (128, 128), (300, 200), (33, 400)])
@pytest.mark.parametrize("multimask", [True, False])
def test_the_same_logits_and_forecasts(both, height, width, multimask):
    """Theirs answers an ambiguous click with one mask: the one of the highest forecast, our first."""
    predictor, backend = both
    image = np.random.default_rng(height).integers(0, 255, (height, width, 3), dtype=np.uint8)
    predictor.set_image(image)
    x, y = 0.3 * width, 0.6 * height
    _, forecasts, logits = predictor.predict(
        point_coords=np.array([[x, y]]), point_labels=np.array([1]), multimask_output=multimask, return_logits=True
    )
    found = backend.predict(backend.encode(image), PromptSet((PointPrompt(x, y),)), multimask=multimask)
    assert len(found) == (3 if multimask else 1)
    rows, columns = found[0].logits.shape
    assert abs(found[0].score - np.clip(forecasts[0], 0, 1)) < 1e-4
    assert np.abs(found[0].logits - logits[0][:rows, :columns]).max() < 1e-4
