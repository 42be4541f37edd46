"""What the backend asks of a network, and SAM's own network behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor
from transformers.models.sam.configuration_sam import SamConfig
from transformers.models.sam.modeling_sam import SamModel

from models import device as devices
from models.sam.frame import Frame, padded
from models.sam.variants import VitSize

Features: TypeAlias = tuple[Tensor, ...]
"""What an encoder makes of one image, ``float32`` on the network's device."""
DECODER_EPSILON = 1e-5
"""Of the decoder's layer norms. transformers' configuration says 1e-6; the authors' code has torch's own 1e-5."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Prompts for N masks in the square's pixels, all on one device.

    ``points`` is ``float32[N, P, 2]`` (x, y) with ``labels`` ``int64[N, P]`` (1 inside, 0 outside), ``boxes``
    ``float32[N, 4]`` by corners, ``mask`` the logits ``float32[1, 1, h, w]`` of the whole square.
    """

    points: Tensor | None = None
    labels: Tensor | None = None
    boxes: Tensor | None = None
    mask: Tensor | None = None


class Network(Protocol):
    """One network of the family, encoder and decoder apart."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    @property
    def logit_side(self) -> int:
        """Rows and columns of its logits."""

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of what ``look`` returns."""

    def frame(self, height: int, width: int) -> Frame:
        """Return how an image of this size lies in its square."""

    def look(self, pixels: Tensor) -> Features:
        """Encode ``float32[1, 3, side, side]``, normalised."""

    def answer(self, features: Features, asked: Asked, *, multimask: bool) -> tuple[Tensor, Tensor]:
        """Return logits ``float32[N, C, h, w]`` and predicted IoU ``float32[N, C]``; C is 3, or 1 mask."""


class VitNetwork:
    """SAM: a plain vision transformer, prompts and a two-way decoder."""

    def __init__(self, model: Any, size: VitSize, device: torch.device) -> None:
        """Take a model of ``build`` with its weights in place."""
        self._model = model.to(device).eval()
        self._size = size
        self._device = device
        with torch.inference_mode():
            self._places = self._model.get_image_wide_positional_embeddings()

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._device

    @property
    def logit_side(self) -> int:
        """Rows and columns of its logits: 256 for the published networks."""
        return 4 * self._size.side // self._size.patch

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shape of the image embedding."""
        tokens = self._size.side // self._size.patch
        return ((1, self._size.channels, tokens, tokens),)

    def frame(self, height: int, width: int) -> Frame:
        """Return the frame in which the longer side fills the square."""
        return padded(height, width, self._size.side)

    def look(self, pixels: Tensor) -> Features:
        """Return the image embedding, ``float32[1, C, side / 16, side / 16]``."""
        with devices.autocast(self._device):
            found = self._model.vision_encoder(pixels.to(self._device)).last_hidden_state
        return (found.float(),)

    def answer(self, features: Features, asked: Asked, *, multimask: bool) -> tuple[Tensor, Tensor]:
        """Return logits and predicted IoU of the three masks of an ambiguous prompt, or of the single mask."""
        sparse, dense = self._model.prompt_encoder(
            input_points=None if asked.points is None else asked.points[None],
            input_labels=None if asked.labels is None else asked.labels[None],
            input_boxes=None if asked.boxes is None else asked.boxes[None],
            input_masks=asked.mask,
        )
        logits, scores = self._model.mask_decoder(
            image_embeddings=features[0],
            image_positional_embeddings=self._places,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=multimask,
        )
        return logits[0], scores[0]


def build(size: VitSize) -> SamModel:
    """Return the network of this size with transformers' random weights (see the initialiser trap in tests)."""
    common = {"image_size": size.side, "patch_size": size.patch}
    return SamModel(
        SamConfig(
            vision_config={
                **common,
                "hidden_size": size.width,
                "num_hidden_layers": size.depth,
                "num_attention_heads": size.heads,
                "global_attn_indexes": list(size.whole),
                "window_size": size.window,
                "output_channels": size.channels,
                "num_pos_feats": size.channels // 2,
            },
            prompt_encoder_config={**common, "hidden_size": size.channels},
            mask_decoder_config={
                "hidden_size": size.channels,
                "mlp_dim": size.mlp,
                "iou_head_hidden_dim": size.channels,
                "layer_norm_eps": DECODER_EPSILON,
            },
        )
    )
