"""What the networks of the family are, without starting one."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo
from models.sam.variants import VARIANTS


def _spec(name: str, title: str, description: str, rank: int) -> BackendSpec:
    it = VARIANTS[name]
    return BackendSpec(
        name=name,
        task="mask",
        title=title,
        factory="models.sam.backend:load",
        prompts=frozenset({"points", "box", "mask", "grid"}),
        requires=("torch", "safetensors", "transformers"),
        extra="sam",
        description=description,
        weights=WeightsInfo(it.file, it.bytes, "Apache-2.0", f"{it.folder}/{it.file}", it.checksum),
        # Behind what is always there: these want a graphics card, and whoever has one chooses them.
        rank=rank,
        ready="models.sam.files:reason",
    )


VIT_B = _spec("sam-vit-b", "SAM ViT-B", "Segment Anything, smallest network: the one for a processor.", 70)
VIT_L = _spec("sam-vit-l", "SAM ViT-L", "Segment Anything, middle network.", 71)
VIT_H = _spec("sam-vit-h", "SAM ViT-H", "Segment Anything, the network that made SA-1B.", 72)
HQ_VIT_B = _spec("sam-hq-vit-b", "SAM-HQ ViT-B", "SAM with finer edges, smallest network.", 73)
HQ_VIT_L = _spec("sam-hq-vit-l", "SAM-HQ ViT-L", "SAM with finer edges, middle network.", 74)
HQ_VIT_H = _spec("sam-hq-vit-h", "SAM-HQ ViT-H", "SAM with finer edges, largest network.", 75)
HIERA_TINY = _spec("sam2.1-hiera-tiny", "SAM 2.1 tiny", "SAM 2.1, smallest network: quicker than SAM ViT-B.", 76)
HIERA_SMALL = _spec("sam2.1-hiera-small", "SAM 2.1 small", "SAM 2.1, small network.", 77)
HIERA_BASE = _spec("sam2.1-hiera-base-plus", "SAM 2.1 base+", "SAM 2.1, middle network.", 78)
HIERA_LARGE = _spec("sam2.1-hiera-large", "SAM 2.1 large", "SAM 2.1, largest network.", 79)
