"""The findings of the data check as rows: what and how much, of which object, on which image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.icons import Icons
from annotator.panels.row_painter import GLYPH, PAD, SMALL_PX, RowPainter, between, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT
from engine.datacheck.kinds import WORDS
from engine.datacheck.scenes import Finding

FINDING_HEIGHT = 11 * UNIT


class CheckModel(QAbstractListModel):
    """Holds a tuple of findings as it is: a hundred thousand of them cost nothing until they are seen."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.findings: tuple[Finding, ...] = ()
        self._names: Mapping[int, str] = {}

    def set_findings(self, findings: tuple[Finding, ...]) -> None:
        """List these; nothing happens where they are the same."""
        if findings != self.findings:
            self.beginResetModel()
            self.findings = findings
            self.endResetModel()

    def set_names(self, names: Mapping[int, str]) -> None:
        """Know the labels' names by id."""
        self._names = names
        if self.findings:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.findings) - 1, 0))

    def at(self, index: Index) -> Finding | None:
        """Return the finding of a row."""
        return self.findings[index.row()] if index.isValid() and index.row() < len(self.findings) else None

    def title_of(self, finding: Finding) -> str:
        """Return the object's label and number, and how much is wrong."""
        label = "no label" if finding.label_id is None else self._names.get(finding.label_id, "label")
        note = finding.fault.note or WORDS[finding.fault.kind].found
        return f"{label} {finding.fault.instance_id}: {note}"

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default, never changed
        """Count the rows; they have no children."""
        return 0 if parent.isValid() else len(self.findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a row."""
        finding = self.at(index)
        if finding is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.title_of(finding)}, {finding.path}"
        if role == Qt.ItemDataRole.ToolTipRole:
            words = WORDS[finding.fault.kind]
            return f"{self.title_of(finding)}\n{finding.path}\n{words.found}; repair: {words.repair}"
        return None


class CheckDelegate(QStyledItemDelegate):
    """Two lines: the object, and below it dim the image."""

    def __init__(self, model: CheckModel, view: QWidget, icons: Icons) -> None:
        """Paint rows of ``model`` inside ``view``."""
        super().__init__(view)
        self._model = model
        self._painter = RowPainter(icons, self)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height that all rows share."""
        return QSize(0, FINDING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        finding = self._model.at(index)
        if finding is None:
            return
        draw, tokens, rect = self._painter, self._painter.tokens, option.rect
        draw.background(painter, option)
        mark, color = ("eye-off", tokens.text_dim) if finding.left else ("warning", tokens.warning)
        if finding.locked:
            mark = "lock"
        left, right = rect.left() + PAD + GLYPH + PAD, rect.right() + 1 - PAD
        upper = QRect(rect.left(), rect.top() + UNIT, rect.width(), 5 * UNIT)
        lower = QRect(rect.left(), upper.bottom() + 1, rect.width(), 4 * UNIT)
        draw.glyph(painter, middle(upper, rect.left() + PAD, GLYPH), mark, color)
        words = tokens.text_dim if finding.left else tokens.text
        draw.text(painter, between(upper, left, right), self._model.title_of(finding), words)
        elide = Qt.TextElideMode.ElideMiddle
        draw.text(painter, between(lower, left, right), finding.path, tokens.text_dim, px=SMALL_PX, elide=elide)
