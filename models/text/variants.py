"""Which detectors there are and how their published folders are told apart. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from models.api import WeightsPart

Family: TypeAlias = Literal["grounding-dino", "owlv2"]
"""As transformers calls the type of network."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One published network: ``width`` is its image encoder's, by which it is told from others of its family;
    ``page`` is where its folder is published, ``bytes`` the size of that, ``min_score`` what its authors count from;
    ``revision`` and ``parts`` say which files of it are fetched, where their checksums are known."""

    name: str
    family: Family
    width: int
    page: str
    bytes: int
    min_score: float
    revision: str = ""
    parts: tuple[WeightsPart, ...] = ()


# BERT's, which both Grounding DINO read with.
_WORDS = WeightsPart("vocab.txt", 231_508, "sha256:07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3")
# Grounding DINO's authors keep boxes from 0.35 in their own demo, OWLv2's examples keep them from 0.1 to 0.2.
_PUBLISHED = (
    Variant(
        "grounding-dino-tiny", "grounding-dino", 96, "IDEA-Research/grounding-dino-tiny", 689_592_248, 0.35,
        "a2bb814dd30d776dcf7e30523b00659f4f141c71",
        (
            WeightsPart(
                "model.safetensors", 689_359_096,
                "sha256:1a2412ef99bd74bcd3c2a246fa1e48581f8889a1300c9051974741314fc042f3",
            ),
            WeightsPart(
                "config.json", 1_644, "sha256:eec82c5ab66e16df12a9a212e68ac011779927c2536cf9078658e35d85f0c67a"
            ),
            _WORDS,
        ),
    ),
    Variant(
        "grounding-dino-base", "grounding-dino", 128, "IDEA-Research/grounding-dino-base", 933_634_117, 0.35,
        "12bdfa3120f3e7ec7b434d90674b3396eccf88eb",
        (
            WeightsPart(
                "model.safetensors", 933_400_872,
                "sha256:5548f844c928c4b6f411fa8cbcc2bfa8dbbba437cb1d513975519f93c2a9ed21",
            ),
            WeightsPart(
                "config.json", 1_737, "sha256:eda416dae6f49419ff831b1c190ec430a060b19aae688dbaf2425a075b650608"
            ),
            _WORDS,
        ),
    ),
    Variant("owlv2-base", "owlv2", 768, "google/owlv2-base-patch16-ensemble", 620_000_000, 0.2),
    Variant("owlv2-large", "owlv2", 1024, "google/owlv2-large-patch14-ensemble", 1_750_000_000, 0.2),
)  # fmt: skip
VARIANTS: Mapping[str, Variant] = MappingProxyType({each.name: each for each in _PUBLISHED})
