"""Choose a label by typing some letters of its name, or make a new one of that name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from annotator.dialogs.label_edit import has_control_characters
from annotator.dialogs.matching import best_matches
from annotator.icons import Icons
from annotator.tokens import CONTROL_HEIGHT, UNIT
from annotator.widgets.parts import GAP, line, text_label
from engine.records import LabelRecord

Index: TypeAlias = QModelIndex | QPersistentModelIndex
ANSWER = int(Qt.ItemDataRole.UserRole)
COLOR = ANSWER + 1
DIGIT = ANSWER + 2
_WIDTH = 300
_ROWS = 9
_DIGITS = "1234567890"


class LabelSearch(QDialog):
    """A line edit with the labels that match below it; it leaves at Esc or a click elsewhere."""

    def __init__(self, parent: QWidget | None, labels: Sequence[LabelRecord], icons: Icons) -> None:
        """``labels`` in the order of the label list, whose first ten have a digit key."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("label_search")
        self.setWindowTitle("Label by name")
        self._labels = tuple(labels)
        self._digits = {label.id: digit for label, digit in zip(labels, _DIGITS, strict=False)}
        self._icons = icons
        self._chosen: int | str | None = None
        self.edit = QLineEdit()
        self.edit.setProperty("role", "bare")
        self.edit.setAccessibleName("Label by name")
        self.edit.setPlaceholderText("Label by name")
        self.edit.addAction(icons.get("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.edit.installEventFilter(self)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_RowDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Labels that match")
        card = QFrame()
        card.setProperty("role", "card")
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(card)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.edit)
        layout.addWidget(line())
        layout.addWidget(self.list, 1)
        layout.addWidget(text_label("Enter: choose    Ctrl+Enter: new label", "dim"))
        self.setFixedWidth(_WIDTH)
        self.list.setFixedHeight(_ROWS * CONTROL_HEIGHT)
        self.edit.textChanged.connect(self._fill)
        self.list.itemClicked.connect(self._choose)
        self._fill()
        self.edit.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, labels: Sequence[LabelRecord], icons: Icons) -> int | str | None:
        """Return the id of the chosen label, the name of a new one, or None."""
        popup = cls(parent, labels, icons)
        popup.adjustSize()
        popup.move(popup.good_place())
        accepted = popup.exec() == QDialog.DialogCode.Accepted
        popup.deleteLater()
        return popup._chosen if accepted else None

    def good_place(self) -> QPoint:
        """Return where to open, in screen pixels: at the mouse where that is over the window, else at its middle."""
        window = self.parentWidget()
        at = QCursor.pos()
        if window is not None:
            frame = QRect(window.mapToGlobal(QPoint(0, 0)), window.size())
            if not frame.contains(at):
                at = frame.center() - QPoint(self.width() // 2, self.height() // 2)
        screen = (window or self).screen().availableGeometry()
        x = max(screen.left(), min(at.x(), screen.right() - self.width()))
        y = max(screen.top(), min(at.y(), screen.bottom() - self.height()))
        return QPoint(x, y)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the line edit's arrow keys move in the list and Enter choose."""
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter(new=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
                return True
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}
            if key in steps:
                self._step(steps[Qt.Key(key)])
                return True
        return super().eventFilter(watched, event)

    @property
    def new_name(self) -> str:
        """The name a new label would have; empty where there is such a label, or it cannot be a name."""
        name = " ".join(self.edit.text().split())
        taken = any(label.name == name for label in self._labels)
        return "" if taken or has_control_characters(name) else name

    @Slot()
    def _fill(self) -> None:
        self.list.clear()
        for label in best_matches(self.edit.text(), self._labels, lambda label: label.name):
            self._add_row(label.name, label.id, label.color, self._digits.get(label.id, ""))
        if self.new_name:
            self._add_row(f'New label "{self.new_name}"', self.new_name, "", "")
            self.list.item(self.list.count() - 1).setIcon(self._icons.get("add"))
        self.list.setCurrentRow(0)

    def _add_row(self, text: str, answer: int | str, color: str, digit: str) -> None:
        item = QListWidgetItem(text)
        item.setData(ANSWER, answer)
        item.setData(COLOR, color)
        item.setData(DIGIT, digit)
        self.list.addItem(item)

    def _step(self, rows: int) -> None:
        count = self.list.count()
        if not count:
            return
        row = self.list.currentRow() + rows
        # Single steps go round, so that "New label" is one step up from the first match.
        self.list.setCurrentRow(row % count if abs(rows) == 1 else max(0, min(row, count - 1)))

    def _enter(self, *, new: bool) -> None:
        if new and self.new_name:
            self._chosen = self.new_name
            self.accept()
        elif not new and self.list.currentItem() is not None:
            self._choose(self.list.currentItem())

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        self._chosen = item.data(ANSWER)
        self.accept()


class _RowDelegate(QStyledItemDelegate):
    """Colour, name, and at the right the digit that does the same."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, CONTROL_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        palette: QPalette = option.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The sheet makes this the quiet accent that text can be read on.
        soft = palette.color(QPalette.ColorRole.Highlight)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            soft.setAlphaF(1.0 if state & QStyle.StateFlag.State_Selected else 0.4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(soft)
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), UNIT, UNIT)
        mark = QRect(area.left() + GAP, area.center().y() - 6, 13, 13)
        color = index.data(COLOR)
        if color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(mark, 3, 3)
        else:
            index.data(Qt.ItemDataRole.DecorationRole).paint(painter, mark.adjusted(-2, -2, 2, 2))
        words = area.adjusted(GAP + 13 + GAP, 0, -(GAP + 16), 0)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        shown = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        edge = area.adjusted(0, 0, -GAP, 0)
        painter.drawText(edge, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, index.data(DIGIT))
        painter.restore()
