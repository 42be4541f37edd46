"""The line above the image list: part of the name, and a menu of states."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from annotator.icons import Icons
from annotator.panels.dock import small_button
from annotator.panels.field import Field
from annotator.panels.images_model import STATE_WORDS
from annotator.tokens import CONTROL_HEIGHT, UNIT
from engine.records import ImageFilter, ImageState

_PAUSE_MS = 150
"""Typing rests this long before the list is read again."""


class ImagesFilter(QWidget):
    """Makes an ``ImageFilter``.

    Signals:
        changed(object): the ``ImageFilter`` now asked for.
        left(): Enter was pressed: the list should take the focus.
        leave(): Esc was pressed in the empty field: whoever had the focus before should have it back.
    """

    changed = Signal(object)
    left = Signal()
    leave = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        """Start without narrowing anything."""
        super().__init__(parent)
        self._icons = icons
        self._told = ImageFilter()
        self.field = Field("Find by name")
        self.field.button.setToolTip("Clear the field")
        self.button = small_button("Show only some images")
        self.button.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.button)
        self.states = {state: self._check(words) for state, words in STATE_WORDS.items()}
        self.menu.addSeparator()
        self.proposals = self._check("With proposals to review")
        self.menu.addSeparator()
        self.reset_action = self.menu.addAction("Show all images")
        self.button.setMenu(self.menu)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        self._pause.timeout.connect(self._tell)
        self.field.textChanged.connect(self._typed)
        self.field.returnPressed.connect(self._entered)
        self.field.leave.connect(self.leave)
        self.field.button.triggered.connect(self.field.clear)
        self.reset_action.triggered.connect(self.reset)
        icons.changed.connect(self._recolor)
        self._recolor()

    @property
    def value(self) -> ImageFilter:
        """What is asked for now."""
        states = frozenset(state for state, action in self.states.items() if action.isChecked())
        proposed = True if self.proposals.isChecked() else None
        return ImageFilter(text=self.field.text().strip(), states=states, has_proposed=proposed)

    def reset(self) -> None:
        """Show all images again."""
        for action in (*self.states.values(), self.proposals):
            action.setChecked(False)
        self.field.clear()
        self._tell()

    def _check(self, words: str) -> QAction:
        action = self.menu.addAction(words)
        action.setCheckable(True)
        action.triggered.connect(self._tell)
        return action

    def _typed(self) -> None:
        self._recolor()
        self._pause.start()

    def _entered(self) -> None:
        self._tell()
        self.left.emit()

    def _tell(self) -> None:
        self._pause.stop()
        self._recolor()
        if self.value != self._told:
            self._told = self.value
            self.changed.emit(self._told)

    def _recolor(self) -> None:
        tokens, value = self._icons.tokens, self.value
        narrowed = bool(value.states) or value.has_proposed is not None
        self.field.glass.setIcon(self._icons.get("search", color=tokens.text_dim))
        self.field.button.setIcon(self._icons.get("close", color=tokens.text_dim))
        self.field.button.setVisible(bool(self.field.text()))
        self.button.setIcon(self._icons.get("filter", color=tokens.accent if narrowed else tokens.text_dim))
        shown = [STATE_WORDS[state].lower() for state in ImageState if state in value.states]
        shown += ["with proposals"] if value.has_proposed else []
        self.button.setToolTip(f"Showing only: {', '.join(shown)}" if shown else "Show only some images")
        self.reset_action.setEnabled(value != ImageFilter())
