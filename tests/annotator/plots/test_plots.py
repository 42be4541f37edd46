"""Charts draw what they are given where they say, in both themes, and tell it on hover and by key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.plots.bars import BarPlot
from annotator.plots.card import PlotCard
from annotator.plots.data import Chart, Look, Part
from annotator.plots.lines import LinePlot
from annotator.plots.plot import Plot
from annotator.tokens import DARK, LIGHT, Tokens

TIPS = ("first", "second", "third", "fourth")
BARS = Chart(
    ("a", "b", "c", "d"),
    (Part("one", "plain", (4, 2, 0, 1)), Part("two", "striped", (0, 2, 0, 0))),
    TIPS,
    summary="in one sentence",
)


def shown(qtbot: QtBot, plot: Plot, chart: Chart) -> Plot:
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.show_chart(chart)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


def color_at(plot: Plot, x: float, y: float) -> QColor:
    plot.place = None  # the pointer may happen to lie over it
    image = plot.grab().toImage()
    return image.pixelColor(round(x), round(y))


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_a_bar_is_as_high_as_its_value(qtbot: QtBot, tokens: Tokens) -> None:
    plot = shown(qtbot, BarPlot(Icons(tokens)), BARS)
    area = plot.area()
    first, third = plot.middle(area, 0), plot.middle(area, 2)
    assert plot.top() == 4
    assert color_at(plot, first, area.top() + 4) == QColor(tokens.accent)
    assert color_at(plot, first, area.bottom() - 4) == QColor(tokens.accent)
    assert color_at(plot, third, area.bottom() - 6) != QColor(tokens.accent)
    half = area.bottom() - area.height() / 4
    assert color_at(plot, plot.middle(area, 1), half) == QColor(tokens.accent)
    upper = color_at(plot, plot.middle(area, 1), area.top() + area.height() / 4)
    assert upper != QColor(tokens.accent)


def test_a_line_has_its_marks_and_leaves_gaps_open(qtbot: QtBot) -> None:
    values = (2.0, 1.0, None, 2.0)
    chart = Chart(("a", "b", "c", "d"), (Part("one", "plain", values),), TIPS, unit="seconds")
    plot = shown(qtbot, LinePlot(Icons(DARK)), chart)
    area = plot.area()
    accent = QColor(DARK.accent)
    assert color_at(plot, plot.middle(area, 0), area.top()) == accent
    assert color_at(plot, plot.middle(area, 1), area.bottom() - area.height() / 2) == accent
    assert color_at(plot, plot.middle(area, 2), area.bottom() - 4) != accent


def test_the_pointer_is_told_the_values(qtbot: QtBot, icons: Icons) -> None:
    plot = shown(qtbot, BarPlot(icons), BARS)
    area = plot.area()
    QTest.mouseMove(plot, QPoint(round(plot.middle(area, 1)), round(area.center().y())))
    qtbot.waitUntil(lambda: plot.place == 1)
    qtbot.waitUntil(lambda: QToolTip.text() == "second")
    QTest.mouseMove(plot, QPoint(1, 100))
    qtbot.waitUntil(lambda: plot.place is None)
    assert plot.place_at(area.left() - 1) is None
    assert plot.place_at(area.right() + 1) is None


def test_keys_step_through_the_places(qtbot: QtBot, icons: Icons) -> None:
    plot = shown(qtbot, BarPlot(icons), BARS)
    for key, place in (
        (Qt.Key.Key_Left, 3),
        (Qt.Key.Key_Right, 3),
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Left, 1),
    ):
        QTest.keyClick(plot, key)
        assert plot.place == place
    assert QToolTip.text() == "second"
    assert plot.accessibleDescription() == "in one sentence"
    plot.show_chart(Chart(("a",), (Part("one", "plain", (1,)),), ("only",)))
    assert plot.place is None
    QToolTip.hideText()


def test_parts_differ_without_their_colour(qtbot: QtBot, icons: Icons) -> None:
    """Of each look's bar take the brightness pattern: no two are alike."""
    looks: tuple[Look, ...] = ("plain", "striped", "dotted", "lined")
    seen = set()
    for look in looks:
        plot = shown(qtbot, BarPlot(icons), Chart(("a",), (Part("one", look, (1,)),), ("tip",)))
        area = plot.area()
        image = QImage(plot.size(), QImage.Format.Format_RGB32)
        plot.render(image)
        middle = (round(plot.middle(area, 0)), round(area.center().y()))
        block = [[image.pixelColor(middle[0] + x, middle[1] + y).lightness() for x in range(8)] for y in range(8)]
        flat = sorted({value for row in block for value in row})
        middle_value = (flat[0] + flat[-1]) / 2
        seen.add(tuple(tuple(value > middle_value for value in row) for row in block))
    assert len(seen) == len(looks)


def test_a_card_names_parts_only_where_there_are_several(qtbot: QtBot, icons: Icons) -> None:
    card = PlotCard(icons, "Masks", BarPlot(icons))
    qtbot.addWidget(card)
    card.show_missing("Nothing yet.")
    assert card.is_empty
    assert card.missing.text() == "Nothing yet."
    card.show_chart(BARS, "by stage")
    assert not card.is_empty
    assert not card.legend.isHidden()
    card.show_chart(Chart(("a",), (Part("one", "plain", (1,)),), ("tip",)), "alone")
    assert card.legend.isHidden()


def test_an_empty_chart_draws_nothing(qtbot: QtBot, icons: Icons) -> None:
    plot = shown(qtbot, LinePlot(icons), Chart((), (), ()))
    ground = color_at(plot, 1, 1)
    assert all(color_at(plot, x, y) == ground for x, y in ((200, 100), (30, 20), (390, 190)))
    assert plot.place_at(200) is None
