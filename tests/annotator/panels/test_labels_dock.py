from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from annotator.canvas.colors import PALETTE
from annotator.icons import Icons
from annotator.panels.color_menu import ColorMenu
from annotator.panels.labels_dock import LabelsDock
from annotator.tokens import LIGHT

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
NAMES = ("person", "dog", "cattle", "cat", "car")


@pytest.fixture
def dock(icons: Icons, shown: Callable[..., Any], label: Callable[..., Any]) -> Any:
    made = LabelsDock(icons)
    made.window_shown = shown(made)
    made.set_labels([label(number, name) for number, name in enumerate(NAMES, 1)], {1: 12})
    return made


@pytest.fixture
def told(dock: LabelsDock) -> list[tuple[Any, ...]]:
    heard: list[tuple[Any, ...]] = []
    for name in ("chosen", "add_asked", "rename_asked", "recolor_asked", "delete_asked", "merge_asked", "move_asked"):
        getattr(dock, name).connect(lambda *values, name=name: heard.append((name, *values)))
    dock.edit_asked.connect(lambda label_id: heard.append(("edit_asked", label_id)))
    return heard


def at(dock: LabelsDock, row: int) -> QPoint:
    return dock.view.visualRect(dock.view.model().index(row, 0)).center()


def listed(dock: LabelsDock) -> list[str]:
    model = dock.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def let_fall(dock: LabelsDock, label_id: int, pos: QPoint) -> None:
    """Do to the list what the window system does at the end of a drag."""
    data = dock.model.mimeData([dock.model.index_of(label_id)])
    viewport = dock.view.viewport()
    move, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QDragEnterEvent(pos, move, data, LEFT, none))
    QApplication.sendEvent(viewport, QDragMoveEvent(pos, move, data, LEFT, none))
    QApplication.sendEvent(viewport, QDropEvent(QPointF(pos), move, data, LEFT, none))


def test_a_click_chooses(dock: LabelsDock, told: list[Any]) -> None:
    QTest.mouseClick(dock.view.viewport(), LEFT, pos=at(dock, 1))
    assert told == [("chosen", 2)]


def test_the_current_label_is_shown_and_not_told(dock: LabelsDock, told: list[Any]) -> None:
    before = dock.view.grab().toImage()
    dock.set_current(3)
    assert dock.view.currentIndex().data() == "cattle"
    assert dock.view.grab().toImage() != before
    dock.set_current(None)
    assert not dock.view.selectedIndexes()
    assert told == []


def test_typing_narrows_and_enter_takes_the_best(dock: LabelsDock, told: list[Any]) -> None:
    dock.field.setFocus()
    QTest.keyClicks(dock.field, "cat")
    assert listed(dock) == ["cattle", "cat"]
    assert dock.view.currentIndex().data() == "cat"
    QTest.keyClick(dock.field, Qt.Key.Key_Return)
    assert told == [("chosen", 4)]
    assert dock.field.text() == ""
    assert listed(dock) == list(NAMES)


def test_enter_adds_what_no_label_matches(dock: LabelsDock, told: list[Any]) -> None:
    QTest.keyClicks(dock.field, " tree ")
    QTest.keyClick(dock.field, Qt.Key.Key_Return)
    assert told == [("add_asked", "tree")]


def test_ctrl_enter_adds_a_name_that_is_part_of_others_but_no_name_twice(dock: LabelsDock, told: list[Any]) -> None:
    QTest.keyClicks(dock.field, "ca")
    assert dock.field.button.isVisible()
    QTest.keyClick(dock.field, Qt.Key.Key_Return, CONTROL)
    QTest.keyClicks(dock.field, "DOG")
    assert not dock.field.button.isVisible()
    QTest.keyClick(dock.field, Qt.Key.Key_Return, CONTROL)
    assert told == [("add_asked", "ca")]


def test_the_keys_of_the_field(dock: LabelsDock, told: list[Any]) -> None:
    QTest.keyClicks(dock.field, "ca")
    QTest.keyClick(dock.field, Qt.Key.Key_Down)
    QTest.keyClick(dock.view, Qt.Key.Key_Return)
    QTest.keyClick(dock.field, Qt.Key.Key_Escape)
    assert told == [("chosen", 3)]
    assert dock.field.text() == ""


def test_f2_renames_in_place(dock: LabelsDock, told: list[Any], qtbot: Any) -> None:
    dock.view.setFocus()
    dock.set_current(2)
    QTest.keyClick(dock.view, Qt.Key.Key_F2)
    editor = dock.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "dog"
    QTest.keyClicks(editor, "hound")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == [("rename_asked", 2, "hound")])


