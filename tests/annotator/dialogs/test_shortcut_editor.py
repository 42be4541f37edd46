"""Keys are changed by pressing them; conflicts are seen before they are made."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.actions.registry import ActionRegistry
from annotator.dialogs.shortcut_editor import ShortcutEditor
from annotator.icons import Icons
from annotator.settings import Settings


class Bench:
    """An editor over a registry that follows its settings."""

    def __init__(self, qtbot: QtBot, icons: Icons, folder: Path) -> None:
        self.settings = Settings(folder)
        self.registry = ActionRegistry(None, icons)
        self.settings.shortcuts_changed.connect(lambda: self.registry.use_overrides(self.settings.shortcuts))
        self.editor = ShortcutEditor(self.registry, self.settings)
        qtbot.addWidget(self.editor)
        with qtbot.waitExposed(self.editor):
            self.editor.show()

    def press(
        self, action_id: str, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.editor.tree.select(action_id)
        QTest.keyClick(self.editor.keys, key, modifier)


@pytest.fixture
def bench(qtbot: QtBot, icons: Icons, tmp_path: Path) -> Bench:
    return Bench(qtbot, icons, tmp_path)


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_chosen_nothing_to_do(bench: Bench) -> None:
    editor = bench.editor
    assert "Choose an action" in editor.says.text()
    buttons = (editor.use, editor.remove, editor.reset, editor.reset_all)
    assert not any(button.isEnabled() for button in buttons)


def test_a_free_key_is_used_at_once(bench: Bench) -> None:
    bench.press("go.next", Qt.Key.Key_F10)
    assert bench.editor.says.text() == "F10 is free."
    click(bench.editor.use)
    assert bench.registry.keys("go.next") == ("F10",)
    assert bench.settings.shortcuts == {"go.next": ("F10",)}
    assert bench.editor.tree.keys_shown("go.next") == "F10"


def test_a_taken_key_says_whose_it_is_and_is_taken_away_there(bench: Bench) -> None:
    bench.press("go.next", Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert "Redo" in bench.editor.says.text()
    assert bench.editor.says.property("role") == "error"
    assert bench.settings.shortcuts == {}
    click(bench.editor.use)
    assert bench.registry.keys("go.next") == ("Ctrl+Y",)
    assert bench.registry.keys("edit.redo") == ("Ctrl+Shift+Z",)
    assert bench.registry.conflicts() == {}


def test_no_key_default_and_reset_all(bench: Bench) -> None:
    bench.editor.tree.select("go.next")
    click(bench.editor.remove)
    assert bench.registry.keys("go.next") == ()
    assert bench.editor.reset.isEnabled()
    click(bench.editor.reset)
    assert bench.registry.keys("go.next") == ("D",)
    assert bench.settings.shortcuts == {}
    bench.press("view.fit", Qt.Key.Key_J)
    click(bench.editor.use)
    click(bench.editor.reset_all)
    assert bench.registry.keys("view.fit") == ("F",)
    assert not bench.editor.reset_all.isEnabled()
