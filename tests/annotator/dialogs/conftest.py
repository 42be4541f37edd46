"""Records to show, and a way to act in a dialog that is waiting for an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from engine.records import LabelRecord

DialogT = TypeVar("DialogT", bound=QDialog)
ResultT = TypeVar("ResultT")


class Person:
    """Answers a dialog while its ``ask`` waits."""

    def answers(self, kind: type[DialogT], act: Callable[[DialogT], None], ask: Callable[[], ResultT]) -> ResultT:
        """Run ``ask``; as soon as its dialog waits, run ``act`` in it; the dialog is closed in any case."""
        failures: list[BaseException] = []

        def step() -> None:
            dialog = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            try:
                assert isinstance(dialog, kind)
                # A popup has the keyboard without being the active window.
                assert QApplication.activePopupWidget() or QTest.qWaitForWindowActive(dialog)
                act(dialog)
            except AssertionError as error:
                failures.append(error)
            finally:
                if isinstance(dialog, QDialog) and dialog.isVisible():
                    dialog.reject()

        QTimer.singleShot(0, step)
        result = ask()
        if failures:
            raise failures[0]
        return result


@pytest.fixture
def person(qtbot: QtBot) -> Person:
    """Somebody at mouse and keyboard."""
    return Person()


def label(number: int, name: str, *, color: str = "#69c3ff", parent_id: int | None = None) -> LabelRecord:
    """A label of that number and name."""
    return LabelRecord(
        id=number,
        name=name,
        color=color,
        parent_id=parent_id,
        is_thing=True,
        position=number,
        supercategory="animal",
        skeleton_id=None,
        coco_id=None,
        extra={},
    )


@pytest.fixture
def labels() -> tuple[LabelRecord, ...]:
    """Animals, a kitten below the cat."""
    return (
        label(1, "cat"),
        label(2, "dog", color="#e11e00"),
        label(3, "caterpillar"),
        label(4, "kitten", parent_id=1),
    )
