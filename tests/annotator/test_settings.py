"""Settings keep only what differs, check what they are given, and survive a bad file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from annotator.settings import Settings
from annotator.settings_table import BY_KEY, SETTINGS


def stored(folder: Path) -> dict[str, object]:
    loaded = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_every_default_fits_its_own_row() -> None:
    assert [setting.key for setting in SETTINGS if not setting.accepts(setting.default)] == []
    assert len(BY_KEY) == len(SETTINGS)


def test_a_change_is_told_stored_and_read_again(tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path)
    with qtbot.waitSignal(settings.changed) as told:
        settings.set("canvas.mask_opacity", 0.5)
    assert told.args == ["canvas.mask_opacity", 0.5]
    assert stored(tmp_path) == {"canvas.mask_opacity": 0.5}
    assert Settings(tmp_path).real("canvas.mask_opacity") == 0.5


def test_the_same_value_again_is_not_told(tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path)
    with qtbot.assertNotEmitted(settings.changed):
        settings.set("appearance.theme", "dark")
    assert not (tmp_path / "settings.json").exists()


def test_reset_takes_the_key_out_of_the_file(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.set("backend.encode_ahead", 7)
    assert settings.overridden("backend.encode_ahead")
    settings.reset("backend.encode_ahead")
    assert stored(tmp_path) == {}
    assert settings.number("backend.encode_ahead") == BY_KEY["backend.encode_ahead"].default


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("appearance.theme", "pink"),
        ("canvas.mask_opacity", 1.5),
        ("canvas.mask_opacity", True),
        ("canvas.mask_opacity", float("nan")),
        ("backend.encode_ahead", 1.5),
        ("backend.encode_ahead", -1),
        ("canvas.show_labels", 1),
        ("person.author", "x" * 201),
    ],
)
def test_what_does_not_fit_is_refused_and_ignored_in_a_file(
    tmp_path: Path, key: str, value: bool | float | str
) -> None:
    settings = Settings(tmp_path)
    with pytest.raises(ValueError, match=key):
        settings.set(key, value)
    (tmp_path / "settings.json").write_text(json.dumps({key: value, "canvas.brush_radius": 30}), encoding="utf-8")
    again = Settings(tmp_path)
    assert again.get(key) == BY_KEY[key].default
    assert again.real("canvas.brush_radius") == 30
    assert key in again.problem


def test_a_damaged_file_gives_the_defaults_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{", encoding="utf-8")
    settings = Settings(tmp_path)
    assert "damaged" in settings.problem
    assert settings.text("appearance.theme") == "dark"


def test_keys_of_a_newer_version_are_kept(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"future.thing": [1]}', encoding="utf-8")
    settings = Settings(tmp_path)
    settings.set("flow.keep_label", False)
    assert stored(tmp_path) == {"future.thing": [1], "flow.keep_label": False}


def test_shortcuts_are_stored_and_reset(tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path)
    with qtbot.waitSignal(settings.shortcuts_changed):
        settings.set_shortcut("go.next", ("Ctrl+J",))
    settings.set_shortcut("go.first", ())
    assert Settings(tmp_path).shortcuts == {"go.next": ("Ctrl+J",), "go.first": ()}
    settings.set_shortcut("go.first", None)
    assert settings.shortcuts == {"go.next": ("Ctrl+J",)}
    settings.reset_shortcuts()
    assert stored(tmp_path) == {}


@pytest.mark.parametrize("shortcuts", ["nonsense", {"go.next": "D"}, {"go.next": [1]}])
def test_shortcuts_of_the_wrong_shape_are_ignored(tmp_path: Path, shortcuts: object) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"shortcuts": shortcuts}), encoding="utf-8")
    settings = Settings(tmp_path)
    assert settings.shortcuts == {}
    assert "shortcuts" in settings.problem
