"""Whether the weights are there and whole, told without torch."""

from __future__ import annotations

from pathlib import Path

from models import weights as files
from models.api import BackendSpec
from models.compact.spec import CHECKSUM, WEIGHTS
from models.errors import ModelError


def reason(_spec: BackendSpec) -> str:
    """Return why the backend cannot be used, in words with the remedy, or an empty text."""
    try:
        verified()
    except ModelError as error:
        return str(error)
    return ""


def verified(explicit: Path | None = None) -> tuple[Path, str]:
    """Return the weights file to use and its checksum; raises WeightsMissing or WeightsMismatch."""
    return files.verified(WEIGHTS, CHECKSUM, explicit)
