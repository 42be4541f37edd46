"""The line over the picture while an instance's clicks are shown again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from annotator.controllers.replay import ReplayState
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, ElidedLabel, icon_button, push_button, text_label


class ReplayStrip(QWidget):
    """Takes no room while nothing is replayed.

    Signals:
        step_asked(int): forward (1) or back (-1).
    """

    step_asked = Signal(int)
    end_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Hidden until ``show_state``."""
        super().__init__()
        bar = QFrame()
        bar.setProperty("role", "card")
        self.title = text_label("", "strong")
        self.text = ElidedLabel("", mode=Qt.TextElideMode.ElideRight)
        self.note = ElidedLabel("", mode=Qt.TextElideMode.ElideRight)
        self.note.setProperty("role", "warning")
        self.back_button = icon_button(icons, "back", "Step back (Shift+Tab)")
        self.forward_button = icon_button(icons, "forward", "Step forward (Tab)")
        self.end_button = push_button("End  Esc")
        self.back_button.clicked.connect(lambda: self.step_asked.emit(-1))
        self.forward_button.clicked.connect(lambda: self.step_asked.emit(1))
        self.end_button.clicked.connect(self.end_asked)
        for button in (self.back_button, self.forward_button, self.end_button):
            # The keys stay with the picture.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(bar)
        row.setContentsMargins(3 * UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(GAP)
        row.addWidget(self.title)
        row.addWidget(self.text, 1)
        row.addWidget(self.note, 1)
        for widget in (self.back_button, self.forward_button, self.end_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, 0, UNIT, UNIT)
        column.addWidget(bar)
        self.hide()

    def show_state(self, state: ReplayState | None) -> None:
        """Say which step is shown; None hides the strip."""
        self.setVisible(state is not None)
        if state is None:
            return
        self.title.setText(f"Replay: step {state.place + 1} of {len(state.steps)}")
        self.text.set_text(_words(state))
        self.note.set_text(state.note)
        self.back_button.setEnabled(state.place > 0)
        self.forward_button.setEnabled(not state.last)


def _words(state: ReplayState) -> str:
    newest = state.step.newest
    what = "a box" if newest.kind == "box" else "a click that includes" if newest.positive else "a click that excludes"
    after = f" after {newest.at_ms / 1000:.1f} s" if newest.at_ms else ""
    if not state.step.answered:
        mask = "nothing to answer yet"
    elif state.alike is None:
        mask = "asking the backend"
    else:
        mask = f"IoU with the stored mask {state.alike:.2f}"
    return f"{what}{after}; {mask}"
