"""The style sheet: one text with the tokens' names in it. Sizes follow the 4 px unit; controls are 28 px high."""

from __future__ import annotations

from string import Template

from annotator.icons import faded, mix
from annotator.tokens import CONTROL_HEIGHT, FONT_PX, Tokens

_INNER = CONTROL_HEIGHT - 2  # without the border

_SHEET = Template("""
* { font-size: ${font}px; }
QWidget { color: $text; }
QMainWindow, QDialog { background: $background; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 8px; }

QLabel { background: transparent; }
*[role="dim"] { color: $text_dim; }
*[role="warning"] { color: $warning; }
QLabel[role="title"] { font-size: 22px; font-weight: 600; }
QLabel[role="heading"] { font-size: 15px; font-weight: 600; }
QLabel[role="group"] { color: $text_dim; font-size: 11px; font-weight: 600; }
QLabel[role="figure"] { font-size: 28px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel:disabled { color: $faded; }
QLabel[role="error"] { color: $error; }
QLabel[role="key"] {
    color: $text; background: $raised; border: 1px solid $border; border-radius: 4px; padding: 0 6px;
    font-size: 11px; min-height: 18px; max-height: 18px;
}

QPushButton {
    background: $raised; border: 1px solid $border; border-radius: 6px; padding: 0 12px; min-height: ${inner}px;
}
QPushButton:hover { background: $raised_hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:focus { border: 1px solid $accent; outline: none; }
QPushButton:disabled { color: $faded; background: $surface; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 0 11px; min-height: ${focused_inner}px; }
QPushButton[role="primary"]:disabled { background: $raised; color: $faded; border: 1px solid $border; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: $accent; padding: 0 6px; }
QPushButton[role="link"]:hover { background: $raised; }
QPushButton[role="link"]:focus { border: 1px solid $accent; }
QPushButton[role="link"]:disabled { color: $faded; }

QPushButton[role="flat"] {
    background: transparent; border: 1px solid transparent; padding: 0 6px; text-align: left;
}
QPushButton[role="flat"]:hover { background: $raised; }
QPushButton[role="flat"]:focus { border: 1px solid $accent; }

QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 3px; min-height: 20px;
}
QToolButton:hover { background: $raised; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $accent_soft; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton:disabled { color: $faded; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QKeySequenceEdit QLineEdit {
    background: $field; border: 1px solid $border; border-radius: 6px; padding: 0 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: ${inner}px; }
QLineEdit { placeholder-text-color: $text_dim; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border: 1px solid $accent;
}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: $faded; }
/* Without a height of their own these two stay in the middle of the line. */
QLineEdit QToolButton { min-height: 0; padding: 0; border: none; background: transparent; }
QLineEdit[role="bare"] { border: none; background: transparent; font-size: 15px; padding: 0 4px; }
QLineEdit[role="bad"] { border: 1px solid $error; }
QAbstractItemView QLineEdit { min-height: 20px; border-radius: 3px; padding: 0 2px; }

QComboBox { background: $field; border: 1px solid $border; border-radius: 6px; padding: 0 10px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$folder/down.png"); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: $raised; border: 1px solid $border; padding: 4px; outline: none;
    selection-background-color: $accent_soft; selection-color: $text;
}
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: 18px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$folder/up.png"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$folder/down.png"); width: 10px; height: 10px; }

QCheckBox, QRadioButton { spacing: 8px; min-height: 20px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 16px; height: 16px; border: 1px solid $strong_border; background: $field;
}
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border: 1px solid $accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; width: 14px; height: 14px; }
QCheckBox::indicator:checked { background: $accent; border: 1px solid $accent; image: url("$folder/check.png"); }
QCheckBox::indicator:checked:focus { border: 2px solid $text; width: 14px; height: 14px; }
QRadioButton::indicator:checked { background: $accent; border: 1px solid $accent; image: url("$folder/dot.png"); }
QRadioButton::indicator:checked:focus { border: 2px solid $text; width: 14px; height: 14px; }
QCheckBox:disabled, QRadioButton:disabled { color: $faded; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: $text; border: 1px solid $background;
}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; border: 1px solid $text; }

QMenuBar { background: $background; padding: 0 4px; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $raised; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 8px; border-radius: 4px; min-height: 18px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $faded; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url("$folder/check_text.png"); }

QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QTabBar { background: $background; qproperty-drawBase: 0; }
QTabBar::tab {
    background: transparent; color: $text_dim; border: none; border-top: 2px solid transparent; padding: 4px 12px;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-top: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QMainWindow::separator { background: $background; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: $accent; }

QAbstractItemView {
    background: $surface; border: none; outline: none; alternate-background-color: $surface;
    selection-background-color: $accent_soft; selection-color: $text;
}
QAbstractItemView[role="framed"] { border: 1px solid $border; border-radius: 6px; }
QTreeView::item, QListView::item, QTableView::item { padding: 2px 4px; border: none; min-height: 22px; }
QTreeView::item:hover, QListView::item:hover, QTableView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected {
    background: $accent_soft; color: $text;
}
QTreeView:focus, QListView:focus, QTableView:focus { border: 1px solid $accent; }
QTreeView::branch { background: transparent; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    background: $surface; color: $text_dim; border: none; border-bottom: 1px solid $border; padding: 4px 8px;
}

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $strong_border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $text_dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QProgressBar { background: $border; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSplitter::handle { background: $border; }
QFrame[role="line"] { background: $border; max-height: 1px; min-height: 1px; border: none; }
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="drop"] { background: $accent_soft; border: 1px solid $accent; border-radius: 8px; }
QFrame[role="popup"] { background: $raised; border: 1px solid $border; border-radius: 10px; }
QFrame[role="popup"] QAbstractItemView { background: $raised; }
QWidget[role="surface"] { background: $surface; }
QWidget[role="strip"] { background: $background; }
QScrollArea, QScrollArea > QWidget > QWidget[role="page"] { background: transparent; border: none; }
""")


def style_sheet(tokens: Tokens, folder: str) -> str:
    """Return the sheet for a theme; ``folder`` holds the small pictures of arrows and ticks, with forward slashes."""
    return _SHEET.substitute(
        font=FONT_PX,
        inner=_INNER,
        focused_inner=_INNER - 2,
        folder=folder,
        canvas=tokens.canvas,
        background=tokens.background,
        surface=tokens.surface,
        raised=tokens.raised,
        border=tokens.border,
        text=tokens.text,
        text_dim=tokens.text_dim,
        accent=tokens.accent,
        on_accent=tokens.on_accent,
        error=tokens.error,
        warning=tokens.warning,
        field=mix(tokens.surface, tokens.canvas, 0.5) if tokens.name == "dark" else tokens.raised,
        faded=faded(tokens),
        hover=mix(tokens.surface, tokens.text, 0.06),
        raised_hover=mix(tokens.raised, tokens.text, 0.08),
        pressed=mix(tokens.raised, tokens.text, 0.16),
        accent_soft=accent_soft(tokens),
        accent_hover=mix(tokens.accent, tokens.text, 0.15),
        strong_border=mix(tokens.border, tokens.text_dim, 0.6),
    )


def accent_soft(tokens: Tokens) -> str:
    """Return the background of what is selected: accent enough to see, quiet enough to read the text on it."""
    return mix(tokens.surface, tokens.accent, 0.2 if tokens.name == "dark" else 0.18)
