"""Which Maskwright this is, what it stands on, and where its log is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from annotator.dialogs.form import breakable
from annotator.tokens import UNIT
from annotator.widgets.parts import MARGIN, push_button, text_label

_WIDTH = 460


@dataclass(frozen=True, slots=True)
class AboutView:
    """``rows`` are (name, value): versions, device, log file."""

    version: str
    rows: tuple[tuple[str, str], ...]


class AboutDialog(QDialog):
    """Shows versions; they can be copied into a report."""

    def __init__(self, parent: QWidget | None, view: AboutView) -> None:
        """Shows ``view``."""
        super().__init__(parent)
        self.setWindowTitle("About Maskwright")
        self._view = view
        card = QFrame()
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        grid.setHorizontalSpacing(MARGIN)
        grid.setVerticalSpacing(UNIT)
        grid.setColumnStretch(1, 1)
        for number, (name, value) in enumerate(view.rows):
            shown = text_label(breakable(value), wrap=True)
            grid.addWidget(text_label(name, "dim"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, number, 1)
        self.copy_button = push_button("C&opy details")
        self.close_button = push_button("&Close", "primary")
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(self.copy_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * UNIT, 5 * UNIT, 5 * UNIT, MARGIN)
        layout.setSpacing(UNIT)
        layout.addWidget(text_label("Maskwright", "title"))
        layout.addWidget(text_label(f"Version {view.version}"))
        layout.addWidget(
            text_label("A person clicks, a model answers, and every mask keeps its story.", "dim", wrap=True)
        )
        layout.addSpacing(2 * UNIT)
        layout.addWidget(card)
        layout.addStretch(1)
        layout.addSpacing(2 * UNIT)
        layout.addLayout(foot)
        self.setMinimumWidth(_WIDTH)
        self.copy_button.clicked.connect(self.copy_details)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, view: AboutView) -> None:
        """Show the box until it is closed."""
        dialog = cls(parent, view)
        dialog.exec()
        dialog.deleteLater()

    @Slot()
    def copy_details(self) -> None:
        """Put everything on the clipboard, one line a row."""
        rows = (("Maskwright", self._view.version), *self._view.rows)
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in rows))
        self.copy_button.setText("Copied")
