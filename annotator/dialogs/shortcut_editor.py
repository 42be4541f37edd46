"""Changing keys: press them, see who has them already, take them or not."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QVBoxLayout, QWidget

from annotator.actions.registry import ActionRegistry
from annotator.actions.shortcuts import claimants, normal
from annotator.dialogs.shortcut_tree import ShortcutTree, native, plain_title
from annotator.settings import Settings
from annotator.widgets.parts import GAP, push_button, set_role, text_label


class ShortcutEditor(QWidget):
    """Every change is stored and works at once; a key taken from another action is taken away there."""

    def __init__(self, registry: ActionRegistry, settings: Settings) -> None:
        """Overrides go to ``settings``, and from there to the registry."""
        super().__init__()
        self._registry = registry
        self._settings = settings
        self.tree = ShortcutTree(registry)
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setClearButtonEnabled(True)
        self.keys.setAccessibleName("New key")
        self.use = push_button("Use this key")
        self.remove = push_button("No key")
        self.reset = push_button("Default")
        self.reset_all = push_button("Reset all keys", "link")
        self.says = text_label("", "dim", wrap=True)
        self.says.setMinimumHeight(2 * self.says.fontMetrics().lineSpacing())
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.keys, 1)
        for button in (self.use, self.remove, self.reset):
            row.addWidget(button)
        foot = QHBoxLayout()
        foot.addWidget(self.says, 1)
        foot.addWidget(self.reset_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        layout.addLayout(foot)
        self.tree.chosen.connect(lambda _id: self._chosen())
        self.keys.keySequenceChanged.connect(lambda _keys: self._look())
        self.use.clicked.connect(self._use)
        self.remove.clicked.connect(lambda: self._set(()))
        self.reset.clicked.connect(lambda: self._set(None))
        self.reset_all.clicked.connect(settings.reset_shortcuts)
        registry.shortcuts_changed.connect(self._look)
        self._chosen()

    @property
    def _pressed(self) -> str:
        return normal(self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _chosen(self) -> None:
        self.keys.blockSignals(True)
        self.keys.clear()
        self.keys.blockSignals(False)
        self._look()

    def _look(self) -> None:
        action_id, key = self.tree.current, self._pressed
        self.keys.setEnabled(bool(action_id))
        self.remove.setEnabled(bool(action_id) and bool(self._registry.keys(action_id)))
        self.reset.setEnabled(action_id in self._settings.shortcuts)
        self.use.setEnabled(bool(action_id) and bool(key))
        self.reset_all.setEnabled(bool(self._settings.shortcuts))
        if not action_id:
            self._say("Choose an action, then press its new key.")
            return
        title = plain_title(self._registry.spec(action_id))
        if not key:
            self._say(f"Press the new key for \u201c{title}\u201d in the field above.")
            return
        others = claimants(self._registry.specs, self._settings.shortcuts, key, besides=action_id)
        if others:
            names = ", ".join(f"\u201c{plain_title(spec)}\u201d" for spec in others)
            self._say(f"{native(key)} belongs to {names}. Using it here takes it away there.", role="error")
        else:
            self._say(f"{native(key)} is free.")

    def _use(self) -> None:
        action_id, key = self.tree.current, self._pressed
        for other in claimants(self._registry.specs, self._settings.shortcuts, key, besides=action_id):
            rest = tuple(each for each in self._registry.keys(other.id) if normal(each) != key)
            self._settings.set_shortcut(other.id, rest)
        self._set((key,))

    def _set(self, keys: tuple[str, ...] | None) -> None:
        action_id = self.tree.current
        default = tuple(normal(key) for key in self._registry.spec(action_id).shortcuts)
        self._settings.set_shortcut(action_id, None if keys == default else keys)
        self._registry.use_overrides(self._settings.shortcuts)
        self._chosen()

    def _say(self, words: str, *, role: str = "dim") -> None:
        self.says.setText(words)
        set_role(self.says, role)
