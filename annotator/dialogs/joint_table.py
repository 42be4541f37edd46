"""The joints of a skeleton as rows: name, sigma, colour. Each row knows which stored joint it is, whatever its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from annotator.icons import Icons
from annotator.panels.color_menu import ColorMenu
from engine.skeletons.names import joint_names

NAME, SIGMA, COLOR = range(3)
_SIGMA_WIDTH = 64
_COLOR_WIDTH = 72
_COLOR_TIP = "Click for another colour; without one a joint has the colour of its instance"
_EDITED = QAbstractItemDelegate.EndEditHint.SubmitModelCache


@dataclass(frozen=True, slots=True)
class JointRow:
    """One joint; ``source`` is its number in the stored skeleton, None for a new one; ``sigma`` as typed."""

    name: str
    sigma: str = ""
    color: str = ""
    source: int | None = None
    key: int = 0


class JointTable(QTableWidget):
    """The last row is empty: a name typed there makes a new joint."""

    changed = Signal()

    def __init__(self, icons: Icons) -> None:
        """Starts with the empty row alone."""
        super().__init__(0, 3)
        self._icons = icons
        self._rows: list[JointRow] = []
        self._keys = 0
        self.setAccessibleName("Joints")
        self.setProperty("role", "framed")
        self.setCornerButtonEnabled(False)
        self.setHorizontalHeaderLabels(["Joint", "Sigma", "Colour"])
        header = self.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((SIGMA, _SIGMA_WIDTH), (COLOR, _COLOR_WIDTH)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)
        header.setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(26)
        self.verticalHeader().setMinimumWidth(28)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.cellChanged.connect(self._edited)
        self.cellClicked.connect(self._clicked)
        self._fill()

    @property
    def rows(self) -> tuple[JointRow, ...]:
        """The joints in order."""
        return tuple(self._rows)

    def set_rows(self, rows: Sequence[JointRow]) -> None:
        """Replace all joints; each keeps its key, or gets one."""
        self._rows = [self._keyed(row) for row in rows]
        self._fill()
        self.changed.emit()

    def add(self, names: Sequence[str]) -> None:
        """Add new joints at the end."""
        self.set_rows([*self._rows, *(JointRow(name) for name in names)])

    def remove_chosen(self) -> None:
        """Take the chosen joints out."""
        chosen = self._chosen()
        if chosen:
            self.set_rows([row for place, row in enumerate(self._rows) if place not in chosen])
            self.choose(min(chosen[0], len(self._rows) - 1))

    def move_chosen(self, step: int) -> None:
        """Move the chosen joints one place up (-1) or down (1), as one block."""
        chosen = self._chosen()
        end = chosen[0] if step < 0 else chosen[-1] if chosen else 0
        if not chosen or not 0 <= end + step < len(self._rows):
            return
        rows = list(self._rows)
        for place in chosen if step < 0 else reversed(chosen):
            rows[place], rows[place + step] = rows[place + step], rows[place]
        self.set_rows(rows)
        self.choose(*(place + step for place in chosen))

    def choose(self, *places: int) -> None:
        """Choose rows."""
        self.clearSelection()
        for place in places:
            if 0 <= place < self.rowCount():
                rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
                self.selectionModel().select(self.model().index(place, NAME), rows)
        if places and places[0] >= 0:
            at = self.model().index(places[0], NAME)
            self.selectionModel().setCurrentIndex(at, QItemSelectionModel.SelectionFlag.NoUpdate)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste names, remove with Delete, move with Alt and the arrows."""
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.matches(QKeySequence.StandardKey.Paste):
            self.add(joint_names(QGuiApplication.clipboard().text()))
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
        elif event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in moves:
            self.move_chosen(moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Enter goes on to the name below: joints are typed one after the other."""
        place = self.currentRow()
        typing = hint == _EDITED and self.currentColumn() == NAME and place == len(self._rows) - 1
        super().closeEditor(editor, hint)
        if typing:
            self.setCurrentCell(place + 1, NAME)
            self.edit(self.model().index(place + 1, NAME))

    def _keyed(self, row: JointRow) -> JointRow:
        if row.key:
            return row
        self._keys += 1
        return replace(row, key=self._keys)

    def _chosen(self) -> list[int]:
        return sorted({index.row() for index in self.selectedIndexes()} & set(range(len(self._rows))))

    def _fill(self) -> None:
        """Bring every cell up to date; cells stay the same objects, so that one being edited is left alone."""
        self.blockSignals(True)
        self.setRowCount(len(self._rows) + 1)
        for place, row in enumerate((*self._rows, JointRow(""))):
            new = place == len(self._rows)
            for column, text in ((NAME, row.name), (SIGMA, row.sigma), (COLOR, "" if new or row.color else "auto")):
                item = self.item(place, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.setItem(place, column, item)
                item.setText(text)
                editable = column == NAME or (column == SIGMA and not new)
                flag = Qt.ItemFlag.ItemIsEditable
                item.setFlags(item.flags() | flag if editable else item.flags() & ~flag)
                if column == COLOR:
                    item.setData(Qt.ItemDataRole.DecorationRole, QColor(row.color) if row.color else None)
                    item.setToolTip("" if new else _COLOR_TIP)
            self.setVerticalHeaderItem(place, QTableWidgetItem("+" if new else str(place + 1)))
        self.blockSignals(False)

    def _edited(self, place: int, column: int) -> None:
        item = self.item(place, column)
        text = item.text().strip() if item is not None else ""
        if place == len(self._rows):
            self.add([text] if text else [])
        elif column == NAME and not text:
            self._fill()  # a joint goes by Remove, not by losing its name
        else:
            row = self._rows[place]
            self._rows[place] = replace(row, name=text) if column == NAME else replace(row, sigma=text)
            self.changed.emit()

    def _clicked(self, place: int, column: int) -> None:
        if column != COLOR or place >= len(self._rows):
            return
        menu = ColorMenu(self._rows[place].color, self._icons, self)
        none = menu.addAction("No colour of its own")
        none.triggered.connect(lambda: self._recolor(place, ""))
        menu.picked.connect(lambda color: self._recolor(place, color))
        menu.aboutToHide.connect(menu.deleteLater)
        at = self.visualRect(self.model().index(place, column)).bottomLeft()
        menu.popup(self.viewport().mapToGlobal(at))

    def _recolor(self, place: int, color: str) -> None:
        if place < len(self._rows):
            self.set_rows(
                [replace(row, color=color) if number == place else row for number, row in enumerate(self._rows)]
            )
