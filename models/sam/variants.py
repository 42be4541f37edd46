"""Which networks of the family there are and how large each one is. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Family: TypeAlias = Literal["sam"]


@dataclass(frozen=True, slots=True)
class VitSize:
    """A plain vision transformer with SAM's prompt encoder and mask decoder.

    ``side`` is the square in pixels the network sees, ``patch`` the pixels a side of one token; ``width``, ``depth``
    and ``heads`` are the encoder's; the blocks of ``whole`` attend to the whole image, all others within ``window``
    tokens; ``channels`` is the width of everything after the encoder, ``mlp`` the decoder's inner width.
    """

    width: int
    depth: int
    heads: int
    whole: tuple[int, ...]
    side: int = 1024
    patch: int = 16
    window: int = 14
    channels: int = 256
    mlp: int = 2048


@dataclass(frozen=True, slots=True)
class Variant:
    """One published network: ``file`` is what its authors call its weights."""

    name: str
    family: Family
    size: VitSize
    file: str


# Sizes of the encoders: "Segment Anything" (Kirillov et al., 2023), appendix A, after ViTDet.
BASE = VitSize(768, 12, 12, (2, 5, 8, 11))
LARGE = VitSize(1024, 24, 16, (5, 11, 17, 23))
HUGE = VitSize(1280, 32, 16, (7, 15, 23, 31))

VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        each.name: each
        for each in (
            Variant("sam-vit-b", "sam", BASE, "sam_vit_b_01ec64.pth"),
            Variant("sam-vit-l", "sam", LARGE, "sam_vit_l_0b3195.pth"),
            Variant("sam-vit-h", "sam", HUGE, "sam_vit_h_4b8939.pth"),
        )
    }
)
