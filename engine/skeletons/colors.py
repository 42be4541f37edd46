"""Colours of joints: left and right apart, so that swapped sides are seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from engine.palette import PALETTE
from engine.skeletons.names import side

LEFT, RIGHT, MIDDLE = PALETTE[0], PALETTE[13], PALETTE[17]
"""Blue, orange and yellow: told apart by protanopes and deuteranopes, too."""


def side_colors(joints: Sequence[str]) -> tuple[str, ...]:
    """Return ``#rrggbb`` a joint by the side its name tells; nothing where no name tells one."""
    sides = [side(name) for name in joints]
    if not any(sides):
        return ()
    return tuple({"left": LEFT, "right": RIGHT}.get(each, MIDDLE) for each in sides)
