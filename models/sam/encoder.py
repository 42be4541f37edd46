"""SAM's image encoder on transformers' layers, with less to compute and little to keep.

Blocks that look within windows project the image's own places only: what fills the last windows up is projected to the
layer's bias, as nothing but the bias is left of it. Blocks that look at the whole image do so for a few rows at a time;
at once they would need 768 MiB for ViT-B, more than once.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its customary name

SCORES_AT_ONCE = 1 << 22
"""Of a thread of the processor: 16 MiB for what places' distances add to the scores."""
MANY_SCORES = 1 << 27
"""Elsewhere, where many small steps cost more than large ones."""


def run(encoder: Any, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Encode ``float32[1, 3, side, side]``.

    Returns the image embedding ``[1, C, h, w]`` and what the first block over the whole image made, ``[1, h, w, D]``.
    """
    places = encoder.patch_embed(pixels)
    if encoder.pos_embed is not None:
        places = places + encoder.pos_embed
    early: Tensor | None = None
    for layer in encoder.layers:
        places = places + _attended(layer, layer.layer_norm1(places))
        places = places + layer.mlp(layer.layer_norm2(places))
        if early is None and layer.window_size == 0:
            early = places
    return encoder.neck(places), places if early is None else early


def _attended(layer: Any, places: Tensor) -> Tensor:
    attention, size = layer.attn, layer.window_size
    _, height, width, _ = places.shape
    projected = attention.qkv(places)[0]
    if size == 0:
        found = _attention(attention, projected[None])[0]
    else:
        down, across = -(-height // size), -(-width // size)
        filled = attention.qkv.bias.expand(down * size, across * size, -1).clone()
        filled[:height, :width] = projected
        windows = filled.view(down, size, across, size, -1).transpose(1, 2).reshape(down * across, size, size, -1)
        found = _attention(attention, windows).view(down, across, size, size, -1).transpose(1, 2)
        found = found.reshape(down * size, across * size, -1)[:height, :width]
    attended: Tensor = attention.proj(found)[None]
    return attended


def _attention(attention: Any, projected: Tensor) -> Tensor:
    """Attend within each of ``float32[N, h, w, 3 D]``; returns ``float32[N, h, w, D]``."""
    count, height, width, _ = projected.shape
    heads, places = attention.num_attention_heads, height * width
    split = projected.view(count, places, 3, heads, -1).permute(2, 0, 3, 1, 4)
    query, key, value = (each.reshape(count * heads, places, -1) for each in split.unbind(0))
    # How far rows and columns are apart counts as well, by the query as it is.
    down = attention.get_rel_pos(height, height, attention.rel_pos_h).to(query.dtype)
    across = attention.get_rel_pos(width, width, attention.rel_pos_w).to(query.dtype)
    few = SCORES_AT_ONCE * torch.get_num_threads() if query.device.type == "cpu" else MANY_SCORES
    # All rows of so many heads as there is room for, else so many rows of one head.
    together = max(1, few // places**2)
    rows = min(height, max(1, few // (width * places)))
    found = torch.empty_like(query)
    for first in range(0, len(query), together):
        some = slice(first, first + together)
        for top in range(0, height, rows):
            part = slice(top * width, min(top + rows, height) * width)
            lines = query[some, part].view(-1, min(rows, height - top), width, query.shape[-1])
            by_row = lines @ down[top : top + rows].transpose(1, 2)
            by_column = torch.einsum("nhwc,wkc->nhwk", lines, across)
            apart = (by_row[..., None] + by_column[..., None, :]).view(len(lines), -1, places)
            seen = F.scaled_dot_product_attention(
                query[None, some, part], key[None, some], value[None, some], attn_mask=apart[None]
            )
            found[some, part] = seen[0]
    return found.view(count, heads, places, -1).transpose(1, 2).reshape(count, height, width, -1)
