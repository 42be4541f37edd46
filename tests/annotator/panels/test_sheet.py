"""The contact sheet: cursor and choice are two things, and pictures are asked for where they are looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.panels.sheet import ContactSheet
from engine.records import ImageRecord, ImageState, InstanceRecord, Level, Provenance, State
from engine.review import Place, ReviewEntry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IMAGE = ImageRecord(1, 1, "a.png", Path("a.png"), "h", 9, 9, 1, ImageState.TODO, (), "", "", None, {})
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def entry(number: int) -> ReviewEntry:
    instance = InstanceRecord(
        id=number, image_id=1, label_id=None, state=State.PROPOSED, level=Level.NONE, parent_id=None, z=0, mask=None,
        bbox=(0.0, 0.0, 4.0, 4.0), area=16.0, keypoints=None, iscrowd=False, locked=False, attributes={},
        provenance=Provenance(score=number / 1000), author="", job_id=None, created_at=NOW, updated_at=NOW,
        reviewed_by="", reviewed_at=None, review_ms=0, edits=0, coco_id=None, extra={},
    )  # fmt: skip
    return ReviewEntry(Place(number, number), instance, IMAGE)


@pytest.fixture
def sheet(qtbot: QtBot, icons: Icons) -> ContactSheet:
    made = ContactSheet(icons)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.set_entries([entry(number) for number in range(1, 61)])
    made.show()
    qtbot.waitExposed(made)
    made.view.setFocus()
    return made


def press(sheet: ContactSheet, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(sheet.view, key, modifier)


def test_without_a_choice_the_cursor_is_what_a_decision_is_about(sheet: ContactSheet) -> None:
    assert sheet.targets == (1,) and sheet.chosen == ()
    press(sheet, Qt.Key.Key_Right)
    assert sheet.targets == (2,) and sheet.chosen == ()
    press(sheet, Qt.Key.Key_Space)
    press(sheet, Qt.Key.Key_Right)
    assert sheet.chosen == sheet.targets == (2,)
    press(sheet, Qt.Key.Key_Space)
    assert sheet.chosen == (2, 3)
    press(sheet, Qt.Key.Key_Space)
    assert sheet.chosen == (2,)
    press(sheet, Qt.Key.Key_Right, SHIFT)
    assert 4 in sheet.chosen


def test_escape_lets_go_first_and_leaves_then(sheet: ContactSheet, qtbot: QtBot) -> None:
    press(sheet, Qt.Key.Key_Space)
    with qtbot.assertNotEmitted(sheet.left):
        press(sheet, Qt.Key.Key_Escape)
    assert sheet.chosen == ()
    with qtbot.waitSignal(sheet.left):
        press(sheet, Qt.Key.Key_Escape)


def test_enter_looks_closer(sheet: ContactSheet, qtbot: QtBot) -> None:
    press(sheet, Qt.Key.Key_Down)
    with qtbot.waitSignal(sheet.opened) as opened:
        press(sheet, Qt.Key.Key_Return)
    assert opened.args[0] == sheet.targets[0] > 1


def test_what_is_decided_goes_and_the_cursor_stays_on_its_entry_or_goes_to_the_next(sheet: ContactSheet) -> None:
    for _ in range(4):
        press(sheet, Qt.Key.Key_Right)
    press(sheet, Qt.Key.Key_Space)
    sheet.set_entries([entry(number) for number in range(1, 61) if number != 3])
    assert sheet.chosen == (5,) and sheet.under_cursor == 5
    sheet.set_entries([entry(number) for number in range(1, 61) if number not in (3, 5)])
    assert sheet.chosen == () and sheet.view.currentIndex().row() == 3 and sheet.targets == (6,)
    sheet.set_entries([])
    assert sheet.targets == ()


def test_pictures_are_asked_for_where_they_are_seen(sheet: ContactSheet, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sheet.pictures_needed) as asked:
        sheet.set_entries([entry(number) for number in range(1, 61)])
    wanted = [each.instance.id for each in asked.args[0]]
    assert wanted[0] == 1 and len(wanted) < 45
    for each in wanted:
        sheet.model.put_picture(each, QPixmap(8, 8))
    with qtbot.waitSignals([sheet.pictures_needed, sheet.more_asked]):
        press(sheet, Qt.Key.Key_End)
    assert sheet.grab().height() == 400


def test_a_picture_of_another_mask_is_forgotten(sheet: ContactSheet) -> None:
    from dataclasses import replace

    from models.masks import Rle

    sheet.model.put_picture(1, QPixmap(8, 8))
    assert not sheet.model.lacks_picture(sheet.model.entries[0])
    changed = entry(1)
    changed = replace(changed, instance=replace(changed.instance, mask=Rle(9, 9, b"1")))
    sheet.set_entries([changed])
    assert sheet.model.lacks_picture(changed)


def test_what_cannot_be_read_is_not_asked_for_again(sheet: ContactSheet) -> None:
    sheet.model.put_broken([1])
    assert sheet.model.is_broken(1) and not sheet.model.lacks_picture(sheet.model.entries[0])
    sheet.model.forget()
    assert not sheet.model.is_broken(1) and sheet.model.rowCount() == 0
