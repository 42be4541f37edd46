"""The list of backends: a heading for each task, and each backend with a mark and a few words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem

from annotator.controllers.backend_files import Transfer
from annotator.dialogs.backend_words import TASKS, mark, short
from annotator.icons import Icons
from annotator.panels.row_painter import GLYPH, PAD, SMALL_PX, RowPainter, between, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT
from engine.inference.cards import BackendCard

_NAME = Qt.ItemDataRole.UserRole
_ROW = 11 * UNIT
_HEADING = 8 * UNIT


class BackendList(QListWidget):
    """Rows are painted from the cards shown last; the chosen one stays chosen when they change."""

    chosen = Signal(str)
    """Name of the backend now chosen."""

    def __init__(self, icons: Icons) -> None:
        """Empty."""
        super().__init__()
        self.setProperty("role", "framed")
        self.setAccessibleName("Backends")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.cards: dict[str, BackendCard] = {}
        self.in_use = ""
        self.transfer: Transfer | None = None
        self.setItemDelegate(_Delegate(self, icons))
        self.currentItemChanged.connect(lambda item, _: self.chosen.emit(item.data(_NAME) if item else ""))
        icons.changed.connect(self.viewport().update)

    @property
    def current(self) -> str:
        """Name of the chosen backend, or ""."""
        item = self.currentItem()
        return str(item.data(_NAME)) if item is not None else ""

    def show_cards(self, cards: Sequence[BackendCard], in_use: str, transfer: Transfer | None) -> None:
        """Show these; rows are made anew only when other backends are there."""
        before = list(self.cards)
        self.cards = {card.name: card for card in cards}
        self.in_use, self.transfer = in_use, transfer
        if list(self.cards) != before:
            self._fill(cards, self.current or in_use)
        for row in range(self.count()):
            card = self.cards.get(self.item(row).data(_NAME))
            if card is not None:
                self.item(row).setData(Qt.ItemDataRole.AccessibleTextRole, f"{card.title}, {self.words(card)}")
        self.viewport().update()

    def choose(self, name: str) -> None:
        """Choose a backend by name."""
        for row in range(self.count()):
            if name and self.item(row).data(_NAME) == name:
                self.setCurrentRow(row)

    def words(self, card: BackendCard) -> str:
        """Say in a few words how a backend is."""
        moving = self.transfer if self.transfer is not None and self.transfer.name == card.name else None
        return short(card, in_use=card.name == self.in_use, transfer=moving)

    def _fill(self, cards: Sequence[BackendCard], current: str) -> None:
        self.blockSignals(True)
        self.clear()
        tasks = [task for task in TASKS if any(card.task == task for card in cards)]
        for task in tasks:
            if len(tasks) > 1:
                heading = QListWidgetItem(TASKS[task], self)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                heading.setData(_NAME, "")
            for card in cards:
                if card.task == task:
                    QListWidgetItem(card.title, self).setData(_NAME, card.name)
        self.blockSignals(False)
        self.choose(current if current in self.cards else next(iter(self.cards), ""))


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: BackendList, icons: Icons) -> None:
        super().__init__(view)
        self._view = view
        self._painter = RowPainter(icons, self)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW if index.data(_NAME) else _HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        draw, rect = self._painter, option.rect
        card = self._view.cards.get(index.data(_NAME))
        if card is None:
            room = QRect(rect.left() + PAD, rect.top() + UNIT, rect.width() - 2 * PAD, rect.height() - UNIT)
            draw.text(painter, room, str(index.data()), draw.tokens.text_dim, px=SMALL_PX, bold=True)
            return
        in_use = card.name == self._view.in_use
        draw.background(painter, option, marked=in_use)
        icon, color = mark(card, draw.tokens, in_use=in_use)
        draw.glyph(painter, middle(rect, rect.left() + PAD + UNIT, GLYPH), icon, color)
        words = between(rect, rect.left() + 2 * PAD + UNIT + GLYPH, rect.right() + 1 - PAD)
        half = words.height() // 2
        upper = QRect(words.left(), words.top() + UNIT, words.width(), half - UNIT)
        lower = QRect(words.left(), words.top() + half, words.width(), half - UNIT)
        usable = card.state == "ready"
        draw.text(painter, upper, card.title, "" if usable else draw.tokens.text_dim, bold=in_use)
        draw.text(painter, lower, self._view.words(card), draw.tokens.text_dim, px=SMALL_PX)
