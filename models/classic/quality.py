"""How good a mask looks without knowing the truth: a predicted IoU and SAM's stability."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from models.masks import BoolMask

FEATURES = ("contrast", "crispness", "size", "frame", "clicks", "limits", "compactness", "size squared", "box only")
WEIGHTS = (-2.16, -0.96, 4.75, -2.34, -1.92, 0.79, 0.27, 7.19, -2.88, 1.93)
"""Offset, then one weight a feature: a logistic fit to the true IoU on the tuning half of the sample."""


def features(
    lab: NDArray[np.float32], mask: BoolMask, chance: NDArray[np.float32], *, positive: int, negative: int
) -> NDArray[np.float64]:
    """Return ``float64[9]`` as FEATURES names them; ``lab`` float32[h, w, 3], ``mask`` and ``chance`` [h, w]."""
    area = int(np.count_nonzero(mask))
    if area in (0, mask.size):
        return np.zeros(len(FEATURES))
    solid = mask.view(np.uint8)
    kernel = np.ones((5, 5), np.uint8)
    inner = mask & ~cv2.erode(solid, kernel).view(np.bool_)
    outer = cv2.dilate(solid, kernel).view(np.bool_) & ~mask
    near_in, near_out = cv2.blur(lab * inner[..., None], (9, 9)), cv2.blur(lab * outer[..., None], (9, 9))
    count_in, count_out = (cv2.blur(ring.astype(np.float32), (9, 9)) for ring in (inner, outer))
    at = (inner | outer) & (count_in > 0.02) & (count_out > 0.02)
    step = np.linalg.norm(near_in[at] / count_in[at][:, None] - near_out[at] / count_out[at][:, None], axis=1)
    contrast = math.log1p(float(np.median(step)) if step.size else 0.0) / 4
    crispness = float(chance[mask].mean()) - float(chance[outer].mean() if outer.any() else 0.0)
    edge = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    size = math.log(area / mask.size) / 5
    length = max(1, int(np.count_nonzero(inner)))
    return np.array(
        [
            contrast,
            crispness,
            size,
            float(edge.mean()),
            math.log1p(positive - 1 if positive else 0),
            math.log1p(negative),
            math.sqrt(area) / length,
            size**2,
            float(positive == 0),
        ]
    )


def predicted_iou(found: NDArray[np.float64]) -> float:
    """Return the IoU to expect, in [0, 1]; what fills most of the image's frame is ground, hardly ever the object."""
    return (1 - float(found[FEATURES.index("frame")]) ** 2) / (1 + math.exp(-(WEIGHTS[0] + float(found @ WEIGHTS[1:]))))


def stability(logits: NDArray[np.float32], offset: float = 1.0) -> float:
    """Return the area above ``+offset`` over the area above ``-offset`` (SAM), in [0, 1]."""
    wide = int(np.count_nonzero(logits > -offset))
    return float(np.count_nonzero(logits > offset) / wide) if wide else 0.0
