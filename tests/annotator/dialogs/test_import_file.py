from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.import_file import Import, ImportDialog

if TYPE_CHECKING:
    from conftest import Person


def test_by_keyboard(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "instances.json"
    file.write_text("{}", encoding="utf-8")

    def act(dialog: ImportDialog) -> None:
        assert not dialog.accept_button.isEnabled()
        QTest.keyClicks(dialog.file.edit, str(file))
        QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return)

    read = person.answers(ImportDialog, act, lambda: ImportDialog.ask(None))
    assert read == Import("coco", file, None, as_proposed=False)


def test_as_proposed_with_images(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "instances.json"
    file.write_text("{}", encoding="utf-8")

    def act(dialog: ImportDialog) -> None:
        QTest.keyClicks(dialog.file.edit, str(file))
        QTest.keyClicks(dialog.images.edit, str(tmp_path))
        QTest.keyClick(dialog.accepted_choice, Qt.Key.Key_Down)
        QTest.keyClick(dialog.proposed_choice, Qt.Key.Key_Space)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    read = person.answers(ImportDialog, act, lambda: ImportDialog.ask(None))
    assert read == Import("coco", file, tmp_path, as_proposed=True)


def test_esc_reads_nothing(person: Person) -> None:
    read = person.answers(
        ImportDialog,
        lambda dialog: QTest.keyClick(dialog.file.edit, Qt.Key.Key_Escape),
        lambda: ImportDialog.ask(None),
    )
    assert read is None


@pytest.mark.parametrize(
    ("file", "images", "words"),
    [
        ("", "", "Choose the COCO file"),
        (".", "", "is a folder"),
        ("none.json", "", "no file"),
        ("a.json", "x", "no folder"),
    ],
)
def test_what_is_wrong_is_said(qtbot: QtBot, tmp_path: Path, file: str, images: str, words: str) -> None:
    (tmp_path / "a.json").touch()
    dialog = ImportDialog(None)
    qtbot.addWidget(dialog)
    dialog.file.set_place(tmp_path / file if file else None)
    dialog.images.set_place(tmp_path / images if images else None)
    problem = dialog.problem()
    assert problem is not None and words in problem.text
    assert problem.missing == (not file)
    assert not dialog.accept_button.isEnabled()


@pytest.mark.parametrize("chosen", ["yolo", "voc"])
def test_a_dataset_of_many_files_is_a_folder(person: Person, tmp_path: Path, chosen: str) -> None:
    def act(dialog: ImportDialog) -> None:
        QTest.keyClick(dialog.formats[chosen], Qt.Key.Key_Space)
        assert not dialog.file.isVisible() and dialog.folder.isVisible()
        assert not dialog.accept_button.isEnabled()
        dialog.folder.set_place(tmp_path / "none")
        assert "There is no folder" in dialog.sentence.text()
        dialog.folder.set_place(tmp_path)
        QTest.keyClick(dialog.folder.edit, Qt.Key.Key_Return)

    read = person.answers(ImportDialog, act, lambda: ImportDialog.ask(None))
    assert read == Import(chosen, tmp_path, None, as_proposed=False)
