"""The dock of the data check: kinds with their numbers, the findings of one kind, and what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.controllers.checking import LEFT, CheckState
from annotator.icons import Icons
from annotator.panels.check_model import FINDING_HEIGHT, CheckDelegate, CheckModel
from annotator.panels.dock import Dock, small_button
from annotator.panels.long_list import LongList
from annotator.tokens import UNIT
from annotator.widgets.parts import push_button, text_label
from engine.datacheck.kinds import WORDS, Kind
from engine.datacheck.scenes import Finding

_LEFT_WORDS = "What was left alone: it stays out of the lists until its object changes."


class CheckDock(Dock):
    """Shows a ``CheckState``; knows no project.

    Signals:
        run_asked(), cancel_asked(), repair_asked(), leave_asked(), all_asked(), yes(), no(), leave().
        kind_chosen(object): a ``Kind``, or LEFT.
        picked(object): the ``Finding`` of the row that was clicked or reached by the arrow keys.
    """

    run_asked = Signal()
    cancel_asked = Signal()
    repair_asked = Signal()
    leave_asked = Signal()
    all_asked = Signal()
    yes = Signal()
    no = Signal()
    leave = Signal()
    kind_chosen = Signal(object)
    picked = Signal(object)

    def __init__(self, icons: Icons) -> None:
        """Nothing was looked at yet."""
        super().__init__("check_dock", "Check", icons)
        self._syncing = False
        self._model = CheckModel(self)
        self.kinds = QComboBox()
        self.kinds.setAccessibleName("Kind of finding")
        self.kinds.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.view = LongList(icons, FINDING_HEIGHT)
        self.view.setObjectName("check_list")
        self.view.setAccessibleName("Findings")
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setModel(self._model)
        self.view.setItemDelegate(CheckDelegate(self._model, self.view, icons))
        self.words = text_label("", "dim", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.told = text_label("", "dim", wrap=True)
        self.forecast = text_label("", wrap=True)
        self.run_button = push_button("Check the data", "primary")
        self.stop_button = push_button("Stop")
        self.repair_button = push_button("Repair")
        self.leave_button = push_button("Leave it")
        self.all_button = push_button("Repair all")
        self.yes_button = push_button("Repair all", "primary")
        self.no_button = push_button("Not now")
        self.again = small_button("Check the data again")
        self.add_title_button(self.again)
        self._foot = QStackedWidget()
        self._arrange()
        self._connect(icons)
        self.show_check(CheckState())

    @property
    def model(self) -> CheckModel:
        """The rows."""
        return self._model

    def set_names(self, names: Mapping[int, str]) -> None:
        """Know the labels' names by id."""
        self._model.set_names(names)

    def show_check(self, state: CheckState) -> None:
        """Show how the check stands."""
        self._syncing = True
        self._show_kinds(state)
        self._model.set_findings(state.findings)
        self._mark(state.current)
        self._syncing = False
        running = state.total is not None
        found = sum(number for _, number in state.counts)
        self.set_note("" if state.looked is None else f"{found:,} found in {state.looked:,} images")
        self.again.setEnabled(not running)
        self.kinds.setVisible(bool(found or state.left))
        self.words.setText(_words(state))
        self.words.setVisible(bool(state.chosen))
        self.view.set_hint(_hint(state, found))
        self._show_foot(state, running=running, found=found)

    def _show_kinds(self, state: CheckState) -> None:
        rows: list[tuple[str, object]] = [
            (f"{WORDS[kind].title} ({number:,})", kind)
            for kind, number in state.counts
            if number or kind is state.chosen
        ]
        if state.left:
            rows.append((f"Left alone ({state.left:,})", LEFT))
        if [(self.kinds.itemText(n), self.kinds.itemData(n)) for n in range(self.kinds.count())] != rows:
            self.kinds.clear()
            for text, data in rows:
                self.kinds.addItem(text, data)
        self.kinds.setCurrentIndex(next((n for n, (_, data) in enumerate(rows) if data == state.chosen), -1))

    def _show_foot(self, state: CheckState, *, running: bool, found: int) -> None:
        self.progress.setRange(0, state.total or 0)
        self.progress.setValue(state.done)
        of = f" of {state.total:,}" if state.total else ""
        self.told.setText(f"Looking at image {state.done:,}{of}")
        number = len(state.findings)
        self.run_button.setText("Check the data" if state.looked is None else "Check again")
        idle = state.current is not None and not state.working
        self.repair_button.setEnabled(idle and state.chosen != LEFT)
        self.leave_button.setEnabled(idle)
        self.leave_button.setText("Take it up again" if state.chosen == LEFT else "Leave it")
        self.all_button.setText(f"Repair all {number:,}…" if number > 1 else "Repair all…")
        self.all_button.setVisible(state.chosen != LEFT)
        self.all_button.setEnabled(number > 0 and not state.working)
        self.yes_button.setText(f"Repair {number:,}" if number > 1 else "Repair it")
        if state.forecast is not None:
            self.forecast.setText(f"{state.forecast.sentence()} One step, which Ctrl+Z takes back.")
        page = 0 if running else 1 if state.forecast is not None else 2 if found or state.left else 3
        self._foot.setCurrentIndex(page)

    def _mark(self, current: Finding | None) -> None:
        row = next((n for n, each in enumerate(self._model.findings) if each == current), -1)
        index = self._model.index(row, 0) if row >= 0 else QModelIndex()
        if self.view.currentIndex().row() != row:
            self.view.setCurrentIndex(index)
            if row >= 0:
                self.view.scrollTo(index)
        if row < 0:
            self.view.clearSelection()

    def _picked(self, index: QModelIndex) -> None:
        finding = self._model.at(index)
        if finding is not None and not self._syncing:
            self.picked.emit(finding)

    def _kind_changed(self, row: int) -> None:
        if not self._syncing and row >= 0:
            # Qt keeps text as plain text, an enumeration's too.
            chosen = str(self.kinds.itemData(row))
            self.kind_chosen.emit(LEFT if chosen == LEFT else Kind(chosen))

    def _connect(self, icons: Icons) -> None:
        self.kinds.currentIndexChanged.connect(self._kind_changed)
        self.view.selectionModel().currentRowChanged.connect(lambda now, _before: self._picked(now))
        # A click on the row in hand goes there once more: the person may have moved elsewhere.
        self.view.clicked.connect(self._picked)
        self.view.leave.connect(self.leave)
        for button, signal in (
            (self.run_button, self.run_asked),
            (self.again, self.run_asked),
            (self.stop_button, self.cancel_asked),
            (self.repair_button, self.repair_asked),
            (self.leave_button, self.leave_asked),
            (self.all_button, self.all_asked),
            (self.yes_button, self.yes),
            (self.no_button, self.no),
        ):
            button.clicked.connect(signal)
        icons.changed.connect(self._recolor)
        self._recolor()

    def _recolor(self) -> None:
        self.again.setIcon(self._icons.get("redo", color=self._icons.tokens.text_dim))

    def _arrange(self) -> None:
        head = QWidget()
        top = QVBoxLayout(head)
        top.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        top.setSpacing(UNIT)
        top.addWidget(self.kinds)
        top.addWidget(self.words)
        busy = _rows(self.told, self.progress, _row(None, self.stop_button))
        ask = _rows(self.forecast, _row(None, self.no_button, self.yes_button))
        act = _rows(_row(self.repair_button, self.leave_button, self.all_button))
        for page in (busy, ask, act, _rows(_row(None, self.run_button, None))):
            self._foot.addWidget(page)
        for part in (head, self._foot):
            part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._body.addWidget(head)
        self._body.addWidget(self.view, 1)
        self._body.addWidget(self._foot)


def _row(*widgets: QWidget | None) -> QWidget:
    """Return widgets side by side; None is room."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2 * UNIT)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return row


def _rows(*widgets: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
    layout.setSpacing(UNIT)
    layout.setAlignment(Qt.AlignmentFlag.AlignBottom)
    for widget in widgets:
        layout.addWidget(widget)
    return column


def _words(state: CheckState) -> str:
    if not isinstance(state.chosen, Kind):
        return _LEFT_WORDS
    words = WORDS[state.chosen]
    return f"{words.found[:1].upper()}{words.found[1:]}. Repair: {words.repair.removesuffix(' (--label)')}."


def _hint(state: CheckState, found: int) -> str:
    if state.problem:
        return state.problem
    if state.total is not None and not found:
        return "Looking…"
    if state.looked is None:
        return "Looks through all annotations for tiny islands, duplicates, boxes off the image and more."
    return "Nothing of this kind is left." if found else "Nothing looks wrong in the annotations."
