"""SAM 2 on single images: a hierarchical encoder whose finer levels help the decoder."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers.models.sam2.configuration_sam2 import Sam2Config
from transformers.models.sam2.modeling_sam2 import Sam2Model

from models import device as devices
from models.sam.answers import stability
from models.sam.decoder import Decoder
from models.sam.drawing import Fine, by_place
from models.sam.frame import Frame, Stretched
from models.sam.latest import Latest
from models.sam.network import Asked, Features, Heard
from models.sam.variants import HieraSize

MASKS = 4
"""The settled one and three for an ambiguous prompt."""
_CORNERS = (2, 3)  # labels of a box's corners


class HieraNetwork:
    """SAM 2's image part; what it keeps for videos is left out."""

    def __init__(self, model: Any, size: HieraSize, device: torch.device) -> None:
        """Take a model of ``build`` with its weights in place."""
        self._model = model.to(device).eval()
        self._size = size
        self._device = device
        self._fine = Latest[Fine]()
        with torch.inference_mode():
            head = self._model.mask_decoder
            # What it says of whether there is an object at all only serves videos.
            own = torch.cat([head.obj_score_token.weight, head.iou_token.weight, head.mask_tokens.weight])
            self._decoder = Decoder(head, self._model.get_image_wide_positional_embeddings(), own, forecast=1)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._device

    @property
    def logit_side(self) -> int:
        """Rows and columns of its logits: 256 for the published networks."""
        return self._size.side // 4

    @property
    def logit_limit(self) -> float:
        """The authors' predictor cuts logits off here before it gives them out."""
        return 32.0

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of both fine levels and of the image embedding."""
        side, channels = self._size.side, self._size.channels
        return (
            (1, channels // 8, side // 4, side // 4),
            (1, channels // 4, side // 8, side // 8),
            (1, channels, side // 16, side // 16),
        )

    def frame(self, height: int, width: int) -> Frame:
        """Return the frame in which the image is stretched over the whole square."""
        return Stretched(height, width, self._size.side, self._size.side, self._size.side)

    def look(self, pixels: Tensor) -> Features:
        """Return both fine levels and the image embedding, ``float32``, finest first."""
        with devices.autocast(self._device):
            fine, middle, coarse = self._model.get_image_embeddings(pixels.to(self._device))
        return fine.float(), middle.float(), coarse.float()

    def hear(self, features: Features, asked: Asked, *, multimask: bool) -> Heard:
        """Ask for the three masks of an ambiguous prompt, or for a single one.

        A single mask that is not stable gives way to the best of the three, as in the authors' code.
        """
        points, labels = _with_corners(asked)
        sparse, dense = self._model.prompt_encoder(
            input_points=None if points is None else points[None],
            input_labels=None if labels is None else labels[None],
            input_boxes=None,
            input_masks=asked.mask,
        )
        finest, middle, image = features
        fine = self._fine.of(finest, lambda: Fine(by_place(middle, 1), by_place(finest, 2)))
        which = range(1, MASKS) if multimask else range(MASKS)
        heard = self._decoder.hear(image, dense, sparse, which, fine, plain=asked.mask is None)
        return heard if multimask else self._settled(heard)

    def _settled(self, heard: Heard) -> Heard:
        head, side, count = self._model.mask_decoder, self.logit_side, len(heard.scores)
        device = heard.scores.device
        settled = heard.draw(torch.arange(count, device=device) * MASKS, side, side)
        steady = stability(settled, head.dynamic_multimask_stability_delta).nan_to_num(1)
        best = heard.scores[:, 1:].argmax(dim=1) + 1
        chosen = torch.where(steady >= head.dynamic_multimask_stability_thresh, 0, best)

        def draw(picked: Tensor, rows: int, columns: int) -> Tensor:
            return heard.draw(picked * MASKS + chosen[picked], rows, columns)

        return Heard(heard.scores.gather(1, chosen[:, None]), draw)


def _with_corners(asked: Asked) -> tuple[Tensor | None, Tensor | None]:
    """Return points and labels with a box as its two corners before them: SAM 2 knows boxes as points."""
    points, labels = asked.points, asked.labels
    if asked.boxes is None:
        return points, labels
    corners = asked.boxes.reshape(-1, 2, 2)
    marks = torch.tensor(_CORNERS, device=corners.device).expand(len(corners), 2)
    if points is None or labels is None:
        return corners, marks
    return torch.cat([corners, points], dim=1), torch.cat([marks, labels], dim=1)


def build(size: HieraSize) -> Any:
    """Return SAM 2's network of this size with transformers' random weights."""
    widths = [size.width * 2**stage for stage in range(4)]
    heads = [size.heads * 2**stage for stage in range(4)]
    side = size.side
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": size.width,
        "num_attention_heads": size.heads,
        "image_size": [side, side],
        "window_positional_embedding_background_size": list(size.background),
        "blocks_per_stage": list(size.blocks),
        "embed_dim_per_stage": widths,
        "num_attention_heads_per_stage": heads,
        "window_size_per_stage": list(size.windows),
        "global_attention_blocks": list(size.whole),
    }
    return Sam2Model(
        Sam2Config(
            vision_config={
                "model_type": "sam2_vision_model",
                "backbone_config": backbone,
                "backbone_channel_list": widths[::-1],
                "backbone_feature_sizes": [[side // step, side // step] for step in (4, 8, 16)],
                "fpn_hidden_size": size.channels,
            },
            prompt_encoder_config={"hidden_size": size.channels, "image_size": side, "patch_size": 16},
            mask_decoder_config={"hidden_size": size.channels},
        )
    )
