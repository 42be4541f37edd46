from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.report import ReportDialog, ReportRow, ReportView, as_text

if TYPE_CHECKING:
    from conftest import Person

VIEW = ReportView((ReportRow("images", 5000, ""), ReportRow("dropped: no area", 2, "a; b")), ("A note.",))


def test_everything_can_be_copied(person: Person) -> None:
    def act(dialog: ReportDialog) -> None:
        QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert not dialog.isVisible()

    person.answers(ReportDialog, act, lambda: ReportDialog.ask(None, "Imported a.json", VIEW))
    text = QGuiApplication.clipboard().text()
    assert text == "Imported a.json\nimages\t5000\t\ndropped: no area\t2\ta; b\nA note."


def test_esc_closes(person: Person) -> None:
    def act(dialog: ReportDialog) -> None:
        QTest.keyClick(dialog.table, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    person.answers(ReportDialog, act, lambda: ReportDialog.ask(None, "Imported a.json", VIEW))


def test_selected_lines_can_be_copied(qtbot: QtBot) -> None:
    dialog = ReportDialog(None, "Done", VIEW)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    dialog.activateWindow()
    dialog.table.setFocus()
    dialog.table.selectRow(1)
    QTest.keyClick(dialog.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "dropped: no area\t2\ta; b"


def test_what_is_shown(qtbot: QtBot) -> None:
    dialog = ReportDialog(None, "Done", ReportView(VIEW.rows, ()))
    qtbot.addWidget(dialog)
    dialog.show()
    number, detail = dialog.table.item(0, 1), dialog.table.item(1, 2)
    assert number is not None and number.text() == "5,000"
    assert detail is not None and detail.text() == "a; b"
    assert not dialog.notes.isVisible()


def test_a_report_of_nothing() -> None:
    assert as_text(()) == ""
