"""The line over the picture in the semi-automatic mode: find, thresholds with a live count, confirm, gaps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from annotator.controllers.filling import FillState
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, ElidedLabel, keep_icon, push_button, text_label

_STEPS = 100
_WORDS = {
    "none": "",
    "empty": "The backend fills in what it is sure of; you correct and add the rest.",
    "finding": "Looking for objects…",
}


class SemiStrip(QWidget):
    """Shows one step at a time: find, then confirm, then fill the gaps.

    Signals:
        thresholds_changed(float, float): least score and stability, 0 to 1.
    """

    find_asked = Signal()
    stop_asked = Signal()
    confirm_asked = Signal()
    gap_asked = Signal()
    coverage_toggled = Signal(bool)
    thresholds_changed = Signal(float, float)

    def __init__(self, icons: Icons) -> None:
        """Empty until told."""
        super().__init__()
        self._bar = QFrame()
        self._bar.setProperty("role", "card")
        self.text = ElidedLabel("", mode=Qt.TextElideMode.ElideRight)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.find_button = push_button("Find objects", "primary")
        keep_icon(self.find_button, icons, "semi")
        self.again_button = push_button("Find again")
        self.stop_button = push_button("Stop")
        self.confirm_button = push_button("Confirm", "primary")
        keep_icon(self.confirm_button, icons, "accept")
        self.score, self._score_text = _slider("Least score")
        self.stability, self._stability_text = _slider("Least stability")
        self._score_name = text_label("Score", "dim")
        self._stability_name = text_label("Stability", "dim")
        self._score_name.setToolTip("Predicted IoU: how well the backend thinks the mask fits")
        self._stability_name.setToolTip("How little the mask changes when the backend's threshold does")
        self.share = text_label("", "dim")
        self.coverage_button = push_button("Gaps")
        keep_icon(self.coverage_button, icons, "gaps")
        self.coverage_button.setCheckable(True)
        self.coverage_button.setToolTip("Hatch what no mask explains (Shift+G)")
        self.gap_button = push_button("Next gap  G")
        self.gap_button.setToolTip("Go to the biggest gap and ask the backend there (G)")
        self._connect()
        self._arrange()
        self.set_state(FillState())

    def _connect(self) -> None:
        self.find_button.clicked.connect(self.find_asked)
        self.again_button.clicked.connect(self.find_asked)
        self.stop_button.clicked.connect(self.stop_asked)
        self.confirm_button.clicked.connect(self.confirm_asked)
        self.gap_button.clicked.connect(self.gap_asked)
        self.coverage_button.clicked.connect(self.coverage_toggled)
        self.score.valueChanged.connect(self._slid)
        self.stability.valueChanged.connect(self._slid)
        buttons = (self.find_button, self.again_button, self.stop_button, self.confirm_button)
        for button in (*buttons, self.coverage_button, self.gap_button):
            # The keys stay with the picture.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _arrange(self) -> None:
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(3 * UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(GAP)
        row.addWidget(self.find_button)
        for widget in (self._score_name, self.score, self._score_text):
            row.addWidget(widget)
        for widget in (self._stability_name, self.stability, self._stability_text):
            row.addWidget(widget)
        row.addWidget(self.text, 1)
        for button in (self.stop_button, self.again_button, self.confirm_button):
            row.addWidget(button)
        for end in (self.share, self.coverage_button, self.gap_button):
            row.addWidget(end)
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, 0, UNIT, UNIT)
        column.addWidget(self._bar)

    def set_thresholds(self, min_score: float, min_stability: float) -> None:
        """Move the sliders without telling anybody."""
        for slider, value in ((self.score, min_score), (self.stability, min_stability)):
            slider.blockSignals(True)
            slider.setValue(round(value * _STEPS))
            slider.blockSignals(False)
        self._show_values()

    def set_state(self, state: FillState) -> None:
        """Show the step that the image on screen is at."""
        is_open, found = state.phase == "open", state.total > 0
        self.find_button.setVisible(state.phase in ("none", "empty"))
        self.find_button.setEnabled(state.phase == "empty")
        self.stop_button.setVisible(state.phase == "finding")
        self.confirm_button.setVisible(is_open)
        self.again_button.setVisible(is_open and not found)
        sliders = (self._score_name, self.score, self._score_text)
        for widget in (*sliders, self._stability_name, self.stability, self._stability_text):
            widget.setVisible(is_open and found)
        self.confirm_button.setText(f"Confirm {state.kept}" if found else "Confirm")
        self.confirm_button.setToolTip(_confirm_tip(state))
        self.text.set_text(_words(state))

    def set_share(self, explained: float | None) -> None:
        """Say how much of the image is explained."""
        self.share.setText("" if explained is None else f"{explained:.0%} explained")

    def set_asking(self, share: float | None) -> None:
        """Say that the backend is asked about a gap of this share of the image."""
        self.gap_button.setEnabled(share is None)
        self.gap_button.setText("Next gap  G" if share is None else f"Asking, {share:.0%}")

    def set_coverage_shown(self, shown: bool) -> None:
        """Press or release the button."""
        self.coverage_button.setChecked(shown)

    def _slid(self, _value: int) -> None:
        self._show_values()
        self.thresholds_changed.emit(self.score.value() / _STEPS, self.stability.value() / _STEPS)

    def _show_values(self) -> None:
        self._score_text.setText(f"{self.score.value() / _STEPS:.2f}")
        self._stability_text.setText(f"{self.stability.value() / _STEPS:.2f}")


def _slider(name: str) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, _STEPS)
    slider.setPageStep(5)
    slider.setFixedWidth(110)
    slider.setAccessibleName(name)
    # Arrow keys belong to a slider that was clicked; a picture that was clicked takes them back.
    slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    value = text_label("")
    value.setMinimumWidth(30)
    return slider, value


def _words(state: FillState) -> str:
    if state.phase == "open":
        return f"{state.kept} of {state.total} kept" if state.total else "Nothing new was found."
    if state.phase == "confirmed":
        return f"Confirmed, {state.accepted} accepted. Add what is missing with clicks or G."
    return _WORDS[state.phase]


def _confirm_tip(state: FillState) -> str:
    dropped = state.total - state.kept
    return f"Accept {state.kept} and drop {dropped} below the thresholds (Shift+Enter); one undo step"
