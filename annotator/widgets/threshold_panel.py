"""Accept or reject by threshold: the histogram of what waits, a line in it, and what the two buttons would do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.tokens import CONTROL_HEIGHT, UNIT
from annotator.widgets.histogram_slider import HistogramSlider
from annotator.widgets.parts import GAP, keep_icon, push_button, text_label
from engine.review import BINS, Measure, Spread

TITLES = {Measure.SCORE: "Predicted IoU", Measure.STABILITY: "Stability"}


class ThresholdPanel(QWidget):
    """Counts while the line is dragged, without asking anybody.

    Signals:
        measure_chosen(object): a ``Measure`` whose spread is wanted.
        accept_asked(object, float): accept all from this threshold on.
        reject_asked(object, float): reject all below it.
    """

    measure_chosen = Signal(object)
    accept_asked = Signal(object, float)
    reject_asked = Signal(object, float)

    def __init__(self, icons: Icons) -> None:
        """Empty until ``show_spread``."""
        super().__init__()
        self._spread = Spread(Measure.SCORE, (0,) * BINS, 0)
        self.slider = HistogramSlider(icons)
        self.slider.step_changed.connect(lambda _step: self._count())
        self._group = QButtonGroup(self)
        self.measures: dict[Measure, QToolButton] = {}
        for measure, title in TITLES.items():
            button = QToolButton()
            button.setText(title)
            button.setCheckable(True)
            button.setFixedHeight(CONTROL_HEIGHT)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on=False, measure=measure: self.measure_chosen.emit(measure))
            self._group.addButton(button)
            self.measures[measure] = button
        self.measures[Measure.SCORE].setChecked(True)
        self.value = text_label("", "heading")
        self.note = text_label("", "dim")
        self.accept_button = push_button("", "primary")
        keep_icon(self.accept_button, icons, "accept")
        self.reject_button = push_button("")
        keep_icon(self.reject_button, icons, "reject")
        for decider in (self.accept_button, self.reject_button):
            decider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.accept_button.clicked.connect(lambda: self.accept_asked.emit(self._spread.measure, self.threshold))
        self.reject_button.clicked.connect(lambda: self.reject_asked.emit(self._spread.measure, self.threshold))
        self._arrange()
        self._count()
        self.hide()

    @property
    def measure(self) -> Measure:
        """What the threshold is laid on."""
        return self._spread.measure

    @property
    def threshold(self) -> float:
        """The threshold, 0..1; the same number to the last bit as the border of a bin."""
        return self.slider.step / BINS

    def show_spread(self, spread: Spread) -> None:
        """Show other counts."""
        self._spread = spread
        self.measures[spread.measure].setChecked(True)
        self.slider.show_spread(spread)
        self._count()

    def _count(self) -> None:
        above, below = self._spread.from_on(self.slider.step), self._spread.below(self.slider.step)
        self.value.setText(f"{self.threshold:.2f}")
        self.accept_button.setText(f"Accept {above:,} from {self.threshold:.2f} on")
        self.reject_button.setText(f"Reject {below:,} below")
        self.accept_button.setEnabled(above > 0)
        self.reject_button.setEnabled(below > 0)
        unknown = self._spread.unknown
        self.note.setText(f"{unknown:,} have no such number" if unknown else "")
        self.note.setVisible(bool(unknown))

    def _arrange(self) -> None:
        measures = QHBoxLayout()
        measures.setSpacing(2)
        for button in self.measures.values():
            measures.addWidget(button)
        measures.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(UNIT)
        left.addLayout(measures)
        left.addWidget(self.value)
        left.addWidget(self.note)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addStretch(1)
        right.addWidget(self.accept_button)
        right.addWidget(self.reject_button)
        right.addStretch(1)
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(GAP, UNIT, GAP, UNIT)
        row.setSpacing(2 * GAP)
        row.addLayout(left)
        row.addWidget(self.slider, 1)
        row.addLayout(right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(UNIT, 0, UNIT, UNIT)
        layout.addWidget(card)
