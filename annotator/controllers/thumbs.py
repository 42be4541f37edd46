"""Small pictures of candidates: the object on its dimmed surroundings. For worker threads."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.geometry.rle_crop import crop_of
from engine.inference.draft import Candidate

SIZE = 56
"""Longest side in pixels: twice the context bar's picture, for crisp high-DPI screens."""
_MARGIN = 0.15
_DIMMED = 0.35


def candidate_thumbs(levels: Sequence[NDArray[np.uint8]], candidates: Sequence[Candidate]) -> list[NDArray[np.uint8]]:
    """Return one ``uint8[h, w, 3]`` RGB a candidate, all of one frame around the largest so that they compare."""
    height, width = levels[0].shape[:2]
    boxes = [each.bbox for each in candidates]
    x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
    x1, y1 = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    margin = _MARGIN * max(x1 - x0, y1 - y0) + 2
    left, top = max(int(x0 - margin), 0), max(int(y0 - margin), 0)
    right, bottom = min(int(x1 + margin) + 1, width), min(int(y1 + margin) + 1, height)
    scale = min(SIZE / max(right - left, bottom - top), 1.0)
    size = (max(round((right - left) * scale), 1), max(round((bottom - top) * scale), 1))
    step = next((k for k in range(len(levels) - 1, -1, -1) if 2**k * scale <= 1.0), 0)
    part = levels[step][
        top >> step : max(bottom >> step, (top >> step) + 1), left >> step : max(right >> step, (left >> step) + 1)
    ]
    picture = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return [_masked(picture, each, (left, top, right, bottom), size) for each in candidates]


def _masked(
    picture: NDArray[np.float32], candidate: Candidate, frame: tuple[int, int, int, int], size: tuple[int, int]
) -> NDArray[np.uint8]:
    left, top, right, bottom = frame
    x, y, part = crop_of(candidate.mask)
    shown = np.zeros((bottom - top, right - left), dtype=np.float32)
    shown[y - top : y - top + part.shape[0], x - left : x - left + part.shape[1]] = part
    weight = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)[:, :, None]
    return (picture * (weight + (1 - weight) * _DIMMED)).astype(np.uint8)
