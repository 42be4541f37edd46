"""Strips for what takes over half a second: what it is, how far, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, ElidedLabel, icon_button, text_label

_STEPS = 1000


class ProgressStrip(QWidget):
    """One row for each running work; hidden while there is none."""

    cancelled = Signal(str)
    """Key of the work that should stop."""

    def __init__(self, icons: Icons) -> None:
        """Empty."""
        super().__init__()
        self._icons = icons
        self._rows: dict[str, _Row] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.hide()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the running works."""
        return tuple(self._rows)

    def begin(self, key: str, title: str, *, cancellable: bool = True) -> None:
        """Add a row; one with the same key is replaced."""
        self.finish(key)
        row = _Row(self._icons, title, cancellable=cancellable)
        row.stop.clicked.connect(lambda: self._cancel(key))
        self._rows[key] = row
        self._layout.addWidget(row)
        self.show()

    def update_progress(self, key: str, done: int, total: int | None) -> None:
        """Show how far it is; without ``total`` only that it goes on. An unknown key has ended: nothing happens."""
        if key in self._rows:
            self._rows[key].show_progress(done, total)

    def show_words(self, key: str, done: int, total: int | None, words: str) -> None:
        """Show progress of any size in the caller's own words, as of a download in bytes."""
        if key in self._rows:
            self._rows[key].show_words(done, total, words)

    def finish(self, key: str) -> None:
        """Take the row away."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.setVisible(bool(self._rows))

    def row(self, key: str) -> _Row:
        """Return a work's row."""
        return self._rows[key]

    def _cancel(self, key: str) -> None:
        self._rows[key].stopping()
        self.cancelled.emit(key)


class _Row(QFrame):
    """Title, bar, count and the stop button."""

    def __init__(self, icons: Icons, title: str, *, cancellable: bool) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self._title = ElidedLabel(title)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(200)
        self.bar.setAccessibleName(title)
        self.count = text_label("", "dim")
        self.stop = icon_button(icons, "stop", f"Stop: {title}", size=24)
        self.stop.setVisible(cancellable)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3 * UNIT, UNIT, 2 * UNIT, UNIT)
        layout.setSpacing(GAP)
        layout.addWidget(self._title, 1)
        layout.addWidget(self.count)
        layout.addWidget(self.bar)
        layout.addWidget(self.stop)

    def show_progress(self, done: int, total: int | None) -> None:
        self.bar.setRange(0, total or 0)
        self.bar.setValue(done)
        self.count.setText(f"{done:,} of {total:,}" if total else (f"{done:,}" if done else ""))

    def show_words(self, done: int, total: int | None, words: str) -> None:
        # Qt counts in 32 bits, and weights have more bytes than that.
        self.bar.setRange(0, _STEPS if total else 0)
        self.bar.setValue(round(_STEPS * done / total) if total else 0)
        self.count.setText(words)

    def stopping(self) -> None:
        self.stop.setEnabled(False)
        self.count.setText("stopping")
