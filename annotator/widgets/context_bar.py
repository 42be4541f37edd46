"""The line above the canvas: backend, candidates or the tool's options, and what Enter, Tab and Esc would do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.tokens import CONTROL_HEIGHT, UNIT
from annotator.widgets.candidate_button import CandidateButton, CandidateView
from annotator.widgets.parts import GAP, ElidedLabel, push_button, text_label
from annotator.widgets.thin_progress import ThinProgress

HEIGHT = 44
MOST_CANDIDATES = 3
RADII = (0.5, 500.0)
_STEPS = 200

BackendState: TypeAlias = Literal["off", "loading", "ready", "busy", "down"]
_WORDS: dict[str, str] = {"off": "off", "loading": "loading", "ready": "ready", "busy": "working", "down": "stopped"}


@dataclass(frozen=True, slots=True)
class BackendView:
    """Which backend answers, where it computes and how it is."""

    title: str
    device: str = ""
    state: BackendState = "off"
    tip: str = ""


@dataclass(frozen=True, slots=True)
class KeyHints:
    """What the three keys would do now; empty ones are not shown. ``note`` says what to do where no key does it."""

    enter: str = ""
    tab: str = ""
    esc: str = ""
    note: str = ""


class ContextBar(QWidget):
    """Never changes its height: what does not fit gives way, the hint of Enter last."""

    candidate_chosen = Signal(int)
    radius_changed = Signal(float)
    hover_preview_changed = Signal(bool)
    backend_clicked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Shows no candidates and the select tool until told."""
        super().__init__()
        self._tool = "select"
        self._candidates_shown = 0
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(0)
        self._dot = _Dot(icons)
        self.backend = push_button("", "flat")
        self.backend.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.backend.setFixedHeight(CONTROL_HEIGHT)
        self.backend.clicked.connect(self.backend_clicked)
        self._activity = text_label("", "dim")
        self.candidates = [CandidateButton(icons, number) for number in range(1, MOST_CANDIDATES + 1)]
        self.radius = QSlider(Qt.Orientation.Horizontal)
        self.radius.setRange(0, _STEPS)
        self.radius.setFixedWidth(140)
        self.radius.setAccessibleName("Brush radius")
        self.radius.valueChanged.connect(self._slid)
        self._radius_text = text_label("")
        self._radius_text.setMinimumWidth(56)
        self.hover_preview = QCheckBox("Preview under the pointer")
        self.hover_preview.toggled.connect(self.hover_preview_changed)
        self._note = ElidedLabel("", dim=True, mode=Qt.TextElideMode.ElideRight)
        # Takes what is left and asks for nothing: a long note must not drive the hints away.
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._hints = [_Hint(key) for key in ("Enter", "Tab", "Esc")]
        self.progress = ThinProgress(icons)
        self._arrange()
        self.set_backend(BackendView("No backend"))
        self.set_radius(12.0)
        self.set_candidates((), 0)
        self.set_hints(KeyHints())
        self.set_tool("select")

    def set_backend(self, view: BackendView) -> None:
        """Show the backend and its state."""
        where = f" on {view.device.upper()}" if view.device else ""
        self.backend.setText(f"{view.title}{where}")
        self.backend.setToolTip(view.tip or f"{view.title}{where}: {_WORDS[view.state]}. Click to choose another.")
        self.backend.setAccessibleName(f"Backend {view.title}{where}, {_WORDS[view.state]}")
        self._dot.set_state(view.state)
        self._fit()

    def set_busy(self, text: str) -> None:
        """Say what the backend is doing ("Encoding the image"); "" when it rests."""
        self._activity.setText(text)
        self._activity.setVisible(bool(text))
        self.progress.set_busy(bool(text))
        self._fit()

    def set_candidates(self, views: Sequence[CandidateView], chosen: int) -> None:
        """Show up to three candidates; ``chosen`` is the one that Enter takes."""
        for number, button in enumerate(self.candidates):
            button.setVisible(number < len(views))
            button.setChecked(number == chosen)
            if number < len(views):
                button.show_candidate(views[number], alone=len(views) == 1)
        self._candidates_shown = len(views)
        self._fit()

    def set_hints(self, hints: KeyHints) -> None:
        """Say what the keys would do."""
        for hint, text in zip(self._hints, (hints.enter, hints.tab, hints.esc), strict=True):
            hint.set_text(text)
        self._note.set_text(hints.note)
        self._fit()

    def set_tool(self, name: str) -> None:
        """Show the options of a tool."""
        self._tool = name
        painting = name in ("brush", "eraser")
        self.radius.setVisible(painting)
        self._radius_text.setVisible(painting)
        self._fit()

    def set_radius(self, radius: float) -> None:
        """Show the brush's radius in image pixels; emits nothing."""
        self.radius.blockSignals(True)
        self.radius.setValue(_slider_of(radius))
        self.radius.blockSignals(False)
        self._radius_text.setText(f"{radius:.1f} px" if radius < 10 else f"{radius:.0f} px")

    def set_hover_preview(self, on: bool) -> None:
        """Show whether the smart tool previews; emits nothing."""
        self.hover_preview.blockSignals(True)
        self.hover_preview.setChecked(on)
        self.hover_preview.blockSignals(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let give way what does not fit."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Ask for little: the canvas decides the width."""
        return QSize(400, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Never hold the window open."""
        return QSize(0, HEIGHT)

    def _arrange(self) -> None:
        row = QFrame()
        row.setProperty("role", "strip")
        self._row = QHBoxLayout(row)
        self._row.setContentsMargins(GAP, 0, GAP, 0)
        self._row.setSpacing(GAP)
        self._row.addWidget(self._dot)
        self._row.addSpacing(-UNIT)
        self._row.addWidget(self.backend)
        # Before everything that comes and goes, so that it stands still.
        self._row.addWidget(self.hover_preview)
        self._row.addWidget(self._activity)
        self._row.addSpacing(UNIT)
        for button in self.candidates:
            self._row.addWidget(button)
            button.clicked.connect(lambda _on=False, button=button: self._clicked(button))
        self._row.addWidget(self.radius)
        self._row.addWidget(self._radius_text)
        self._row.addSpacing(UNIT)
        self._row.addWidget(self._note, 1)
        for hint in self._hints:
            self._row.addWidget(hint)
        # The row may be narrower than it asks for: it is clipped, never the window widened.
        row.setMinimumWidth(0)
        row.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(row, 1)
        layout.addWidget(self.progress)

    def _clicked(self, button: CandidateButton) -> None:
        self.candidate_chosen.emit(self.candidates.index(button))

    def _slid(self, value: int) -> None:
        radius = _radius_of(value)
        self.set_radius(radius)
        self.radius_changed.emit(radius)

    def _fit(self) -> None:
        enter, tab, esc = self._hints
        optional: list[QWidget] = [enter, esc, tab]
        previews = self._tool == "smart" and not self._candidates_shown
        self.hover_preview.setVisible(previews)
        if previews:
            optional.append(self.hover_preview)
        for widget in optional:
            wanted = widget.has_text if isinstance(widget, _Hint) else True
            widget.setVisible(wanted)
        for widget in reversed(optional):
            if self._row.sizeHint().width() <= self.width():
                return
            widget.setVisible(False)


class _Dot(QWidget):
    """The backend's state as a disc: filled when it can answer, a ring when it cannot."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._state: BackendState = "off"
        self.setFixedSize(12, 12)

    def set_state(self, state: BackendState) -> None:
        self._state = state
        self.setToolTip(_WORDS[state].capitalize())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._icons.tokens
        colors = {"ready": tokens.success, "busy": tokens.accent, "loading": tokens.warning, "down": tokens.error}
        color = QColor(colors.get(self._state, tokens.text_dim))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color)
        painter.setBrush(color if self._state in ("ready", "busy") else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self.rect().adjusted(2, 2, -3, -3))
        painter.end()


class _Hint(QWidget):
    """A key cap and what it would do."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._text = text_label("", "dim")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(UNIT, 0, 0, 0)
        layout.setSpacing(UNIT + 2)
        layout.addWidget(text_label(key, "key"))
        layout.addWidget(self._text)

    @property
    def has_text(self) -> bool:
        return bool(self._text.text())

    def set_text(self, text: str) -> None:
        self._text.setText(text)


def _slider_of(radius: float) -> int:
    low, high = (math.log(edge) for edge in RADII)
    return round((math.log(min(max(radius, RADII[0]), RADII[1])) - low) / (high - low) * _STEPS)


def _radius_of(value: int) -> float:
    low, high = (math.log(edge) for edge in RADII)
    return round(math.exp(low + (high - low) * value / _STEPS), 1)
