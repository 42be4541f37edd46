"""Ever smaller copies of an image, so that drawing costs what the screen shows and not what the file holds."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

TOP_SIDE = 1024
"""No level is made below this longest side: a picture this small is drawn in a few milliseconds at any scale."""


def build_pyramid(pixels: NDArray[np.uint8], *, top_side: int = TOP_SIDE) -> tuple[NDArray[np.uint8], ...]:
    """Return ``pixels`` (not copied) and its halvings, ``uint8[ceil(h/2), ceil(w/2), ...]``, down to ``top_side``."""
    levels = [pixels]
    while max(levels[-1].shape[:2]) > top_side:
        height, width = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
        levels.append(half.astype(np.uint8, copy=False))
    return tuple(levels)


def level_for_scale(scale: float, levels: int) -> int:
    """Return the smallest of ``levels`` levels that still has a pixel for each of the screen's.

    ``scale`` is screen pixels per image pixel; level k holds the image at ``0.5 ** k``.
    """
    if scale <= 0 or levels < 1:
        raise ValueError("scale and number of levels must be positive")
    # Zooming by steps of 2 must not flicker between levels through rounding.
    return min(max(math.floor(-math.log2(scale) + 1e-9), 0), levels - 1)
