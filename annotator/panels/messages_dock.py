"""The dock that keeps what the banner said: time, kind, whole text; to read again and to copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QKeySequence, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStyledItemDelegate, QStyleOptionViewItem

from annotator.icons import Icons
from annotator.messages import Message
from annotator.panels.dock import Dock, small_button
from annotator.panels.list_view import ListView
from annotator.panels.messages_model import MessageRow, MessagesModel
from annotator.panels.row_painter import GLYPH, PAD, SMALL_PX, RowPainter, between, line_font, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT

_TIME_WIDTH = 10 * UNIT


class MessagesDock(Dock):
    """Lists messages, newest first."""

    def __init__(self, icons: Icons, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Start empty."""
        super().__init__("messages_dock", "Messages", icons)
        self._now = now
        self._model = MessagesModel(self)
        self.view = ListView(icons)
        self.view.setObjectName("messages_list")
        self.view.setAccessibleName("Messages")
        self.view.set_hint("Nothing to report.")
        self.view.setUniformItemSizes(False)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setModel(self._model)
        self.view.setItemDelegate(MessagesDelegate(self._model, self.view, icons))
        self._body.addWidget(self.view)
        self.copy_action = QAction("Copy", self.view)
        self.copy_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_action.triggered.connect(self.copy)
        self.view.addAction(self.copy_action)
        self._clear = small_button("Clear the messages")
        self._clear.clicked.connect(self.clear)
        self.add_title_button(self._clear)
        self.view.customContextMenuRequested.connect(self._ask_menu)
        icons.changed.connect(self._recolor)
        self._recolor()

    @property
    def model(self) -> MessagesModel:
        """The rows."""
        return self._model

    def add(self, message: Message) -> None:
        """Put a message on top of the list."""
        self._model.add(message, self._now())

    def clear(self) -> None:
        """Drop all messages."""
        self._model.clear()

    def copy(self) -> None:
        """Copy the selected messages, or all when none is selected, oldest first."""
        chosen = {index.row() for index in self.view.selectionModel().selectedIndexes()}
        rows = [row for number, row in enumerate(self._model.rows) if not chosen or number in chosen]
        QGuiApplication.clipboard().setText("\n".join(row.line for row in reversed(rows)))

    def menu_for(self, row: MessageRow | None) -> QMenu:
        """Return the context menu, with what the message itself offers on top."""
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row is not None and row.message.action is not None:
            offered = menu.addAction(row.message.action_text)
            offered.triggered.connect(row.message.action)
            menu.addSeparator()
        menu.addAction(self.copy_action)
        clear = menu.addAction(self._icons.get("delete"), "Clear all")
        clear.triggered.connect(self.clear)
        return menu

    def _ask_menu(self, at: QPoint) -> None:
        row = self._model.row_at(self.view.indexAt(at))
        self.menu_for(row).popup(self.view.viewport().mapToGlobal(at))

    def _recolor(self) -> None:
        self.copy_action.setIcon(self._icons.get("copy"))
        self._clear.setIcon(self._icons.get("delete", color=self._icons.tokens.text_dim))


class MessagesDelegate(QStyledItemDelegate):
    """Symbol of the kind, wrapped text, time."""

    def __init__(self, model: MessagesModel, view: ListView, icons: Icons) -> None:
        """Paint rows of ``model`` inside ``view``."""
        super().__init__(view)
        self._model = model
        self._view = view
        self._painter = RowPainter(icons, self)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height that the wrapped text needs at the view's width."""
        row = self._model.row_at(index)
        if row is None:
            return QSize(0, 0)
        width = self._view.viewport().width()
        room = self._text_rect(QRect(0, 0, width, 0))
        height = ceil(_wrapped(row.message.text, option.font, room.width()).boundingRect().height())
        return QSize(width, max(height, GLYPH) + 3 * UNIT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        row = self._model.row_at(index)
        if row is None:
            return
        draw, tokens, rect = self._painter, self._painter.tokens, option.rect
        draw.background(painter, option)
        color = {"info": tokens.accent, "success": tokens.success, "warning": tokens.warning, "error": tokens.error}
        first = QRect(rect.left(), rect.top() + UNIT, rect.width(), GLYPH + UNIT)
        kind = row.message.kind
        draw.glyph(painter, middle(first, rect.left() + PAD, GLYPH), kind, color[kind])
        right = rect.right() + 1 - PAD
        when = between(first, right - _TIME_WIDTH, right)
        draw.text(painter, when, f"{row.at:%H:%M}", tokens.text_dim, px=SMALL_PX, right=True)
        room = self._text_rect(rect)
        painter.save()
        painter.setPen(QColor(tokens.text))
        _wrapped(row.message.text, option.font, room.width()).draw(painter, room.topLeft().toPointF())
        painter.restore()

    def _text_rect(self, rect: QRect) -> QRect:
        left = rect.left() + PAD + GLYPH + PAD
        return between(rect, left, rect.right() + 1 - PAD - _TIME_WIDTH).adjusted(0, UNIT + 2, 0, 0)


def _wrapped(text: str, font: QFont, width: int) -> QTextLayout:
    """Return ``text`` in lines of ``width`` pixels, broken between words and only where need be inside one."""
    layout = QTextLayout(text.replace("\n", "\u2028"), line_font(font))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout
