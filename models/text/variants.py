"""Which detectors there are and how their published folders are told apart. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Family: TypeAlias = Literal["grounding-dino", "owlv2"]
"""As transformers calls the type of network."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One published network: ``width`` is its image encoder's, by which it is told from others of its family;
    ``page`` is where its folder is published, ``bytes`` the size of that, ``min_score`` what its authors count from."""

    name: str
    family: Family
    width: int
    page: str
    bytes: int
    min_score: float


# Grounding DINO's authors keep boxes from 0.35 in their own demo, OWLv2's examples keep them from 0.1 to 0.2.
_PUBLISHED = (
    Variant("grounding-dino-tiny", "grounding-dino", 96, "IDEA-Research/grounding-dino-tiny", 690_000_000, 0.35),
    Variant("grounding-dino-base", "grounding-dino", 128, "IDEA-Research/grounding-dino-base", 934_000_000, 0.35),
    Variant("owlv2-base", "owlv2", 768, "google/owlv2-base-patch16-ensemble", 620_000_000, 0.2),
    Variant("owlv2-large", "owlv2", 1024, "google/owlv2-large-patch14-ensemble", 1_750_000_000, 0.2),
)
VARIANTS: Mapping[str, Variant] = MappingProxyType({each.name: each for each in _PUBLISHED})
