"""The lines over the picture while the queue is reviewed: what is shown, how far it is, what it is, what keys do."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.controllers.review_steps import Standing
from annotator.icons import Icons
from annotator.tokens import CONTROL_HEIGHT, UNIT
from annotator.widgets.parts import GAP, ElidedLabel, icon_button, keep_icon, push_button, text_label
from engine.review import ReviewBy

ORDER_WORDS: Mapping[ReviewBy, str] = {
    ReviewBy.UNCERTAINTY: "Least certain first",
    ReviewBy.JOINT: "Least certain joint first",
    ReviewBy.SCORE: "Lowest score first",
    ReviewBy.STABILITY: "Least stable first",
    ReviewBy.AREA: "Largest first",
    ReviewBy.LABEL: "By label",
    ReviewBy.IMAGE: "Image by image",
    ReviewBy.RANDOM: "Shuffled",
}
VIEWS = (("one", "One mask", "O"), ("whole", "Whole image", "W"), ("sheet", "Contact sheet", "C"))
KEYS = (("Y", "accept"), ("N", "reject"), ("R", "relabel"), ("→", "later"), ("←", "back"))
SHEET_KEYS = (("Y", "accept"), ("N", "reject"), ("R", "relabel"), ("Ctrl+A", "all"), ("Enter", "look closer"))


class ReviewStrip(QWidget):
    """Shows what it is told.

    Signals:
        view_chosen(str): one, whole or sheet.
        order_chosen(object, bool): a ``ReviewBy`` and whether it is turned round.
        filter_asked(): narrow the queue.
        threshold_asked(): show or hide the histogram.
    """

    view_chosen = Signal(str)
    order_chosen = Signal(object, bool)
    filter_asked = Signal()
    threshold_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Shows one mask, least certain first, until told."""
        super().__init__()
        self._views = QButtonGroup(self)
        self.view_buttons: dict[str, QToolButton] = {}
        for name, title, key in VIEWS:
            button = QToolButton()
            button.setText(title)
            button.setToolTip(f"{title} ({key})")
            button.setCheckable(True)
            button.setFixedHeight(CONTROL_HEIGHT)
            button.clicked.connect(lambda _on=False, name=name: self.view_chosen.emit(name))
            self._views.addButton(button)
            self.view_buttons[name] = button
        self.order = QComboBox()
        self.order.setAccessibleName("Order of the queue")
        self.order.setToolTip("What comes first")
        for by, words in ORDER_WORDS.items():
            self.order.addItem(words, by)
        self.order.activated.connect(lambda _row: self._ordered())
        self.reverse = icon_button(icons, "raise", "Turn the order round")
        self.reverse.setCheckable(True)
        self.reverse.clicked.connect(lambda _on: self._ordered())
        self.filter = push_button("All")
        keep_icon(self.filter, icons, "filter")
        self.filter.setToolTip("Show only some of what waits")
        self.filter.clicked.connect(self.filter_asked)
        self.threshold = QToolButton()
        self.threshold.setText("By threshold")
        self.threshold.setToolTip("Accept or reject many at once by their score (Shift+T)")
        self.threshold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.threshold.setCheckable(True)
        self.threshold.setFixedHeight(CONTROL_HEIGHT)
        keep_icon(self.threshold, icons, "dashboard")
        self.threshold.clicked.connect(self.threshold_asked)
        self.count = text_label("", "strong")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName("Decided so far")
        self.state = text_label("", "key")
        self.state.hide()
        self.info = ElidedLabel("", mode=Qt.TextElideMode.ElideRight, dim=True)
        self._hints = [_Key() for _ in KEYS]
        for widget in (*self.view_buttons.values(), self.order, self.reverse, self.filter, self.threshold):
            # The keys stay with the picture.
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._arrange()
        self.set_view("one")
        self.set_keys(KEYS)

    def set_view(self, name: str) -> None:
        """Show which view is on; emits nothing."""
        self.view_buttons[name].setChecked(True)
        self.set_keys(SHEET_KEYS if name == "sheet" else KEYS)

    def set_order(self, by: ReviewBy, *, reverse: bool) -> None:
        """Show the order; emits nothing."""
        self.order.setCurrentIndex(list(ORDER_WORDS).index(by))
        self.reverse.setChecked(reverse)

    def set_filter(self, words: str) -> None:
        """Say what the queue is narrowed to; "" when it is not."""
        self.filter.setText(words or "All")

    def set_threshold_shown(self, shown: bool) -> None:
        """Show whether the histogram is open."""
        self.threshold.setChecked(shown)

    def set_standing(self, standing: Standing) -> None:
        """Say how far the review is."""
        if standing.number:
            self.count.setText(f"{standing.number:,} of {standing.total:,}")
        else:
            self.count.setText(f"{standing.left:,} left" if standing.left else "Nothing left")
        self.count.setToolTip(f"{standing.done:,} decided, {standing.left:,} to go")
        self.bar.setMaximum(max(standing.total, 1))
        self.bar.setValue(standing.done)

    def set_info(self, text: str, *, state: str = "") -> None:
        """Say what is on screen; ``state`` is what was decided about it already."""
        self.info.set_text(text)
        self.state.setText(state)
        self.state.setVisible(bool(state))

    def set_keys(self, keys: tuple[tuple[str, str], ...]) -> None:
        """Say what the keys do."""
        for hint, (key, words) in zip(self._hints, keys, strict=True):
            hint.set_key(key, words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let hints give way where there is no room, the last first."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Never hold the window open."""
        return QSize(0, self.sizeHint().height())

    def _fit(self) -> None:
        room = self.width() - 120
        for hint in self._hints:
            room -= hint.sizeHint().width() + GAP
            hint.setVisible(room > 0)
        wide = self.width() >= 900
        self.bar.setVisible(wide)

    def _ordered(self) -> None:
        self.order_chosen.emit(ReviewBy(self.order.currentData()), self.reverse.isChecked())

    def _arrange(self) -> None:
        upper = QHBoxLayout()
        upper.setContentsMargins(GAP, 0, GAP, 0)
        upper.setSpacing(GAP)
        views = QHBoxLayout()
        views.setSpacing(2)
        for button in self.view_buttons.values():
            views.addWidget(button)
        upper.addLayout(views)
        upper.addSpacing(UNIT)
        for widget in (self.order, self.reverse, self.filter, self.threshold):
            upper.addWidget(widget)
        upper.addStretch(1)
        upper.addWidget(self.bar)
        upper.addWidget(self.count)
        lower = QHBoxLayout()
        lower.setContentsMargins(GAP, 0, GAP, UNIT)
        lower.setSpacing(GAP)
        lower.addWidget(self.state)
        lower.addWidget(self.info, 1)
        for hint in self._hints:
            lower.addWidget(hint)
        rows = QFrame()
        rows.setProperty("role", "strip")
        # The rows may be narrower than they ask for: they are clipped, never the window widened.
        rows.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, UNIT, 0, 0)
        column.setSpacing(UNIT)
        column.addLayout(upper)
        column.addLayout(lower)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(rows)


class _Key(QWidget):
    """A key cap and what it does."""

    def __init__(self) -> None:
        super().__init__()
        self._key = text_label("", "key")
        self._words = text_label("", "dim")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT + 2)
        layout.addWidget(self._key)
        layout.addWidget(self._words)

    def set_key(self, key: str, words: str) -> None:
        self._key.setText(key)
        self._words.setText(words)
