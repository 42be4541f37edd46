from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from annotator.icons import Icons
from annotator.panels.images_delegate import reason_of
from annotator.panels.images_dock import ImagesDock


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("/data/a.jpg: the file is empty (0 bytes). Copy it again.", "The file is empty (0 bytes). Copy it again."),
        ("/data/x: y/a.jpg: there is no such file.", "There is no such file."),
        ("/data/a.jpg: b/a.jpg: there is no such file.", "There is no such file."),
        (r"C:\data\a.jpg: the file cannot be read (disk: broken).", "The file cannot be read (disk: broken)."),
        ("'/data/a.jpg': this is no valid file name (null).", "This is no valid file name (null)."),
        ("/data/a+(1).jpg: 8 x 8 is too large.", "/data/a+(1).jpg: 8 x 8 is too large."),
        ("no path: at all", "No path: at all"),
    ],
)
def test_the_reason_comes_without_the_path(error: str, reason: str) -> None:
    assert reason_of(error, "a.jpg") == reason


def test_a_name_with_signs_of_patterns_is_found() -> None:
    assert reason_of("/data/a+(1).jpg: too large.", "a+(1).jpg") == "Too large."


def accent_drawn(image: QImage, color: str) -> bool:
    wanted = QColor(color)
    return any(image.pixelColor(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_an_unreadable_image_is_never_marked_as_ready(
    icons: Icons, shown: Callable[..., Any], image_row: Callable[..., Any]
) -> None:
    dock = ImagesDock(icons)
    window = shown(dock)
    dock.set_ids([1, 2])
    dock.put_rows([image_row(1), image_row(2, error="/data/000002.jpg: the file is empty.")])
    dock.set_ready({1, 2})
    window.setFocus()
    picture = dock.view.viewport().grab().toImage()
    drawn = []
    for row in (0, 1):
        rect: QRect = dock.view.visualRect(dock.model.index(row, 0))
        drawn.append(accent_drawn(picture.copy(rect), icons.tokens.accent))
    assert drawn == [True, False]
