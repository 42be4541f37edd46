from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest

from annotator.icons import Icons
from annotator.panels.images_delegate import IMAGE_ROW_HEIGHT
from annotator.panels.images_dock import ImagesDock
from annotator.tokens import LIGHT
from engine.records import ImageFilter, ImageState

LEFT = Qt.MouseButton.LeftButton
MANY = 100_000
ID = Qt.ItemDataRole.UserRole


@pytest.fixture
def dock(icons: Icons, shown: Callable[..., Any]) -> Any:
    made = ImagesDock(icons)
    made.window_shown = shown(made)
    return made


@pytest.fixture
def answered(dock: ImagesDock, image_row: Callable[..., Any]) -> list[list[int]]:
    """Answer like the store does; the result collects what was asked for."""
    asked: list[list[int]] = []

    def answer(ids: list[int]) -> None:
        asked.append(ids)
        dock.put_rows([image_row(each) for each in ids])

    dock.rows_needed.connect(answer)
    return asked


def at(dock: ImagesDock, row: int) -> QPoint:
    return dock.view.visualRect(dock.model.index(row, 0)).center()


def test_only_what_is_seen_is_asked_for_the_seen_first(dock: ImagesDock, qtbot: Any) -> None:
    with qtbot.waitSignal(dock.rows_needed) as asked:
        dock.set_ids(range(1, MANY + 1))
    seen = dock.view.viewport().height() // IMAGE_ROW_HEIGHT
    assert asked.args[0] == list(range(1, len(asked.args[0]) + 1))
    assert seen < len(asked.args[0]) < seen + 30


