"""Which instance gets which of the twenty colours, and colours as numbers and text."""

from __future__ import annotations

from annotator.canvas.scene_data import Rgb
from engine.palette import PALETTE as PALETTE
from engine.skeletons.poses import UNSURE

GUESSED = 0.25
"""Below this score a joint's place is little more than a guess."""
_SURE: tuple[tuple[float, Rgb], ...] = (
    (UNSURE, (88, 196, 110)),
    (GUESSED, (255, 176, 32)),
    (float("-inf"), (236, 84, 74)),
)


def confidence_color(score: float) -> Rgb:
    """Return the colour of a joint a backend is ``score`` (0..1) sure of: red for a guess, amber, green."""
    return next(color for least, color in _SURE if score >= least)


def to_rgb(text: str) -> Rgb:
    """Read ``#rrggbb``; raises ValueError for anything else."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"a colour is written #rrggbb, got {text!r}")
    value = int(text[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def to_hex(color: Rgb) -> str:
    """Write ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def nth(number: int) -> str:
    """Return the colour of the ``number``-th label or object; it repeats after twenty."""
    return PALETTE[number % len(PALETTE)]


def color_of(instance_id: int, label_color: str | None = None) -> Rgb:
    """Return the label's colour where one is given, else the instance's own, which depends on its id alone."""
    return to_rgb(label_color if label_color else nth(instance_id))
