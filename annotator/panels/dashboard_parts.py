"""The dashboard's figures as text: the row of big ones, and the table of stages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.panels.dashboard_charts import LOOKS, STAGE_COLUMNS, Tile, stage_cells
from annotator.plots.swatch import Swatch
from annotator.tokens import UNIT
from annotator.widgets.parts import ElidedLabel, line, text_label
from engine.measure import words
from engine.measure.table_records import StageRow
from engine.records import Stage

TILES = 4
_GROUPS = (("", 1), ("MASKS", 5), ("A MASK COSTS", 5), ("SHARES", 2))
"""What stands over how many columns, the stage's name included."""


class TileRow(QWidget):
    """A few big figures, side by side."""

    def __init__(self) -> None:
        """Dashes until ``show_tiles``."""
        super().__init__()
        self.tiles = [_TileCard() for _ in range(TILES)]
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * UNIT)
        for card in self.tiles:
            row.addWidget(card, 1)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show other figures."""
        while len(self.tiles) < len(tiles):
            self.tiles.append(_TileCard())
            self._row.addWidget(self.tiles[-1], 1)
        for place, card in enumerate(self.tiles):
            card.setVisible(place < len(tiles))
            if place < len(tiles):
                card.show_tile(tiles[place])


class _TileCard(QFrame):
    """Name, figure, sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.name = text_label("", "dim")
        self.figure = text_label(words.NOTHING, "figure")
        self.note = ElidedLabel("", dim=True, mode=Qt.TextElideMode.ElideRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(0)
        for widget in (self.name, self.figure, self.note):
            column.addWidget(widget)

    def show_tile(self, tile: Tile) -> None:
        self.name.setText(tile.name)
        self.figure.setText(tile.figure)
        self.note.set_text(tile.note)
        self.setAccessibleName(f"{tile.name}: {tile.figure}, {tile.note}")


class StageTable(QFrame):
    """One row for each stage and one for all of them."""

    def __init__(self, icons: Icons) -> None:
        """Dashes until ``show_rows``."""
        super().__init__()
        self.setProperty("role", "card")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        self._grid.setHorizontalSpacing(2 * UNIT)
        self._grid.setVerticalSpacing(UNIT)
        self.cells: list[list[QLabel]] = []
        self._head()
        for place, stage in enumerate((*Stage, None)):
            self._row(place, stage, icons)
        for column in range(1, len(STAGE_COLUMNS) + 1):
            self._grid.setColumnStretch(column, 1)

    def show_rows(self, rows: Sequence[StageRow]) -> None:
        """Show the four stages and the sum; a stage without any mask is faint."""
        for labels, row in zip(self.cells, rows, strict=True):
            used = bool(row.accepted + row.proposed + row.rejected)
            for label, text in zip(labels, stage_cells(row), strict=True):
                label.setText(text)
                label.setEnabled(used or row.stage is None)

    def _head(self) -> None:
        column = 0
        for title, wide in _GROUPS:
            if title:
                self._grid.addWidget(_group(title), 0, column, 1, wide)
            column += wide
        for place, (title, tip) in enumerate(STAGE_COLUMNS, 1):
            label = text_label(title, "dim")
            label.setToolTip(tip)
            self._grid.addWidget(label, 1, place, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(line(), 2, 0, 1, column)

    def _row(self, place: int, stage: Stage | None, icons: Icons) -> None:
        at = place + 3
        if stage is None:
            self._grid.addWidget(line(), at, 0, 1, len(STAGE_COLUMNS) + 1)
            at += 1
        name = QWidget()
        row = QHBoxLayout(name)
        row.setContentsMargins(0, 0, 2 * UNIT, 0)
        row.setSpacing(UNIT + 2)
        if stage is not None:
            row.addWidget(Swatch(icons, LOOKS[stage]))
        row.addWidget(text_label(words.STAGE_WORDS[stage], "strong" if stage is None else ""))
        row.addStretch(1)
        self._grid.addWidget(name, at, 0)
        labels = [text_label(words.NOTHING, "strong" if stage is None else "") for _ in STAGE_COLUMNS]
        for column, (label, (_, tip)) in enumerate(zip(labels, STAGE_COLUMNS, strict=True), 1):
            label.setToolTip(tip)
            self._grid.addWidget(label, at, column, Qt.AlignmentFlag.AlignRight)
        self.cells.append(labels)


def _group(title: str) -> QWidget:
    """Return a heading over several columns: the rule beneath shows which."""
    group = QWidget()
    column = QVBoxLayout(group)
    column.setContentsMargins(3 * UNIT, 0, 0, 0)
    column.setSpacing(UNIT // 2)
    label = text_label(title, "group")
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    column.addWidget(label)
    column.addWidget(line())
    return group
