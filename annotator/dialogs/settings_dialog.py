"""The settings, drawn from their table: searched, grouped, applied at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.actions.registry import ActionRegistry
from annotator.dialogs.setting_row import SettingRow
from annotator.dialogs.shortcut_editor import ShortcutEditor
from annotator.settings import Settings
from annotator.settings_table import Setting
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label

SHORTCUTS = "Shortcuts"


_TASKS = {"backend.name": "mask", "backend.pose": "pose"}
"""Settings that offer backends, and for which task."""


@dataclass(frozen=True, slots=True)
class BackendChoice:
    """A backend to choose for a task; ``reason`` says why it cannot be used on this machine."""

    name: str
    title: str
    available: bool = True
    reason: str = ""
    task: str = "mask"


class SettingsDialog(QDialog):
    """Groups at the left, their settings at the right; a search looks in all groups."""

    def __init__(
        self,
        parent: QWidget | None,
        settings: Settings,
        registry: ActionRegistry,
        backends: Sequence[BackendChoice] = (),
    ) -> None:
        """Draw every setting; ``backends`` are what the backend setting offers."""
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(760, 560)
        table = [_with_backends(setting, backends) for setting in settings.table]
        self.rows = [SettingRow(setting, settings, registry.icons) for setting in table]
        self.editor = ShortcutEditor(registry, settings)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search settings")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search settings")
        self.search.textChanged.connect(self._narrow)
        self.groups = QListWidget()
        self.groups.setFixedWidth(160)
        self.groups.setProperty("role", "framed")
        self.groups.setAccessibleName("Groups of settings")
        self.groups.addItems([*dict.fromkeys(setting.group for setting in table), SHORTCUTS])
        self.groups.currentRowChanged.connect(lambda _row: self._group_chosen())
        self._headings: dict[str, QLabel] = {}
        self._nothing = text_label("No setting of that name.", "dim")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._settings_page())
        self._pages.addWidget(self.editor)
        close = push_button("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(text_label("Changes apply at once.", "dim"), 1)
        foot.addWidget(close)
        columns = QHBoxLayout()
        columns.setSpacing(MARGIN)
        columns.addWidget(self.groups)
        columns.addWidget(self._pages, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(GAP + 4)
        layout.addWidget(self.search)
        layout.addLayout(columns, 1)
        layout.addLayout(foot)
        self.groups.setCurrentRow(0)
        self.search.setFocus()

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        settings: Settings,
        registry: ActionRegistry,
        backends: Sequence[BackendChoice] = (),
    ) -> None:
        """Show it until it is closed."""
        dialog = cls(parent, settings, registry, backends)
        dialog.exec()
        dialog.deleteLater()

    def row(self, key: str) -> SettingRow:
        """Return a setting's row."""
        return next(row for row in self.rows if row.setting.key == key)

    def shown(self) -> list[str]:
        """Return the keys of the settings in sight."""
        return [row.setting.key for row in self.rows if not row.isHidden()]

    def _settings_page(self) -> QScrollArea:
        page = QWidget()
        page.setProperty("role", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, GAP, 0)
        column.setSpacing(0)
        for row in self.rows:
            group = row.setting.group
            if group not in self._headings:
                self._headings[group] = text_label(group, "heading")
                self._headings[group].setContentsMargins(0, 4, 0, 4)
                column.addWidget(self._headings[group])
            column.addWidget(row)
        column.addWidget(self._nothing)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        return scroll

    def _group_chosen(self) -> None:
        if self.search.text().strip():
            self.search.clear()
        else:
            self._narrow("")

    def _narrow(self, words: str) -> None:
        searching = bool(words.strip())
        item = self.groups.currentItem()
        group = item.text() if item is not None else ""
        for row in self.rows:
            row.setVisible(row.matches(words) if searching else row.setting.group == group)
        groups = {row.setting.group for row in self.rows if not row.isHidden()}
        for name, heading in self._headings.items():
            heading.setVisible(name in groups)
        self._nothing.setVisible(searching and not groups)
        in_shortcuts = group == SHORTCUTS
        if in_shortcuts:
            self.editor.tree.search.setText(words)
        self._pages.setCurrentIndex(1 if in_shortcuts else 0)


def _with_backends(setting: Setting, backends: Sequence[BackendChoice]) -> Setting:
    task = _TASKS.get(setting.key)
    if task is None:
        return setting
    choices = [("", "Best available")]
    for backend in backends:
        if backend.task != task:
            continue
        words = backend.title if backend.available else f"{backend.title} (not available: {backend.reason})"
        choices.append((backend.name, words))
    return replace(setting, choices=tuple(choices))
