"""The tables as a whole: no key twice, no icon missing, no id twice."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from annotator.actions.action import UiContext
from annotator.actions.shortcuts import conflicts, normal
from annotator.actions.table import ALL_ACTIONS, MENUS
from annotator.icons import ICONS

EXPECTED = {
    "go.previous": "A",
    "go.next": "D",
    "go.next_todo": "Shift+D",
    "instance.commit": "Return",
    "edit.step_back": "Esc",
    "instance.next": "Tab",
    "instance.previous": "Shift+Tab",
    "label.digit.1": "1",
    "label.digit.0": "0",
    "label.search": "L",
    "edit.undo": "Ctrl+Z",
    "edit.redo": "Ctrl+Y",
    "instance.delete": "Delete",
    "instance.backspace": "Backspace",
    "instance.hide": "H",
    "instance.hide_others": "Shift+H",
    "go.next_gap": "G",
    "view.palette": "Ctrl+K",
    "tool.smart": "S",
    "tool.brush": "B",
    "tool.eraser": "E",
    "tool.smaller": "[",
    "tool.larger": "]",
    "tool.polygon": "P",
    "tool.scissors": "I",
    "tool.box": "X",
    "tool.keypoints": "K",
    "tool.select": "V",
    "view.fit": "F",
    "view.actual_size": "Ctrl+0",
    "view.zoom_selection": "Ctrl+1",
    "instance.accept": "Y",
    "instance.reject": "N",
    "instance.relabel": "R",
    "help.shortcuts": "F1",
    "file.open_project": "Ctrl+O",
    "file.open_folder": "Ctrl+U",
    "file.import": "Ctrl+I",
    "file.export": "Ctrl+E",
    "instance.duplicate": "Ctrl+D",
    "instance.merge": "M",
    "instance.subtract": "Shift+M",
    "instance.split": "Ctrl+Shift+S",
    "instance.raise": "PgUp",
    "instance.lower": "PgDown",
}


def test_no_id_twice_and_no_key_twice() -> None:
    ids = [action.id for action in ALL_ACTIONS]
    assert len(set(ids)) == len(ids)
    assert conflicts(ALL_ACTIONS, {}) == {}


def test_every_key_is_one_that_qt_knows() -> None:
    unknown = [(action.id, key) for action in ALL_ACTIONS for key in action.shortcuts if QKeySequence(key).isEmpty()]
    assert unknown == []


def test_the_keys_people_are_used_to() -> None:
    by_id = {action.id: action for action in ALL_ACTIONS}
    wrong = {
        action_id: key
        for action_id, key in EXPECTED.items()
        if normal(key) not in [normal(each) for each in by_id[action_id].shortcuts]
    }
    assert wrong == {}


def test_no_alt_letter_hides_a_menus_mnemonic() -> None:
    mnemonics = {f"Alt+{title[title.index('&') + 1].upper()}" for title in MENUS}
    used = {normal(key) for action in ALL_ACTIONS for key in action.shortcuts}
    assert len(mnemonics) == len(MENUS)
    assert not mnemonics & used


def test_every_icon_and_menu_exists() -> None:
    assert {action.icon for action in ALL_ACTIONS} - {""} <= set(ICONS)
    assert {action.menu for action in ALL_ACTIONS} - {""} == set(MENUS)


def test_without_a_project_only_what_needs_none_is_on() -> None:
    on = {action.id.split(".")[0] for action in ALL_ACTIONS if action.enabled_when(UiContext())}
    assert on == {"file", "view", "tool", "help"}
    tools = [action.id for action in ALL_ACTIONS if action.exclusive == "tool" and action.enabled_when(UiContext())]
    assert tools == []


def test_undo_belongs_to_the_draft_while_there_is_one() -> None:
    by_id = {action.id: action for action in ALL_ACTIONS}
    draft = UiContext(has_project=True, has_image=True, has_draft=True, can_redo=True)
    assert by_id["edit.undo"].enabled_when(draft)
    assert not by_id["edit.redo"].enabled_when(draft)


def test_digits_follow_the_number_of_labels() -> None:
    by_id = {action.id: action for action in ALL_ACTIONS}
    three = UiContext(has_project=True, label_count=3)
    assert by_id["label.digit.3"].enabled_when(three)
    assert not by_id["label.digit.4"].enabled_when(three)
    assert by_id["label.digit.0"].argument == 9
