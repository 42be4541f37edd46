from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.canvas.colors import PALETTE
from annotator.dialogs.label_edit import LabelDialog, LabelDraft, next_color, possible_parents
from engine.records import LabelRecord, SkeletonRecord

if TYPE_CHECKING:
    from conftest import Person

Labels = tuple[LabelRecord, ...]
SKELETON = SkeletonRecord(7, "Hand", ("wrist", "thumb"), ((0, 1),), (), ())


def test_a_new_label_by_keyboard(person: Person, labels: Labels) -> None:
    def act(dialog: LabelDialog) -> None:
        assert not dialog.accept_button.isEnabled()
        QTest.keyClicks(dialog.name, "horse")
        QTest.keyClick(dialog.name, Qt.Key.Key_Return)

    draft = person.answers(LabelDialog, act, lambda: LabelDialog.ask(None, None, labels, [SKELETON]))
    assert draft == LabelDraft("horse", next_color(labels), None, "", True, None)


def test_all_properties(person: Person, labels: Labels) -> None:
    def act(dialog: LabelDialog) -> None:
        QTest.keyClicks(dialog.name, "  horse ")
        swatch = next(each for each in dialog.color.swatches if each.color == "#ff8700")
        QTest.mouseClick(swatch, Qt.MouseButton.LeftButton)
        QTest.keyClicks(dialog.below, "dog")
        QTest.keyClicks(dialog.supercategory, "beast")
        QTest.mouseClick(dialog.stuff, Qt.MouseButton.LeftButton, pos=dialog.stuff.rect().center() / 4)
        QTest.keyClick(dialog.skeleton, Qt.Key.Key_Down)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    draft = person.answers(LabelDialog, act, lambda: LabelDialog.ask(None, None, labels, [SKELETON]))
    assert draft == LabelDraft("horse", "#ff8700", 2, "beast", False, 7)


def test_an_edited_label_starts_as_it_is(person: Person, labels: Labels) -> None:
    draft = person.answers(
        LabelDialog,
        lambda dialog: QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton),
        lambda: LabelDialog.ask(None, labels[3], labels, [SKELETON]),
    )
    assert draft == LabelDraft("kitten", "#69c3ff", 1, "animal", True, None)


def test_esc_leaves_all_as_it_was(person: Person, labels: Labels) -> None:
    def act(dialog: LabelDialog) -> None:
        QTest.keyClicks(dialog.name, "lynx")
        QTest.keyClick(dialog.name, Qt.Key.Key_Escape)

    assert person.answers(LabelDialog, act, lambda: LabelDialog.ask(None, labels[0], labels, [])) is None


def test_a_taken_name_is_refused(qtbot: QtBot, labels: Labels) -> None:
    dialog = LabelDialog(None, labels[0], labels, [])
    qtbot.addWidget(dialog)
    assert dialog.accept_button.isEnabled()
    dialog.name.setText("dog")
    assert not dialog.accept_button.isEnabled()
    assert "'dog' already" in dialog.sentence.text()
    assert dialog.sentence.property("role") == "error"
    dialog.accept_if_fine()
    assert dialog.result() == 0


def test_a_colour_that_is_none_is_refused(qtbot: QtBot, labels: Labels) -> None:
    dialog = LabelDialog(None, labels[0], labels, [])
    qtbot.addWidget(dialog)
    dialog.color.edit.setText("#12")
    assert not dialog.accept_button.isEnabled()
    assert "'#12' is not a colour" in dialog.sentence.text()
    dialog.color.edit.setText("#ABCDEF")
    assert dialog.accept_button.isEnabled()
    assert dialog.answer().color == "#abcdef"


def test_a_control_character_is_refused(qtbot: QtBot) -> None:
    dialog = LabelDialog(None, None, (), [])
    qtbot.addWidget(dialog)
    dialog.name.setText("a\u0007b")
    assert not dialog.accept_button.isEnabled()


def test_no_label_lies_below_itself(labels: Labels) -> None:
    assert [each.name for each in possible_parents(labels[0], labels)] == ["dog", "caterpillar"]
    assert len(possible_parents(None, labels)) == 4


def test_the_next_colour_is_a_free_one(labels: Labels) -> None:
    assert next_color(()) == PALETTE[0]
    assert next_color(labels) == "#874bff"
