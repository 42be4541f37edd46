"""One line of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """What can be chosen by name: an action, a label, an image; ``run`` does it."""

    id: str
    title: str
    group: str = ""
    hint: str = ""
    icon: str = ""
    enabled: bool = True
    run: Callable[[], object] | None = None
