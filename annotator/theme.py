"""Light and dark: palette and style sheet from the tokens, switched while the window runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from annotator.icons import Icons, faded
from annotator.settings import Settings
from annotator.theme_sheet import style_sheet
from annotator.tokens import DARK, FONT_PX, LIGHT, Tokens


class ThemeSwitch(QObject):
    """Keeps the application in the theme that settings and desktop ask for."""

    changed = Signal(object)
    """``Tokens`` now in use."""

    def __init__(self, app: QApplication, settings: Settings, icons: Icons) -> None:
        """Apply the theme at once; follow ``appearance.theme`` and, where it says so, the desktop."""
        super().__init__()
        self._app = app
        self._settings = settings
        self._icons = icons
        self._pictures = tempfile.TemporaryDirectory(prefix="maskwright-theme-")
        self.tokens = self._wanted()
        self._use()
        settings.changed.connect(self._setting_changed)
        app.styleHints().colorSchemeChanged.connect(self._recheck)

    def close(self) -> None:
        """Remove the temporary pictures."""
        self._pictures.cleanup()

    @Slot(str, object)
    def _setting_changed(self, key: str, _value: object) -> None:
        if key == "appearance.theme":
            self._recheck()

    @Slot()
    def _recheck(self) -> None:
        if self._wanted() != self.tokens:
            self.tokens = self._wanted()
            self._use()
            self.changed.emit(self.tokens)

    def _wanted(self) -> Tokens:
        dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return tokens_for(self._settings.text("appearance.theme"), system_dark=dark)

    def _use(self) -> None:
        self._icons.use(self.tokens)
        # One folder a theme: Qt caches pictures by file name.
        folder = Path(self._pictures.name) / self.tokens.name
        apply(self._app, self.tokens, self._icons, folder)


def tokens_for(choice: str, *, system_dark: bool) -> Tokens:
    """Return the tokens of ``dark``, ``light`` or ``system``."""
    if choice == "system":
        return DARK if system_dark else LIGHT
    return LIGHT if choice == "light" else DARK


def apply(app: QApplication, tokens: Tokens, icons: Icons, folder: Path) -> None:
    """Give the application palette, font and sheet; small pictures for the sheet are written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    _draw_pictures(tokens, icons, folder)
    font = app.font()
    font.setPixelSize(FONT_PX)
    app.setFont(font)
    if app.style().objectName() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette_of(tokens))
    app.setStyleSheet(style_sheet(tokens, folder.as_posix()))


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette for everything that the sheet does not reach (delegates, message boxes, rubber bands)."""
    palette = QPalette()
    for role, color in _roles(tokens):
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(faded(tokens)))
    return palette


def _roles(tokens: Tokens) -> Iterator[tuple[QPalette.ColorRole, str]]:
    role = QPalette.ColorRole
    yield role.Window, tokens.background
    yield role.WindowText, tokens.text
    yield role.Base, tokens.surface
    yield role.AlternateBase, tokens.background
    yield role.Text, tokens.text
    yield role.PlaceholderText, tokens.text_dim
    yield role.Button, tokens.raised
    yield role.ButtonText, tokens.text
    yield role.BrightText, tokens.error
    yield role.Highlight, tokens.accent
    yield role.HighlightedText, tokens.on_accent
    yield role.ToolTipBase, tokens.raised
    yield role.ToolTipText, tokens.text
    yield role.Link, tokens.accent
    yield role.LinkVisited, tokens.accent
    yield role.Light, tokens.raised
    yield role.Midlight, tokens.raised
    yield role.Mid, tokens.border
    yield role.Dark, tokens.border
    yield role.Shadow, tokens.canvas


def _draw_pictures(tokens: Tokens, icons: Icons, folder: Path) -> None:
    wanted = (
        ("down", "down", tokens.text_dim),
        ("up", "up", tokens.text_dim),
        ("check", "accept", tokens.on_accent),
        ("check_text", "accept", tokens.text),
        ("dot", "dot", tokens.on_accent),
    )
    for name, icon, color in wanted:
        for scale, suffix in ((1, ""), (2, "@2x")):
            pixmap = icons.get(icon, color=color).pixmap(QSize(16, 16) * scale)
            pixmap.setDevicePixelRatio(1)
            pixmap.save(str(folder / f"{name}{suffix}.png"))
