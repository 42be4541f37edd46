"""What the detectors are, without starting one."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo
from models.text.variants import VARIANTS, Variant


def _address(it: Variant) -> str:
    """Return where the files are fetched from; nothing is fetched whose checksum nobody could compare."""
    return f"https://huggingface.co/{it.page}/resolve/{it.revision}" if it.parts else ""


def _spec(name: str, title: str, description: str, rank: int) -> BackendSpec:
    it = VARIANTS[name]
    return BackendSpec(
        name=name,
        task="detect",
        title=title,
        factory="models.text.backend:load",
        prompts=frozenset({"text"}),
        requires=("torch", "safetensors", "transformers", "tokenizers"),
        extra="text",
        description=description,
        weights=WeightsInfo(it.name, it.bytes, "Apache-2.0", _address(it), parts=it.parts),
        rank=rank,
        ready="models.text.files:reason",
        min_score=it.min_score,
    )


DINO_TINY = _spec("grounding-dino-tiny", "Grounding DINO tiny", "Finds what words name, smaller network.", 60)
DINO_BASE = _spec("grounding-dino-base", "Grounding DINO base", "Finds what words name, larger network.", 61)
OWL_BASE = _spec("owlv2-base", "OWLv2 base", "Finds what words name; good at rare things. Smaller network.", 62)
OWL_LARGE = _spec("owlv2-large", "OWLv2 large", "Finds what words name; good at rare things. Larger network.", 63)
