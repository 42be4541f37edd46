from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.export_coco import ExportCoco, ExportCocoDialog

if TYPE_CHECKING:
    from conftest import Person


def test_enter_takes_what_is_proposed(person: Person, tmp_path: Path) -> None:
    wanted = person.answers(
        ExportCocoDialog,
        lambda dialog: QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return),
        lambda: ExportCocoDialog.ask(None, tmp_path / "x.json"),
    )
    assert wanted == ExportCoco(tmp_path / "x.json", "rle", "accepted")


def test_all_choices(person: Person, tmp_path: Path) -> None:
    def act(dialog: ExportCocoDialog) -> None:
        dialog.file.edit.selectAll()
        QTest.keyClicks(dialog.file.edit, str(tmp_path / "out"))
        QTest.keyClick(dialog.masks["polygon"], Qt.Key.Key_Space)
        QTest.keyClick(dialog.states["all"], Qt.Key.Key_Space)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    wanted = person.answers(ExportCocoDialog, act, lambda: ExportCocoDialog.ask(None, tmp_path / "x.json"))
    assert wanted == ExportCoco(tmp_path / "out.json", "polygon", "all")


def test_a_stray_enter_replaces_nothing(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.touch()

    def act(dialog: ExportCocoDialog) -> None:
        assert "replaced" in dialog.sentence.text()
        QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return)

    assert person.answers(ExportCocoDialog, act, lambda: ExportCocoDialog.ask(None, file)) is None


def test_replacing_by_its_button(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.touch()

    def act(dialog: ExportCocoDialog) -> None:
        assert dialog.accept_button.text() == "R&eplace"
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    wanted = person.answers(ExportCocoDialog, act, lambda: ExportCocoDialog.ask(None, file))
    assert wanted is not None and wanted.file == file


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "Say where"), ("x.json", "whole path"), (".", "is a folder"), ("none/x.json", "is not there")],
)
def test_what_is_wrong_is_said(qtbot: QtBot, tmp_path: Path, text: str, words: str) -> None:
    dialog = ExportCocoDialog(None, tmp_path / "x.json")
    qtbot.addWidget(dialog)
    dialog.file.edit.setText(text if text in ("", "x.json") else str(tmp_path / text))
    problem = dialog.problem()
    assert problem is not None and words in problem.text
    assert not dialog.accept_button.isEnabled()


def test_counts(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportCocoDialog(None, tmp_path / "x.json", {"accepted": 1200, "proposed": 0, "all": 1200})
    qtbot.addWidget(dialog)
    assert dialog.states["accepted"].text() == "&Accepted only (1,200)"
    assert dialog.sentence.text() == ""
    dialog.states["proposed"].setChecked(True)
    assert "no such object" in dialog.sentence.text()
    assert dialog.accept_button.isEnabled()
