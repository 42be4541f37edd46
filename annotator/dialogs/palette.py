"""The command palette: everything by name, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from annotator.actions.entry import PaletteEntry
from annotator.actions.registry import ActionRegistry
from annotator.dialogs.matching import SCATTERED, match_score
from annotator.icons import Icons, faded
from annotator.theme_sheet import accent_soft
from annotator.widgets.parts import GAP, line, text_label

Sources: TypeAlias = Callable[[str], Sequence[PaletteEntry]]
Index: TypeAlias = QModelIndex | QPersistentModelIndex

WIDTH = 560
ROW = 32
MOST_SHOWN = 60
_VISIBLE = 10
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _VISIBLE, Qt.Key.Key_PageUp: -_VISIBLE}


class CommandPalette(QFrame):
    """Lies over its window, takes the keyboard, and gives it back when it closes."""

    def __init__(self, parent: QWidget, sources: Sources, icons: Icons) -> None:
        """``sources(text)`` returns what could be meant; matching and order are done here."""
        super().__init__(parent)
        self._sources = sources
        self._before = QApplication.focusWidget()
        self.setObjectName("command_palette")
        self.setProperty("role", "popup")
        self.search = QLineEdit()
        self.search.setProperty("role", "bare")
        self.search.setPlaceholderText("Type a command, a label or an image")
        self.search.setAccessibleName("Command palette")
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._narrow)
        self.model = _Entries(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(icons, self))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._run)
        self._nothing = text_label("Nothing of that name.", "dim")
        self._nothing.setContentsMargins(12, 8, 12, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(line())
        layout.addWidget(self.list)
        layout.addWidget(self._nothing)
        parent.installEventFilter(self)
        self._narrow("")
        self._lay_out()

    @classmethod
    def open_on(cls, parent: QWidget, sources: Sources, icons: Icons | None = None) -> CommandPalette:
        """Open it over ``parent``; one that is open already gives way."""
        for old in parent.findChildren(CommandPalette):
            old.close_palette()
        palette = cls(parent, sources, icons or _icons_of(parent))
        palette.show()
        palette.raise_()
        palette.search.setFocus()
        return palette

    def close_palette(self) -> None:
        """Go away and give the keyboard back."""
        if not self.isVisible():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move and choose with the keyboard while the text keeps the focus."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if watched is self.search and event.type() == QEvent.Type.FocusOut:
            self.close_palette()
        elif watched is self.parent() and event.type() == QEvent.Type.Resize:
            self._lay_out()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif key in _MOVES:
            count = self.model.rowCount()
            if count:
                row = self.list.currentIndex().row() + _MOVES[key]
                row = row % count if abs(_MOVES[key]) == 1 else min(max(row, 0), count - 1)
                self.list.setCurrentIndex(self.model.index(row))
        elif key not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        return True

    def _run(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self.model.entry(index.row())
        if not entry.enabled or entry.run is None:
            return
        self.close_palette()
        entry.run()

    def _narrow(self, words: str) -> None:
        self.model.set_entries(best_entries(words, self._sources(words)))
        found = self.model.rowCount()
        if found:
            self.list.setCurrentIndex(self.model.index(0))
        self.list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self.list.setFixedHeight(min(found, _VISIBLE) * ROW + 4)
        self.adjustSize()
        self._lay_out()

    def _lay_out(self) -> None:
        host = self.parentWidget()
        if host is None:
            return
        width = min(WIDTH, host.width() - 32)
        self.setFixedWidth(max(width, 200))
        self.adjustSize()
        self.move((host.width() - self.width()) // 2, min(64, host.height() // 10))


def best_entries(words: str, entries: Sequence[PaletteEntry]) -> list[PaletteEntry]:
    """Return the entries that match, best first: whole words before scattered letters, then what can be run now."""
    scored = []
    for place, entry in enumerate(entries):
        found = match_score(words, entry.title)
        if " " in words.strip():
            by_group = match_score(words, f"{entry.group} {entry.title}")
            found = min((score for score in (found, by_group) if score is not None), default=None)
        if found is not None:
            scored.append((found[0] >= SCATTERED, not entry.enabled, found, place, entry))
    return [entry for *_, entry in sorted(scored, key=lambda each: each[:4])][:MOST_SHOWN]


class _Entries(QAbstractListModel):
    """What is found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: list[PaletteEntry] = []

    def set_entries(self, entries: list[PaletteEntry]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry(self, row: int) -> PaletteEntry:
        return self._entries[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.isValid() and role == Qt.ItemDataRole.DisplayRole:
            return self._entries[index.row()].title
        return None


class _EntryDelegate(QStyledItemDelegate):
    """Icon, title, group, key."""

    def __init__(self, icons: Icons, palette: CommandPalette) -> None:
        super().__init__(palette)
        self._icons = icons
        self._model = palette.model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, tokens, rect = self._model.entry(index.row()), self._icons.tokens, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(accent_soft(tokens)))
        dim = tokens.text_dim if entry.enabled else faded(tokens)
        if entry.icon:
            place = QRect(rect.left() + GAP, rect.top() + (ROW - 16) // 2, 16, 16)
            self._icons.get(entry.icon, color=dim).paint(painter, place)
        metrics = painter.fontMetrics()
        vertical = Qt.AlignmentFlag.AlignVCenter
        right = rect.right() - GAP
        if entry.hint:
            painter.setPen(QColor(dim))
            width = metrics.horizontalAdvance(entry.hint)
            painter.drawText(QRect(right - width, rect.top(), width + 1, ROW), vertical, entry.hint)
            right -= width + 2 * GAP
        left = rect.left() + 34
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideMiddle, right - left)
        painter.setPen(QColor(tokens.text if entry.enabled else faded(tokens)))
        painter.drawText(QRect(left, rect.top(), right - left, ROW), vertical, title)
        left += metrics.horizontalAdvance(title) + GAP
        if right - left > metrics.horizontalAdvance(entry.group):
            painter.setPen(QColor(dim))
            painter.drawText(QRect(left, rect.top(), right - left, ROW), vertical, entry.group)
        painter.restore()


def _icons_of(parent: QWidget) -> Icons:
    """Take the icons of the registry whose actions the window has: callers need not carry them about."""
    for action in parent.actions():
        owner = action.parent()
        if isinstance(owner, ActionRegistry):
            return owner.icons
    raise ValueError("the palette needs icons: none given, and the window has no registry's actions")
