"""The start page works by mouse, by keyboard and by dropping things on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl, SignalInstance
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.widgets.start_page import RecentView, StartPage

RECENT = (
    RecentView("/p/street.maskwright", "street", "today"),
    RecentView("/p/cells.maskwright", "cells", "yesterday"),
    RecentView("/gone/old.maskwright", "old", "May", missing=True),
)


@pytest.fixture
def page(qtbot: QtBot, icons: Icons) -> StartPage:
    made = StartPage(icons)
    made.set_recent(RECENT)
    made.resize(1366, 720)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def test_every_button_is_reached_by_tab_in_order(page: StartPage) -> None:
    wanted = [page.sample_button, page.folder_button, page.project_button, page.new_button, page.recent]
    page.sample_button.setFocus()
    met = []
    for _ in wanted:
        met.append(QApplication.focusWidget())
        QTest.keyClick(met[-1], Qt.Key.Key_Tab)
    assert met == wanted
    assert QApplication.focusWidget() is page.sample_button


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("sample_button", "open_sample"),
        ("folder_button", "open_folder"),
        ("project_button", "open_project"),
        ("new_button", "new_project"),
    ],
)
def test_every_button_works_by_enter_and_by_mouse(page: StartPage, qtbot: QtBot, name: str, signal: str) -> None:
    button: QPushButton = getattr(page, name)
    told: SignalInstance = getattr(page, signal)
    button.setFocus()
    with qtbot.waitSignal(told):
        QTest.keyClick(button, Qt.Key.Key_Space)
    with qtbot.waitSignal(told):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_recent_project_opens_by_keyboard_and_by_one_click(page: StartPage, qtbot: QtBot) -> None:
    page.recent.setFocus()
    QTest.keyClick(page.recent, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.open_recent) as told:
        QTest.keyClick(page.recent, Qt.Key.Key_Return)
    assert told.args == ["/p/cells.maskwright"]
    told_all: list[str] = []
    page.open_recent.connect(told_all.append)
    place = page.recent.visualItemRect(page.recent.item(0)).center()
    QTest.mouseClick(page.recent.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told_all == ["/p/street.maskwright"]


def test_delete_takes_a_project_off_the_list(page: StartPage, qtbot: QtBot) -> None:
    page.recent.setFocus()
    page.recent.setCurrentRow(2)
    with qtbot.waitSignal(page.forget_recent) as told:
        QTest.keyClick(page.recent, Qt.Key.Key_Delete)
    assert told.args == ["/gone/old.maskwright"]


def test_a_missing_project_says_so(page: StartPage) -> None:
    assert "not there any more" in page.recent.item(2).toolTip()
    assert "not there any more" not in page.recent.item(0).toolTip()


def test_without_recent_projects_the_list_gives_way_to_a_sentence(page: StartPage) -> None:
    page.set_recent(())
    assert not page.recent.isVisible()
    page.set_recent(RECENT)
    assert page.recent.isVisible()
    assert page.recent.count() == 3


def test_folders_can_be_dropped(page: StartPage, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl("https://example.org/x.jpg")])
    copy, left, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, no)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(page.dropped) as told:
        QApplication.sendEvent(page, QDropEvent(QPointF(5, 5), copy, data, left, no))
    assert told.args == [[tmp_path]]


def test_text_is_not_taken_for_a_file(page: StartPage) -> None:
    data = QMimeData()
    data.setText("not a file")
    copy, left, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, no)
    enter.ignore()
    QApplication.sendEvent(page, enter)
    assert not enter.isAccepted()


@pytest.mark.parametrize("size", [(1024, 640), (1366, 720), (2560, 1400)])
def test_everything_fits_and_is_near_the_middle(page: StartPage, size: tuple[int, int]) -> None:
    page.resize(*size)
    for widget in (page.sample_button, page.new_button, page.recent):
        corner = widget.mapTo(page, QPoint(0, 0))
        assert page.rect().contains(corner)
        assert page.rect().contains(corner + widget.rect().bottomRight())
    left = page.recent.mapTo(page, QPoint(0, 0)).x()
    right = page.sample_button.mapTo(page, page.sample_button.rect().topRight()).x()
    assert abs((left + right) / 2 - size[0] / 2) < 20
