"""Twenty colours far apart, for instances and labels.

Chosen by farthest-point search over sRGB colours of CIELAB lightness 48..90 and chroma over 38, maximising the least
distance seen with normal, protanope and deuteranope eyes (Machado, Oliveira and Fernandes 2009, severity 1); the least
CIELAB distance of any two is 29 for normal and 15 for both other kinds of eyes.
"""

from __future__ import annotations

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
