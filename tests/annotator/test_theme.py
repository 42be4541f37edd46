"""Both themes are readable, and the window changes between them while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.icons import ICONS, Icons, mix
from annotator.settings import Settings
from annotator.theme import ThemeSwitch, tokens_for
from annotator.theme_sheet import accent_soft, style_sheet
from annotator.tokens import DARK, LIGHT, Tokens

BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])


def luminance(color: str) -> float:
    """WCAG 2.2's relative luminance of ``#rrggbb``."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@BOTH
def test_text_is_readable_on_every_ground(tokens: Tokens) -> None:
    grounds = (tokens.background, tokens.surface, tokens.raised, accent_soft(tokens))
    for ground in grounds:
        assert contrast(tokens.text, ground) >= 7
        assert contrast(tokens.text_dim, ground) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5


@BOTH
def test_meanings_and_the_focus_ring_show_on_every_ground(tokens: Tokens) -> None:
    for ground in (tokens.background, tokens.surface, tokens.raised):
        for color in (tokens.error, tokens.warning, tokens.success, tokens.proposed):
            assert contrast(color, ground) >= 4.5
        assert contrast(tokens.accent, ground) >= 3


@BOTH
def test_the_sheet_leaves_no_name_unfilled(tokens: Tokens) -> None:
    sheet = style_sheet(tokens, "/pictures")
    assert "$" not in sheet
    assert tokens.accent in sheet


def test_what_each_choice_means() -> None:
    assert tokens_for("dark", system_dark=False) is DARK
    assert tokens_for("light", system_dark=True) is LIGHT
    assert tokens_for("system", system_dark=True) is DARK
    assert tokens_for("system", system_dark=False) is LIGHT


def test_mix_goes_from_one_to_the_other() -> None:
    assert (mix("#000000", "#ff8040", 0), mix("#000000", "#ff8040", 1)) == ("#000000", "#ff8040")
    assert mix("#000000", "#ff8040", 0.5) == "#804020"


@pytest.fixture
def plain_app(qapp: QApplication) -> Iterator[QApplication]:
    palette, sheet = QPalette(qapp.palette()), qapp.styleSheet()
    yield qapp
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)


def test_the_window_follows_the_setting(plain_app: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    settings, icons = Settings(tmp_path), Icons(LIGHT)
    switch = ThemeSwitch(plain_app, settings, icons)
    assert plain_app.palette().color(QPalette.ColorRole.Window).name() == DARK.background
    assert icons.tokens is DARK
    with qtbot.waitSignals([switch.changed, icons.changed]):
        settings.set("appearance.theme", "light")
    assert plain_app.palette().color(QPalette.ColorRole.Window).name() == LIGHT.background
    assert icons.tokens is LIGHT
    with qtbot.assertNotEmitted(switch.changed):
        settings.set("flow.keep_label", False)
    switch.close()


@BOTH
def test_every_icon_draws_something_in_its_color(qapp: QApplication, tokens: Tokens) -> None:
    icons = Icons(tokens)
    for name in ICONS:
        image = icons.get(name, color="#ff0000").pixmap(24, 24).toImage()
        drawn = [image.pixelColor(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 200]
        assert drawn, name
        assert all(color.red() > 240 and color.green() < 15 for color in drawn), name


def test_an_icon_is_made_once_a_theme(qapp: QApplication) -> None:
    icons = Icons(DARK)
    first = icons.get("smart")
    assert icons.get("smart") is first
    icons.use(LIGHT)
    assert icons.get("smart") is not first
