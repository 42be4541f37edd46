"""The authors' own networks, built as their packages build them but at any size, with weights that see the image."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from models.sam.variants import HieraSize, VitSize


def sam(size: VitSize) -> Any:
    """Return Meta's SAM of this size."""
    from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

    tokens = size.side // size.patch
    return Sam(
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
        mask_decoder=MaskDecoder(
            transformer_dim=size.channels,
            transformer=TwoWayTransformer(depth=2, embedding_dim=size.channels, num_heads=8, mlp_dim=size.mlp),
            iou_head_hidden_dim=size.channels,
        ),
    ).eval()


def sam2(size: HieraSize) -> Any:
    """Return Meta's SAM 2 of this size without its memory of videos."""
    from sam2.modeling.backbones.hieradet import Hiera
    from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
    from sam2.modeling.position_encoding import PositionEmbeddingSine
    from sam2.modeling.sam2_base import SAM2Base

    widths = [size.width * 2**stage for stage in range(4)]
    encoder = ImageEncoder(
        Hiera(
            embed_dim=size.width,
            num_heads=size.heads,
            stages=size.blocks,
            window_pos_embed_bkg_spatial_size=size.background,
            window_spec=size.windows,
            global_att_blocks=size.whole,
        ),
        FpnNeck(
            PositionEmbeddingSine(size.channels),
            size.channels,
            widths[::-1],
            fpn_interp_model="nearest",
            fpn_top_down_levels=[2, 3],
        ),
        scalp=1,
    )
    return SAM2Base(
        encoder,
        torch.nn.Identity(),
        torch.nn.Identity(),
        image_size=size.side,
        directly_add_no_mem_embed=True,
        use_high_res_features_in_sam=True,
        multimask_output_in_sam=True,
        iou_prediction_use_sigmoid=True,
        pred_obj_scores=True,
        pred_obj_scores_mlp=True,
        sam_mask_decoder_extra_args={
            "dynamic_multimask_via_stability": True,
            "dynamic_multimask_stability_delta": 0.05,
            "dynamic_multimask_stability_thresh": 0.98,
        },
    ).eval()


def randomised(network: Any, seed: int = 0, strength: float = 15) -> Any:
    """Fill a network with random weights of the size that trained ones have.

    The last layers are made strong, so that logits reach ten and predicted IoU spreads around the usual thresholds.
    """
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in sorted(network.state_dict().items()):
            if "norm" in name or _is_norm(network, name):
                fill = 0.1 * torch.randn(value.shape, generator=draw) + (1 if name.endswith("weight") else 0)
            elif "gaussian_matrix" in name:
                fill = torch.randn(value.shape, generator=draw)
            elif value.ndim == 1:
                fill = 0.05 * torch.randn(value.shape, generator=draw)
            else:
                fill = torch.randn(value.shape, generator=draw) / (value.numel() / value.shape[0]) ** 0.5
            if "hypernetworks_mlps" in name and ".layers.2." in name:
                fill = fill * strength
            if "iou_prediction_head.layers.2." in name:
                fill = 0.4 * fill + (0.8 if name.endswith("bias") else 0)
            value.copy_(fill)
    return network


def made_local(network: Any) -> Any:
    """Change a random network so that its masks are parts of the image: of masks all over it, suppression leaves one.

    The enlarging layers get no pattern of their own, places count less than colours, and logits are pushed down.
    """
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if "output_upscaling" in name and value.ndim == 4:
                value.copy_(2 * value.mean((2, 3), keepdim=True).expand_as(value))
            elif "pos_embed" in name or "rel_pos" in name:
                value.mul_(0.5)
            elif "hypernetworks_mlps" in name and name.endswith(".layers.2.bias"):
                value.sub_(5)
    return network


def _is_norm(network: Any, name: str) -> bool:
    owner = network.get_submodule(name.rpartition(".")[0])
    return "Norm" in type(owner).__name__
