"""SAM-HQ: SAM with one more token, whose mask is drawn on finer features and added to SAM's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers.models.sam_hq.configuration_sam_hq import SamHQConfig
from transformers.models.sam_hq.modeling_sam_hq import SamHQModel

from models import device as devices
from models.sam.network import Asked, Features
from models.sam.variants import VitSize
from models.sam.vit import VitNetwork, config


class HqNetwork(VitNetwork):
    """transformers' layers in the order of "Segment Anything in High Quality" (Ke et al., 2023).

    transformers 5.23 has a decoder of its own that is not the authors': it throws away what the image learned of the
    prompt and draws on the image turned on its side. Its forward is therefore not used, and what does not depend on
    the prompt is computed once an image.
    """

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of the image embedding and of the fine features."""
        return (*super().feature_shapes, (1, self._size.channels // 8, self.logit_side, self.logit_side))

    def look(self, pixels: Tensor) -> Features:
        """Return the image embedding and the fine features, ``float32[1, C / 8, side / 4, side / 4]``."""
        decoder = self._model.mask_decoder
        with devices.autocast(self._device):
            seen = self._model.vision_encoder(pixels.to(self._device))
        image = seen.last_hidden_state.float()
        # What the first block over the whole image saw: edges that the later blocks have blurred.
        early = seen.intermediate_embeddings[0].float().permute(0, 3, 1, 2)
        fine = decoder.encoder_conv2(_active(decoder, decoder.encoder_norm(decoder.encoder_conv1(image))))
        fine += decoder.compress_vit_conv2(
            _active(decoder, decoder.compress_vit_norm(decoder.compress_vit_conv1(early)))
        )
        return image, fine

    def answer(self, features: Features, asked: Asked, *, multimask: bool) -> tuple[Tensor, Tensor]:
        """Return logits and predicted IoU of three masks, or of the single one, each with the fine mask added.

        The authors' code gives of the three only the one of the highest forecast.
        """
        image, fine = features
        decoder = self._model.mask_decoder
        sparse, dense = self.prompts(asked)
        count = 1 if sparse is None else sparse.shape[1]
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight, decoder.hq_token.weight])
        tokens = own.expand(1, count, -1, -1)
        if sparse is not None:
            tokens = torch.cat([tokens, sparse], dim=2)
        told, drawn = decoder.transformer(
            point_embeddings=tokens,
            image_embeddings=(image + dense).repeat_interleave(count, 0),
            image_positional_embeddings=self._places.repeat_interleave(count, 0),
            attention_similarity=None,
        )
        canvas = drawn.transpose(2, 3).reshape(count, *image.shape[1:])
        canvas = _active(decoder, decoder.upscale_layer_norm(decoder.upscale_conv1(canvas)))
        canvas = _active(decoder, decoder.upscale_conv2(canvas))
        sharp = decoder.mask_conv2(_active(decoder, decoder.mask_norm(decoder.mask_conv1(canvas)))) + fine
        which = range(1, len(own) - 2) if multimask else range(1)
        brushes = [decoder.output_hypernetworks_mlps[n](told[0, :, 1 + n]) for n in which]
        masks = torch.einsum("nkc,nchw->nkhw", torch.stack(brushes, dim=1), canvas)
        finer = torch.einsum("nc,nchw->nhw", decoder.hq_mask_mlp(told[0, :, len(own) - 1]), sharp)
        scores = decoder.iou_prediction_head(told[0, :, 0])
        return masks + finer[:, None], scores[:, which.start : which.stop]


def build(size: VitSize) -> Any:
    """Return SAM-HQ's network of this size with transformers' random weights."""
    parts = config(size)
    parts["mask_decoder_config"]["vit_dim"] = size.width
    return SamHQModel(SamHQConfig(**parts))


def _active(decoder: Any, values: Tensor) -> Tensor:
    found: Tensor = decoder.activation(values)
    return found
