"""What of a box is the object: regions that the box encloses are, regions that run out of it are not."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import felzenszwalb

Corners = tuple[float, float, float, float]

SCALES = (20.0, 60.0, 150.0, 400.0)
"""Felzenszwalb and Huttenlocher's scale: from parts of an object to objects."""
SMOOTH, LEAST = 0.7, 12
"""Their blur in pixels, and their smallest region."""
MIDDLE, SHARP = 1.0, 5.0
"""Objects fill an ellipse in the box: it ends at this radius, this sharply."""
OWN_SHARE = 0.3
"""How much a pixel's own place counts against that of its region."""
ENCLOSED = 0.25
"""How much it counts that a region lies in the box as a whole."""


def vote(crop: NDArray[np.uint8], box: Corners) -> NDArray[np.float32]:
    """Return float32[h, w]: above 0.5 the object in ``box`` (x0, y0, x1, y1 in pixels of ``crop``, uint8[h, w, 3])."""
    height, width = crop.shape[:2]
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    across = (x - (box[0] + box[2]) / 2) / max((box[2] - box[0]) / 2, 0.5)
    down = (y - (box[1] + box[3]) / 2) / max((box[3] - box[1]) / 2, 0.5)
    ellipse = 1 / (1 + np.exp(SHARP * (np.hypot(down[:, None], across[None, :]) - MIDDLE)))
    inside = ((np.abs(down) <= 1)[:, None] & (np.abs(across) <= 1)[None, :]).astype(np.float64)
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    placed, enclosed = np.zeros((height, width)), np.zeros((height, width))
    for scale in SCALES:
        labels = felzenszwalb(lab, scale=scale, sigma=SMOOTH, min_size=LEAST)
        size = np.bincount(labels.ravel())
        placed += (np.bincount(labels.ravel(), ellipse.ravel()) / size)[labels]
        enclosed += ((np.bincount(labels.ravel(), inside.ravel()) / size) ** 2)[labels]
    placed, enclosed = placed / len(SCALES), enclosed / len(SCALES)
    chance = OWN_SHARE * ellipse + (1 - OWN_SHARE) * placed + ENCLOSED * (enclosed - 0.5)
    return np.asarray(chance, dtype=np.float32)
