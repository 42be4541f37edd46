"""A small canvas over a plain picture, and masks to show on it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.canvas.scene_data import InstanceView
from annotator.canvas.view import CanvasView
from engine.geometry.patch import Patch
from engine.records import State
from models.masks import Rle

WIDTH, HEIGHT = 200, 160


class Hand:
    """Drives the real mouse over a canvas in image coordinates and keeps the intents."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.intents: list[object] = []
        view.intent.connect(self.intents.append)

    def point(self, x: float, y: float) -> QPoint:
        return self.view.to_view(x, y).toPoint()

    def press(self, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton, **keys: bool) -> None:
        QTest.mousePress(self.view.viewport(), button, _keys(**keys), self.point(x, y))

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self.view.viewport(), self.point(x, y))

    def release(self, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton, **keys: bool) -> None:
        QTest.mouseRelease(self.view.viewport(), button, _keys(**keys), self.point(x, y))

    def click(self, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton, **keys: bool) -> None:
        self.press(x, y, button, **keys)
        self.release(x, y, button, **keys)

    def double(self, x: float, y: float, **keys: bool) -> None:
        """The second press of a double click, without the click before and the release after."""
        QTest.mouseDClick(self.view.viewport(), Qt.MouseButton.LeftButton, _keys(**keys), self.point(x, y))

    def click_twice(self, x: float, y: float, **keys: bool) -> None:
        """All four events of a double click."""
        self.click(x, y, **keys)
        self.double(x, y, **keys)
        self.release(x, y, **keys)

    def drag(self, *places: tuple[float, float], button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self.press(*places[0], button)
        for place in places[1:]:
            self.move(*place)
        self.release(*places[-1], button)


def _keys(*, shift: bool = False, ctrl: bool = False, alt: bool = False) -> Qt.KeyboardModifier:
    keys = Qt.KeyboardModifier.NoModifier
    for held, key in (
        (shift, Qt.KeyboardModifier.ShiftModifier),
        (ctrl, Qt.KeyboardModifier.ControlModifier),
        (alt, Qt.KeyboardModifier.AltModifier),
    ):
        keys = keys | key if held else keys
    return keys


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    """A grey ramp with a bright disc, uint8[HEIGHT, WIDTH, 3]."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    ramp = np.stack([columns // 2 + 40, rows // 2 + 40, (rows + columns) // 3], axis=-1).astype(np.uint8)
    return np.asarray(cv2.circle(ramp, (60, 70), 30, (230, 220, 200), -1), dtype=np.uint8)


@pytest.fixture
def view(qtbot: QtBot, picture: NDArray[np.uint8]) -> CanvasView:
    """A canvas of 400 x 320 at 200 %, so that every image pixel is two screen pixels."""
    canvas = CanvasView()
    qtbot.addWidget(canvas)
    canvas.resize(400, 320)
    canvas.show()
    canvas.show_image([picture])
    canvas.zoom_by(2.0 / canvas.zoom)
    canvas.center_at(WIDTH / 2, HEIGHT / 2)
    return canvas


@pytest.fixture
def hand(view: CanvasView) -> Hand:
    """A hand on the canvas."""
    return Hand(view)


@pytest.fixture
def rectangle() -> Callable[..., InstanceView]:
    """Makes an instance with a rectangular mask (x, y, w, h)."""

    def make(number: int, x: int, y: int, w: int, h: int, state: State = State.ACCEPTED) -> InstanceView:
        mask: Rle = Patch(x, y, np.ones((h, w), dtype=np.bool_)).to_rle(HEIGHT, WIDTH)
        return InstanceView(
            number, float(w * h), (float(x), float(y), float(w), float(h)), mask, None, None, (230, 40, 40), "", state
        )

    return make
