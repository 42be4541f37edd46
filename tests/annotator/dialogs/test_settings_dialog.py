"""The settings dialog is drawn from the table, applies at once, and finds everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from annotator.actions.registry import ActionRegistry
from annotator.dialogs.settings_dialog import SHORTCUTS, BackendChoice, SettingsDialog
from annotator.icons import Icons
from annotator.settings import Settings
from annotator.settings_table import SETTINGS
from tests.annotator.dialogs.conftest import Person

BACKENDS = (BackendChoice("classic", "Classic"), BackendChoice("sam", "SAM", available=False, reason="no torch"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)


@pytest.fixture
def dialog(qtbot: QtBot, icons: Icons, settings: Settings) -> SettingsDialog:
    made = SettingsDialog(None, settings, ActionRegistry(None, icons), BACKENDS)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def choose_group(dialog: SettingsDialog, name: str) -> None:
    [item] = dialog.groups.findItems(name, Qt.MatchFlag.MatchExactly)
    place = dialog.groups.visualItemRect(item).center()
    QTest.mouseClick(dialog.groups.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_each_group_shows_its_settings(dialog: SettingsDialog) -> None:
    for group in dict.fromkeys(setting.group for setting in SETTINGS):
        choose_group(dialog, group)
        assert dialog.shown() == [setting.key for setting in SETTINGS if setting.group == group]


def test_search_looks_everywhere(dialog: SettingsDialog) -> None:
    QTest.keyClicks(dialog.search, "brush rad")
    assert dialog.shown() == ["canvas.brush_radius"]
    dialog.search.setText("graphics card")
    assert dialog.shown() == ["backend.device"]
    dialog.search.setText("no such thing")
    assert dialog.shown() == []
    dialog.search.clear()
    assert dialog.shown() == [setting.key for setting in SETTINGS if setting.group == "Appearance"]


def test_in_the_shortcuts_the_search_finds_actions(dialog: SettingsDialog) -> None:
    choose_group(dialog, SHORTCUTS)
    assert dialog.editor.isVisible()
    QTest.keyClicks(dialog.search, "redo")
    assert dialog.editor.tree.shown() == ["edit.redo"]


def test_every_kind_of_control_applies_at_once(dialog: SettingsDialog, settings: Settings) -> None:
    box = dialog.row("canvas.show_labels").control
    assert isinstance(box, QCheckBox)
    choose_group(dialog, "Canvas")
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert settings.flag("canvas.show_labels") is False
    opacity = dialog.row("canvas.mask_opacity").control
    assert isinstance(opacity, QDoubleSpinBox)
    QTest.keyClick(opacity, Qt.Key.Key_Up)
    assert settings.real("canvas.mask_opacity") == 0.4
    combo = dialog.row("canvas.color_by").control
    assert isinstance(combo, QComboBox)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert settings.text("canvas.color_by") == "label"
    choose_group(dialog, "Backend")
    ahead = dialog.row("backend.encode_ahead").control
    assert isinstance(ahead, QSpinBox)
    QTest.keyClick(ahead, Qt.Key.Key_Up)
    assert settings.number("backend.encode_ahead") == 4
    choose_group(dialog, "Work flow")
    name = dialog.row("person.author").control
    assert isinstance(name, QLineEdit)
    QTest.keyClicks(name, " Anna ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert settings.text("person.author") == "Anna"


def test_controls_follow_the_settings_without_an_echo(dialog: SettingsDialog, settings: Settings) -> None:
    settings.set("canvas.brush_radius", 33.5)
    radius = dialog.row("canvas.brush_radius").control
    assert isinstance(radius, QDoubleSpinBox)
    assert radius.value() == 33.5
    assert settings.real("canvas.brush_radius") == 33.5


def test_reset_appears_with_a_change_and_takes_it_back(dialog: SettingsDialog, settings: Settings) -> None:
    choose_group(dialog, "Canvas")
    row = dialog.row("canvas.mask_opacity")
    assert not row.reset.isVisible()
    settings.set("canvas.mask_opacity", 0.8)
    assert row.reset.isVisible()
    assert "35 %" in row.reset.toolTip()
    QTest.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert settings.real("canvas.mask_opacity") == 0.35
    assert not row.reset.isVisible()


def test_backends_are_offered_with_their_reasons(dialog: SettingsDialog, settings: Settings) -> None:
    combo = dialog.row("backend.name").control
    assert isinstance(combo, QComboBox)
    words = [combo.itemText(row) for row in range(combo.count())]
    assert words == ["Best available", "Classic", "SAM (not available: no torch)"]
    settings.set("backend.name", "gone-backend")
    assert combo.currentText() == "gone-backend (not found)"


def test_every_control_has_a_name_for_screen_readers(dialog: SettingsDialog) -> None:
    assert [row.setting.key for row in dialog.rows if row.control.accessibleName() != row.setting.title] == []


def test_ask_shows_it_until_closed(person: Person, icons: Icons, settings: Settings) -> None:
    registry = ActionRegistry(None, icons)

    def close(dialog: SettingsDialog) -> None:
        assert dialog.search.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    person.answers(SettingsDialog, close, lambda: SettingsDialog.ask(None, settings, registry, BACKENDS))
