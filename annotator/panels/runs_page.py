"""The page of runs: start one, watch one, and all that were."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.controllers.run_words import what_words
from annotator.controllers.runs import Run, RunList
from annotator.icons import Icons
from annotator.panels.runs_card import RunCard, state_words
from annotator.panels.runs_form import RunForm
from annotator.tokens import UNIT
from annotator.widgets.parts import text_label

_COLUMNS = ("Run", "State", "Started", "Images", "Proposed", "Failed", "With")
_ID = Qt.ItemDataRole.UserRole


class RunsPage(QWidget):
    """Shows what it is given; knows no project.

    Signals:
        run_chosen(int): a run of the list is to be looked at.
    """

    run_chosen = Signal(int)

    def __init__(self, icons: Icons) -> None:
        """Without runs until ``show_runs``."""
        super().__init__()
        self.setProperty("role", "page")
        self.form = RunForm(icons)
        self.form.setFixedWidth(90 * UNIT)
        self.card = RunCard(icons)
        self.list = QTreeWidget()
        self.list.setColumnCount(len(_COLUMNS))
        self.list.setHeaderLabels(list(_COLUMNS))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self.list.setAccessibleName("Runs")
        header = self.list.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self.list.currentItemChanged.connect(self._chosen)
        self._past = QFrame()
        self._past.setProperty("role", "card")
        self._arrange()
        self.show_runs(RunList())

    def show_runs(self, runs: RunList) -> None:
        """Show all runs and the one that is looked at."""
        self.card.show_run(runs)
        self._past.setVisible(bool(runs.runs))
        self.list.blockSignals(True)
        while self.list.topLevelItemCount() > len(runs.runs):
            self.list.takeTopLevelItem(self.list.topLevelItemCount() - 1)
        for place, run in enumerate(runs.runs):
            item = self.list.topLevelItem(place)
            if item is None:
                item = QTreeWidgetItem()
                self.list.addTopLevelItem(item)
                for column in (3, 4, 5):
                    item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setData(0, _ID, run.job.id)
            for column, text in enumerate(_cells(run)):
                if item.text(column) != text:
                    item.setText(column, text)
            if run.job.id == runs.looked_at:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def _chosen(self, item: QTreeWidgetItem | None, _before: object) -> None:
        if item is not None:
            self.run_chosen.emit(int(item.data(0, _ID)))

    def _arrange(self) -> None:
        past = QVBoxLayout(self._past)
        past.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 3 * UNIT)
        past.setSpacing(2 * UNIT)
        past.addWidget(text_label("All runs", "heading"))
        past.addWidget(self.list)
        right = QVBoxLayout()
        right.setSpacing(2 * UNIT)
        right.addWidget(self.card, 3)
        right.addWidget(self._past, 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * UNIT, 2 * UNIT, 4 * UNIT, 4 * UNIT)
        row.setSpacing(2 * UNIT)
        row.addWidget(self.form)
        row.addLayout(right, 1)


def _cells(run: Run) -> tuple[str, ...]:
    progress = run.progress
    return (
        str(run.job.id),
        state_words(run),
        f"{run.job.created_at.astimezone():%d %b %H:%M}",
        f"{progress.ended:,} of {progress.total:,}",
        f"{progress.instances:,}",
        f"{progress.failed:,}" if progress.failed else "",
        what_words(run.job),
    )
