"""Whether there are weights, told without torch."""

from __future__ import annotations

from models.api import BackendSpec
from models.deeppose.spec import WEIGHTS
from models.errors import WeightsMissing
from models.weights import locate


def reason(_spec: BackendSpec) -> str:
    """Return why the backend cannot be used, in words with the remedy, or an empty text."""
    try:
        locate(WEIGHTS)
    except WeightsMissing:
        return "needs weights of your own: maskwright train deeppose, then maskwright backends add deeppose FILE"
    return ""
