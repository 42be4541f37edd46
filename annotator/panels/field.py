"""The field above a list: a glass in front, a small button behind."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit


class Field(QLineEdit):
    """A line to type into; ``glass`` and ``button`` get their icons from whoever knows the theme."""

    def __init__(self, words: str) -> None:
        """``words`` stand there while it is empty and name it to screen readers."""
        super().__init__()
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        # The height that buttons have elsewhere would push these two below the middle of the line.
        self.setStyleSheet("QToolButton { min-height: 0; padding: 0; border: none; }")
        self.glass = QAction(self)
        self.addAction(self.glass, QLineEdit.ActionPosition.LeadingPosition)
        self.button = QAction(self)
        self.addAction(self.button, QLineEdit.ActionPosition.TrailingPosition)
