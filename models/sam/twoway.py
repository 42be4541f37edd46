"""The two-way transformer of the family's decoders, arranged so that prompts share whatever does not depend on them.

The order of the sums is ours, the sums are the authors'. An image of S places is asked by N prompts of T tokens, in H
heads. Per prompt the authors' order projects all S places eight times; with few tokens it is less work to carry the
tokens over to the places' side (``q (W k) = (q W) k``), and before the first answer is written into the image the
projections are the same for all prompts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its customary name

HEADS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What all prompts share of one image: its places ``float32[S, C]`` and their first projections.

    ``keys`` and ``values`` are ``float32[1, H, S, d]``, ``asking`` is ``float32[S, H d]``.
    """

    places: Tensor
    keys: Tensor
    values: Tensor
    asking: Tensor


class TwoWay:
    """transformers' layers with two blocks, as all published networks of the family have."""

    def __init__(self, transformer: Any, where: Tensor) -> None:
        """Take the module and where its places lie, ``float32[S, C]`` as it adds that to them."""
        self._first, self._second = transformer.layers
        self._final = transformer.final_attn_token_to_image
        self._last_norm = transformer.layer_norm_final_attn
        self._where = where
        # How the places' position counts in each attention does not depend on the image either.
        self._read_where = where @ self._second.cross_attn_token_to_image.k_proj.weight.T
        self._last_where = where @ self._final.k_proj.weight.T
        asking = self._second.cross_attn_image_to_token.q_proj
        self._asked_where = F.linear(where, asking.weight, asking.bias)

    def ground(self, places: Tensor) -> Ground:
        """Prepare an image, ``float32[S, C]``."""
        read, write = self._first.cross_attn_token_to_image, self._first.cross_attn_image_to_token
        seen = places + self._where
        keys, values = _heads(read.k_proj(seen)[None]), _heads(read.v_proj(places)[None])
        return Ground(places, keys, values, write.q_proj(seen))

    def run(self, ground: Ground, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return what tokens and places, ``float32[N, T, C]`` and ``float32[N, S, C]``, have learned of each other."""
        told = self._first.layer_norm1(_attend(self._first.self_attn, tokens, tokens, tokens))
        told = self._first.layer_norm2(told + self._read_ground(ground, told + tokens))
        told = self._first.layer_norm3(told + self._first.mlp(told))
        write = self._first.cross_attn_image_to_token
        asked = _by_head(_scaled(write, write.k_proj(told + tokens)))
        scores = (asked.flatten(0, 1) @ ground.asking.T).view(*asked.shape[:2], -1)
        places = ground.places.expand(len(tokens), -1, -1)
        places = self._first.layer_norm4(_written(write, places, scores, told))
        asking = told + tokens
        told = self._second.layer_norm1(told + _attend(self._second.self_attn, asking, asking, told))
        read = self._second.cross_attn_token_to_image
        told = self._second.layer_norm2(told + _read(read, told + tokens, places, self._read_where))
        told = self._second.layer_norm3(told + self._second.mlp(told))
        write = self._second.cross_attn_image_to_token
        scores = _scores(write.q_proj, _scaled(write, write.k_proj(told + tokens)), places, self._asked_where)
        places = self._second.layer_norm4(_written(write, places, scores, told))
        told = self._last_norm(told + _read(self._final, told + tokens, places, self._last_where))
        return told, places

    def _read_ground(self, ground: Ground, asking: Tensor) -> Tensor:
        """Let the tokens of all prompts look at the places as they are before any prompt."""
        read = self._first.cross_attn_token_to_image
        count, each = asking.shape[:2]
        query = _heads(read.q_proj(asking.flatten(0, 1))[None])
        found = F.scaled_dot_product_attention(query, ground.keys, ground.values)
        return _out(read, found[0].transpose(0, 1).reshape(count, each, -1))


def _read(read: Any, asking: Tensor, places: Tensor, where: Tensor) -> Tensor:
    """Let tokens ``float32[N, T, C]`` look at places of their own; ``where`` is their position's part of the keys.

    A key's bias adds the same to all scores of a token, which a softmax does not see.
    """
    scores = _scores(read.k_proj, _scaled(read, read.q_proj(asking)), places, where)
    found = scores.softmax(dim=-1) @ places
    seen = found.view(len(found), HEADS, -1, found.shape[-1]) @ _split(read.v_proj.weight).transpose(1, 2)
    return _out(read, seen.transpose(1, 2).flatten(2) + read.v_proj.bias)


def _scores(project: Any, asking: Tensor, places: Tensor, where: Tensor) -> Tensor:
    """Return ``float32[N, H T, S]``: tokens ``float32[N, T, H d]`` against projected places, softmax to come.

    ``where @`` is what position and bias add to the projected places, ``float32[S, H d]``.
    """
    count, each, _ = asking.shape
    carried = asking.view(count, each, HEADS, -1).transpose(1, 2) @ _split(project.weight)
    placed = (_by_head(asking).flatten(0, 1) @ where.T).view(count, HEADS * each, -1)
    return torch.baddbmm(placed, carried.reshape(count, HEADS * each, -1), places.transpose(1, 2))


def _written(write: Any, places: Tensor, scores: Tensor, told: Tensor) -> Tensor:
    """Return the places with what they have asked of the tokens added, ``float32[N, S, C]``."""
    count, each, _ = told.shape
    shares = scores.view(count, HEADS, each, -1).softmax(dim=2).view(count, HEADS * each, -1)
    out = _last(write)
    values = write.v_proj(told).view(count, each, HEADS, -1).transpose(1, 2)
    # Shares of a head add up to 1, so that its part of the bias comes out whole.
    said = values @ _split(out.weight.T) + out.bias / HEADS
    return torch.baddbmm(places, shares.transpose(1, 2), said.reshape(count, HEADS * each, -1))


def _attend(attention: Any, asking: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    query = _heads(attention.q_proj(asking))
    found = F.scaled_dot_product_attention(query, _heads(attention.k_proj(keys)), _heads(attention.v_proj(values)))
    return _out(attention, found.transpose(1, 2).flatten(2))


def _heads(values: Tensor) -> Tensor:
    """Turn ``[N, S, H d]`` into ``[N, H, S, d]``."""
    return values.view(*values.shape[:2], HEADS, -1).transpose(1, 2)


def _split(weight: Tensor) -> Tensor:
    """Turn ``[H d, C]`` into ``[H, d, C]``."""
    return weight.reshape(HEADS, -1, weight.shape[1])


def _by_head(values: Tensor) -> Tensor:
    """Turn ``[N, T, H d]`` into ``[N, H T, H d]``, each head's numbers at its own columns among zeros.

    One large product with all heads side by side is quicker than eight thin ones.
    """
    count, each, width = values.shape
    spread = values.new_zeros((count, HEADS, each, HEADS, width // HEADS))
    spread.diagonal(dim1=1, dim2=3).copy_(values.view(count, each, HEADS, -1).permute(0, 1, 3, 2))
    return spread.view(count, HEADS * each, width)


def _scaled(attention: Any, values: Tensor) -> Tensor:
    return values / math.sqrt(values.shape[-1] // HEADS)


def _last(attention: Any) -> Any:
    return attention.o_proj if hasattr(attention, "o_proj") else attention.out_proj


def _out(attention: Any, values: Tensor) -> Tensor:
    found: Tensor = _last(attention)(values)
    return found
