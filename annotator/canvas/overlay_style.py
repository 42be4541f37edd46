"""How a mask looks: tables from the blurred mask's value to a premultiplied pixel.

A mask blurred by a Gaussian of known width tells, near its border, how far the border is. So fill, thin dark halo and
outline of a given width are all functions of one byte, and drawing a mask is a table look-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from annotator.canvas.scene_data import Rgb

LINE = 1.7
"""Outline width in device pixels at 1:1; between two levels it is drawn at 50 to 100 % of that."""
HALO = 1.0
HALO_ALPHA = 0.45
HATCH_BOOST = 0.22
COVER = 0.7
"""How much of what lies below a mask's fill hides: many masks on one place stay readable instead of turning to mud."""
PATTERNS = 4
"""Bit 0 of the pattern: on a hatch stripe; bit 1: on a dash of the outline."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to draw a mask; ``fill`` and ``line`` are alphas 0..1, ``ratio`` device pixels a logical pixel."""

    color: Rgb
    fill: float = 0.35
    line: float = 1.0
    width: float = LINE
    dashed: bool = False
    ratio: float = 1.0

    @property
    def sigma(self) -> float:
        """Blur, in level pixels, whose slope carries the outline."""
        return self.ratio * max(1.0, self.width / 2.2)

    @property
    def margin(self) -> int:
        """How far the look reaches, in level pixels: half the blur's kernel and one more for the slope's direction."""
        return self.reach + 1

    @property
    def reach(self) -> int:
        """Half the blur's kernel, in level pixels."""
        return int(np.ceil(2 * self.sigma))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """``source`` uint32[PATTERNS * 256] premultiplied ARGB and ``keep`` uint32: what remains below, per channel."""

    look: Look
    source: NDArray[np.uint32]
    keep: NDArray[np.uint32]


def build_table(look: Look) -> Table:
    """Tabulate a look."""
    distance = _distances(look)
    pixels, below = np.zeros((PATTERNS, 256, 4)), np.ones((PATTERNS, 256, 4))
    for pattern in range(PATTERNS):
        stripe, dash = pattern & 1, pattern & 2
        fill = look.fill
        if look.dashed and fill > 0:
            fill = min(1.0, fill * 0.55 + (HATCH_BOOST if stripe else 0.0))
        half = look.width / 2
        away = np.abs(distance - 0.2)
        line = np.clip(half + 0.5 - away, 0, 1) * look.line
        halo = np.clip(half + HALO + 0.5 - away, 0, 1) * HALO_ALPHA * look.line
        if look.dashed and not dash:
            line = line * 0.0
        cover = np.clip(distance + 0.5, 0, 1)
        pixels[pattern] = _over(look.color, cover * fill, halo, line)
        hidden = np.maximum(cover * COVER * (look.fill > 0), pixels[pattern, :, 3])
        below[pattern] = 1 - hidden[:, None]
    pixels[:, 0], below[:, 0] = 0, 1
    return Table(look, _packed(pixels), _packed(below))


def _packed(values: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Round ``float64[PATTERNS, 256, 4]`` in 0..1 to bytes and pack four channels into one uint32."""
    return np.rint(values * 255).astype(np.uint8).reshape(-1, 4).view(np.uint32).ravel()


def _distances(look: Look) -> NDArray[np.float64]:
    """Return, for each byte of the blurred mask, the distance inside its border in logical pixels, float64[256]."""
    normal = NormalDist()
    share = (np.arange(256) + 0.25) / 255.5
    return np.array([normal.inv_cdf(float(part)) for part in share]) * look.sigma / look.ratio


def _over(
    color: Rgb, fill: NDArray[np.float64], halo: NDArray[np.float64], line: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Lay the outline over the halo over the fill: premultiplied blue, green, red, alpha 0..1, float64[256, 4]."""
    tone = np.array([color[2], color[1], color[0], 255.0]) / 255
    black = np.array([0.0, 0.0, 0.0, 1.0])
    out = fill[:, None] * tone
    out = halo[:, None] * black + out * (1 - halo[:, None])
    laid: NDArray[np.float64] = line[:, None] * tone + out * (1 - line[:, None])
    return laid
