"""A bug: the window survives, and the traceback can be copied for a report."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.messages import BugReport
from annotator.widgets.parts import GAP, MARGIN, push_button, text_label

MOST_KEPT = 20


class BugDialog(QDialog):
    """Not modal: work may go on beside it."""

    def __init__(self, parent: QWidget | None, icons: Icons | None = None) -> None:
        """Empty; ``add`` fills it."""
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setModal(False)
        self.resize(680, 420)
        self._reports: list[BugReport] = []
        picture = QLabel()
        if icons is not None:
            picture.setPixmap(icons.get("bug", color=icons.tokens.error).pixmap(QSize(28, 28)))
        self.summary = text_label("", "heading", wrap=True)
        advice = (
            "This is a mistake in Maskwright, not yours. What was stored is safe and the window goes on working. "
            "Please copy the details into a report."
        )
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setAccessibleName("Details of the error")
        self.copy_button = push_button("Copy details")
        self.copy_button.clicked.connect(self._copy)
        self.close_button = push_button("Close", "primary")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        head = QHBoxLayout()
        head.setSpacing(GAP + 4)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.summary, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addStretch()
        foot.addWidget(self.copy_button)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(GAP + 4)
        layout.addLayout(head)
        layout.addWidget(text_label(advice, "dim", wrap=True))
        layout.addWidget(self.details, 1)
        layout.addLayout(foot)
        self.close_button.setFocus()

    @property
    def text(self) -> str:
        """All tracebacks."""
        return self.details.toPlainText()

    def add(self, report: BugReport) -> None:
        """Show one more bug; the same one again only once."""
        if report not in self._reports:
            self._reports = [*self._reports, report][-MOST_KEPT:]
        number = len(self._reports)
        self.summary.setText(report.summary if number == 1 else f"{report.summary}\n({number} different errors so far)")
        self.details.setPlainText("\n\n".join(each.details for each in self._reports))

    def clear(self) -> None:
        """Forget what was shown and closed."""
        self._reports = []

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.copy_button.setText("Copied")


class BugReporter:
    """Keeps one dialog, so that several bugs at once do not stack windows."""

    def __init__(self, parent: QWidget | None, icons: Icons | None = None) -> None:
        """The dialog is made with the first bug."""
        self._parent = parent
        self._icons = icons
        self.dialog: BugDialog | None = None

    def report(self, report: BugReport) -> None:
        """Show a bug."""
        if self.dialog is None:
            self.dialog = BugDialog(self._parent, self._icons)
        if not self.dialog.isVisible():
            self.dialog.clear()
            self.dialog.copy_button.setText("Copy details")
        self.dialog.add(report)
        self.dialog.show()
