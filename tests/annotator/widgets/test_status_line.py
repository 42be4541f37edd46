"""The status line says where one is and gives way where there is no room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.widgets.status_line import StatusLine


@pytest.fixture
def line(qtbot: QtBot) -> StatusLine:
    made = StatusLine()
    qtbot.addWidget(made)
    return made


def test_it_never_holds_the_window_open(line: StatusLine) -> None:
    before = line.minimumSizeHint().width()
    line.set_image(99_999, 100_000, "a/very/long/" * 40 + "name.jpg", 20_000, 20_000)
    line.set_counts(12_345, 678)
    line.set_backend("cuda", 123.4)
    assert line.minimumSizeHint().width() == before < 600


def test_the_words(line: StatusLine) -> None:
    line.set_image(34, 1200, "street/0034.jpg", 4000, 3000)
    line.set_pointer(1203.9, 877.2)
    line.set_zoom(0.58)
    line.set_counts(12, 3)
    line.set_backend("cpu", 41.4)
    assert (line.number.text, line.path.text, line.size_text.text) == ("34/1,200", "street/0034.jpg", "4000 × 3000")
    assert (line.pointer.text, line.zoom.text) == ("x 1203  y 877", "58 %")
    assert (line.counts.text, line.backend.text) == ("12 objects, 3 to review", "CPU  41 ms")
    line.set_pointer(None, None)
    line.set_zoom(0.034)
    line.set_counts(1, 0)
    line.set_backend("cpu", None)
    assert (line.pointer.text, line.zoom.text, line.counts.text) == ("", "3.4 %", "1 object")
    assert line.backend.text == "CPU"


def test_nothing_moves_while_the_pointer_does(line: StatusLine, qtbot: QtBot) -> None:
    line.resize(1366, 26)
    with qtbot.waitExposed(line):
        line.show()
    line.set_image(34, 1200, "street/0034.jpg", 4000, 3000)
    places = set()
    for x in (1.0, 1234.0, 98765.0):
        line.set_pointer(x, x)
        line.set_zoom(x / 1000)
        qtbot.waitUntil(lambda: line.layout() is not None)
        places.add((line.zoom.x(), line.counts.x(), line.backend.x()))
    assert len(places) == 1


def test_clear_takes_everything_of_the_image_away(line: StatusLine) -> None:
    line.set_image(1, 2, "a.jpg", 3, 4)
    line.set_counts(3, 0)
    line.clear()
    assert {field.text for field in (line.number, line.path, line.size_text, line.counts)} == {""}


def test_the_opacity_is_told_but_not_echoed(line: StatusLine, qtbot: QtBot) -> None:
    line.resize(1366, 26)
    with qtbot.waitExposed(line):
        line.show()
    with qtbot.assertNotEmitted(line.opacity_changed):
        line.set_opacity(0.35)
    assert line.opacity.value() == 35
    with qtbot.waitSignal(line.opacity_changed) as told:
        QTest.keyClick(line.opacity, Qt.Key.Key_Right)
    assert told.args == [0.36]
    assert line.opacity.toolTip() == "Mask opacity: 36 %"


def test_a_click_on_the_opacity_takes_no_keys_from_the_canvas(line: StatusLine, qtbot: QtBot) -> None:
    line.resize(1366, 26)
    with qtbot.waitExposed(line):
        line.show()
    line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    line.setFocus()
    with qtbot.waitSignal(line.opacity_changed):
        QTest.mouseClick(line.opacity, Qt.MouseButton.LeftButton, pos=QPoint(80, line.opacity.height() // 2))
    assert not line.opacity.hasFocus()


def test_the_opacity_gives_way_before_the_words(line: StatusLine, qtbot: QtBot) -> None:
    with qtbot.waitExposed(line):
        line.show()
    shown = {}
    for width in (1366, 900, 1200):
        line.resize(width, 26)
        shown[width] = line.opacity.isVisible()
    assert shown == {1366: True, 900: False, 1200: True}
