from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.dialogs.folder_list import FolderList


def test_each_folder_once(qtbot: QtBot, tmp_path: Path) -> None:
    field = FolderList([tmp_path])
    qtbot.addWidget(field)
    with qtbot.assertNotEmitted(field.changed):
        field.add([tmp_path])
    assert field.folders == (tmp_path,)


def test_remove_by_button_and_key(qtbot: QtBot, tmp_path: Path) -> None:
    field = FolderList([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    qtbot.addWidget(field)
    field.show()
    assert not field.remove_button.isEnabled()
    field.list.setCurrentRow(1)
    QTest.mouseClick(field.remove_button, Qt.MouseButton.LeftButton)
    assert [each.name for each in field.folders] == ["a", "c"]
    field.list.setCurrentRow(1)
    with qtbot.waitSignal(field.changed):
        QTest.keyClick(field.list, Qt.Key.Key_Delete)
    assert [each.name for each in field.folders] == ["a"]


def test_drop_takes_folders_and_the_folders_of_files(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    file = tmp_path / "bild ä.png"
    file.touch()
    field = FolderList()
    qtbot.addWidget(field)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "inner")), QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QApplication.sendEvent(field.list.viewport(), enter)
    assert enter.isAccepted()
    QApplication.sendEvent(field.list.viewport(), QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert field.folders == (tmp_path / "inner", tmp_path)
