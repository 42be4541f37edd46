"""SAM: a plain vision transformer, prompts and a two-way decoder."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from transformers.models.sam.configuration_sam import SamConfig
from transformers.models.sam.modeling_sam import SamModel

from models import device as devices
from models.sam import encoder
from models.sam.decoder import Decoder
from models.sam.frame import Frame, Padded
from models.sam.network import Asked, Features, Heard
from models.sam.variants import VitSize

DECODER_EPSILON = 1e-5
"""Of the decoder's layer norms. transformers' configuration says 1e-6; the authors' code has torch's own 1e-5."""
MASKS = 4
"""The settled one and three for an ambiguous prompt."""


class VitNetwork:
    """SAM: one image embedding for all prompts."""

    def __init__(self, model: Any, size: VitSize, device: torch.device) -> None:
        """Take a model of ``build`` with its weights in place."""
        self._model = model.to(device).eval()
        self._size = size
        self._device = device
        with torch.inference_mode():
            self._decoder = self._made()

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._device

    @property
    def logit_side(self) -> int:
        """Rows and columns of its logits: 256 for the published networks."""
        return 4 * self._size.side // self._size.patch

    @property
    def logit_limit(self) -> float:
        """It takes its own logits as they are."""
        return math.inf

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shape of the image embedding."""
        tokens = self._size.side // self._size.patch
        return ((1, self._size.channels, tokens, tokens),)

    def frame(self, height: int, width: int) -> Frame:
        """Return the frame in which the longer side fills the square."""
        return Padded.around(height, width, self._size.side)

    def look(self, pixels: Tensor) -> Features:
        """Return the image embedding, ``float32[1, C, side / 16, side / 16]``."""
        with devices.autocast(self._device):
            found, _ = encoder.run(self._model.vision_encoder, pixels.to(self._device))
        return (found.float(),)

    def hear(self, features: Features, asked: Asked, *, multimask: bool) -> Heard:
        """Ask for the three masks of an ambiguous prompt, or for the settled one."""
        sparse, dense = self.prompts(asked)
        which = range(1, MASKS) if multimask else range(1)
        return self._decoder.hear(features[0], dense, sparse, which, None, plain=asked.mask is None)

    def prompts(self, asked: Asked) -> tuple[Tensor | None, Tensor]:
        """Return prompts as tokens ``float32[1, N, T, C]`` (None if there is only a mask) and as an addend."""
        sparse, dense = self._model.prompt_encoder(
            input_points=None if asked.points is None else asked.points[None],
            input_labels=None if asked.labels is None else asked.labels[None],
            input_boxes=None if asked.boxes is None else asked.boxes[None],
            input_masks=asked.mask,
        )
        return sparse, dense

    def _made(self) -> Decoder:
        decoder = self._model.mask_decoder
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
        return Decoder(decoder, self._model.get_image_wide_positional_embeddings(), own)


def build(size: VitSize) -> Any:
    """Return SAM's network of this size with transformers' random weights."""
    return SamModel(SamConfig(**config(size)))


def config(size: VitSize) -> dict[str, dict[str, Any]]:
    """Return the parts of transformers' configuration for this size."""
    common = {"image_size": size.side, "patch_size": size.patch}
    return {
        "vision_config": {
            **common,
            "hidden_size": size.width,
            "num_hidden_layers": size.depth,
            "num_attention_heads": size.heads,
            "global_attn_indexes": list(size.whole),
            "window_size": size.window,
            "output_channels": size.channels,
            "num_pos_feats": size.channels // 2,
        },
        "prompt_encoder_config": {**common, "hidden_size": size.channels},
        "mask_decoder_config": {
            "hidden_size": size.channels,
            "mlp_dim": size.mlp,
            "iou_head_hidden_dim": size.channels,
            "layer_norm_eps": DECODER_EPSILON,
        },
    }
