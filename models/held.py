"""Which photographs are kept from every training, so that all measuring is done on the same ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

HELD_SHARE = 7
"""One file name in seven is kept from training, by its hash alone."""


def is_held(name: str) -> bool:
    """Tell whether the photograph with this file name (folders do not count) belongs to the validation part."""
    return int(hashlib.sha256(Path(name).name.encode()).hexdigest()[:12], 16) % HELD_SHARE == 0
