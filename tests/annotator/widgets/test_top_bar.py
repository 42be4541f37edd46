"""The top bar: menu, title, modes, search."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.widgets.mode_switch import ModeSwitch
from annotator.widgets.top_bar import HEIGHT, TopBar


def test_search_asks_for_the_palette(qtbot: QtBot, icons: Icons) -> None:
    bar = TopBar(icons, ModeSwitch())
    qtbot.addWidget(bar)
    with qtbot.waitExposed(bar):
        bar.show()
    with qtbot.waitSignal(bar.palette_asked):
        QTest.mouseClick(bar.search, Qt.MouseButton.LeftButton)
    bar.set_search_key("Ctrl+P")
    assert bar.search.text().endswith("Ctrl+P")


def test_a_long_title_gives_way(qtbot: QtBot, icons: Icons) -> None:
    bar = TopBar(icons, ModeSwitch())
    qtbot.addWidget(bar)
    before = bar.minimumSizeHint().width()
    bar.set_title("a" * 500 + ".maskwright")
    assert bar.minimumSizeHint().width() == before
    assert bar.maximumHeight() == HEIGHT


def test_the_modes_stay_in_the_middle(qtbot: QtBot, icons: Icons) -> None:
    modes = ModeSwitch()
    bar = TopBar(icons, modes)
    qtbot.addWidget(bar)
    bar.resize(1366, HEIGHT)
    with qtbot.waitExposed(bar):
        bar.show()
    for title in ("a", "a very long name of a project " * 5):
        bar.set_title(title)
        assert abs(modes.geometry().center().x() - 683) < 8


def test_a_narrow_title_keeps_its_state(qtbot: QtBot, icons: Icons) -> None:
    bar = TopBar(icons, ModeSwitch())
    qtbot.addWidget(bar)
    bar.resize(1366, HEIGHT)
    with qtbot.waitExposed(bar):
        bar.show()
    bar.set_title("a" * 200 + ".maskwright \u2014 all changes saved")
    shown = bar.title.shortened()
    assert shown.startswith("aaa")
    assert shown.endswith("\u2014 all changes saved")
