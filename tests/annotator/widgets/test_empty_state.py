"""An empty place says what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.tokens import LIGHT
from annotator.widgets.empty_state import EmptyState


def test_it_has_a_button_only_where_one_helps(qtbot: QtBot, icons: Icons) -> None:
    state = EmptyState(icons)
    qtbot.addWidget(state)
    state.show_state("image", "No images yet", "Drop a folder of images here.", "Add images…")
    with qtbot.waitExposed(state):
        state.show()
    with qtbot.waitSignal(state.clicked):
        QTest.mouseClick(state.button, Qt.MouseButton.LeftButton)
    state.show_state("search", "Nothing found", "Change the filter.")
    assert not state.button.isVisible()
    assert state.title.text() == "Nothing found"


def test_its_picture_follows_the_theme(qtbot: QtBot, icons: Icons) -> None:
    state = EmptyState(icons)
    qtbot.addWidget(state)
    state.show_state("image", "No images yet", "")
    before = state._picture.pixmap().toImage()
    icons.use(LIGHT)
    assert state._picture.pixmap().toImage() != before
