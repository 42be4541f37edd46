"""An empty place that says what to do, with the button that does it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.widgets.parts import GAP, push_button, text_label

PICTURE = QSize(48, 48)


class EmptyState(QWidget):
    """Icon, one line, an explanation and perhaps a button, in the middle of its place."""

    clicked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Shows nothing until ``show_state``."""
        super().__init__()
        self._icons = icons
        self._icon = "image"
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = text_label("", "heading", wrap=True)
        self.text = text_label("", "dim", wrap=True)
        self.button = push_button("", "primary")
        self.button.clicked.connect(self.clicked)
        layout = QVBoxLayout(self)
        layout.setSpacing(GAP)
        layout.addStretch()
        layout.addWidget(self._picture)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(GAP)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addStretch()
        icons.changed.connect(self._recolor)

    def show_state(self, icon: str, title: str, text: str, button: str = "") -> None:
        """Say something; without ``button`` there is none."""
        self._icon = icon
        self.title.setText(title)
        self.text.setText(text)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self._recolor()

    def _recolor(self) -> None:
        icon = self._icons.get(self._icon, color=self._icons.tokens.text_dim)
        self._picture.setPixmap(icon.pixmap(PICTURE))
