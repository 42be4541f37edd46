from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.new_project import NewProject, NewProjectDialog, file_problem, proposed_file

if TYPE_CHECKING:
    from conftest import Person


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "Straße 1"
    place.mkdir()
    return place


def test_proposed_as_it_stands(person: Person, folder: Path) -> None:
    made = person.answers(
        NewProjectDialog,
        lambda dialog: QTest.keyClick(dialog.name, Qt.Key.Key_Return),
        lambda: NewProjectDialog.ask(None, (folder,)),
    )
    assert made == NewProject((folder,), folder.parent / "Straße 1.maskwright", "Straße 1", ())


def test_filled_in_by_keyboard(person: Person, folder: Path) -> None:
    def act(dialog: NewProjectDialog) -> None:
        QTest.keyClicks(dialog.name, "people")
        assert dialog.place.place == folder.parent / "people.maskwright"
        QTest.keyClicks(dialog.classes, "person\rdog")
        QTest.keyClick(dialog.classes, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def typed(dialog: NewProjectDialog) -> None:
        dialog.name.selectAll()
        act(dialog)

    made = person.answers(NewProjectDialog, typed, lambda: NewProjectDialog.ask(None, (folder,)))
    assert made == NewProject((folder,), folder.parent / "people.maskwright", "people", ("person", "dog"))


def test_esc_makes_nothing(person: Person, folder: Path) -> None:
    made = person.answers(
        NewProjectDialog,
        lambda dialog: QTest.keyClick(dialog.classes, Qt.Key.Key_Escape),
        lambda: NewProjectDialog.ask(None, (folder,)),
    )
    assert made is None
    assert list(folder.parent.iterdir()) == [folder]


def test_a_place_typed_by_hand_stays(qtbot: QtBot, folder: Path, tmp_path: Path) -> None:
    dialog = NewProjectDialog(None, (folder,))
    qtbot.addWidget(dialog)
    dialog.place.edit.clear()
    QTest.keyClicks(dialog.place.edit, str(tmp_path / "mine"))
    other = tmp_path / "other"
    other.mkdir()
    dialog.folders.add([other])
    dialog.name.setText("changed")
    assert dialog.answer().file == tmp_path / "mine.maskwright"
    assert dialog.answer().folders == (folder, other)


def test_a_folder_that_is_gone(qtbot: QtBot, folder: Path) -> None:
    dialog = NewProjectDialog(None, (folder, folder / "gone"))
    qtbot.addWidget(dialog)
    problem = dialog.problem()
    assert problem is not None
    assert not problem.missing
    assert str(folder / "gone") in problem.text
    assert not dialog.accept_button.isEnabled()
    dialog.folders.list.setCurrentRow(1)
    QTest.mouseClick(dialog.folders.remove_button, Qt.MouseButton.LeftButton)
    assert dialog.accept_button.isEnabled()


def test_without_a_folder_a_name_is_enough(qtbot: QtBot) -> None:
    dialog = NewProjectDialog(None)
    qtbot.addWidget(dialog)
    problem = dialog.problem()
    assert problem is not None and problem.missing
    QTest.keyClicks(dialog.name, "a/b: c")
    assert dialog.accept_button.isEnabled()
    assert dialog.answer().name == "a/b: c"
    assert dialog.answer().file.name == "a_b_ c.maskwright"
    assert "starts empty" in dialog.sentence.text()


def test_classes_listed_twice(qtbot: QtBot, folder: Path) -> None:
    dialog = NewProjectDialog(None, (folder,))
    qtbot.addWidget(dialog)
    dialog.classes.setPlainText("dog\ndog")
    assert not dialog.accept_button.isEnabled()
    assert "'dog' is listed twice" in dialog.sentence.text()


def test_classes_from_a_file(qtbot: QtBot, folder: Path) -> None:
    dialog = NewProjectDialog(None, (folder,))
    qtbot.addWidget(dialog)
    dialog.load_classes(folder / "none.txt")
    assert not dialog.accept_button.isEnabled()
    assert dialog.sentence.property("role") == "error"
    (folder / "classes.txt").write_text("person\n\ndog\n", encoding="utf-8")
    dialog.load_classes(folder / "classes.txt")
    assert dialog.answer().classes == ("person", "dog")
    assert dialog.accept_button.isEnabled()


def test_where_no_project_file_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "there.maskwright").touch()
    words = {
        None: "Say where",
        Path("a.maskwright"): "whole path",
        tmp_path / "there.maskwright": "already",
        tmp_path / "none" / "a.maskwright": "is not there",
    }
    for file, expected in words.items():
        problem = file_problem(file)
        assert problem is not None and expected in problem.text
    assert file_problem(tmp_path / "free.maskwright") is None


def test_a_taken_place_is_not_proposed(folder: Path) -> None:
    (folder.parent / "x.maskwright").touch()
    assert proposed_file(folder, "x") == folder.parent / "x 2.maskwright"
    assert proposed_file(folder, " .. ") is None
