"""One setting on the settings page: title, help, the control of its kind, and a way back to the default."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from annotator.icons import Icons
from annotator.settings import Settings
from annotator.settings_table import Setting, Value
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, icon_button, text_label

CONTROL_WIDTH = 190
_SPIN_INDENT = 9
"""The style sheet's padding does not reach the text of spin boxes; this puts it below that of the other controls."""


class SettingRow(QWidget):
    """Writes to the settings at every change, and follows them."""

    def __init__(self, setting: Setting, settings: Settings, icons: Icons) -> None:
        """Draw what the table says."""
        super().__init__()
        self.setting = setting
        self._settings = settings
        self._title = text_label(setting.title)
        self._help = text_label(_help_of(setting), "dim", wrap=True)
        self._help.setVisible(bool(self._help.text()))
        self.control = self._make_control()
        self.control.setAccessibleName(setting.title)
        self.control.setAccessibleDescription(setting.help)
        self._title.setBuddy(self.control)
        self.reset = icon_button(icons, "undo", f"Back to the default ({_words_of(setting, setting.default)})", size=24)
        self.reset.clicked.connect(lambda: settings.reset(setting.key))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        words = QVBoxLayout()
        words.setSpacing(UNIT // 2)
        words.addWidget(self._title)
        words.addWidget(self._help)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, GAP - 2, 0, GAP - 2)
        row.setSpacing(GAP)
        row.addLayout(words, 1)
        row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        settings.changed.connect(self._changed)
        self._show(settings.get(setting.key))

    def matches(self, words: str) -> bool:
        """Tell whether a search means this setting."""
        wanted = words.strip().casefold()
        choices = " ".join(title for _, title in self.setting.choices)
        return wanted in f"{self.setting.group} {self.setting.title} {self.setting.help} {choices}".casefold()

    def _changed(self, key: str, value: Value) -> None:
        if key == self.setting.key:
            self._show(value)

    def _set(self, value: Value) -> None:
        if self.setting.accepts(value):
            self._settings.set(self.setting.key, value)

    def _make_control(self) -> QWidget:
        setting = self.setting
        match setting.kind:
            case "bool":
                box = QCheckBox()
                box.toggled.connect(self._set)
                return box
            case "choice":
                combo = QComboBox()
                for value, words in setting.choices:
                    combo.addItem(words, value)
                combo.activated.connect(lambda _row: self._set(str(combo.currentData())))
                combo.setFixedWidth(CONTROL_WIDTH)
                return combo
            case "text":
                field = QLineEdit()
                field.setMaxLength(200)
                field.editingFinished.connect(lambda: self._set(field.text().strip()))
                field.setFixedWidth(CONTROL_WIDTH)
                return field
            case "int":
                whole = QSpinBox()
                whole.setRange(int(setting.minimum), int(setting.maximum))
                whole.setSingleStep(int(setting.step))
                whole.setSuffix(setting.suffix)
                whole.setGroupSeparatorShown(True)
                whole.setKeyboardTracking(False)
                whole.valueChanged.connect(self._set)
                whole.lineEdit().setTextMargins(_SPIN_INDENT, 0, 0, 0)
                whole.setFixedWidth(CONTROL_WIDTH)
                return whole
            case "float" | "percent":
                scale = 100 if setting.kind == "percent" else 1
                real = QDoubleSpinBox()
                real.setDecimals(0 if setting.kind == "percent" else 1)
                real.setRange(setting.minimum * scale, setting.maximum * scale)
                real.setSingleStep(setting.step * scale)
                real.setSuffix(" %" if setting.kind == "percent" else setting.suffix)
                real.setKeyboardTracking(False)
                real.valueChanged.connect(lambda value: self._set(round(value / scale, 4)))
                real.lineEdit().setTextMargins(_SPIN_INDENT, 0, 0, 0)
                real.setFixedWidth(CONTROL_WIDTH)
                return real

    def _show(self, value: Value) -> None:
        control = self.control
        control.blockSignals(True)
        if isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, QComboBox):
            row = control.findData(value)
            if row < 0:
                control.addItem(f"{value} (not found)", value)
                row = control.count() - 1
            control.setCurrentIndex(row)
        elif isinstance(control, QLineEdit):
            control.setText(str(value))
        elif isinstance(control, QSpinBox):
            control.setValue(int(value))
        elif isinstance(control, QDoubleSpinBox):
            control.setValue(float(value) * (100 if self.setting.kind == "percent" else 1))
        control.blockSignals(False)
        self.reset.setVisible(self._settings.overridden(self.setting.key))


def _help_of(setting: Setting) -> str:
    later = "Takes effect at the next start." if setting.restart else ""
    return " ".join(part for part in (setting.help, later) if part)


def _words_of(setting: Setting, value: Value) -> str:
    if setting.kind == "bool":
        return "on" if value else "off"
    if setting.kind == "percent":
        return f"{float(value) * 100:.0f} %"
    if setting.kind == "choice":
        return next((words for known, words in setting.choices if known == value), str(value) or "none")
    return f"{value}{setting.suffix}" if value != "" else "empty"
