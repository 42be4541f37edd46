"""The settings in use: the table's defaults and what the person changed, kept as one small file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_config_dir
from PySide6.QtCore import QObject, Signal

from annotator.json_file import read_object, write_object
from annotator.settings_table import BY_KEY, SETTINGS, Setting, Value

_SHORTCUTS = "shortcuts"


class Settings(QObject):
    """Values by key. Only what differs from the default is stored, and every change is stored at once."""

    changed = Signal(str, object)
    """(key, new value)."""
    shortcuts_changed = Signal()

    def __init__(self, folder: Path | None = None) -> None:
        """Read ``settings.json`` of ``folder`` (the user's configuration folder); ``problem`` tells what was wrong."""
        super().__init__()
        self._file = (folder or config_folder()) / "settings.json"
        stored, self.problem = read_object(self._file)
        self._values: dict[str, Value] = {}
        self._shortcuts: dict[str, tuple[str, ...]] = {}
        # What a newer version stored is kept for it.
        self._unknown = {key: value for key, value in stored.items() if key not in BY_KEY and key != _SHORTCUTS}
        self._load(stored)

    @property
    def table(self) -> tuple[Setting, ...]:
        """All settings in the order in which they are shown."""
        return SETTINGS

    @property
    def shortcuts(self) -> dict[str, tuple[str, ...]]:
        """Changed shortcuts by action id; an empty tuple means none."""
        return dict(self._shortcuts)

    def get(self, key: str) -> Value:
        """Return the value in use; raises KeyError for an unknown key."""
        return self._values.get(key, BY_KEY[key].default)

    def flag(self, key: str) -> bool:
        """Return a yes or no."""
        return bool(self.get(key))

    def number(self, key: str) -> int:
        """Return a whole number."""
        return int(self.get(key))

    def real(self, key: str) -> float:
        """Return a number."""
        return float(self.get(key))

    def text(self, key: str) -> str:
        """Return a text or the value of a choice."""
        return str(self.get(key))

    def overridden(self, key: str) -> bool:
        """Tell whether the person changed it."""
        return key in self._values

    def set(self, key: str, value: Value) -> None:
        """Use and store a value; raises ValueError when it does not fit."""
        setting = BY_KEY[key]
        if not setting.accepts(value):
            raise ValueError(f"{key} cannot be {value!r}")
        if value == self.get(key):
            return
        if value == setting.default:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self._store()
        self.changed.emit(key, value)

    def reset(self, key: str) -> None:
        """Go back to the default."""
        self.set(key, BY_KEY[key].default)

    def set_shortcut(self, action_id: str, keys: tuple[str, ...] | None) -> None:
        """Use other keys for an action; None means its default ones."""
        if keys is None:
            self._shortcuts.pop(action_id, None)
        else:
            self._shortcuts[action_id] = keys
        self._store()
        self.shortcuts_changed.emit()

    def reset_shortcuts(self) -> None:
        """Give every action its default keys."""
        self._shortcuts.clear()
        self._store()
        self.shortcuts_changed.emit()

    def _load(self, stored: Mapping[str, Any]) -> None:
        refused = []
        for key, value in stored.items():
            if key not in BY_KEY:
                continue
            if BY_KEY[key].accepts(value):
                self._values[key] = value
            else:
                refused.append(key)
        shortcuts = stored.get(_SHORTCUTS, {})
        if isinstance(shortcuts, dict):
            for action_id, keys in shortcuts.items():
                if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
                    self._shortcuts[action_id] = tuple(keys)
                else:
                    refused.append(f"{_SHORTCUTS}.{action_id}")
        elif _SHORTCUTS in stored:
            refused.append(_SHORTCUTS)
        if refused and not self.problem:
            self.problem = f"{self._file} holds values that do not fit ({', '.join(refused)}); their defaults are used."

    def _store(self) -> None:
        content: dict[str, Any] = {**self._unknown, **self._values}
        if self._shortcuts:
            content[_SHORTCUTS] = {key: list(keys) for key, keys in self._shortcuts.items()}
        self.problem = write_object(self._file, content)


def config_folder() -> Path:
    """Return where this person's settings live on this system."""
    return Path(user_config_dir("maskwright", appauthor=False, roaming=True))
