"""F1: every shortcut, searchable."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from annotator.actions.registry import ActionRegistry
from annotator.dialogs.shortcut_tree import ShortcutTree
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label

_MOUSE = (
    "Ctrl+wheel zooms at the pointer, Shift+wheel scrolls sideways, the middle button or Space with a drag pans. "
    "Smart tool: left click includes, right click excludes, a drag gives a box."
)


class ShortcutsDialog(QDialog):
    """Shows keys; they are changed in the settings."""

    def __init__(self, parent: QWidget | None, registry: ActionRegistry) -> None:
        """Fill from the registry."""
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(560, 640)
        self.tree = ShortcutTree(registry)
        close = push_button("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        settings_key = registry.key_text("file.settings")
        foot = QHBoxLayout()
        foot.addWidget(text_label(f"Keys are changed in the settings ({settings_key}).", "dim"), 1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(GAP + 4)
        layout.addWidget(self.tree, 1)
        layout.addWidget(text_label(_MOUSE, "dim", wrap=True))
        layout.addLayout(foot)
        self.tree.search.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, registry: ActionRegistry) -> None:
        """Show it until it is closed."""
        dialog = cls(parent, registry)
        dialog.exec()
        dialog.deleteLater()
