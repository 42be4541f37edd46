"""Where weights lie: a Hugging Face folder or the authors' own file. Torch-free; ``load.py`` reads them."""

from __future__ import annotations

from pathlib import Path

from models import weights
from models.api import BackendSpec
from models.errors import WeightsMismatch, WeightsMissing
from models.hub import Source as Source
from models.hub import source_at
from models.sam.variants import VARIANTS


def find(spec: BackendSpec, explicit: Path | None = None) -> Source:
    """Return the weights at ``explicit`` (file or folder), else those in $MASKWRIGHT_WEIGHTS or the cache.

    There they are a folder called like the backend or a file called as the authors call it. Raises WeightsMissing, or
    WeightsMismatch for a folder whose index is damaged.
    """
    if explicit is not None:
        return source_at(explicit)
    file = VARIANTS[spec.name].file
    places = weights.places()
    for place in places:
        for name in (spec.name, file):
            if (place / name).exists():
                return source_at(place / name)
    # Short, because every list shows it; "backends" tells the rest.
    raise WeightsMissing(f"needs its weights: maskwright backends pull {spec.name}")


def reason(spec: BackendSpec) -> str:
    """Return why the backend cannot be used, in words with the remedy, or an empty text; reads no weights."""
    try:
        find(spec)
    except (WeightsMissing, WeightsMismatch) as error:
        return str(error)
    return ""
