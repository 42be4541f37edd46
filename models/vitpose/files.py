"""Where the weights lie: a Hugging Face folder or one file of tensors. Torch-free; ``load.py`` reads them."""

from __future__ import annotations

from pathlib import Path

from models import weights
from models.api import BackendSpec
from models.errors import WeightsMismatch, WeightsMissing
from models.hub import Source, source_at


def find(spec: BackendSpec, explicit: Path | None = None) -> Source:
    """Return the weights at ``explicit``, else those in $MASKWRIGHT_WEIGHTS or the cache, called like the backend.

    Raises WeightsMissing, or WeightsMismatch for a folder whose index is damaged.
    """
    if explicit is not None:
        return source_at(explicit)
    for place in weights.places():
        for name in (spec.name, f"{spec.name}.safetensors"):
            if (place / name).exists():
                return source_at(place / name)
    raise WeightsMissing(f"needs its weights: maskwright backends add {spec.name} PATH")


def reason(spec: BackendSpec) -> str:
    """Return why the backend cannot be used, in words with the remedy, or an empty text; reads no weights."""
    try:
        find(spec)
    except (WeightsMissing, WeightsMismatch) as error:
        return str(error)
    return ""


def fingerprint(source: Source) -> str:
    """Return the BLAKE3 checksum of the weights; of several files, one that depends on all and their order."""
    sums = [weights.checksum(file) for file in source.files]
    return sums[0] if len(sums) == 1 else weights.joined(sums)
