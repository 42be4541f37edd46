"""The pinned Qt bindings must not lose references: PySide6 6.12.0 does on Python 3.11 (docs/decisions.md)."""

from __future__ import annotations

import subprocess
import sys

CALLS = 1000
# In a process of its own: in the suite's, a collection of garbage at the wrong moment frees thousands of None too, and
# a broken binding would abort the whole run. The reserve keeps None alive long enough to count.
COUNT = f"""
import gc, sys
from PySide6.QtGui import QColor, QImage, QPainter
image = QImage(8, 8, QImage.Format.Format_ARGB32_Premultiplied)
painter = QPainter(image)
reserve = [None] * (10 * {CALLS})
gc.collect()
gc.disable()
before = sys.getrefcount(None)
for _ in range({CALLS}):
    painter.setOpacity(1.0)
    painter.setPen(QColor(1, 2, 3))
print(before - sys.getrefcount(None))
painter.end()
"""


def test_calls_that_return_nothing_keep_none_alive() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < CALLS / 10
