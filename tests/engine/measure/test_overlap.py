from __future__ import annotations

import numpy as np
import pytest

from engine.measure.overlap import boundary_iou, iou


def square(low, high):
    mask = np.zeros((100, 100), dtype=bool)
    mask[low:high, low:high] = True
    return mask


def test_iou():
    assert iou(square(10, 30), square(10, 30)) == 1
    assert iou(square(10, 20), square(20, 30)) == 0
    assert iou(square(10, 30), square(20, 30)) == pytest.approx(100 / 400)
    assert iou(square(0, 0), square(0, 0)) == 1


def test_boundary_iou_compares_rims_only():
    # 2 % of the diagonal of 100 x 100 is 3 px.
    solid, hollow = square(10, 60), square(10, 60)
    hollow[13:57, 13:57] = False
    assert iou(hollow, solid) < 0.3
    assert boundary_iou(solid, solid) == 1
    shifted = np.roll(solid, 3, axis=0)
    assert boundary_iou(shifted, solid) < iou(shifted, solid)
    assert boundary_iou(square(0, 0), square(0, 0)) == 1


def test_the_images_border_is_a_rim():
    whole = np.ones((40, 40), dtype=bool)
    inner = whole.copy()
    inner[0] = False
    assert boundary_iou(inner, whole) < 0.85
