"""SAM-HQ: SAM with one more token, whose mask is drawn on finer features and added to SAM's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its customary name
from transformers.models.sam_hq.configuration_sam_hq import SamHQConfig
from transformers.models.sam_hq.modeling_sam_hq import SamHQModel

from models import device as devices
from models.sam import encoder
from models.sam.decoder import Decoder
from models.sam.drawing import laid_out
from models.sam.network import Asked, Features, Heard
from models.sam.variants import VitSize
from models.sam.vit import MASKS, VitNetwork, config


class HqNetwork(VitNetwork):
    """transformers' layers in the order of "Segment Anything in High Quality" (Ke et al., 2023).

    transformers 5.23 has a decoder of its own that is not the authors': it throws away what the image learned of the
    prompt and draws on the image turned on its side. Its forward is therefore not used.
    """

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of the image embedding and of the fine features."""
        return (*super().feature_shapes, (1, self._size.channels // 8, self.logit_side, self.logit_side))

    def look(self, pixels: Tensor) -> Features:
        """Return the image embedding and the fine features, ``float32[1, C / 8, side / 4, side / 4]``."""
        decoder = self._model.mask_decoder
        with devices.autocast(self._device):
            image, first = encoder.run(self._model.vision_encoder, pixels.to(self._device))
        image = image.float()
        # What the first block over the whole image saw: edges that the later blocks have blurred.
        early = first.float().permute(0, 3, 1, 2)
        fine = decoder.encoder_conv2(_active(decoder, decoder.encoder_norm(decoder.encoder_conv1(image))))
        fine += decoder.compress_vit_conv2(
            _active(decoder, decoder.compress_vit_norm(decoder.compress_vit_conv1(early)))
        )
        return image, fine

    def hear(self, features: Features, asked: Asked, *, multimask: bool) -> Heard:
        """Ask for three masks, or for the settled one, each with the fine mask added.

        The authors' code gives of the three only the one of the highest forecast.
        """
        image, fine = features
        sparse, dense = self.prompts(asked)

        def refine(logits: Tensor, canvas: Tensor, told: Tensor) -> Tensor:
            return logits + self._finer(canvas, told[:, 1 + MASKS], fine)

        which = range(1, MASKS) if multimask else range(1)
        return self._decoder.hear(image, dense, sparse, which, None, plain=asked.mask is None, refine=refine)

    def _finer(self, canvas: Tensor, token: Tensor, fine: Tensor) -> Tensor:
        """Return the fine masks, ``float32[N, 1, h, w]``, of what masks are drawn on and the tokens ``float32[N, C]``.

        The token draws on what the last layer makes: that layer's weights and the token are multiplied first.
        """
        decoder = self._model.mask_decoder
        brush = decoder.hq_mask_mlp(token)
        count = len(brush)
        drawn = laid_out(canvas.permute(0, 4, 1, 2, 3).flatten(0, 1))
        drawn = drawn.view(count, -1, *drawn.shape[1:])
        seen = _active(decoder, decoder.mask_norm(decoder.mask_conv1(drawn)))
        last = decoder.mask_conv2
        weight = torch.einsum("nc,cdyx->ndyx", brush, last.weight)
        sharp = F.conv2d(seen.flatten(0, 1)[None], weight, padding=last.padding, groups=count)[0]
        level = fine[0, :, : drawn.shape[2], : drawn.shape[3]] + last.bias[:, None, None]
        return (sharp + torch.einsum("nc,chw->nhw", brush, level))[:, None]

    def _made(self) -> Decoder:
        decoder = self._model.mask_decoder
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight, decoder.hq_token.weight])
        # The fine mask's layers look one pixel around themselves, twice.
        return Decoder(decoder, self._model.get_image_wide_positional_embeddings(), own, margin=1)


def build(size: VitSize) -> Any:
    """Return SAM-HQ's network of this size with transformers' random weights."""
    parts = config(size)
    parts["mask_decoder_config"]["vit_dim"] = size.width
    return SamHQModel(SamHQConfig(**parts))


def _active(decoder: Any, values: Tensor) -> Tensor:
    found: Tensor = decoder.activation(values)
    return found
