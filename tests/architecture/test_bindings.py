"""The pinned Qt bindings must not lose references: PySide6 6.12.0 does on Python 3.11 (docs/decisions.md)."""

from __future__ import annotations

import sys

from PySide6.QtGui import QColor, QImage, QPainter

CALLS = 1000


def test_calls_that_return_nothing_keep_none_alive() -> None:
    image = QImage(8, 8, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    # A broken binding would abort the whole run; these keep None alive long enough to count.
    reserve = [None] * (10 * CALLS)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setOpacity(1.0)
        painter.setPen(QColor(1, 2, 3))
    lost = before - sys.getrefcount(None)
    painter.end()
    assert len(reserve) == 10 * CALLS
    assert lost < CALLS / 10
