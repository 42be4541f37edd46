from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.canvas.scene_data import Click, DraftView, InstanceView
from annotator.canvas.view import CanvasView
from annotator.intents import RadiusChanged
from annotator.tokens import DARK, LIGHT
from engine.records import State

Make = Callable[..., InstanceView]


def wheel(view: CanvasView, at: QPoint, turn: int, keys: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        view.viewport().mapToGlobal(QPointF(at)),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


@pytest.mark.parametrize("zoom", [0.3, 1.0, 1.7, 8.0, 33.0])
def test_to_view_and_back(view: CanvasView, zoom: float) -> None:
    view.zoom_by(zoom / view.zoom)
    view.center_at(70, 50)
    back = view.to_image(view.to_view(61.25, 44.5))
    assert (back.x(), back.y()) == pytest.approx((61.25, 44.5))
    middle = view.to_view(70, 50)
    assert abs(middle.x() - 200) <= 1
    assert abs(middle.y() - 160) <= 1


@pytest.mark.parametrize("turn", [120, -120, 480])
def test_ctrl_wheel_zooms_at_the_cursor(view: CanvasView, turn: int) -> None:
    at, told = QPoint(130, 90), []
    view.zoom_changed.connect(told.append)
    before = view.to_image(QPointF(at))
    wheel(view, at, turn, Qt.KeyboardModifier.ControlModifier)
    after = view.to_image(QPointF(at))
    assert told == [pytest.approx(2.0 * 1.25 ** (turn / 120))]
    assert abs(after.x() - before.x()) * view.zoom <= 1
    assert abs(after.y() - before.y()) * view.zoom <= 1


def test_plain_wheel_scrolls_down_and_with_shift_sideways(view: CanvasView) -> None:
    view.zoom_by(4)
    start = view.seen
    wheel(view, QPoint(100, 100), -120, Qt.KeyboardModifier.NoModifier)
    down = view.seen
    assert (down.x(), down.y() > start.y()) == (start.x(), True)
    wheel(view, QPoint(100, 100), -120, Qt.KeyboardModifier.ShiftModifier)
    assert view.seen.x() > down.x()
    assert view.seen.y() == down.y()


def test_zoom_has_limits(view: CanvasView) -> None:
    view.zoom_by(1e6)
    assert view.zoom == 64
    view.zoom_by(1e-9)
    assert 0.2 < view.zoom <= 1


def test_fit_shows_the_whole_image_and_stays_so_when_resized(view: CanvasView) -> None:
    view.fit()
    assert view.seen.contains(0, 0)
    assert view.seen.contains(200, 160)
    view.resize(240, 200)
    assert view.zoom == pytest.approx(min((240 - 24) / 200, (200 - 24) / 160))


def test_actual_size_and_zoom_to_a_box(view: CanvasView) -> None:
    view.actual_size()
    assert view.zoom == 1.0
    view.zoom_to((20, 30, 40, 20))
    assert view.seen.contains(20, 30)
    assert view.seen.contains(60, 50)
    assert view.zoom > 4


@pytest.mark.parametrize("with_space", [False, True])
def test_middle_or_space_drag_pans(view: CanvasView, with_space: bool) -> None:
    told: list[object] = []
    view.intent.connect(told.append)
    button = Qt.MouseButton.LeftButton if with_space else Qt.MouseButton.MiddleButton
    view.zoom_by(3)
    before = view.seen
    if with_space:
        QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mousePress(view.viewport(), button, Qt.KeyboardModifier.NoModifier, QPoint(200, 150))
    QTest.mouseMove(view.viewport(), QPoint(170, 160))
    QTest.mouseRelease(view.viewport(), button, Qt.KeyboardModifier.NoModifier, QPoint(170, 160))
    if with_space:
        QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.seen.x() - before.x() == pytest.approx(30 / view.zoom)
    assert view.seen.y() - before.y() == pytest.approx(-10 / view.zoom)
    assert told == []


def test_pointer_tells_image_pixels_and_nothing_outside(view: CanvasView) -> None:
    told: list[tuple[object, object]] = []
    view.pointer.connect(lambda x, y: told.append((x, y)))
    view.fit()
    QTest.mouseMove(view.viewport(), view.to_view(50, 40).toPoint())
    QTest.mouseMove(view.viewport(), QPoint(1, 1))
    (x, y), outside = told
    assert (x, y) == (pytest.approx(50, abs=1), pytest.approx(40, abs=1))
    assert outside == (None, None)


def test_hover_finds_the_smallest_visible_instance(view: CanvasView, rectangle: Make) -> None:
    told: list[object] = []
    view.hovered.connect(told.append)
    view.set_tool("select")
    view.set_instances([rectangle(1, 20, 20, 100, 100), rectangle(2, 50, 50, 20, 20)])
    for x in (60, 100, 150):
        QTest.mouseMove(view.viewport(), view.to_view(x, 60).toPoint())
    view.set_hidden({2})
    QTest.mouseMove(view.viewport(), view.to_view(60, 60).toPoint())
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told == [2, 1, None, 1, None]


def test_the_navigator_shows_when_the_image_exceeds_the_view_and_moves_it(view: CanvasView) -> None:
    navigator = view.navigator
    view.fit()
    assert not navigator.isVisible()
    view.zoom_by(5)
    assert navigator.isVisible()
    assert view.rect().contains(navigator.geometry())
    QTest.mouseClick(navigator, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(10, 10))
    middle = view.seen.center()
    assert middle.x() == pytest.approx(10 / navigator.width() * 200, abs=1)
    assert middle.y() == pytest.approx(10 / navigator.height() * 160, abs=1)


def test_keep_view_keeps_place_and_zoom_for_the_next_image(view: CanvasView, picture: np.ndarray) -> None:
    view.zoom_by(2)
    view.center_at(80, 60)
    before = view.seen
    view.show_image([picture], keep_view=True)
    assert view.seen == before
    view.show_image([picture], keep_view=False)
    assert view.zoom == pytest.approx(view.fit_zoom)


def test_another_image_clears_instances_and_draft(view: CanvasView, rectangle: Make, picture: np.ndarray) -> None:
    bare = view.grab_image()
    view.set_instances([rectangle(1, 20, 20, 50, 50)])
    view.set_selection({1})
    view.set_draft(DraftView(clicks=(Click(100, 100, True),), mask=rectangle(2, 90, 90, 30, 30).mask))
    assert view.grab_image() != bare
    view.show_image([picture], keep_view=True)
    assert view.grab_image() == bare


def test_without_an_image_nothing_happens(view: CanvasView) -> None:
    told: list[object] = []
    view.show_image([])
    view.intent.connect(told.append)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    view.zoom_by(2)
    assert told == []
    assert not view.grab_image().isNull()


def test_a_theme_changes_the_ground(view: CanvasView) -> None:
    view.fit()
    grounds = []
    for tokens in (DARK, LIGHT):
        view.set_tokens(tokens)
        grounds.append(view.grab_image().pixelColor(1, 1).name())
    assert grounds == [DARK.canvas, LIGHT.canvas]


def test_alt_wheel_sizes_the_brush(view: CanvasView) -> None:
    told: list[object] = []
    view.intent.connect(told.append)
    view.set_tool("brush", radius=10)
    wheel(view, QPoint(100, 100), 120, Qt.KeyboardModifier.AltModifier)
    assert told == [RadiusChanged(pytest.approx(11.5))]


def test_keys_that_no_gesture_uses_are_left_to_the_window(view: CanvasView) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    view.keyPressEvent(event)
    assert not event.isAccepted()
    assert not view.gesture_key("enter")


def test_pixels_become_squares_with_a_grid_when_close(view: CanvasView, picture: np.ndarray) -> None:
    view.zoom_by(16 / view.zoom)
    view.center_at(100, 80)
    image = view.grab_image()
    corner = view.to_view(100, 80).toPoint()
    inside = [image.pixelColor(corner.x() + dx, corner.y() + dy).getRgb()[:3] for dx, dy in ((3, 3), (8, 8), (13, 12))]
    assert inside == [tuple(picture[80, 100].tolist())] * 3
    assert image.pixelColor(corner.x(), corner.y() + 8).getRgb()[:3] != inside[0]


def test_it_tells_whether_vertices_can_be_dragged(view: CanvasView, rectangle: Make) -> None:
    box = InstanceView(3, 0.0, (50.0, 40.0, 40.0, 40.0), None, None, None, (9, 200, 90), "", State.ACCEPTED)
    locked = replace(rectangle(4, 50, 50, 20, 20), locked=True)
    view.set_instances([rectangle(1, 20, 20, 100, 100), rectangle(2, 50, 50, 20, 20), box, locked])
    told = []
    for ids in ((), (1,), (1, 2), (3,), (4,), (2,)):
        view.set_selection(ids)
        told.append(view.has_vertices)
    view.set_hidden({2})
    assert [*told, view.has_vertices] == [False, True, False, False, False, True, False]
