"""The dashboard's card for quality audits: start one, go on with it, read its report."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import push_button, text_label
from engine.measure.audit import SAM_FAIR, SAM_GOOD, SAM_SOURCE, AuditReport, Estimate
from engine.measure.audit_words import comparison, interval, standing
from engine.measure.words import fine_share

IMAGES = 20
_MOST = 1000
_HOW = "Correct each image with any tool until every mask is right and none is missing, then mark it as checked."
_IDLE = (
    "How good are the masks really? Images are drawn at random and their masks kept as they are now. "
    f"{_HOW} The report compares before and after."
)


class IntervalBar(QWidget):
    """A share with its interval on a line from 0 to 100 %, and SAM's share as a thin mark."""

    def __init__(self, icons: Icons) -> None:
        """Nothing until ``show_estimate``."""
        super().__init__()
        self._icons = icons
        self.estimate = Estimate(None)
        self._other = 0.0
        self.setFixedHeight(16)
        self.setMinimumWidth(80)
        icons.changed.connect(self.update)

    def show_estimate(self, estimate: Estimate, other: float) -> None:
        """Draw an estimate beside SAM's share ``other``."""
        self.estimate = estimate
        self._other = other
        self.setToolTip("From 0 to 100 %" + (f"; the upright line is SAM's {100 * other:.0f} %" if other else ""))
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a little room."""
        return QSize(140, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, SAM's mark, the interval, the value."""
        tokens, wide = self._icons.tokens, self.width() - 10
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.fillRect(QRectF(5, middle - 2, wide, 4), QColor(tokens.border))
        if self.estimate.low is not None and self.estimate.high is not None:
            left, right = 5 + wide * self.estimate.low, 5 + wide * self.estimate.high
            soft = QColor(tokens.accent)
            soft.setAlphaF(0.45)
            painter.fillRect(QRectF(left, middle - 4, max(right - left, 2.0), 8), soft)
        if self._other:
            x = 5 + wide * self._other
            painter.setPen(QPen(QColor(tokens.text), 1.5))
            painter.drawLine(round(x), 1, round(x), self.height() - 1)
        if self.estimate.value is not None:
            painter.setPen(QPen(QColor(tokens.surface), 1))
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(QRectF(5 + wide * self.estimate.value - 5, middle - 5, 10, 10))
        painter.end()


class AuditCard(QFrame):
    """Says how the newest audit stands."""

    start_asked = Signal(int)
    """How many images to draw."""
    next_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Offers to start one until ``show_report``."""
        super().__init__()
        self.setProperty("role", "card")
        self._open = False
        self.text = text_label(_IDLE, "dim", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.rows: list[tuple[QLabel, IntervalBar, QLabel]] = []
        self._figures = self._grid(icons)
        self.counts = text_label("", wrap=True)
        self.verdict = text_label("", "dim", wrap=True)
        self.number = QSpinBox()
        self.number.setRange(1, _MOST)
        self.number.setValue(IMAGES)
        self.number.setFixedWidth(18 * UNIT)
        self.number.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.number.setAccessibleName("How many images to draw")
        self.start_button = push_button("")
        self.start_button.clicked.connect(lambda: self.start_asked.emit(self.number.value()))
        self.number.valueChanged.connect(self._name_start)
        self.next_button = push_button("Check next image", "primary")
        self.next_button.clicked.connect(self.next_asked)
        self._arrange()
        self.show_report(None)

    def show_report(self, report: AuditReport | None) -> None:
        """Show how the newest audit stands; None: there is none yet."""
        some = report is not None and report.checked > 0
        self._open = report is not None and not report.done
        self.progress.setVisible(self._open)
        self._figures.setVisible(some)
        self.counts.setVisible(some)
        self.verdict.setVisible(some)
        self.next_button.setVisible(self._open)
        self._name_start()
        if report is None:
            self.text.setText(_IDLE)
            return
        when = f"{report.audit.created_at.astimezone():%d %b %Y}"
        told = f"Audit {report.audit.id} of {when}: {report.checked} of {report.images} images checked."
        self.text.setText(told if some else f"{told} {_HOW}")
        self.progress.setRange(0, report.images)
        self.progress.setValue(report.checked)
        for (value, bar, between), (estimate, other) in zip(
            self.rows, ((report.good, SAM_GOOD), (report.fair, SAM_FAIR), (report.mean_iou, 0.0)), strict=True
        ):
            value.setText(fine_share(estimate.value))
            bar.show_estimate(estimate, other)
            between.setText(interval(estimate))
        self.counts.setText(
            f"{report.masks:,} masks compared: {report.untouched:,} left as they were, {report.removed:,} removed "
            f"(IoU 0); {report.added:,} added that were missing."
        )
        self.verdict.setText(" ".join((*standing(report), comparison())))
        self.verdict.setToolTip(f"SAM: {SAM_SOURCE}")

    def _name_start(self) -> None:
        number = self.number.value()
        verb = "Start anew with" if self._open else "Draw"
        self.start_button.setText(f"{verb} {number} image{'' if number == 1 else 's'}")

    def _grid(self, icons: Icons) -> QWidget:
        figures = QWidget()
        grid = QGridLayout(figures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * UNIT)
        grid.setVerticalSpacing(UNIT)
        for place, title in enumerate(("IoU above 0.90", "IoU above 0.75", "Mean IoU")):
            row = (text_label("", "strong"), IntervalBar(icons), text_label("", "dim"))
            row[2].setToolTip("95 % interval, by resampling whole images")
            grid.addWidget(text_label(title), place, 0)
            grid.addWidget(row[0], place, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(row[1], place, 2)
            grid.addWidget(row[2], place, 3)
            self.rows.append(row)
        grid.setColumnStretch(2, 1)
        return figures

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * UNIT)
        buttons.addWidget(self.next_button)
        buttons.addStretch(1)
        buttons.addWidget(self.number)
        buttons.addWidget(self.start_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 3 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(text_label("Quality audit", "heading"))
        for widget in (self.text, self.progress, self._figures, self.counts, self.verdict):
            column.addWidget(widget)
        column.addStretch(1)
        column.addLayout(buttons)
