"""The context bar shows what there is, tells what was asked, and never jumps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.tokens import DARK
from annotator.widgets.candidate_button import CandidateView
from annotator.widgets.context_bar import HEIGHT, BackendView, ContextBar, KeyHints


def thumb(color: str) -> QImage:
    image = QImage(56, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


THREE = (
    CandidateView(thumb("#ff0000"), "whole", 0.91),
    CandidateView(thumb("#00ff00"), "part", 0.84),
    CandidateView(None, "subpart", 0.62),
)


@pytest.fixture
def bar(qtbot: QtBot, icons: Icons) -> ContextBar:
    made = ContextBar(icons)
    qtbot.addWidget(made)
    made.resize(1020, HEIGHT)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_candidates_stand_side_by_side_and_one_is_marked(bar: ContextBar) -> None:
    bar.set_candidates(THREE, 1)
    assert [button.isVisible() for button in bar.candidates] == [True] * 3
    assert [button.isChecked() for button in bar.candidates] == [False, True, False]
    assert "part, score 0.84" in bar.candidates[1].accessibleName()
    picture = bar.candidates[1].grab().toImage()
    assert picture.pixelColor(20, 17).green() > 240
    bar.set_candidates(THREE[:1], 0)
    assert [button.isVisible() for button in bar.candidates] == [True, False, False]


def test_a_click_on_a_candidate_chooses_it(bar: ContextBar, qtbot: QtBot) -> None:
    bar.set_candidates(THREE, 0)
    with qtbot.waitSignal(bar.candidate_chosen) as told:
        QTest.mouseClick(bar.candidates[2], Qt.MouseButton.LeftButton)
    assert told.args == [2]


def test_options_belong_to_their_tools(bar: ContextBar) -> None:
    shown = {}
    for tool in ("select", "smart", "brush", "eraser", "polygon"):
        bar.set_tool(tool)
        shown[tool] = (bar.radius.isVisible(), bar.hover_preview.isVisible())
    assert shown == {
        "select": (False, False),
        "smart": (False, True),
        "brush": (True, False),
        "eraser": (True, False),
        "polygon": (False, False),
    }


def test_the_radius_slider_covers_small_and_large_and_does_not_echo(bar: ContextBar, qtbot: QtBot) -> None:
    bar.set_tool("brush")
    with qtbot.assertNotEmitted(bar.radius_changed):
        bar.set_radius(24.0)
    with qtbot.waitSignal(bar.radius_changed) as told:
        QTest.keyClick(bar.radius, Qt.Key.Key_Right)
    assert 24 < told.args[0] < 26
    QTest.keyClick(bar.radius, Qt.Key.Key_Home)
    with qtbot.waitSignal(bar.radius_changed) as told:
        QTest.keyClick(bar.radius, Qt.Key.Key_End)
    assert told.args[0] == 500


def test_the_hover_preview_is_told_but_not_echoed(bar: ContextBar, qtbot: QtBot) -> None:
    bar.set_tool("smart")
    with qtbot.assertNotEmitted(bar.hover_preview_changed):
        bar.set_hover_preview(True)
    with qtbot.waitSignal(bar.hover_preview_changed) as told:
        QTest.keyClick(bar.hover_preview, Qt.Key.Key_Space)
    assert told.args == [False]


def test_the_height_never_changes_and_the_width_never_pushes(bar: ContextBar) -> None:
    heights = set()
    for tool in ("select", "smart", "brush"):
        bar.set_tool(tool)
        for busy in ("", "Encoding the image"):
            bar.set_busy(busy)
            bar.set_candidates(THREE, 0)
            bar.set_hints(KeyHints("accept whole", "next candidate", "drop the draft"))
            bar.set_candidates((), 0)
            heights.add((bar.height(), bar.sizeHint().height(), bar.minimumSizeHint().width()))
    assert heights == {(HEIGHT, HEIGHT, 0)}


def test_where_there_is_no_room_the_hint_of_enter_stays_longest(bar: ContextBar) -> None:
    bar.set_backend(BackendView("Classic", "cpu", "ready"))
    bar.set_hints(KeyHints("accept", "next candidate or instance", "drop the draft"))
    wide = bar.grab().toImage()
    bar.resize(420, HEIGHT)
    hints = bar._hints
    assert hints[0].isVisible()
    assert not all(hint.isVisible() for hint in hints)
    bar.resize(1020, HEIGHT)
    assert all(hint.isVisible() for hint in hints)
    assert bar.grab().toImage() == wide


def test_a_long_note_is_shortened_before_a_hint_goes(bar: ContextBar) -> None:
    bar.set_tool("smart")
    bar.set_hints(KeyHints("accept", "next", "drop", note="Click an object. " * 20))
    assert all(hint.isVisible() for hint in bar._hints)
    assert bar._note.width() < bar._note.sizeHint().width()
    assert bar.width() == 1020


def test_busy_runs_the_line_and_idle_rests_it(bar: ContextBar) -> None:
    bar.set_busy("Encoding the image")
    assert bar.progress.busy
    bar.set_busy("")
    assert not bar.progress.busy


def test_the_backend_names_itself_and_can_be_clicked(bar: ContextBar, qtbot: QtBot) -> None:
    bar.set_backend(BackendView("Classic", "cpu", "down", tip="It ended three times in a minute."))
    assert bar.backend.text() == "Classic on CPU"
    assert bar.backend.toolTip() == "It ended three times in a minute."
    with qtbot.waitSignal(bar.backend_clicked):
        QTest.mouseClick(bar.backend, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("state", "filled"), [("ready", True), ("loading", False), ("down", False)])
def test_the_state_is_told_by_form_as_well_as_color(bar: ContextBar, state: str, filled: bool) -> None:
    bar.set_backend(BackendView("Classic", "cpu", state))  # type: ignore[arg-type]  # parametrized
    middle = bar._dot.grab().toImage().pixelColor(6, 6)
    colors = {"ready": DARK.success, "loading": DARK.warning, "down": DARK.error}
    assert (middle.name() == colors[state]) is filled


def test_the_preview_stands_still_and_leaves_only_for_candidates(bar: ContextBar) -> None:
    bar.set_tool("smart")
    places = set()
    for busy in ("", "Encoding the image"):
        for hints in (KeyHints(), KeyHints("accept whole", "next candidate", "drop the draft")):
            bar.set_busy(busy)
            bar.set_hints(hints)
            bar.grab()
            assert bar.hover_preview.isVisible()
            places.add(bar.hover_preview.geometry().getRect())
    assert len(places) == 1
    for number in (1, 2, 3):
        bar.set_candidates(THREE[:number], 0)
        assert not bar.hover_preview.isVisible()
    bar.set_candidates((), 0)
    assert bar.hover_preview.isVisible()


def test_only_several_masks_without_a_level_are_numbered(bar: ContextBar) -> None:
    plain = CandidateView(None, "", 0.5)
    bar.set_candidates((plain,), 0)
    assert bar.candidates[0].word == "mask"
    bar.set_candidates((plain, plain), 0)
    assert [button.word for button in bar.candidates[:2]] == ["mask 1", "mask 2"]
    bar.set_candidates(THREE, 0)
    assert [button.word for button in bar.candidates] == ["whole", "part", "subpart"]
