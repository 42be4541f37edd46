"""What all docks share: a slim title with a note, and a close button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.tokens import CONTROL_HEIGHT, UNIT

NARROWEST = 50 * UNIT
_BUTTON = 6 * UNIT


class Dock(QDockWidget):
    """A dock that can be closed, moved and floated; the window remembers it by its object name."""

    def __init__(self, name: str, title: str, icons: Icons) -> None:
        """``name`` is the object name, ``title`` what tabs and the View menu show."""
        super().__init__(title)
        self.setObjectName(name)
        self._icons = icons
        self._heading = QLabel(title.upper())
        self._heading.setProperty("role", "group")
        self._note = QLabel()
        self._note.setProperty("role", "dim")
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._close = small_button(f"Close {title.lower()}")
        self._close.clicked.connect(self.close)
        self._title_row = QHBoxLayout()
        self.setTitleBarWidget(self._title_bar())
        self._body = QVBoxLayout()
        self.setWidget(self._body_widget())
        icons.changed.connect(self._recolor_title)
        self._recolor_title()

    @property
    def note(self) -> str:
        """What stands beside the title."""
        return self._note.text()

    def set_note(self, text: str) -> None:
        """Show a few words beside the title."""
        self._note.setText(text)

    def add_title_button(self, button: QToolButton) -> None:
        """Put a small button before the one that closes."""
        self._title_row.insertWidget(self._title_row.count() - 1, button)

    def _title_bar(self) -> QWidget:
        bar = QWidget()
        bar.setProperty("role", "strip")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(CONTROL_HEIGHT)
        self._title_row = QHBoxLayout(bar)
        self._title_row.setContentsMargins(2 * UNIT, 0, UNIT, 0)
        self._title_row.setSpacing(2 * UNIT)
        self._title_row.addWidget(self._heading)
        self._title_row.addWidget(self._note, 1)
        self._title_row.addWidget(self._close)
        return bar

    def _body_widget(self) -> QWidget:
        body = QWidget()
        body.setProperty("role", "surface")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        body.setMinimumWidth(NARROWEST)
        self._body = QVBoxLayout(body)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        return body

    def _recolor_title(self) -> None:
        self._close.setIcon(self._icons.get("close", color=self._icons.tokens.text_dim))


def small_button(tip: str) -> QToolButton:
    """Return a flat button of 24 px with a tooltip, for the mouse only; its icon is the caller's."""
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFixedSize(_BUTTON, _BUTTON)
    button.setIconSize(QSize(14, 14))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
