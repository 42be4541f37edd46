"""The command palette: found by some letters, run by Enter, gone without a trace."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from annotator.actions.entry import PaletteEntry
from annotator.actions.registry import ActionRegistry
from annotator.dialogs.palette import CommandPalette, best_entries
from annotator.icons import Icons

TITLES = ("Next image", "Next image still to do", "New project", "Export COCO", "Next gap")


class Bench:
    """A window with a button that has the focus, and a palette over it."""

    def __init__(self, qtbot: QtBot, icons: Icons) -> None:
        self.ran: list[str] = []
        self.asked: list[str] = []
        self.icons = icons
        self.window = QMainWindow()
        self.button = QPushButton("canvas")
        self.window.setCentralWidget(self.button)
        self.window.resize(900, 600)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.button.setFocus()

    def sources(self, text: str) -> Sequence[PaletteEntry]:
        self.asked.append(text)
        return [
            PaletteEntry(title, title, enabled=title != "Next gap", run=lambda title=title: self.ran.append(title))
            for title in TITLES
        ]

    def open(self) -> CommandPalette:
        return CommandPalette.open_on(self.window, self.sources, self.icons)

    def shown(self, palette: CommandPalette) -> list[str]:
        return [palette.model.entry(row).title for row in range(palette.model.rowCount())]


@pytest.fixture
def bench(qtbot: QtBot, icons: Icons) -> Bench:
    return Bench(qtbot, icons)


def test_it_takes_the_keyboard_and_shows_all(bench: Bench) -> None:
    palette = bench.open()
    assert QApplication.focusWidget() is palette.search
    assert bench.shown(palette) == ["Next image", "Next image still to do", "New project", "Export COCO", "Next gap"]
    assert bench.window.rect().contains(palette.geometry())


def test_typing_narrows_and_enter_runs_the_best(bench: Bench) -> None:
    palette = bench.open()
    QTest.keyClicks(palette.search, "exco")
    assert bench.shown(palette) == ["Export COCO"]
    assert bench.asked[-1] == "exco"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert bench.ran == ["Export COCO"]
    assert not palette.isVisible()
    assert QApplication.focusWidget() is bench.button


def test_arrows_go_round(bench: Bench) -> None:
    palette = bench.open()
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().data() == "New project"
    for _ in range(3):
        QTest.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.list.currentIndex().data() == "Next gap"
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().data() == "Next image"
    QTest.keyClick(palette.search, Qt.Key.Key_PageDown)
    assert palette.list.currentIndex().data() == "Next gap"


def test_esc_closes_and_runs_nothing(bench: Bench) -> None:
    palette = bench.open()
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert bench.ran == []
    assert QApplication.focusWidget() is bench.button


def test_what_is_disabled_does_not_run(bench: Bench) -> None:
    palette = bench.open()
    QTest.keyClicks(palette.search, "gap")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert bench.ran == []
    assert palette.isVisible()


def test_a_click_runs(bench: Bench) -> None:
    palette = bench.open()
    place = palette.list.visualRect(palette.model.index(2)).center()
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.ran == ["New project"]


def test_nothing_found_says_so_and_enter_does_nothing(bench: Bench) -> None:
    palette = bench.open()
    QTest.keyClicks(palette.search, "zzzz")
    assert not palette.list.isVisible()
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert bench.ran == []


def test_losing_the_focus_closes_it_and_a_second_one_replaces_it(bench: Bench) -> None:
    first = bench.open()
    second = bench.open()
    assert (first.isVisible(), second.isVisible()) == (False, True)
    bench.button.setFocus()
    assert not second.isVisible()


def test_it_follows_the_windows_size(bench: Bench) -> None:
    palette = bench.open()
    bench.window.resize(420, 400)
    assert bench.window.rect().left() <= palette.x()
    assert palette.geometry().right() <= bench.window.width()


def test_icons_come_from_the_windows_registry(bench: Bench, icons: Icons) -> None:
    registry = ActionRegistry(None, icons)
    registry.install(bench.window, bench.button)
    registry.bind("view.fit", lambda: bench.ran.append("fit"))
    palette = CommandPalette.open_on(bench.window, lambda _text: registry.entries())
    assert bench.shown(palette) == ["Fit the image"]


def test_the_order_is_words_then_runnable_then_match_then_table() -> None:
    entries = [
        PaletteEntry("a", "Fit", enabled=False),
        PaletteEntry("b", "Find it"),
        PaletteEntry("c", "Fit the image"),
    ]
    assert [entry.id for entry in best_entries("fit", entries)] == ["c", "a", "b"]
    assert [entry.id for entry in best_entries("", entries)] == ["b", "c", "a"]


def test_a_whole_word_comes_before_scattered_letters_even_where_it_cannot_be_run_now() -> None:
    entries = [PaletteEntry("a", "Refill the pool"), PaletteEntry("b", "Fill holes", enabled=False)]
    entries += [PaletteEntry("c", "Fit in a little while"), PaletteEntry("d", "Close project", group="File")]
    assert [entry.id for entry in best_entries("fill", entries)] == ["a", "b", "c"]


def test_the_group_is_found_too() -> None:
    entries = [PaletteEntry("a", "Export COCO", group="File"), PaletteEntry("b", "Undo", group="Edit")]
    assert [entry.id for entry in best_entries("file exp", entries)] == ["a"]
