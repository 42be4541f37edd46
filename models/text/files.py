"""Where a detector's folder lies and whether it is whole. Torch-free; ``load.py`` reads it."""

from __future__ import annotations

from pathlib import Path

from models import weights
from models.api import BackendSpec
from models.errors import WeightsMismatch, WeightsMissing
from models.hub import Source, source_at
from models.text.variants import VARIANTS, Family

_VOCABULARIES: dict[Family, tuple[tuple[str, ...], ...]] = {
    "grounding-dino": (("tokenizer.json",), ("vocab.txt",)),
    "owlv2": (("tokenizer.json",), ("vocab.json", "merges.txt")),
}
"""Files of which one group must be there for words to be read."""


def find(spec: BackendSpec, explicit: Path | None = None) -> Source:
    """Return the folder at ``explicit``, else the one called like the backend in $MASKWRIGHT_WEIGHTS or the cache.

    Raises WeightsMissing, naming what is not there, or WeightsMismatch for a folder whose index is damaged.
    """
    if explicit is not None:
        return _whole(explicit, VARIANTS[spec.name].family)
    for place in weights.places():
        if (place / spec.name).is_dir():
            return _whole(place / spec.name, VARIANTS[spec.name].family)
    # Short, because every list shows it.
    it = VARIANTS[spec.name]
    bring = f"pull {it.name}" if it.parts else f"add {it.name} FOLDER (huggingface.co/{it.page})"
    raise WeightsMissing(f"needs its weights: maskwright backends {bring}")


def reason(spec: BackendSpec) -> str:
    """Return why the backend cannot be used, in words with the remedy, or an empty text; reads no weights."""
    try:
        find(spec)
    except (WeightsMissing, WeightsMismatch) as error:
        return str(error)
    return ""


def _whole(folder: Path, family: Family) -> Source:
    if folder.is_file():
        raise WeightsMissing(f"{folder} is a file; the whole Hugging Face folder with its vocabulary is wanted.")
    source = source_at(folder)
    if source.config is None:
        raise WeightsMissing(f"The folder {folder} lacks config.json.")
    if not any(all((folder / name).is_file() for name in group) for group in _VOCABULARIES[family]):
        wanted = " or ".join(" and ".join(group) for group in _VOCABULARIES[family])
        raise WeightsMissing(f"The folder {folder} lacks its vocabulary: {wanted}.")
    return source
