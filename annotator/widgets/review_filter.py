"""A small window under the filter button: which part of the queue is reviewed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QFrame, QHBoxLayout, QWidget

from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label
from engine.review import NO_LABEL, Facets, ReviewFilter

_ANY = -1


class ReviewFilterPopup(QFrame):
    """Tells every change at once; ``changed`` carries a ``ReviewFilter``."""

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        """Closed until ``open_at``."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._image_id: int | None = None
        self.label, self.backend, self.job = QComboBox(), QComboBox(), QComboBox()
        self.image = QCheckBox("Only the image on screen")
        self.least, self.below = _score_field(0.0), _score_field(1.0)
        self.below.setSpecialValueText("")
        self.clear = push_button("Show all", "link")
        self.clear.clicked.connect(self._clear)
        scores = QHBoxLayout()
        scores.setSpacing(GAP)
        scores.addWidget(self.least)
        scores.addWidget(text_label("up to", "dim"))
        scores.addWidget(self.below)
        form = QFormLayout(self)
        form.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        form.setSpacing(GAP)
        form.addRow("Label", self.label)
        form.addRow("Backend", self.backend)
        form.addRow("Job", self.job)
        form.addRow("Score", scores)
        form.addRow("", self.image)
        form.addRow("", self.clear)
        for box in (self.label, self.backend, self.job):
            box.setMinimumWidth(55 * UNIT)
            box.activated.connect(lambda _row: self._tell())
        self.image.clicked.connect(lambda _on: self._tell())
        for field in (self.least, self.below):
            field.editingFinished.connect(self._tell)
        self._told = ReviewFilter()

    def open_at(
        self, place: QPoint, now: ReviewFilter, facets: Facets, names: Mapping[int, str], image_id: int | None
    ) -> None:
        """Open below ``place`` (screen pixels) with what can be chosen and how many there are of each."""
        self._told = now
        self._image_id = now.image_id or image_id
        labels = sorted(facets.labels.items(), key=lambda each: names.get(each[0], ""))
        _offer(
            self.label,
            "Any label",
            [
                (key, "Without a label" if key == NO_LABEL else names.get(key, f"label {key}"), count)
                for key, count in labels
            ],
        )
        _offer(self.backend, "Any backend", [(name, name, count) for name, count in sorted(facets.backends.items())])
        _offer(self.job, "Any job", [(key, f"Job {key}", count) for key, count in sorted(facets.jobs.items())])
        _choose(self.label, next(iter(now.label_ids), _ANY))
        _choose(self.backend, now.backend or _ANY)
        _choose(self.job, _ANY if now.job_id is None else now.job_id)
        self.image.setChecked(now.image_id is not None)
        self.image.setEnabled(self._image_id is not None)
        self.least.setValue(now.least_score or 0.0)
        self.below.setValue(1.0 if now.below_score is None else now.below_score)
        self.adjustSize()
        self.move(place)
        self.show()
        self.label.setFocus()

    def chosen(self) -> ReviewFilter:
        """Return the filter as it stands."""
        label, job, backend = self.label.currentData(), self.job.currentData(), self.backend.currentData()
        return ReviewFilter(
            image_id=self._image_id if self.image.isChecked() else None,
            label_ids=frozenset() if label == _ANY else frozenset({label}),
            backend="" if backend == _ANY else backend,
            job_id=None if job == _ANY else job,
            stage=self._told.stage,
            least_score=self.least.value() or None,
            below_score=self.below.value() if self.below.value() < 1.0 else None,
        )

    def _tell(self) -> None:
        now = self.chosen()
        if now != self._told:
            self._told = now
            self.changed.emit(now)

    def _clear(self) -> None:
        for box in (self.label, self.backend, self.job):
            box.setCurrentIndex(0)
        self.image.setChecked(False)
        self.least.setValue(0.0)
        self.below.setValue(1.0)
        self._tell()


def words_of(narrowed: ReviewFilter, names: Mapping[int, str]) -> str:
    """Say in a few words what a queue is narrowed to; "" when it is not."""
    said = [
        *(
            "without a label" if key == NO_LABEL else names.get(key, f"label {key}")
            for key in sorted(narrowed.label_ids)
        ),
        *([narrowed.backend] if narrowed.backend else []),
        *([f"job {narrowed.job_id}"] if narrowed.job_id is not None else []),
        *([f"from {narrowed.least_score:.2f}"] if narrowed.least_score is not None else []),
        *([f"below {narrowed.below_score:.2f}"] if narrowed.below_score is not None else []),
        *(["this image"] if narrowed.image_id is not None else []),
    ]
    return ", ".join(said)


def _score_field(value: float) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(0.0, 1.0)
    field.setSingleStep(0.05)
    field.setDecimals(2)
    field.setValue(value)
    return field


def _offer(box: QComboBox, anything: str, choices: list[tuple[object, str, int]]) -> None:
    box.clear()
    box.addItem(anything, _ANY)
    for key, words, count in choices:
        box.addItem(f"{words}  ({count:,})", key)


def _choose(box: QComboBox, key: object) -> None:
    box.setCurrentIndex(max(box.findData(key), 0))
