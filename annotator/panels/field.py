"""The field above a list: a glass in front, a small button behind."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit


class Field(QLineEdit):
    """A line to type into; ``glass`` and ``button`` get their icons from whoever knows the theme.

    Signals:
        leave(): Esc was pressed with nothing left to clear.
    """

    leave = Signal()

    def __init__(self, words: str) -> None:
        """``words`` stand there while it is empty and name it to screen readers."""
        super().__init__()
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self.glass = QAction(self)
        self.addAction(self.glass, QLineEdit.ActionPosition.LeadingPosition)
        self.button = QAction(self)
        self.addAction(self.button, QLineEdit.ActionPosition.TrailingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear by Esc; leave by it once empty."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        event.accept()
        if self.text():
            self.clear()
        else:
            self.leave.emit()
