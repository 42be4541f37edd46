"""F1 lists every key and finds by name or key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.actions.registry import ActionRegistry
from annotator.dialogs.shortcuts import ShortcutsDialog
from annotator.icons import Icons
from tests.annotator.dialogs.conftest import Person


def test_every_action_is_listed_with_its_keys(qtbot: QtBot, icons: Icons) -> None:
    registry = ActionRegistry(None, icons)
    dialog = ShortcutsDialog(None, registry)
    qtbot.addWidget(dialog)
    tree = dialog.tree
    assert tree.shown() == [spec.id for spec in registry.specs]
    assert tree.keys_shown("edit.redo") == "Ctrl+Y,  Ctrl+Shift+Z"
    registry.use_overrides({"go.next": ("J",)})
    assert tree.keys_shown("go.next") == "J"


def test_search_by_name_and_by_key(qtbot: QtBot, icons: Icons) -> None:
    dialog = ShortcutsDialog(None, ActionRegistry(None, icons))
    qtbot.addWidget(dialog)
    QTest.keyClicks(dialog.tree.search, "next im")
    assert dialog.tree.shown() == ["go.next", "go.next_todo", "go.next_unannotated", "instance.duplicate"]
    dialog.tree.search.setText("ctrl+shift+z")
    assert dialog.tree.shown() == ["edit.redo"]


def test_ask_shows_it_and_closes_on_esc(person: Person, icons: Icons) -> None:
    registry = ActionRegistry(None, icons)

    def close(dialog: ShortcutsDialog) -> None:
        assert dialog.tree.search.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    person.answers(ShortcutsDialog, close, lambda: ShortcutsDialog.ask(None, registry))
