from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.icons import Icons
from annotator.panels.instances_dock import InstancesDock
from annotator.panels.list_view import ListView
from annotator.tokens import LIGHT
from engine.records import State

LEFT = Qt.MouseButton.LeftButton


def at(view: ListView, row: int) -> QPoint:
    return view.visualRect(view.model().index(row, 0)).center()


def zone(view: ListView, row: int, name: str) -> QPoint:
    rect = view.visualRect(view.model().index(row, 0))
    points = (QPoint(x, rect.center().y()) for x in range(rect.left(), rect.right()))
    return next(point for point in points if view.zone_at(point)[1] == name) + QPoint(3, 0)


@pytest.fixture
def dock(icons: Icons, shown: Callable[..., Any], instance: Callable[..., Any], label: Callable[..., Any]) -> Any:
    made = InstancesDock(icons)
    made.window_shown = shown(made)
    made.set_instances([instance(each, 1) for each in range(1, 31)], {1: label(1, "dog")}, {})
    return made


def test_a_click_selects_and_a_click_with_ctrl_adds(dock: InstancesDock) -> None:
    told: list[frozenset[int]] = []
    dock.selected.connect(told.append)
    QTest.mouseClick(dock.view.viewport(), LEFT, pos=at(dock.view, 1))
    QTest.mouseClick(dock.view.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, at(dock.view, 3))
    assert told == [frozenset({2}), frozenset({2, 4})]


def test_a_selection_from_outside_is_shown_but_not_told(dock: InstancesDock) -> None:
    told: list[frozenset[int]] = []
    dock.selected.connect(told.append)
    dock.set_selection(frozenset({30}))
    assert dock.selection == {30}
    assert dock.view.viewport().rect().contains(at(dock.view, 29))
    assert told == []


def test_a_selection_told_before_its_rows_is_shown_when_they_come(
    dock: InstancesDock, instance: Callable[..., Any]
) -> None:
    dock.set_selection(frozenset({31}))
    dock.patch([instance(31)], [])
    assert dock.selection == {31}


def test_a_patch_keeps_selection_and_scrolling(dock: InstancesDock, instance: Callable[..., Any]) -> None:
    told: list[frozenset[int]] = []
    dock.set_selection(frozenset({2, 20}))
    dock.view.verticalScrollBar().setValue(140)
    dock.selected.connect(told.append)
    dock.patch([instance(3, locked=True), instance(40)], [30])
    dock.set_instances([instance(each) for each in range(1, 29)], {}, {})
    assert dock.selection == {2, 20}
    assert dock.view.verticalScrollBar().value() == 140
    assert told == []


@pytest.mark.parametrize("name", ["hide", "lock"])
def test_eye_and_lock_tell_and_leave_the_selection_alone(dock: InstancesDock, name: str) -> None:
    told: list[int] = []
    dock.set_selection(frozenset({1}))
    (dock.hide_toggled if name == "hide" else dock.lock_toggled).connect(told.append)
    QTest.mouseClick(dock.view.viewport(), LEFT, pos=zone(dock.view, 4, name))
    assert told == [5]
    assert dock.selection == {1}


def test_double_click_and_enter_open(dock: InstancesDock) -> None:
    told: list[int] = []
    dock.opened.connect(told.append)
    QTest.mouseClick(dock.view.viewport(), LEFT, pos=at(dock.view, 2))
    QTest.mouseDClick(dock.view.viewport(), LEFT, pos=at(dock.view, 2))
    QTest.keyClick(dock.view, Qt.Key.Key_Down)
    QTest.keyClick(dock.view, Qt.Key.Key_Return)
    assert told == [3, 4]


def test_the_pointer_is_told_and_its_leaving(dock: InstancesDock, qtbot: Any) -> None:
    told: list[int | None] = []
    dock.hovered.connect(told.append)
    QTest.mouseMove(dock.view.viewport(), at(dock.view, 0))
    QTest.mouseMove(dock.view.viewport(), at(dock.view, 5))
    qtbot.waitUntil(lambda: bool(told) and told[-1] == 6)
    QApplication.sendEvent(dock.view.viewport(), QEvent(QEvent.Type.Leave))
    assert told[-1] is None


def test_the_menu_is_asked_for_what_is_selected(dock: InstancesDock) -> None:
    told: list[frozenset[int]] = []
    dock.menu_asked.connect(lambda ids, _: told.append(ids))
    dock.view.customContextMenuRequested.emit(QPoint(5, 5))
    dock.set_selection(frozenset({2}))
    dock.view.customContextMenuRequested.emit(QPoint(5, 5))
    assert told == [frozenset({2})]


def test_the_note_counts_and_an_empty_list_says_what_to_do(dock: InstancesDock, instance: Callable[..., Any]) -> None:
    dock.patch([instance(1, state=State.PROPOSED)], [])
    assert dock.note == "30, 1 to review"
    empty = dock.view.grab().toImage()
    dock.set_instances([], {}, {})
    assert dock.note == ""
    assert dock.view.grab().toImage() != empty


def test_a_proposed_row_looks_different_and_the_theme_reaches_the_rows(
    dock: InstancesDock, icons: Icons, instance: Callable[..., Any]
) -> None:
    accepted = dock.view.grab().toImage()
    dock.patch([instance(1, 1, state=State.PROPOSED)], [])
    proposed = dock.view.grab().toImage()
    assert proposed != accepted
    icons.use(LIGHT)
    assert dock.view.grab().toImage() != proposed


def test_single_letters_are_left_to_the_tools(dock: InstancesDock) -> None:
    dock.set_selection(frozenset({2}))
    dock.view.setFocus()
    QTest.keyClick(dock.view, Qt.Key.Key_D)
    assert dock.selection == {2}
