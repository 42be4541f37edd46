"""The tools at the left: one icon each, its name and key as tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout

from annotator.actions.registry import ActionRegistry
from annotator.tokens import UNIT

WIDTH = 44
_SHOWN = (
    "tool.select",
    "tool.pan",
    None,
    "tool.smart",
    None,
    "tool.brush",
    "tool.eraser",
    "tool.polygon",
    "tool.scissors",
    "tool.box",
    "tool.keypoints",
    None,
    "edit.undo",
    "edit.redo",
    None,
    "view.fit",
)


class ToolStrip(QFrame):
    """A narrow column of buttons driven by the registry's actions."""

    def __init__(self, registry: ActionRegistry) -> None:
        """Buttons follow their actions: enabled, checked, tooltip and icon."""
        super().__init__()
        self.setProperty("role", "strip")
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT // 2)
        for action_id in _SHOWN:
            if action_id is None:
                layout.addSpacing(UNIT)
                rule = QFrame()
                rule.setProperty("role", "line")
                layout.addWidget(rule)
                layout.addSpacing(UNIT)
                continue
            button = QToolButton()
            button.setDefaultAction(registry.action(action_id))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setIconSize(QSize(20, 20))
            button.setFixedSize(WIDTH - 2 * UNIT, WIDTH - 2 * UNIT - 2)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setObjectName(action_id)
            button.setAccessibleName(registry.spec(action_id).title)
            layout.addWidget(button)
        layout.addStretch()
