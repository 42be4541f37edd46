"""The form that starts a run over many images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFrame, QGridLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from annotator.controllers.run_request import Purpose, RunRequest
from annotator.controllers.run_words import PRESET_WORDS
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import keep_icon, push_button, set_role, text_label
from engine.jobs.planning import WORDS
from engine.stages.params import PRESETS

_PURPOSES = {
    Purpose.EVERYTHING: "Mask everything",
    Purpose.FILL_IN: "Fill in for the Semi mode",
    Purpose.BOXES: "Masks from boxes",
    Purpose.POSES: "Poses of boxes and masks",
}
_PAUSE_MS = 250
_MOST_WORKERS = 16


@dataclass(frozen=True, slots=True)
class Offer:
    """Backends for one task as (name, title), which one to begin with, and why there is none if so."""

    backends: Sequence[tuple[str, str]]
    chosen: str = ""
    problem: str = ""


class RunForm(QFrame):
    """Holds what a run needs; ``request`` reads it.

    Signals:
        start_asked(RunRequest): start it.
        query_changed(str): the images were named anew (after a short pause in typing).
    """

    start_asked = Signal(object)
    query_changed = Signal(str)

    def __init__(self, icons: Icons) -> None:
        """Start with the default preset on all images."""
        super().__init__()
        self.setProperty("role", "card")
        self._count: int | None = None
        self._names: dict[QWidget, QWidget] = {}
        self._starting = False
        self.query = QLineEdit()
        self.query.setPlaceholderText("All images")
        self.query.setToolTip(f"The path of an image, or words that must all hold:\n{WORDS}")
        self.query.setAccessibleName("Images")
        self.count = text_label("", "dim", wrap=True)
        self.purpose = QComboBox()
        for purpose, words in _PURPOSES.items():
            self.purpose.addItem(words, purpose)
        self.backend = QComboBox()
        self.problem = text_label("", "error", wrap=True)
        self._offers: Mapping[str, Offer] = {}
        self._picked: dict[str, str] = {}
        self.preset = QComboBox()
        for name, params in PRESETS.items():
            windows = f", {params.windows} windows" if params.windows > 1 else ""
            self.preset.addItem(f"{PRESET_WORDS.get(name, name)}: {params.prompts:,} points{windows}", name)
        self.preset.setCurrentIndex(self.preset.findData("default"))
        self.score, self.stability = _share(PRESETS["default"].min_score), _share(PRESETS["default"].min_stability)
        self.workers = QSpinBox()
        self.workers.setRange(1, _MOST_WORKERS)
        self.workers.setToolTip("Processes that share the images; each holds the backend in memory")
        self.start_button = push_button("Start", "primary")
        keep_icon(self.start_button, icons, "auto")
        # It is off while a run is being started; a click must not send the focus wandering then.
        self.start_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.query_changed.emit(self.query.text()))
        self.query.textChanged.connect(lambda _: self._pause.start())
        self.query.returnPressed.connect(self._start)
        self.purpose.currentIndexChanged.connect(self._offer)
        self.backend.activated.connect(self._pick)
        self.start_button.clicked.connect(self._start)
        self._arrange()
        self._fit()

    def set_backends(self, offers: Mapping[str, Offer]) -> None:
        """Offer backends by task; what a person has picked stays picked."""
        self._offers = offers
        self._offer()

    def _offer(self) -> None:
        """Show the backends that can do what is chosen."""
        task = self._purpose.task
        offer = self._offers.get(task, Offer(()))
        self.backend.clear()
        for name, title in offer.backends:
            self.backend.addItem(title, name)
        self.backend.setCurrentIndex(max(self.backend.findData(self._picked.get(task, offer.chosen)), 0))
        self.problem.setText(offer.problem)
        self._fit()

    def _pick(self) -> None:
        self._picked[self._purpose.task] = str(self.backend.currentData())

    @property
    def _purpose(self) -> Purpose:
        return Purpose(self.purpose.currentData())

    def show_plan(self, count: int | None, problem: str) -> None:
        """Say how many images are meant."""
        self._count = count
        self.count.setText(problem or ("1 image" if count == 1 else f"{count:,} images"))
        set_role(self.count, "error" if problem else "dim")
        self._fit()

    def show_starting(self, starting: bool) -> None:
        """Take no second start meanwhile."""
        self._starting = starting
        self._fit()

    def request(self) -> RunRequest:
        """Return what is filled in."""
        return RunRequest(
            query=self.query.text(),
            purpose=self._purpose,
            backend=str(self.backend.currentData()),
            preset=str(self.preset.currentData()),
            min_score=self.score.value(),
            min_stability=self.stability.value(),
            workers=self.workers.value(),
        )

    def _start(self) -> None:
        if self.start_button.isEnabled():
            self.start_asked.emit(self.request())

    def _fit(self) -> None:
        ready = bool(self._count) and self.backend.count() > 0 and not self._starting
        self.start_button.setEnabled(ready)
        self.start_button.setText("Starting…" if self._starting else "Start")
        semi = self._purpose is Purpose.FILL_IN
        for field in (self.preset, self.score, self.stability):
            field.setVisible(self._purpose.looks_everywhere)
            self._names[field].setVisible(self._purpose.looks_everywhere)
        for widget in (self.problem, self._names[self.problem]):
            widget.setVisible(bool(self.problem.text()))
        for field in (self.score, self.stability):
            field.setEnabled(not semi)
            field.setToolTip("Chosen in the Semi mode, with a live picture" if semi else "")

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * UNIT)
        grid.setVerticalSpacing(2 * UNIT)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Purpose", self.purpose),
            ("Images", self.query),
            ("", self.count),
            ("Backend", self.backend),
            ("", self.problem),
            ("Preset", self.preset),
            ("Least score", self.score),
            ("Least stability", self.stability),
            ("Workers", self.workers),
        )
        for place, (name, field) in enumerate(rows):
            self._names[field] = text_label(name, "dim")
            grid.addWidget(self._names[field], place, 0)
            if isinstance(field, QSpinBox | QDoubleSpinBox):
                field.setFixedWidth(24 * UNIT)
                grid.addWidget(field, place, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(field, place, 1)
            if name:
                field.setAccessibleName(name)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 3 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(text_label("New run", "heading"))
        column.addLayout(grid)
        column.addWidget(self.start_button, 0, Qt.AlignmentFlag.AlignRight)
        column.addStretch(1)


def _share(value: float) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(0.0, 1.0)
    field.setSingleStep(0.01)
    field.setDecimals(2)
    field.setValue(value)
    return field
