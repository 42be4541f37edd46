"""The uppermost line: the menu, the project's name, the modes and the way to the command palette."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.mode_switch import ModeSwitch
from annotator.widgets.parts import GAP, ElidedLabel, icon_button, keep_icon
from annotator.widgets.title import elided_title

HEIGHT = 44
_LEFT = 140
_AROUND = 60
"""Icon, padding and frame of the search button."""


class TopBar(QFrame):
    """Menu button, title, mode switch, search."""

    palette_asked = Signal()

    def __init__(self, icons: Icons, modes: ModeSwitch) -> None:
        """``set_menu`` gives the menu button its menu."""
        super().__init__()
        self.setProperty("role", "strip")
        self.setFixedHeight(HEIGHT)
        self.modes = modes
        self.menu_button = icon_button(icons, "menu", "Menu", size=32)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title = _Title("Maskwright")
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.search = QPushButton()
        self.search.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.search.setToolTip("Commands, labels and images by name")
        keep_icon(self.search, icons, "search")
        self.search.clicked.connect(self.palette_asked)
        left, right = QWidget(), QWidget()
        self._right = right
        # Equal shares whatever the title's length: the modes stay in the middle.
        for side in (left, right):
            side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        left_row, right_row = QHBoxLayout(left), QHBoxLayout(right)
        for row in (left_row, right_row):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(GAP)
        left_row.addWidget(self.menu_button)
        left_row.addWidget(self.title, 1)
        right_row.addStretch(1)
        right_row.addWidget(self.search)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(UNIT + 2, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(left, 1)
        layout.addWidget(modes)
        layout.addWidget(right, 1)
        left.setMinimumWidth(_LEFT)
        self.set_search_key("Ctrl+K")

    def set_menu(self, menu: QMenu) -> None:
        """Show ``menu`` under the menu button."""
        self.menu_button.setMenu(menu)

    def set_title(self, text: str) -> None:
        """Show the project's name and that all is saved."""
        self.title.set_text(text)

    def set_search_key(self, key: str) -> None:
        """Say with which key the palette opens."""
        self.search.setText(f"Search   {key}" if key else "Search")
        self._right.setMinimumWidth(self.search.fontMetrics().horizontalAdvance(self.search.text()) + _AROUND)


class _Title(ElidedLabel):
    def shortened(self) -> str:
        return elided_title(self.text, self.fontMetrics(), self.width())
