"""Which networks of the family there are and how large each one is. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

JOINTS = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)
"""COCO's, which all of them were trained on; a folder whose description names others is believed."""
ROWS, COLUMNS = 256, 192
"""What the network sees, in pixels."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A plain vision transformer with a head of maps.

    ``simple`` heads enlarge and convolve once, the others are two deconvolutions; ``experts`` is 1, or 6 for networks
    trained on six data sets, which keep ``part`` channels of every block apart for each (the first is COCO's).
    """

    name: str
    width: int
    depth: int
    heads: int
    simple: bool = True
    experts: int = 1
    part: int = 0
    rows: int = ROWS
    columns: int = COLUMNS


# "ViTPose" and "ViTPose++" (Xu et al.), tables of the architectures.
_PUBLISHED = (
    Variant("vitpose-base", 768, 12, 12, simple=False),
    Variant("vitpose-base-simple", 768, 12, 12),
    Variant("vitpose-plus-small", 384, 12, 12, simple=False, experts=6, part=96),
    Variant("vitpose-plus-base", 768, 12, 12, simple=False, experts=6, part=192),
    Variant("vitpose-plus-large", 1024, 24, 16, simple=False, experts=6, part=256),
    Variant("vitpose-plus-huge", 1280, 32, 16, simple=False, experts=6, part=320),
)
VARIANTS: Mapping[str, Variant] = MappingProxyType({it.name: it for it in _PUBLISHED})
