from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from annotator.dialogs.about import AboutDialog, AboutView

if TYPE_CHECKING:
    from conftest import Person

VIEW = AboutView("1.2.3", (("Python", "3.11"), ("Log file", "/home/a_b/log.txt")))


def test_shown_and_copied(person: Person) -> None:
    def act(dialog: AboutDialog) -> None:
        shown = [each.text().replace("\N{ZERO WIDTH SPACE}", "") for each in dialog.findChildren(QLabel)]
        assert {"Version 1.2.3", "Python", "3.11", "/home/a_b/log.txt"} <= set(shown)
        QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    person.answers(AboutDialog, act, lambda: AboutDialog.ask(None, VIEW))
    assert QGuiApplication.clipboard().text() == "Maskwright: 1.2.3\nPython: 3.11\nLog file: /home/a_b/log.txt"
