from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.skeletons import SkeletonRow, SkeletonsDialog, SkeletonWish
from engine.records import SkeletonRecord

if TYPE_CHECKING:
    from conftest import Person

ROWS = (
    SkeletonRow(SkeletonRecord(4, "hand", ("wrist", "thumb"), ((0, 1),), (), ()), ("hand",), 0),
    SkeletonRow(SkeletonRecord(9, "person", ("head",), (), (), ()), ("man", "woman"), 1200),
)


def test_rows_tell_all() -> None:
    assert [row.text for row in ROWS] == [
        "hand  \u00b7  2 joints  \u00b7  hand  \u00b7  0 poses",
        "person  \u00b7  1 joints  \u00b7  man, woman  \u00b7  1,200 poses",
    ]


def test_edit_and_delete_the_chosen_one(person: Person) -> None:
    for what in ("edit", "delete"):

        def act(dialog: SkeletonsDialog, what: str = what) -> None:
            dialog.list.setCurrentRow(1)
            assert "leaves 1,200 poses as points" in dialog.note.text()
            button = dialog.edit_button if what == "edit" else dialog.delete_button
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

        wish = person.answers(SkeletonsDialog, act, lambda: SkeletonsDialog.ask(None, ROWS))
        assert wish is not None
        assert (wish.what, wish.skeleton_id) == (what, 9)


def test_enter_edits_and_esc_does_nothing(person: Person) -> None:
    def enter(dialog: SkeletonsDialog) -> None:
        QTest.keyClick(dialog.list, Qt.Key.Key_Return)

    def esc(dialog: SkeletonsDialog) -> None:
        QTest.keyClick(dialog.list, Qt.Key.Key_Escape)

    assert person.answers(SkeletonsDialog, enter, lambda: SkeletonsDialog.ask(None, ROWS)) == SkeletonWish("edit", 4)
    assert person.answers(SkeletonsDialog, esc, lambda: SkeletonsDialog.ask(None, ROWS)) is None


def test_an_empty_list_offers_a_new_one(qtbot: QtBot) -> None:
    dialog = SkeletonsDialog(None, ())
    qtbot.addWidget(dialog)
    assert not dialog.edit_button.isEnabled() and not dialog.delete_button.isEnabled()
    QTest.mouseClick(dialog.new_button, Qt.MouseButton.LeftButton)
    assert dialog.wish == SkeletonWish("new")
