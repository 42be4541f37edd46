"""Which networks of the family there are and how large each one is. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Family: TypeAlias = Literal["sam", "sam_hq", "sam2"]
"""As transformers calls the type of network."""


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
class HieraSize:
    """SAM 2's hierarchical encoder of four stages, each half as large and twice as wide as the one before.

    ``width`` and ``heads`` are the first stage's; ``blocks`` and ``windows`` (in tokens) count for each stage; the
    blocks of ``whole`` attend to the whole image; ``background`` is the size of the repeated place embedding.
    """

    width: int
    heads: int
    blocks: tuple[int, int, int, int]
    whole: tuple[int, ...]
    background: tuple[int, int] = (7, 7)
    windows: tuple[int, int, int, int] = (8, 4, 14, 7)
    side: int = 1024
    channels: int = 256


@dataclass(frozen=True, slots=True)
class Variant:
    """One published network: ``file`` is what its authors call its weights, ``bytes`` and ``checksum`` are the file's,
    ``folder`` is the address it is published below."""

    name: str
    family: Family
    size: VitSize | HieraSize
    file: str
    bytes: int = 0
    checksum: str = ""
    folder: str = ""


# Sizes of the encoders: "Segment Anything" (Kirillov et al., 2023), appendix A, after ViTDet.
BASE = VitSize(768, 12, 12, (2, 5, 8, 11))
LARGE = VitSize(1024, 24, 16, (5, 11, 17, 23))
HUGE = VitSize(1280, 32, 16, (7, 15, 23, 31))
# "SAM 2" (Ravi et al., 2024), appendix D, and the configurations its authors publish with the weights.
TINY_2 = HieraSize(96, 1, (1, 2, 7, 2), (5, 7, 9))
SMALL_2 = HieraSize(96, 1, (1, 2, 11, 2), (7, 10, 13))
BASE_2 = HieraSize(112, 2, (2, 3, 16, 3), (12, 16, 20), background=(14, 14))
LARGE_2 = HieraSize(144, 2, (2, 6, 36, 4), (23, 33, 43), windows=(8, 4, 16, 8))

_SAM = "https://dl.fbaipublicfiles.com/segment_anything"
_SAM_2 = "https://dl.fbaipublicfiles.com/segment_anything_2/092824"
_HQ = "https://huggingface.co/lkeab/hq-sam/resolve/main"
_PUBLISHED = (
    Variant(
        "sam-vit-b", "sam", BASE, "sam_vit_b_01ec64.pth", 375_042_383,
        "sha256:ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912", _SAM,
    ),
    Variant(
        "sam-vit-l", "sam", LARGE, "sam_vit_l_0b3195.pth", 1_249_524_607,
        "sha256:3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622", _SAM,
    ),
    Variant(
        "sam-vit-h", "sam", HUGE, "sam_vit_h_4b8939.pth", 2_564_550_879,
        "sha256:a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e", _SAM,
    ),
    Variant(
        "sam-hq-vit-b", "sam_hq", BASE, "sam_hq_vit_b.pth", 379_000_000, "md5:c6b8953247bcfdc8bb8ef91e36a6cacc", _HQ
    ),
    Variant(
        "sam-hq-vit-l", "sam_hq", LARGE, "sam_hq_vit_l.pth", 1_250_000_000, "md5:08947267966e4264fb39523eccc33f86", _HQ
    ),
    Variant(
        "sam-hq-vit-h", "sam_hq", HUGE, "sam_hq_vit_h.pth", 2_570_000_000, "md5:3560f6b6a5a6edacd814a1325c39640a", _HQ
    ),
    Variant(
        "sam2.1-hiera-tiny", "sam2", TINY_2, "sam2.1_hiera_tiny.pt", 156_008_466,
        "sha256:7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69", _SAM_2,
    ),
    Variant(
        "sam2.1-hiera-small", "sam2", SMALL_2, "sam2.1_hiera_small.pt", 184_416_285,
        "sha256:6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38", _SAM_2,
    ),
    Variant(
        "sam2.1-hiera-base-plus", "sam2", BASE_2, "sam2.1_hiera_base_plus.pt", 323_606_802,
        "sha256:a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5", _SAM_2,
    ),
    Variant(
        "sam2.1-hiera-large", "sam2", LARGE_2, "sam2.1_hiera_large.pt", 898_083_611,
        "sha256:2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318", _SAM_2,
    ),
)  # fmt: skip
"""SAM-HQ's authors round the sizes; nobody but their mirrors gives a better sum than MD5, which finds damage."""
VARIANTS: Mapping[str, Variant] = MappingProxyType({each.name: each for each in _PUBLISHED})
