"""The small palette that pops up to recolour a label."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QGridLayout, QMenu, QPushButton, QWidget, QWidgetAction

from annotator.canvas import colors
from annotator.icons import Icons, mix
from annotator.tokens import UNIT

_COLUMNS = 5
_SIDE = 6 * UNIT


class ColorMenu(QMenu):
    """The twenty colours that are told apart well, and any other.

    Signals:
        picked(str): ``#rrggbb``.
    """

    picked = Signal(str)

    def __init__(self, current: str, icons: Icons, parent: QWidget | None = None) -> None:
        """``current`` (``#rrggbb``) gets a ring."""
        super().__init__("Colour", parent)
        self.setIcon(icons.get("color"))
        self._current = current
        self._icons = icons
        self.buttons: list[QPushButton] = []
        grid = QWidgetAction(self)
        grid.setDefaultWidget(self._grid())
        self.addAction(grid)
        self.addSeparator()
        self.other = self.addAction(icons.get("color"), "Other colour...")
        self.other.triggered.connect(self._ask_other)

    def _grid(self) -> QWidget:
        widget = QWidget()
        layout = QGridLayout(widget)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        for number, color in enumerate(colors.PALETTE):
            button = QPushButton()
            button.setFixedSize(_SIDE, _SIDE)
            button.setToolTip(color)
            button.setAccessibleName(f"Colour {color}")
            button.setStyleSheet(self._sheet(color))
            button.clicked.connect(lambda _=False, color=color: self._pick(color))
            layout.addWidget(button, number // _COLUMNS, number % _COLUMNS, Qt.AlignmentFlag.AlignCenter)
            self.buttons.append(button)
        return widget

    def _sheet(self, color: str) -> str:
        tokens = self._icons.tokens
        ring = tokens.text if color == self._current else mix(color, tokens.raised, 0.3)
        width = 2 if color == self._current else 1
        return (
            f"QPushButton {{ background: {color}; border: {width}px solid {ring}; border-radius: 4px;"
            " padding: 0; min-height: 0; }"
            f"QPushButton:hover, QPushButton:focus {{ border: 2px solid {tokens.accent}; }}"
        )

    def _pick(self, color: str) -> None:
        self.close()
        self.picked.emit(color)

    def _ask_other(self) -> None:
        dialog = QColorDialog(QColor(self._current), self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda color: self.picked.emit(color.name()))
        dialog.open()
