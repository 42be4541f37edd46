"""How much two masks agree."""

from __future__ import annotations

import math

import cv2
import numpy as np

from models.masks import BoolMask, extent

BOUNDARY_SHARE = 0.02
"""Width of the rim that boundary IoU compares, as a share of the image's diagonal (Cheng et al. 2021)."""


def iou(found: BoolMask, true: BoolMask) -> float:
    """Return the IoU of two masks, ``bool[H, W]``; 1 if both are empty."""
    either = np.count_nonzero(found | true)
    return float(np.count_nonzero(found & true) / either) if either else 1.0


def boundary_iou(found: BoolMask, true: BoolMask) -> float:
    """Return the IoU of the inner rims of two masks, ``bool[H, W]``."""
    box = extent(found | true)
    if box is None:
        return 1.0
    width = max(1, round(BOUNDARY_SHARE * math.hypot(*true.shape)))
    x0, y0, x1, y1 = box
    inside = (slice(y0, y1), slice(x0, x1))
    return iou(_rim(found[inside], width), _rim(true[inside], width))


def _rim(mask: BoolMask, width: int) -> BoolMask:
    """Return the pixels of ``mask`` within ``width`` of what is outside it; the image's border counts as outside."""
    bordered = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(bordered, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1].astype(np.bool_)
    rim: BoolMask = mask & ~inner
    return rim
