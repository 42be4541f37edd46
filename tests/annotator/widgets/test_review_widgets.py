"""Strip, histogram and filter of the review say what is so, and tell what a person chose."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.controllers.review_steps import Standing
from annotator.icons import Icons
from annotator.widgets.review_filter import ReviewFilterPopup, words_of
from annotator.widgets.review_strip import KEYS, SHEET_KEYS, ReviewStrip
from annotator.widgets.threshold_panel import ThresholdPanel
from engine.review import BINS, NO_LABEL, Facets, Measure, ReviewBy, ReviewFilter, Spread


def spread(measure: Measure = Measure.SCORE, unknown: int = 0, **counts: int) -> Spread:
    return Spread(measure, tuple(counts.get(f"at{step}", 0) for step in range(BINS)), unknown)


@pytest.fixture
def panel(qtbot: QtBot, icons: Icons) -> ThresholdPanel:
    made = ThresholdPanel(icons)
    qtbot.addWidget(made)
    made.resize(900, 110)
    made.show()
    made.show_spread(spread(at50=3, at89=2, at90=4, at99=1))
    return made


def test_the_buttons_count_what_lies_on_either_side(panel: ThresholdPanel) -> None:
    assert panel.accept_button.text() == "Accept 5 from 0.90 on" and panel.reject_button.text() == "Reject 5 below"
    QTest.keyClick(panel.slider, Qt.Key.Key_Left)
    assert panel.threshold == 0.89
    assert panel.accept_button.text() == "Accept 7 from 0.89 on" and panel.reject_button.text() == "Reject 3 below"
    QTest.keyClick(panel.slider, Qt.Key.Key_End)
    assert not panel.accept_button.isEnabled() and panel.reject_button.text() == "Reject 10 below"


def test_the_scale_begins_at_the_tenth_of_the_lowest(panel: ThresholdPanel) -> None:
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    assert panel.threshold == 0.5 and not panel.reject_button.isEnabled()
    for step in (50, 73, 100):
        assert panel.slider.step_at(panel.slider.place_of(step)) == step


def test_a_drag_moves_the_line_and_a_press_decides(panel: ThresholdPanel, qtbot: QtBot) -> None:
    slider = panel.slider
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.place_of(70)), 30))
    assert panel.threshold == 0.7
    left, place = Qt.MouseButton.LeftButton, QPointF(slider.place_of(80), 30)
    slider.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, place, place, left, left, Qt.KeyboardModifier.NoModifier))
    assert panel.threshold == 0.8
    with qtbot.waitSignal(panel.accept_asked) as asked:
        panel.accept_button.click()
    assert asked.args == [Measure.SCORE, 0.8]
    with qtbot.waitSignal(panel.reject_asked) as asked:
        panel.reject_button.click()
    assert asked.args == [Measure.SCORE, 0.8]


def test_the_other_measure_is_asked_for_and_its_unknown_told(panel: ThresholdPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.measure_chosen) as asked:
        panel.measures[Measure.STABILITY].click()
    assert asked.args == [Measure.STABILITY]
    panel.show_spread(spread(Measure.STABILITY, 12, at95=1))
    assert panel.note.text() == "12 have no such number" and panel.measure is Measure.STABILITY
    assert panel.grab().width() == panel.width()


@pytest.fixture
def strip(qtbot: QtBot, icons: Icons) -> ReviewStrip:
    made = ReviewStrip(icons)
    qtbot.addWidget(made)
    made.resize(1000, 70)
    made.show()
    return made


def test_the_strip_counts(strip: ReviewStrip) -> None:
    strip.set_standing(Standing(17, 1240, 16, 1224))
    assert strip.count.text() == "17 of 1,240" and (strip.bar.value(), strip.bar.maximum()) == (16, 1240)
    strip.set_standing(Standing(0, 1240, 1200, 40))
    assert strip.count.text() == "40 left"
    strip.set_standing(Standing(0, 0, 0, 0))
    assert strip.count.text() == "Nothing left"


def test_the_strip_tells_what_was_chosen(strip: ReviewStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.order_chosen) as chosen:
        strip.reverse.click()
    assert chosen.args == [ReviewBy.UNCERTAINTY, True]
    with qtbot.waitSignal(strip.view_chosen) as chosen:
        strip.view_buttons["sheet"].click()
    assert chosen.args == ["sheet"]


def test_keys_change_with_the_view_and_give_way(strip: ReviewStrip) -> None:
    strip.set_view("sheet")
    assert len(KEYS) == len(SHEET_KEYS)
    shown = [hint for hint in strip._hints if hint.isVisible()]
    assert [hint._key.text() for hint in shown] == [key for key, _ in SHEET_KEYS]
    strip.resize(360, 70)
    assert 0 < sum(hint.isVisible() for hint in strip._hints) < len(KEYS)


FACETS = Facets({NO_LABEL: 7, 1: 3, 2: 5}, {4: 9}, {"compact": 10, "fake": 5})
NAMES = {1: "cat", 2: "ape"}


@pytest.fixture
def popup(qtbot: QtBot, strip: ReviewStrip) -> ReviewFilterPopup:
    return ReviewFilterPopup(strip)


@pytest.mark.parametrize(
    "narrowed",
    [
        ReviewFilter(),
        ReviewFilter(label_ids=frozenset({NO_LABEL})),
        ReviewFilter(label_ids=frozenset({2}), backend="fake", job_id=4),
        ReviewFilter(image_id=3, least_score=0.5, below_score=0.75),
    ],
)
def test_a_filter_comes_back_as_it_was_shown(popup: ReviewFilterPopup, narrowed: ReviewFilter) -> None:
    popup.open_at(QPoint(0, 0), narrowed, FACETS, NAMES, 3)
    assert popup.chosen() == narrowed
    popup.close()


def test_labels_are_offered_by_name_with_their_count(popup: ReviewFilterPopup, qtbot: QtBot) -> None:
    popup.open_at(QPoint(0, 0), ReviewFilter(), FACETS, NAMES, None)
    offered = [popup.label.itemText(row) for row in range(popup.label.count())]
    assert offered == ["Any label", "Without a label  (7)", "ape  (5)", "cat  (3)"]
    assert not popup.image.isEnabled()
    popup.label.setCurrentIndex(2)
    with qtbot.waitSignal(popup.changed) as told:
        popup.label.activated.emit(2)
    assert told.args == [ReviewFilter(label_ids=frozenset({2}))]
    with qtbot.waitSignal(popup.changed) as told:
        popup.clear.click()
    assert told.args == [ReviewFilter()]
    popup.close()


def test_a_filter_in_words() -> None:
    assert words_of(ReviewFilter(), NAMES) == ""
    narrowed = ReviewFilter(image_id=1, label_ids=frozenset({1}), backend="fake", job_id=4, below_score=0.8)
    assert words_of(narrowed, NAMES) == "cat, fake, job 4, below 0.80, this image"
