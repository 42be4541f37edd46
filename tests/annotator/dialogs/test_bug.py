"""Bugs are shown in one window, whose text can be copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from annotator.dialogs.bug import BugDialog, BugReporter
from annotator.icons import Icons
from annotator.messages import BugReport

ONE = BugReport("ValueError: one", "Traceback: one")
TWO = BugReport("KeyError: two", "Traceback: two")


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


def shown(window: QMainWindow) -> list[BugDialog]:
    return [dialog for dialog in window.findChildren(BugDialog) if dialog.isVisible()]


def test_several_bugs_share_one_window_that_blocks_nothing(window: QMainWindow, icons: Icons) -> None:
    reporter = BugReporter(window, icons)
    for report in (ONE, TWO, ONE):
        reporter.report(report)
    [dialog] = shown(window)
    assert not dialog.isModal()
    assert dialog.text == "Traceback: one\n\nTraceback: two"
    assert "2 different errors" in dialog.summary.text()


def test_the_details_can_be_copied(window: QMainWindow) -> None:
    reporter = BugReporter(window)
    reporter.report(ONE)
    [dialog] = shown(window)
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Traceback: one"
    assert dialog.copy_button.text() == "Copied"


def test_after_closing_it_begins_anew(window: QMainWindow) -> None:
    reporter = BugReporter(window)
    reporter.report(ONE)
    [dialog] = shown(window)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert shown(window) == []
    reporter.report(TWO)
    [again] = shown(window)
    assert again.text == "Traceback: two"
    assert again.copy_button.text() == "Copy details"
