from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from annotator.canvas.coverage_item import CoverageItem, hatch, rgb


def test_what_is_explained_is_clear_and_the_rest_is_hatched() -> None:
    shares = np.zeros((60, 80), dtype=np.float32)
    shares[:, 40:] = 1.0
    pixels = hatch(shares, rgb("#ff0000"))
    assert pixels.shape == (60, 80, 4)
    assert not pixels[:, 40:].any()
    alpha = pixels[:, :40, 3]
    assert alpha.min() > 0
    # Stripes are red, the ground between them is dark.
    stripes = pixels[:, :40, 2] > 0
    assert 0.1 < stripes.mean() < 0.5
    assert (alpha[stripes] > alpha[~stripes].max()).all()
    # Premultiplied: no colour is brighter than its alpha.
    assert (pixels[:, :, :3] <= pixels[:, :, 3:]).all()


def test_half_explained_is_hatched_half_as_strongly() -> None:
    none, half = np.zeros((40, 40), dtype=np.float32), np.full((40, 40), 0.5, dtype=np.float32)
    strong, weak = hatch(none, (0, 0, 255))[:, :, 3].astype(int), hatch(half, (0, 0, 255))[:, :, 3].astype(int)
    assert np.abs(strong - 2 * weak).max() <= 1


def test_the_layer_covers_the_image_while_shown() -> None:
    item = CoverageItem(z=0.5)
    assert not item.shown and item.boundingRect().isNull()
    item.set_pixels(hatch(np.zeros((10, 20), dtype=np.float32), (255, 0, 0)), 400, 200)
    assert item.shown and item.boundingRect() == QRectF(0, 0, 400, 200)
    item.set_pixels(None, 0, 0)
    assert not item.shown
