"""The authors' names of tensors, turned into those transformers gives them. Torch-free."""

from __future__ import annotations

import re
from collections.abc import Iterable

_AUTHORS = "image_encoder."
_VIDEO = re.compile(
    r"memory_|mask_downsample|maskmem_|no_mem_pos|no_obj|obj_ptr|object_pointer|temporal_positional|"
    r"no_memory_positional|no_object|occlusion_spatial"
)
_MLP = r"(mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head|pred_obj_score_head|hq_mask_mlp))"
# In this order: each line sees what the lines above it have made. SAM 2's prompt encoder and decoder are those of SAM
# under other names, but for its boxes' corners, its inner layers and "o_proj".
_RULES: tuple[tuple[str, str], ...] = (
    # SAM's encoder
    (r"^image_encoder\.neck\.0\.", "vision_encoder.neck.conv1."),
    (r"^image_encoder\.neck\.1\.", "vision_encoder.neck.layer_norm1."),
    (r"^image_encoder\.neck\.2\.", "vision_encoder.neck.conv2."),
    (r"^image_encoder\.neck\.3\.", "vision_encoder.neck.layer_norm2."),
    (r"^image_encoder\.patch_embed\.proj\.", "vision_encoder.patch_embed.projection."),
    (r"^image_encoder\.blocks\.(\d+)\.norm(\d)\.", r"vision_encoder.layers.\1.layer_norm\2."),
    (r"^image_encoder\.blocks\.", "vision_encoder.layers."),
    # SAM 2's encoder
    (r"^image_encoder\.neck\.convs\.(\d+)\.conv\.", r"vision_encoder.neck.convs.\1."),
    (r"^image_encoder\.trunk\.patch_embed\.proj\.", "vision_encoder.backbone.patch_embed.projection."),
    (r"^image_encoder\.trunk\.", "vision_encoder.backbone."),
    (r"^(vision_encoder\.backbone\.blocks\.\d+)\.norm(\d)\.", r"\1.layer_norm\2."),
    (r"^(vision_encoder\.backbone\.blocks\.\d+\.mlp)\.layers\.0\.", r"\1.proj_in."),
    (r"^(vision_encoder\.backbone\.blocks\.\d+\.mlp)\.layers\.1\.", r"\1.proj_out."),
    (r"^no_mem_embed$", "no_memory_embedding"),
    (r"^image_encoder\.", "vision_encoder."),
    # SAM 2's prompt encoder and decoder
    (r"^sam_prompt_encoder\.point_embeddings\.(\d)\.weight$", r"prompt_encoder.point_embed.weight.\1"),
    (r"^(sam_mask_decoder\.transformer\.layers\.\d+\.mlp)\.layers\.0\.", r"\1.proj_in."),
    (r"^(sam_mask_decoder\.transformer\.layers\.\d+\.mlp)\.layers\.1\.", r"\1.proj_out."),
    (r"^(sam_mask_decoder\.transformer\..*)\.out_proj\.", r"\1.o_proj."),
    (r"^sam_(prompt_encoder|mask_decoder)\.", r"\1."),
    # SAM's prompt encoder and decoder
    (r"^prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$", "shared_image_embedding.positional_embedding"),
    (r"^prompt_encoder\.point_embeddings\.", "prompt_encoder.point_embed."),
    (r"^prompt_encoder\.mask_downscaling\.0\.", "prompt_encoder.mask_embed.conv1."),
    (r"^prompt_encoder\.mask_downscaling\.1\.", "prompt_encoder.mask_embed.layer_norm1."),
    (r"^prompt_encoder\.mask_downscaling\.3\.", "prompt_encoder.mask_embed.conv2."),
    (r"^prompt_encoder\.mask_downscaling\.4\.", "prompt_encoder.mask_embed.layer_norm2."),
    (r"^prompt_encoder\.mask_downscaling\.6\.", "prompt_encoder.mask_embed.conv3."),
    (r"^mask_decoder\.output_upscaling\.0\.", "mask_decoder.upscale_conv1."),
    (r"^mask_decoder\.output_upscaling\.1\.", "mask_decoder.upscale_layer_norm."),
    (r"^mask_decoder\.output_upscaling\.3\.", "mask_decoder.upscale_conv2."),
    (r"^(mask_decoder\.transformer\.layers\.\d+)\.norm(\d)\.", r"\1.layer_norm\2."),
    (r"^mask_decoder\.transformer\.norm_final_attn\.", "mask_decoder.transformer.layer_norm_final_attn."),
    # What SAM-HQ adds to the decoder
    (r"^mask_decoder\.hf_token\.", "mask_decoder.hq_token."),
    (r"^mask_decoder\.hf_mlp\.", "mask_decoder.hq_mask_mlp."),
    (r"^mask_decoder\.compress_vit_feat\.0\.", "mask_decoder.compress_vit_conv1."),
    (r"^mask_decoder\.compress_vit_feat\.1\.", "mask_decoder.compress_vit_norm."),
    (r"^mask_decoder\.compress_vit_feat\.3\.", "mask_decoder.compress_vit_conv2."),
    (r"^mask_decoder\.embedding_encoder\.0\.", "mask_decoder.encoder_conv1."),
    (r"^mask_decoder\.embedding_encoder\.1\.", "mask_decoder.encoder_norm."),
    (r"^mask_decoder\.embedding_encoder\.3\.", "mask_decoder.encoder_conv2."),
    (r"^mask_decoder\.embedding_maskfeature\.0\.", "mask_decoder.mask_conv1."),
    (r"^mask_decoder\.embedding_maskfeature\.1\.", "mask_decoder.mask_norm."),
    (r"^mask_decoder\.embedding_maskfeature\.3\.", "mask_decoder.mask_conv2."),
    # Layers of three: first, last, middle
    (rf"^{_MLP}\.layers\.0\.", r"\1.proj_in."),
    (rf"^{_MLP}\.layers\.2\.", r"\1.proj_out."),
    (rf"^{_MLP}\.layers\.1\.", r"\1.layers.0."),
)
_COMPILED = tuple((re.compile(pattern), new) for pattern, new in _RULES)


def are_authors(names: Iterable[str]) -> bool:
    """Tell whether these are the names of the authors' own files."""
    return any(name.startswith(_AUTHORS) for name in names)


def theirs_to_ours(name: str) -> str:
    """Return what transformers calls the tensor that its authors call ``name``.

    SAM 2's four corner and click vectors, ``prompt_encoder.point_embed.weight.N``, are one tensor there.
    """
    for pattern, new in _COMPILED:
        name = pattern.sub(new, name)
    return name


def for_videos(name: str) -> bool:
    """Tell whether a tensor, by either name, only serves SAM 2's memory of videos."""
    return _VIDEO.match(name) is not None
