from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem

from annotator.canvas.veil_item import VeilItem
from models import masks

SIZE = QRectF(0, 0, 40, 30)


def painted(veil: VeilItem) -> np.ndarray:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 200, 200))
    painter = QPainter(image)
    veil.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    return np.array([[QColor(image.pixel(x, y)).red() for x in range(40)] for y in range(30)])


@pytest.fixture
def veil(qapp: QApplication) -> VeilItem:
    return VeilItem(z=0.5)


def test_all_but_the_mask_is_dark(veil: VeilItem) -> None:
    mask = np.zeros((30, 40), dtype=np.bool_)
    mask[5:25, 10:30] = True
    mask[12:18, 16:24] = False
    veil.set_hole(SIZE, masks.encode(mask), None)
    tones = painted(veil)
    assert veil.shown and veil.boundingRect() == SIZE
    assert (tones[mask] == 200).mean() > 0.9 and (tones[~mask] < 120).mean() > 0.95
    assert tones[15, 20] < 120, "a hole of the mask is no part of it"


def test_a_box_where_there_is_no_mask_and_nothing_where_there_is_neither(veil: VeilItem) -> None:
    veil.set_hole(SIZE, None, (10.0, 5.0, 20.0, 20.0))
    assert painted(veil)[15, 20] == 200 and painted(veil)[2, 2] < 120
    veil.set_hole(SIZE, None, None)
    assert not veil.shown and veil.boundingRect().isEmpty() and (painted(veil) == 200).all()