def test_a_jump_through_a_long_list_reads_its_end_and_not_what_lies_between(
    dock: ImagesDock, answered: list[list[int]], qtbot: Any
) -> None:
    dock.set_ids(range(1, MANY + 1))
    qtbot.waitUntil(lambda: len(answered) == 1)
    bar = dock.view.verticalScrollBar()
    for step in range(1, 51):
        bar.setValue(bar.maximum() * step // 50)
    qtbot.waitUntil(lambda: len(answered) == 2)
    assert MANY in answered[1]
    assert min(answered[1]) > MANY - 50
    assert dock.view.visualRect(dock.model.index(MANY - 1, 0)).height() == IMAGE_ROW_HEIGHT


def test_pictures_are_asked_for_once_rows_are_there(dock: ImagesDock, answered: list[list[int]], qtbot: Any) -> None:
    with qtbot.waitSignal(dock.thumbs_needed) as asked:
        dock.set_ids(range(1, 1001))
    assert asked.args[0][:3] == [1, 2, 3]
    assert set(asked.args[0]) <= set(answered[0])
    before = dock.view.grab().toImage()
    image = QImage(112, 80, QImage.Format.Format_RGB888)
    image.fill(QColor("#ff0000"))
    dock.put_thumb(1, image)
    after = dock.view.grab().toImage()
    assert after != before
    assert after.pixelColor(30, IMAGE_ROW_HEIGHT // 2) == QColor("#ff0000")


def test_rows_out_of_date_are_asked_for_again(dock: ImagesDock, answered: list[list[int]], qtbot: Any) -> None:
    dock.set_ids([1, 2, 3])
    qtbot.waitUntil(lambda: answered == [[1, 2, 3]])
    dock.invalidate([2, 77])
    qtbot.waitUntil(lambda: answered == [[1, 2, 3], [2]])


def test_a_click_opens_but_ctrl_and_shift_only_select(dock: ImagesDock, answered: list[list[int]]) -> None:
    told: list[int] = []
    dock.opened.connect(told.append)
    dock.set_ids([7, 8, 9])
    QTest.mouseClick(dock.view.viewport(), LEFT, pos=at(dock, 0))
    QTest.mouseClick(dock.view.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, at(dock, 1))
    assert told == [7]
    QTest.keyClick(dock.view, Qt.Key.Key_Down)
    QTest.keyClick(dock.view, Qt.Key.Key_Return)
    assert told == [7, 9]


def test_the_current_image_is_scrolled_to_and_not_told(dock: ImagesDock) -> None:
    told: list[int] = []
    dock.opened.connect(told.append)
    dock.set_total(5000)
    dock.set_ids(range(1, 1001))
    dock.set_current(900)
    assert dock.view.viewport().rect().contains(at(dock, 899))
    assert dock.view.currentIndex().row() == 899
    assert dock.note == "900 / 1,000 of 5,000"
    assert told == []


def test_reading_the_list_again_keeps_its_place(dock: ImagesDock, qtbot: Any) -> None:
    dock.set_ids(range(1, 1001))
    qtbot.waitUntil(lambda: dock.view.verticalScrollBar().maximum() > 500 * IMAGE_ROW_HEIGHT)
    dock.view.verticalScrollBar().setValue(500 * IMAGE_ROW_HEIGHT)
    dock.set_ids(range(101, 1001))
    assert dock.view.indexAt(QPoint(1, 1)).data(Qt.ItemDataRole.UserRole) == 501
    assert list(dock.ids[:2]) == [101, 102]


def test_neither_the_place_nor_the_selection_is_lost_when_the_list_changes(dock: ImagesDock) -> None:
    dock.set_ids(range(1, 1001))
    dock.set_current(900)
    QTest.mouseClick(dock.view.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, at(dock, 900))
    dock.view.verticalScrollBar().setValue(500 * IMAGE_ROW_HEIGHT + 7)
    dock.set_ids([*range(101, 901), *range(901, 1001, 2)])
    assert dock.view.verticalScrollBar().value() == 400 * IMAGE_ROW_HEIGHT + 7
    assert {index.data(ID) for index in dock.view.selectionModel().selectedIndexes()} == {900, 901}
    assert dock.view.currentIndex().data(ID) == 901
    dock.set_ids(range(1, 300))
    assert dock.view.selectionModel().selectedIndexes() == []


def test_a_long_list_is_never_gone_through_row_by_row(dock: ImagesDock, qtbot: Any) -> None:
    counted: list[int] = []
    count = dock.model.rowCount
    dock.model.rowCount = lambda *parents: counted.append(1) or count(*parents)  # type: ignore[method-assign]  # a probe
    with qtbot.waitSignal(dock.rows_needed):
        dock.set_ids(range(1, MANY + 1))
    dock.set_current(MANY)
    dock.view.grab()
    dock.set_ids(range(1, MANY + 1, 2))
    dock.view.grab()
    assert len(counted) < 5000


def test_the_keyboard_goes_through_the_list(dock: ImagesDock) -> None:
    dock.set_ids(range(1, 1001))
    dock.set_current(1)
    page = dock.view.viewport().height() // IMAGE_ROW_HEIGHT
    rows = []
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_End,
        Qt.Key.Key_Up,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_Home,
        Qt.Key.Key_PageDown,
    ):
        QTest.keyClick(dock.view, key)
        rows.append(dock.view.currentIndex().row())
    assert rows[:3] == [1, 999, 998]
    assert abs(998 - rows[3] - page) <= 1
    assert rows[4] == 0
    assert abs(rows[5] - page) <= 1
    QTest.keyClick(dock.view, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert len(dock.view.selectionModel().selectedIndexes()) == 1000 - rows[5]
    QTest.keyClicks(dock.view, "s")
    assert dock.view.currentIndex().row() == 999
    assert dock.view.viewport().rect().contains(at(dock, 999))


def test_finding_starts_in_the_field(dock: ImagesDock) -> None:
    dock.filter.field.setText("street")
    dock.close()
    dock.start_finding()
    assert dock.isVisible()
    assert dock.filter.field.hasFocus()
    assert dock.filter.field.selectedText() == "street"


def test_typing_narrows_once_it_rests(dock: ImagesDock, qtbot: Any) -> None:
    told: list[ImageFilter] = []
    dock.filter_changed.connect(told.append)
    QTest.keyClicks(dock.filter.field, "street")
    assert told == []
    qtbot.waitUntil(lambda: bool(told))
    assert told == [ImageFilter(text="street")]
    dock.filter.field.button.trigger()
    QTest.keyClick(dock.filter.field, Qt.Key.Key_Return)
    assert told[1:] == [ImageFilter()]


def test_states_narrow_at_once_and_all_can_be_shown_again(dock: ImagesDock) -> None:
    told: list[ImageFilter] = []
    dock.filter_changed.connect(told.append)
    assert not dock.filter.reset_action.isEnabled()
    dock.filter.states[ImageState.TODO].trigger()
    dock.filter.proposals.trigger()
    assert "to do, with proposals" in dock.filter.button.toolTip()
    dock.filter.reset_action.trigger()
    todo = frozenset({ImageState.TODO})
    assert told == [ImageFilter(states=todo), ImageFilter(states=todo, has_proposed=True), ImageFilter()]


def test_the_menu_marks_what_is_selected(dock: ImagesDock, answered: list[list[int]], qtbot: Any) -> None:
    told: list[tuple[list[int], str]] = []
    dock.state_asked.connect(lambda ids, state: told.append((ids, state)))
    dock.set_ids([1, 2, 3])
    qtbot.waitUntil(lambda: bool(answered))
    single, several = dock.menu_for([2]), dock.menu_for([1, 3])
    titles = {action.text(): action for action in single.actions()}
    titles["Mark as done"].trigger()
    next(action for action in several.actions() if action.text() == "Mark 2 images as skipped").trigger()
    titles["Copy the path"].trigger()
    assert told == [([2], "done"), ([1, 3], "skipped")]
    row = dock.model.row_of(2)
    assert row is not None
    assert QGuiApplication.clipboard().text() == str(row.image.file)


def test_states_ready_errors_and_theme_are_seen(dock: ImagesDock, icons: Icons, image_row: Callable[..., Any]) -> None:
    dock.set_ids([1])
    pictures = [dock.view.grab().toImage()]
    for row in (
        *(image_row(1, state=state) for state in ImageState),
        image_row(1, proposed=2, accepted=1),
        image_row(1, error="The file is cut off."),
        image_row(1, path="top.jpg"),
    ):
        dock.put_rows([row])
        pictures.append(dock.view.grab().toImage())
    dock.set_ready({1})
    pictures.append(dock.view.grab().toImage())
    icons.use(LIGHT)
    pictures.append(dock.view.grab().toImage())
    assert all(one != other for at, one in enumerate(pictures) for other in pictures[:at])


def test_an_answer_does_not_lay_out_the_whole_list_again(
    dock: ImagesDock, image_row: Callable[..., Any], qtbot: Any
) -> None:
    with qtbot.waitSignal(dock.rows_needed):
        dock.set_ids(range(1, MANY + 1))
    dock.view.executeDelayedItemsLayout()
    counted: list[int] = []
    count = dock.model.rowCount
    dock.model.rowCount = lambda *parents: counted.append(1) or count(*parents)  # type: ignore[method-assign]  # a probe
    dock.put_rows([image_row(1)])
    dock.view.executeDelayedItemsLayout()
    assert len(counted) < 1000


def test_esc_clears_the_field_and_then_leaves(dock: ImagesDock) -> None:
    told: list[str] = []
    dock.leave.connect(lambda: told.append("leave"))
    QTest.keyClicks(dock.filter.field, "ca")
    QTest.keyClick(dock.filter.field, Qt.Key.Key_Escape)
    assert (dock.filter.field.text(), told) == ("", [])
    QTest.keyClick(dock.filter.field, Qt.Key.Key_Escape)
    assert told == ["leave"]
    QTest.keyClick(dock.view, Qt.Key.Key_Escape)
    assert told == ["leave"] * 2
