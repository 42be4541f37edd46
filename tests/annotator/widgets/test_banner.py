"""Messages come, wait for each other, and leave; errors stay."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.messages import Message
from annotator.widgets.banner import Banner

SHORT = {"info": 30, "success": 30, "warning": 30, "error": 0}
INFO = Message("info", "Undone: Add cat")
ERROR = Message("error", "The backend ended unexpectedly and was restarted. Press Enter to try again.")


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    widget.resize(900, 500)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def banner(host: QWidget, icons: Icons) -> Banner:
    # Hours, so that only a person makes a message leave.
    return Banner(host, icons, stay_ms=dict.fromkeys(SHORT, 3_600_000) | {"error": 0}, slide_ms=0)


def test_it_lies_over_the_lower_edge_and_follows_its_host(banner: Banner, host: QWidget, qtbot: QtBot) -> None:
    banner.show_message(ERROR)
    qtbot.waitUntil(lambda: banner.geometry().bottom() < host.height())
    assert banner.isVisible()
    assert banner.geometry().top() > host.height() / 2
    host.resize(300, 300)
    assert host.rect().contains(banner.geometry())
    assert banner.height() > 42


def test_an_info_leaves_by_itself_and_an_error_does_not(host: QWidget, icons: Icons, qtbot: QtBot) -> None:
    banner = Banner(host, icons, stay_ms=SHORT, slide_ms=0)
    with qtbot.waitSignal(banner.shown, check_params_cb=lambda message: message is None):
        banner.show_message(INFO)
    assert not banner.isVisible()
    banner.show_message(ERROR)
    with qtbot.assertNotEmitted(banner.shown, wait=120):
        pass
    assert banner.current == ERROR


def test_what_stays_does_not_leave_with_the_time_of_the_message_before(
    host: QWidget, icons: Icons, qtbot: QtBot
) -> None:
    banner = Banner(host, icons, stay_ms=SHORT, slide_ms=0)
    banner.show_message(INFO)
    banner.show_message(ERROR)
    with qtbot.assertNotEmitted(banner.shown, wait=120):
        pass
    assert banner.current == ERROR


def test_what_comes_behind_an_error_waits(banner: Banner) -> None:
    banner.show_message(ERROR)
    banner.show_message(INFO)
    assert (banner.current, banner.waiting) == (ERROR, 1)
    QTest.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
    assert (banner.current, banner.waiting) == (INFO, 0)
    banner.dismiss()
    assert not banner.isVisible()


def test_an_info_gives_way_at_once(banner: Banner) -> None:
    banner.show_message(INFO)
    banner.show_message(ERROR)
    assert (banner.current, banner.waiting) == (ERROR, 0)


def test_the_same_message_is_not_shown_twice(banner: Banner) -> None:
    for _ in range(5):
        banner.show_message(ERROR)
    banner.show_message(INFO)
    banner.show_message(INFO)
    assert banner.waiting == 1


def test_the_action_button_acts_once_and_closes(banner: Banner) -> None:
    done: list[str] = []
    banner.show_message(Message("error", "No answer.", "Try again", lambda: done.append("again")))
    assert banner.action_button.text() == "Try again"
    QTest.mouseClick(banner.action_button, Qt.MouseButton.LeftButton)
    assert done == ["again"]
    assert not banner.isVisible()


def test_without_an_action_there_is_no_button(banner: Banner) -> None:
    banner.show_message(INFO)
    assert not banner.action_button.isVisible()


def test_it_stays_while_the_pointer_is_over_it(host: QWidget, icons: Icons, qtbot: QtBot) -> None:
    banner = Banner(host, icons, stay_ms=SHORT, slide_ms=0)
    banner.show_message(INFO)
    qtbot.waitUntil(lambda: host.rect().contains(banner.geometry()))
    QTest.mouseMove(banner, QPoint(30, 10))
    qtbot.waitUntil(banner.underMouse)
    with qtbot.assertNotEmitted(banner.shown, wait=120):
        pass
    with qtbot.waitSignal(banner.shown):
        QTest.mouseMove(host, QPoint(5, 5))


def test_a_brief_message_leaves_long_before_others_of_its_kind(host: QWidget, icons: Icons, qtbot: QtBot) -> None:
    banner = Banner(host, icons, stay_ms=dict.fromkeys(SHORT, 3_600_000), brief_ms=30, slide_ms=0)
    with qtbot.waitSignal(banner.shown, check_params_cb=lambda message: message is None):
        banner.show_message(Message("info", "Undone: Add cat", brief=True))
    banner.show_message(INFO)
    with qtbot.assertNotEmitted(banner.shown, wait=120):
        pass
    assert banner.current == INFO


def test_a_warning_with_something_to_do_stays_until_closed(host: QWidget, icons: Icons, qtbot: QtBot) -> None:
    banner = Banner(host, icons, stay_ms=SHORT, slide_ms=0)
    warning = Message("warning", "The file was replaced.", "Open again", lambda: None)
    banner.show_message(warning)
    with qtbot.assertNotEmitted(banner.shown, wait=120):
        banner.show_message(INFO)
    assert (banner.current, banner.waiting) == (warning, 1)
    with qtbot.waitSignal(banner.shown, check_params_cb=lambda message: message is None):
        QTest.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
