"""The dashboard: how far the project is, how fast it goes and how good it is, on one page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.panels import dashboard_charts as charts
from annotator.panels.dashboard_audit import AuditCard
from annotator.panels.dashboard_parts import StageTable, TileRow
from annotator.plots.bars import BarPlot
from annotator.plots.card import PlotCard
from annotator.plots.lines import LinePlot
from annotator.tokens import UNIT
from annotator.widgets.empty_state import EmptyState
from annotator.widgets.parts import keep_icon, push_button, text_label
from engine.measure import words
from engine.measure.audit import AuditReport
from engine.measure.table_records import EngineTable

_THREE, _TWO = 1250, 640
"""From so many pixels on there are three or two columns of cards."""


class DashboardPage(QWidget):
    """Shows what it is given; knows no project.

    Signals:
        export_asked(): write the figures into a file.
        annotate_asked(): there is nothing to show yet, and the person wants to begin.
    """

    export_asked = Signal()
    annotate_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Says that it is counting until ``show_table``."""
        super().__init__()
        self.when = text_label("", "dim")
        self.export_button = push_button("Export CSV…")
        keep_icon(self.export_button, icons, "export")
        self.export_button.clicked.connect(self.export_asked)
        self.tiles = TileRow()
        self.stages = StageTable(icons)
        self.masks = PlotCard(icons, "Masks over time", BarPlot(icons))
        self.seconds = PlotCard(icons, "Seconds a mask", LinePlot(icons))
        self.acceptance = PlotCard(icons, "Acceptance by score", BarPlot(icons))
        self.clicks = PlotCard(icons, "Clicks a mask", BarPlot(icons))
        self.coverage = PlotCard(icons, "Coverage", BarPlot(icons))
        self.audit = AuditCard(icons)
        self.cards = (self.masks, self.seconds, self.acceptance, self.audit, self.clicks, self.coverage)
        self.empty = EmptyState(icons)
        self.empty.clicked.connect(self.annotate_asked)
        self.sam = text_label(words.SAM_ENGINE, "dim", wrap=True)
        self._columns = 0
        self._cards = QGridLayout()
        self._cards.setSpacing(2 * UNIT)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self._content())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.show_counting()

    @property
    def is_empty(self) -> bool:
        """True while there are no figures to show."""
        return self._stack.currentWidget() is self.empty

    def show_counting(self) -> None:
        """Say that the figures are on their way."""
        self.empty.show_state("dashboard", "Counting masks", "The figures of a large project take a few seconds.")
        self._stack.setCurrentWidget(self.empty)

    def show_problem(self, text: str) -> None:
        """Say why there are no figures."""
        self.empty.show_state("warning", "The figures cannot be shown", text)
        self._stack.setCurrentWidget(self.empty)

    def show_table(self, table: EngineTable) -> None:
        """Show figures."""
        total = table.total
        if not (total.accepted + total.proposed + total.rejected or table.poses):
            self.empty.show_state(
                "dashboard",
                "No masks yet",
                "How many masks there are, how fast they come and how good they are is told here, from the first on.",
                "Start annotating",
            )
            self._stack.setCurrentWidget(self.empty)
            return
        self.when.setText(f"as of {table.made_at.astimezone():%H:%M:%S}")
        self.tiles.show_tiles(charts.tiles(table))
        self.stages.show_rows((*table.stages, total))
        for card, told in (
            (self.masks, charts.masks_over_time(table)),
            (self.seconds, charts.seconds_over_time(table)),
            (self.acceptance, charts.acceptance_by_score(table)),
            (self.clicks, charts.clicks_per_mask(table)),
            (self.coverage, charts.coverage(table)),
        ):
            if told.chart is None:
                card.show_missing(told.text)
            else:
                card.show_chart(told.chart, told.text)
        self._stack.setCurrentWidget(self._scroll)

    def show_audit(self, report: AuditReport | None) -> None:
        """Show how the newest audit stands."""
        self.audit.show_report(report)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many cards side by side as are readable."""
        super().resizeEvent(event)
        wide = self.width()
        self._place_cards(3 if wide >= _THREE else 2 if wide >= _TWO else 1)

    def _place_cards(self, columns: int) -> None:
        if columns == self._columns:
            return
        for column in range(max(columns, self._columns)):
            self._cards.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for place, card in enumerate(self.cards):
            self._cards.addWidget(card, place // columns, place % columns)

    def _content(self) -> QWidget:
        head = QHBoxLayout()
        head.setSpacing(2 * UNIT)
        head.addWidget(text_label("Dashboard", "heading"))
        head.addWidget(self.when)
        head.addStretch(1)
        head.addWidget(self.export_button)
        content = QWidget()
        content.setProperty("role", "page")
        column = QVBoxLayout(content)
        column.setContentsMargins(4 * UNIT, 2 * UNIT, 4 * UNIT, 4 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addLayout(head)
        column.addWidget(self.tiles)
        column.addWidget(self.stages)
        column.addLayout(self._cards, 1)
        column.addWidget(self.sam)
        self.stages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.tiles.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return content
