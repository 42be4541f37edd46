from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.export import Export, ExportDialog

if TYPE_CHECKING:
    from conftest import Person


def test_enter_takes_what_is_proposed(person: Person, tmp_path: Path) -> None:
    wanted = person.answers(
        ExportDialog,
        lambda dialog: QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return),
        lambda: ExportDialog.ask(None, tmp_path / "x.json"),
    )
    assert wanted == Export("coco", tmp_path / "x.json", "rle", "accepted")


def test_all_choices(person: Person, tmp_path: Path) -> None:
    def act(dialog: ExportDialog) -> None:
        dialog.file.edit.selectAll()
        QTest.keyClicks(dialog.file.edit, str(tmp_path / "out"))
        QTest.keyClick(dialog.masks["polygon"], Qt.Key.Key_Space)
        QTest.keyClick(dialog.states["all"], Qt.Key.Key_Space)
        QTest.keyClick(dialog.scores, Qt.Key.Key_Space)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    wanted = person.answers(ExportDialog, act, lambda: ExportDialog.ask(None, tmp_path / "x.json"))
    assert wanted == Export("coco", tmp_path / "out.json", "polygon", "all", scores=True)


def test_a_stray_enter_replaces_nothing(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.touch()

    def act(dialog: ExportDialog) -> None:
        assert "replaced" in dialog.sentence.text()
        QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return)

    assert person.answers(ExportDialog, act, lambda: ExportDialog.ask(None, file)) is None


def test_replacing_by_its_button(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.touch()

    def act(dialog: ExportDialog) -> None:
        assert dialog.accept_button.text() == "R&eplace"
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    wanted = person.answers(ExportDialog, act, lambda: ExportDialog.ask(None, file))
    assert wanted is not None and wanted.place == file


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "Say where"), ("x.json", "whole path"), (".", "is a folder"), ("none/x.json", "is not there")],
)
def test_what_is_wrong_is_said(qtbot: QtBot, tmp_path: Path, text: str, words: str) -> None:
    dialog = ExportDialog(None, tmp_path / "x.json")
    qtbot.addWidget(dialog)
    dialog.file.edit.setText(text if text in ("", "x.json") else str(tmp_path / text))
    problem = dialog.problem()
    assert problem is not None and words in problem.text
    assert not dialog.accept_button.isEnabled()


def test_counts(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(None, tmp_path / "x.json", {"accepted": 1200, "proposed": 0, "all": 1200})
    qtbot.addWidget(dialog)
    assert dialog.states["accepted"].text() == "&Accepted only (1,200)"
    assert dialog.sentence.text() == ""
    dialog.states["proposed"].setChecked(True)
    assert "no such object" in dialog.sentence.text()
    assert dialog.accept_button.isEnabled()


def test_sa1b_asks_for_a_folder_and_hides_what_it_cannot_do(person: Person, tmp_path: Path) -> None:
    def act(dialog: ExportDialog) -> None:
        QTest.keyClick(dialog.formats["sa1b"], Qt.Key.Key_Space)
        assert not dialog.file.isVisible() and not dialog.masks["rle"].isVisible() and not dialog.scores.isVisible()
        assert "stay behind" in dialog.sentence.text()
        QTest.keyClick(dialog.folder.edit, Qt.Key.Key_Return)

    wanted = person.answers(ExportDialog, act, lambda: ExportDialog.ask(None, tmp_path / "x.json"))
    assert wanted == Export("sa1b", tmp_path / "x-sa1b")


def test_what_is_wrong_with_a_folder_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(None, tmp_path / "x.json")
    qtbot.addWidget(dialog)
    dialog.formats["sa1b"].setChecked(True)
    (tmp_path / "file").touch()
    for text, words in (("", "Say where"), ("x", "whole path"), ("file", "is a file"), ("none/x", "is not there")):
        dialog.folder.edit.setText(text if text in ("", "x") else str(tmp_path / text))
        problem = dialog.problem()
        assert problem is not None and words in problem.text
    dialog.folder.edit.setText(str(tmp_path))
    assert dialog.problem() is None
    assert "all others left alone" in dialog.notice()


def test_yolo_and_pascal_voc_show_their_own_choices(person: Person, tmp_path: Path) -> None:
    def act(dialog: ExportDialog) -> None:
        QTest.keyClick(dialog.formats["voc"], Qt.Key.Key_Space)
        assert dialog.folder.place == tmp_path / "x-voc"
        assert dialog.pictures.isVisible() and not dialog.tasks["detect"].isVisible()
        QTest.keyClick(dialog.formats["yolo"], Qt.Key.Key_Space)
        assert not dialog.masks["rle"].isVisible() and "stay behind" in dialog.sentence.text()
        QTest.keyClick(dialog.tasks["detect"], Qt.Key.Key_Space)
        QTest.keyClick(dialog.pictures, Qt.Key.Key_Space)
        QTest.keyClick(dialog.folder.edit, Qt.Key.Key_Return)

    wanted = person.answers(ExportDialog, act, lambda: ExportDialog.ask(None, tmp_path / "x.json"))
    assert wanted == Export("yolo", tmp_path / "x-yolo", task="detect", pictures=True)


def test_a_folder_that_the_person_named_stays_when_the_format_changes(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(None, tmp_path / "x.json")
    qtbot.addWidget(dialog)
    dialog.formats["yolo"].setChecked(True)
    dialog.folder.edit.selectAll()
    QTest.keyClicks(dialog.folder.edit, str(tmp_path / "mine"))
    dialog.formats["voc"].setChecked(True)
    assert dialog.folder.place == tmp_path / "mine"
