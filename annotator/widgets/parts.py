"""Small building blocks: labels and buttons in the roles that the style sheet knows, elided text, key caps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.icons import Icons
from annotator.tokens import CONTROL_HEIGHT, UNIT

GAP = 2 * UNIT
MARGIN = 4 * UNIT
ICON_SIZE = QSize(18, 18)


def text_label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a plain label; ``role`` is dim, title, heading, group, error or key."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    return label


def push_button(text: str, role: str = "") -> QPushButton:
    """Return a button; ``role`` is primary or link."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    return button


def radio_column(buttons: Sequence[QRadioButton]) -> QWidget:
    """Return radio buttons one below the other, of which one at a time is chosen."""
    column = QWidget()
    group = QButtonGroup(column)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(UNIT)
    for button in buttons:
        group.addButton(button)
        layout.addWidget(button)
    return column


def icon_button(icons: Icons, icon: str, tip: str, *, size: int = CONTROL_HEIGHT) -> QToolButton:
    """Return a square button that keeps its icon in the theme's colour."""
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip.splitlines()[0])
    button.setIconSize(ICON_SIZE)
    button.setFixedSize(size, size)
    keep_icon(button, icons, icon)
    return button


class _IconKeeper(QObject):
    """Lives and dies with its button, and its connection with it."""

    def __init__(self, button: QToolButton | QPushButton, icons: Icons, icon: str) -> None:
        super().__init__(button)
        self._button = button
        self._icons = icons
        self._icon = icon
        icons.changed.connect(self.recolor)
        self.recolor()

    def recolor(self) -> None:
        role = self._button.property("role")
        color = self._icons.tokens.on_accent if role == "primary" else None
        self._button.setIcon(self._icons.get(self._icon, color=color))


def keep_icon(button: QToolButton | QPushButton, icons: Icons, icon: str) -> None:
    """Set a button's icon now and whenever the theme changes."""
    _IconKeeper(button, icons, icon)


def line() -> QFrame:
    """Return a horizontal line."""
    frame = QFrame()
    frame.setProperty("role", "line")
    frame.setFixedHeight(1)
    return frame


def set_role(widget: QWidget, role: str) -> None:
    """Change a widget's role and let the style sheet look again."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QWidget):
    """One line of text that gives way: shortened where there is no room, never pushing the window wider."""

    def __init__(
        self,
        text: str = "",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        dim: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        """Dim text is in the second text colour."""
        super().__init__()
        self._text = text
        self._mode = mode
        if dim:
            self.setProperty("role", "dim")
        self._align = align
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text; the whole of it is the tooltip where it is shortened."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def set_tip(self, tip: str) -> None:
        """Say more under the pointer, whether the text is shortened or not."""
        self._tip = tip

    def sizeHint(self) -> QSize:
        """Ask for the whole text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        """Do with almost nothing."""
        return QSize(0, self.fontMetrics().height() + 4)

    def shortened(self) -> str:
        """Return as much of the text as fits."""
        return self.fontMetrics().elidedText(self._text, self._mode, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        shown = self.shortened()
        self.setToolTip(self._tip or (self._text if shown != self._text else ""))
        painter.drawText(self.rect(), self._align | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
