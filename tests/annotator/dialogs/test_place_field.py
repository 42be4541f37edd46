from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.dialogs.place_field import PlaceField


def test_typed_quoted_and_home(qtbot: QtBot) -> None:
    field = PlaceField("open", "File")
    qtbot.addWidget(field)
    assert not field.edit.text()
    with qtbot.waitSignal(field.changed):
        QTest.keyClicks(field.edit, '  "some file.json" ')
    assert field.place == Path("some file.json")
    field.edit.setText("~/x.json")
    assert field.place == Path.home() / "x.json"
    field.set_place(None)
    assert field.place is None


def test_a_dropped_file_is_the_persons_choice(qtbot: QtBot, tmp_path: Path) -> None:
    field = PlaceField("open", "File")
    qtbot.addWidget(field)
    field.set_place(tmp_path / "proposed.json")
    assert not field.edit.isModified()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "ä.json"))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(field.edit, QDragEnterEvent(QPoint(5, 5), copy, data, left, none))
    QApplication.sendEvent(field.edit, QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert field.place == tmp_path / "ä.json"
    assert field.edit.isModified()
