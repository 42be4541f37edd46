from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.dialogs.find_words import FindAnswer, FindWords, LastFind
from engine.inference.detectors import DetectorChoice
from engine.jobs.words import FindRequest

if TYPE_CHECKING:
    from conftest import Person

TINY, OWL = DetectorChoice("tiny", "Tiny", 0.35), DetectorChoice("owl", "Owl", 0.2)
LABELS = {"dog": 1, "traffic light": 2}


def ask(last: LastFind = LastFind(), images: int = 1) -> FindAnswer | None:  # noqa: B008 - frozen
    return FindWords.ask(None, (TINY, OWL), LABELS, last, images=images)


def test_words_and_enter(person: Person) -> None:
    def act(dialog: FindWords) -> None:
        assert not dialog.accept_button.isEnabled()
        QTest.keyClicks(dialog.words, "all dogs, zebra")
        assert "No label is called zebra: what is found has none" in dialog.sentence.text()
        QTest.keyClick(dialog.words, Qt.Key.Key_Return)

    assert person.answers(FindWords, act, ask) == FindAnswer(FindRequest(("dogs", "zebra"), "tiny"))


def test_the_last_words_stand_there_and_are_typed_over(person: Person) -> None:
    last = LastFind(("cat, dog", "bus"), "owl", 0.5)

    def act(dialog: FindWords) -> None:
        assert (dialog.words.text(), dialog.score.value()) == ("cat, dog", 50)
        QTest.keyClicks(dialog.words, "bird")
        QTest.mouseClick(dialog.new_labels, Qt.MouseButton.LeftButton)
        assert "one is made" in dialog.sentence.text()
        QTest.keyClick(dialog.words, Qt.Key.Key_Return)

    assert person.answers(FindWords, act, lambda: ask(last)) == FindAnswer(
        FindRequest(("bird",), "owl", 0.5, new_labels=True)
    )


def test_another_detector_brings_its_own_score(person: Person) -> None:
    def act(dialog: FindWords) -> None:
        dialog.score.setValue(60)
        dialog.detector.setCurrentIndex(1)
        assert dialog.score.value() == 20
        dialog.insert("dog")
        dialog.insert("dog, traffic light")
        QTest.keyClick(dialog.words, Qt.Key.Key_Return)

    assert person.answers(FindWords, act, ask) == FindAnswer(FindRequest(("dog", "traffic light"), "owl"))


def test_labels_and_former_words_are_offered(qtbot: QtBot) -> None:
    dialog = FindWords(None, (TINY,), LABELS, LastFind(("cat & bus",)), 1)
    qtbot.addWidget(dialog)
    actions = {each.text(): each for each in dialog.menu.actions() if each.isEnabled() and not each.isSeparator()}
    assert list(actions) == ["dog", "traffic light", "All of these", "cat && bus"]
    dialog.words.clear()
    actions["All of these"].trigger()
    assert dialog.words.text() == "dog, traffic light"
    actions["cat && bus"].trigger()
    assert dialog.words.text() == "cat & bus"
    empty = FindWords(None, (TINY,), {}, LastFind(), 1)
    qtbot.addWidget(empty)
    assert not empty.pick.isEnabled()


@pytest.mark.parametrize(("text", "told"), [(" , ", "Say in words"), ("dog " * 40, "too long")])
def test_words_that_are_none(person: Person, text: str, told: str) -> None:
    def act(dialog: FindWords) -> None:
        dialog.words.setText(text)
        assert told in dialog.sentence.text()
        assert not dialog.accept_button.isEnabled()
        QTest.keyClick(dialog.words, Qt.Key.Key_Escape)

    assert person.answers(FindWords, act, ask) is None


def test_everywhere_is_offered_where_there_is_more_than_one_image(person: Person) -> None:
    def act(dialog: FindWords) -> None:
        assert dialog.everywhere.text() == "&All 1,200 images of the list, in the background"
        QTest.keyClicks(dialog.words, "dog")
        QTest.mouseClick(dialog.everywhere, Qt.MouseButton.LeftButton)
        QTest.keyClick(dialog.words, Qt.Key.Key_Return)

    answer = person.answers(FindWords, act, lambda: ask(images=1200))
    assert answer == FindAnswer(FindRequest(("dog",), "tiny"), everywhere=True)
