from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from annotator.dialogs.export import ExportDialog
from annotator.dialogs.form import FormDialog, Problem, breakable
from annotator.dialogs.import_file import ImportDialog
from annotator.dialogs.label_edit import LabelDialog
from annotator.dialogs.new_project import NewProjectDialog
from annotator.dialogs.skeleton import SkeletonDialog
from annotator.icons import Icons
from annotator.tokens import DARK
from engine.records import SkeletonRecord


class Form(FormDialog[str]):
    def __init__(self) -> None:
        super().__init__(None, "Form", "&Take")
        self.word = QLineEdit()
        self.body.addWidget(self.word)
        self.word.textChanged.connect(self.check)

    def problem(self) -> Problem | None:
        text = self.word.text()
        if not text:
            return Problem("Write a word.", missing=True)
        return Problem(f"Not {text}.") if text.startswith("bad") else None

    def notice(self) -> str:
        return "Fine."

    def answer(self) -> str:
        return self.word.text()


def test_missing_wrong_and_fine_are_told_apart(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    seen = []
    for text in ("x", "", "bad", "good"):
        form.word.setText(text)
        seen.append((form.sentence.text(), form.sentence.property("role"), form.accept_button.isEnabled()))
    assert seen[1:] == [("Write a word.", "dim", False), ("Not bad.", "error", False), ("Fine.", "dim", True)]


def test_enter_accepts_only_what_is_fine(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.show()
    form.word.setText("bad")
    for keys in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        QTest.keyClick(form.word, Qt.Key.Key_Return, keys)
        assert form.isVisible()
    form.word.setText("good")
    with qtbot.waitSignal(form.accepted):
        QTest.keyClick(form.word, Qt.Key.Key_Return)


def test_a_long_sentence_gets_room(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.resize(320, 120)
    form.show()
    form.word.setText("bad/" + "/".join(["folder_name"] * 30))
    assert form.sentence.height() >= form.sentence.heightForWidth(form.sentence.width())


def test_breakable_changes_nothing_seen() -> None:
    assert breakable("/a/b").replace("\N{ZERO WIDTH SPACE}", "") == "/a/b"
    assert breakable("plain words") == "plain words"


def mnemonics(text: str) -> list[str]:
    return [text[at + 1].casefold() for at in range(len(text) - 1) if text[at] == "&"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: LabelDialog(None, None, (), ()),
        lambda: SkeletonDialog(None, Icons(DARK), None),
        lambda: SkeletonDialog(None, Icons(DARK), SkeletonRecord(1, "s", ("a",), (), (), ())),
        lambda: NewProjectDialog(None),
        lambda: ImportDialog(None),
        lambda: ExportDialog(None, Path("x.json")),
    ],
    ids=["label", "skeleton", "stored skeleton", "new project", "import", "export"],
)
def test_mnemonics_are_unique_and_every_field_is_reached_by_tab(qtbot: QtBot, make: Callable[[], QDialog]) -> None:
    form = make()
    qtbot.addWidget(form)
    form.show()
    assert QTest.qWaitForWindowActive(form)
    captions = [each.text() for each in form.findChildren(QLabel)]
    captions += [each.text() for each in form.findChildren(QAbstractButton)]
    letters = [letter for caption in captions for letter in mnemonics(caption)]
    assert letters
    assert len(set(letters)) == len(letters), sorted(letters)
    reached = set()
    for _ in range(60):
        reached.add(form.focusWidget())
        QTest.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    fields = [each for kind in (QLineEdit, QPlainTextEdit, QComboBox) for each in form.findChildren(kind)]
    assert fields
    assert not [each.accessibleName() for each in fields if each.isVisible() and each not in reached]
