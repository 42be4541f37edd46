"""Twenty instance colours far apart, and which instance gets which.

Chosen by farthest-point search over sRGB colours of CIELAB lightness 48..90 and chroma over 38, maximising the least
distance seen with normal, protanope and deuteranope eyes (Machado, Oliveira and Fernandes 2009, severity 1); the least
CIELAB distance of any two is 29 for normal and 15 for both other kinds of eyes.
"""

from __future__ import annotations

from annotator.canvas.scene_data import Rgb

PALETTE: tuple[str, ...] = (
    "#69c3ff",
    "#e11e00",
    "#874bff",
    "#4bff96",
    "#d22d96",
    "#d2f01e",
    "#8787ff",
    "#f087a5",
    "#a5a54b",
    "#3cf0ff",
    "#d21ed2",
    "#b45a3c",
    "#0f8769",
    "#ff8700",
    "#0fffd2",
    "#78c378",
    "#c378c3",
    "#ffe169",
    "#e13c69",
    "#4bd22d",
)


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