def test_delete_asks_to_delete_and_alt_with_arrows_to_move(dock: LabelsDock, told: list[Any]) -> None:
    dock.view.setFocus()
    dock.set_current(1)
    QTest.keyClick(dock.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(dock.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(dock.view, Qt.Key.Key_Delete)
    assert told == [("move_asked", 1, 1), ("delete_asked", 1)]


@pytest.mark.parametrize(
    ("dragged", "row", "below", "place"), [(1, 2, True, 2), (1, 2, False, 1), (5, 0, False, 0), (2, 4, True, 4)]
)
def test_a_label_is_dropped_between_others(
    dock: LabelsDock, told: list[Any], dragged: int, row: int, below: bool, place: int
) -> None:
    let_fall(dock, dragged, at(dock, row) + QPoint(0, 10 if below else -10))
    assert told == [("move_asked", dragged, place)]
    assert listed(dock) == list(NAMES)


def test_a_drop_below_all_goes_to_the_end_and_one_onto_itself_nowhere(dock: LabelsDock, told: list[Any]) -> None:
    let_fall(dock, 2, dock.view.viewport().rect().bottomLeft() + QPoint(20, -5))
    let_fall(dock, 2, at(dock, 1) + QPoint(0, 5))
    assert told == [("move_asked", 2, 4)]


def test_a_drop_into_a_narrowed_list_lands_beside_what_is_seen(dock: LabelsDock, told: list[Any]) -> None:
    dock.field.setText("ca")
    let_fall(dock, 5, at(dock, 0) - QPoint(0, 10))
    assert told == [("move_asked", 5, 2)]


def test_the_menu_of_a_label(dock: LabelsDock, told: list[Any]) -> None:
    dock.set_current(2)
    menu = dock.menu_for(2)
    titles = {action.text(): action for action in menu.actions()}
    merge = titles["Merge into"].menu()
    assert isinstance(merge, QMenu)
    assert [action.text() for action in merge.actions()] == ["person", "cattle", "cat", "car"]
    merge.actions()[0].trigger()
    titles["Edit..."].trigger()
    titles["Delete"].trigger()
    assert told == [("merge_asked", 2, 1), ("edit_asked", 2), ("delete_asked", 2)]


# A popup is raised and grabs the keyboard, of which the offscreen platform says that it cannot.
def test_the_swatch_opens_the_palette_and_a_colour_is_asked_for(dock: LabelsDock, told: list[Any], qtbot: Any) -> None:
    rect = dock.view.visualRect(dock.view.model().index(3, 0))
    points = (QPoint(x, rect.center().y()) for x in range(rect.left(), rect.right()))
    QTest.mouseClick(dock.view.viewport(), LEFT, pos=next(p for p in points if dock.view.zone_at(p)[1]))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, ColorMenu)
    QTest.mouseClick(menu.buttons[5], LEFT)
    assert told == [("recolor_asked", 4, PALETTE[5])]
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


def test_counts_and_theme_are_seen(dock: LabelsDock, icons: Icons) -> None:
    first = dock.view.grab().toImage()
    dock.set_counts({2: 48211})
    second = dock.view.grab().toImage()
    icons.use(LIGHT)
    assert first != second
    assert dock.view.grab().toImage() != second
    assert dock.note == "5"


def test_before_any_label_there_is_a_hint_and_nothing_to_add(icons: Icons, shown: Callable[..., Any]) -> None:
    dock = LabelsDock(icons)
    window = shown(dock)
    hinted = dock.view.grab().toImage()
    assert not dock.field.button.isVisible()
    dock.view.set_hint("")
    assert dock.view.grab().toImage() != hinted
    assert window.isVisible()


def test_esc_clears_the_field_and_then_leaves(dock: LabelsDock) -> None:
    told: list[str] = []
    dock.leave.connect(lambda: told.append("leave"))
    QTest.keyClicks(dock.field, "ca")
    QTest.keyClick(dock.field, Qt.Key.Key_Escape)
    assert (dock.field.text(), told) == ("", [])
    QTest.keyClick(dock.field, Qt.Key.Key_Escape)
    assert told == ["leave"]
    QTest.keyClick(dock.view, Qt.Key.Key_Escape)
    assert told == ["leave"] * 2


def test_esc_while_a_name_is_edited_only_ends_that(dock: LabelsDock, told: list[Any]) -> None:
    left: list[str] = []
    dock.leave.connect(lambda: left.append("leave"))
    dock.view.setFocus()
    dock.set_current(2)
    QTest.keyClick(dock.view, Qt.Key.Key_F2)
    editor = dock.view.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "x")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert left == []
    assert not [each for each in told if each[0] == "rename_asked"]
