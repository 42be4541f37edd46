"""From the logits of a window to a mask of the image."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.compact.finish import enlarge
from models.compact.frames import Frame


@pytest.mark.parametrize(
    "frame", [Frame(-40.3, 25.7, 1200.1, 1266.1), Frame(100, 100, 160, 160), Frame(900, 700, 1400, 1200)]
)
def test_a_mask_enlarged_tile_by_tile_is_the_mask_enlarged_at_once(frame: Frame) -> None:
    noise = np.random.default_rng(3).normal(0, 40, (96, 96)).astype(np.float32)
    logits = cv2.GaussianBlur(noise, (0, 0), 5)
    kx, ky = 96 / frame.width, 96 / frame.height
    move = np.array([[kx, 0, -frame.x0 * kx + kx / 2 - 0.5], [0, ky, -frame.y0 * ky + ky / 2 - 0.5]])
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    x0, y0, x1, y1 = (int(side) for side in (frame.x0, frame.y0, frame.x1, frame.y1))
    levels = np.clip(logits * 16 + 128, 0, 255).astype(np.uint8)
    whole = cv2.warpAffine(levels, move, (1300, 1000), flags=way, borderMode=cv2.BORDER_REPLICATE) > 128
    inside = np.zeros((1000, 1300), dtype=np.bool_)
    inside[max(0, y0) : y1, max(0, x0) : x1] = True

    mask = enlarge(logits, frame, 1000, 1300, ())

    # The rim beyond the window is a matter of a pixel; within, a rounding may turn a pixel in a hundred thousand.
    assert np.count_nonzero((mask != whole) & inside) <= 1e-4 * np.count_nonzero(whole & inside) + 2
    assert 0.1 < mask[inside].mean() < 0.9


def test_clicked_pixels_are_as_they_were_clicked() -> None:
    logits = np.full((16, 16), -4, dtype=np.float32)
    mask = enlarge(logits, Frame(0, 0, 160, 160), 200, 200, ((20.5, 30.5, True),))
    assert mask[30, 20]
    assert np.count_nonzero(mask) == 1
