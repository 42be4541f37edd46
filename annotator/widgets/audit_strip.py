"""The line over the picture while an image of a quality audit is on screen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, ElidedLabel, keep_icon, push_button, text_label


class AuditStrip(QWidget):
    """Takes no room while there is nothing to say."""

    checked = Signal()
    next_asked = Signal()
    report_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Hidden until ``show_audit``."""
        super().__init__()
        self._bar = QFrame()
        self._bar.setProperty("role", "card")
        self._title = text_label("", "strong")
        self.text = ElidedLabel("", mode=Qt.TextElideMode.ElideRight)
        self.count = text_label("", "dim")
        self.check_button = push_button("Mark as checked, go on", "primary")
        keep_icon(self.check_button, icons, "accept")
        self.next_button = push_button("Next image to check")
        self.report_button = push_button("Report", "link")
        self.check_button.clicked.connect(self.checked)
        self.next_button.clicked.connect(self.next_asked)
        self.report_button.clicked.connect(self.report_asked)
        for button in (self.check_button, self.next_button, self.report_button):
            # The keys stay with the picture.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(3 * UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(GAP)
        row.addWidget(self._title)
        row.addWidget(self.text, 1)
        for widget in (self.count, self.report_button, self.next_button, self.check_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, 0, UNIT, UNIT)
        column.addWidget(self._bar)
        self.hide()

    def show_audit(self, audit_id: int, checked: int, images: int, *, image_checked: bool) -> None:
        """Say how the audit and the image on screen stand."""
        self._title.setText(f"Audit {audit_id}")
        self.text.set_text(
            "This image is checked."
            if image_checked
            else "Correct this image until every mask is right and none is missing."
        )
        self.count.setText(f"{checked} of {images} checked")
        self.check_button.setVisible(not image_checked)
        self.next_button.setVisible(image_checked)
        self.show()
