from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from annotator.icons import Icons
from annotator.panels.dock import Dock
from annotator.panels.history_dock import HistoryDock
from annotator.panels.images_dock import ImagesDock
from annotator.panels.instances_dock import InstancesDock
from annotator.panels.labels_dock import LabelsDock
from annotator.panels.messages_dock import MessagesDock

DOCKS = {
    "labels_dock": LabelsDock,
    "instances_dock": InstancesDock,
    "images_dock": ImagesDock,
    "history_dock": HistoryDock,
    "messages_dock": MessagesDock,
}


@pytest.mark.parametrize("name", DOCKS)
def test_a_dock_is_remembered_by_name_fits_a_narrow_column_and_closes(
    name: str, icons: Icons, shown: Callable[..., Any]
) -> None:
    dock: Dock = DOCKS[name](icons)
    window = shown(dock)
    assert dock.objectName() == name
    assert dock.minimumSizeHint().width() <= 240
    close = next(b for b in dock.titleBarWidget().findChildren(QToolButton) if b.toolTip().startswith("Close"))
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not dock.isVisible()
    assert window.isVisible()


def test_a_note_stands_beside_the_title(icons: Icons, qtbot: Any) -> None:
    dock = Dock("any_dock", "Any", icons)
    qtbot.addWidget(dock)
    dock.set_note("3 / 9")
    assert dock.note == "3 / 9"
