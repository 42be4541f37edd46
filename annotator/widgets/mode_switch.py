"""The engine's three stages, review and dashboard: the product's idea at a glance."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from annotator.modes import MODES, Mode
from annotator.tokens import CONTROL_HEIGHT


class ModeSwitch(QWidget):
    """A row of connected buttons, one of which is on."""

    mode_chosen = Signal(str)

    def __init__(self, modes: tuple[Mode, ...] = MODES) -> None:
        """Starts with the first mode."""
        super().__init__()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for mode in modes:
            button = QToolButton()
            button.setText(mode.title)
            button.setCheckable(True)
            button.setFixedHeight(CONTROL_HEIGHT)
            button.setMinimumWidth(64)
            button.setEnabled(mode.built)
            button.setToolTip(mode.tip if mode.built else f"{mode.tip}.\nNot built yet.")
            button.clicked.connect(lambda _checked=False, name=mode.name: self.mode_chosen.emit(name))
            self._group.addButton(button)
            self._buttons[mode.name] = button
            layout.addWidget(button)
        self.set_mode(modes[0].name)

    @property
    def mode(self) -> str:
        """Name of the mode that is on."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def set_mode(self, name: str) -> None:
        """Show a mode as on; emits nothing."""
        self._buttons[name].setChecked(True)

    def button(self, name: str) -> QToolButton:
        """Return a mode's button."""
        return self._buttons[name]
