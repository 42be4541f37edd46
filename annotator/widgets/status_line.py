"""The lowest line: which image, where the pointer is, how near, what is on it, how quick the backend was."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSlider

from annotator.tokens import UNIT
from annotator.widgets.parts import ElidedLabel

HEIGHT = 26
_SLIDER_WIDTH = 90
_ROOM_FOR_SLIDER = 1100
"""A narrower line has its width for the words."""
_RIGHT = Qt.AlignmentFlag.AlignRight
_WITHOUT_CARD = "CUDA  00000 ms"
_WITH_CARD = "CUDA:0  000.0/000 GB  00000 ms"
"""The longest texts of the backend: its label keeps their width, so that nothing jumps."""


class StatusLine(QFrame):
    """Fields of steady width, so that nothing dances while the pointer moves; slider and path give way first.

    Signals:
        opacity_changed(float): how opaque the person wants the masks, 0 to 1.
    """

    opacity_changed = Signal(float)

    def __init__(self) -> None:
        """Empty until told."""
        super().__init__()
        self.setProperty("role", "strip")
        self.setFixedHeight(HEIGHT)
        self.number = ElidedLabel()
        self.path = ElidedLabel()
        self.size_text = ElidedLabel(dim=True)
        self.pointer = ElidedLabel(dim=True, mode=Qt.TextElideMode.ElideRight)
        self.zoom = ElidedLabel(dim=True, align=_RIGHT)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setFixedSize(_SLIDER_WIDTH, HEIGHT - UNIT)
        # A click must leave the canvas its keys.
        self.opacity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.opacity.setAccessibleName("Mask opacity")
        self.opacity.valueChanged.connect(self._slid)
        self.reminder = ElidedLabel(mode=Qt.TextElideMode.ElideRight, align=_RIGHT)
        self.reminder.setProperty("role", "warning")
        self.counts = ElidedLabel(mode=Qt.TextElideMode.ElideRight, align=_RIGHT)
        self.backend = ElidedLabel(dim=True, mode=Qt.TextElideMode.ElideRight, align=_RIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3 * UNIT, 0, 3 * UNIT, 0)
        layout.setSpacing(4 * UNIT)
        steady = {self.pointer: "x 00000  y 00000", self.zoom: "0000 %", self.backend: _WITHOUT_CARD}
        for label in (
            self.number,
            self.path,
            self.size_text,
            self.pointer,
            self.zoom,
            self.reminder,
            self.counts,
            self.backend,
        ):
            if label in steady:
                label.setFixedWidth(label.fontMetrics().horizontalAdvance(steady[label]))
            layout.addWidget(label)
        self.path.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout.insertWidget(layout.indexOf(self.zoom) + 1, self.opacity)
        layout.setStretchFactor(self.counts, 1)
        self.counts.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.reminder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.reminder.hide()
        self.set_opacity(0.5)

    def clear(self) -> None:
        """Show nothing: no image."""
        for label in (self.number, self.path, self.size_text, self.pointer, self.zoom, self.counts):
            label.set_text("")

    def set_image(self, number: int, total: int, path: str, width: int, height: int) -> None:
        """Show which image it is (``number`` from 1) and its size in pixels (0 while unknown)."""
        self.number.set_text(f"{number:,}/{total:,}")
        self.path.set_text(path)
        self.size_text.set_text(f"{width} \u00d7 {height}" if width and height else "")

    def set_pointer(self, x: float | None, y: float | None) -> None:
        """Show the pixel under the pointer; None outside the image."""
        self.pointer.set_text("" if x is None or y is None else f"x {int(x)}  y {int(y)}")

    def set_zoom(self, zoom: float) -> None:
        """Show the zoom; 1.0 is one screen pixel an image pixel."""
        percent = zoom * 100
        self.zoom.set_text(f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %")

    def set_opacity(self, opacity: float) -> None:
        """Show how opaque masks are, 0 to 1; emits nothing."""
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(opacity * 100))
        self.opacity.blockSignals(False)
        self._say_opacity()

    def set_counts(self, instances: int, to_review: int) -> None:
        """Show what is on the image."""
        text = f"{instances:,} object{'' if instances == 1 else 's'}"
        self.counts.set_text(f"{text}, {to_review:,} to review" if to_review else text)

    def set_reminder(self, text: str) -> None:
        """Say something in passing that asks for nothing; "" takes it away."""
        self.reminder.set_text(text)
        self.reminder.setVisible(bool(text))

    def set_backend(self, device: str, milliseconds: float | None, memory: str = "", tip: str = "") -> None:
        """Show where inference runs, how full that device is and how long the last answer took."""
        took = "" if milliseconds is None else f"{milliseconds:.0f} ms"
        self.backend.set_text("  ".join(part for part in (device.upper(), memory, took) if part))
        self.backend.set_tip(tip)
        steady = _WITH_CARD if memory else _WITHOUT_CARD
        self.backend.setFixedWidth(self.backend.fontMetrics().horizontalAdvance(steady))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop the slider where there is hardly room for the words."""
        super().resizeEvent(event)
        self.opacity.setVisible(self.width() >= _ROOM_FOR_SLIDER)

    def _slid(self, percent: int) -> None:
        self._say_opacity()
        self.opacity_changed.emit(percent / 100)

    def _say_opacity(self) -> None:
        self.opacity.setToolTip(f"Mask opacity: {self.opacity.value()} %")
