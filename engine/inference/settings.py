"""What the inference process may use: memory, disk and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

GIB = 1 << 30


def default_folder() -> Path:
    """Return this system's cache folder for embeddings (not created here)."""
    return Path(platformdirs.user_cache_dir("maskwright", appauthor=False)) / "embeddings"


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """Budgets of the embedding caches in bytes; ``disk_bytes=0`` keeps nothing on disk."""

    memory_bytes: int = GIB
    disk_bytes: int = 4 * GIB
    folder: Path = field(default_factory=default_folder)


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds after which the inference process counts as hung and is replaced."""

    load: float = 120.0
    encode: float = 120.0
    predict: float = 30.0
    grid: float = 600.0
