"""Live actions: enabled, run, keyed and shown as their table says."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMainWindow, QMenuBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from annotator.actions.action import UiContext
from annotator.actions.registry import ActionRegistry
from annotator.actions.table import MENUS
from annotator.icons import Icons
from annotator.tokens import DARK, LIGHT

BUSY = UiContext(
    has_project=True,
    has_image=True,
    image_count=5,
    instance_count=3,
    selection_count=2,
    candidate_count=3,
    label_count=10,
    can_undo=True,
)


class Bench:
    """A window with a canvas, a line edit and a list, and a registry that records what is run."""

    def __init__(self, qtbot: QtBot) -> None:
        self.icons = Icons(DARK)
        self.registry = ActionRegistry(None, self.icons)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        for spec in self.registry.specs:
            self.registry.bind(spec.command, self.recorder(spec.command))
        self.registry.refresh(BUSY)
        self.window = QMainWindow()
        self.canvas, self.field, self.list = QWidget(), QLineEdit(), QListWidget()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        for widget in (self.canvas, self.field, self.list):
            layout.addWidget(widget)
        self.window.setCentralWidget(middle)
        qtbot.addWidget(self.window)
        self.registry.install(self.window, self.canvas)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def recorder(self, command: str) -> Any:
        return lambda *args: self.calls.append((command, args))

    def press(self, widget: QWidget, *keys: tuple[Qt.Key, Qt.KeyboardModifier]) -> list[tuple[str, tuple[Any, ...]]]:
        self.calls.clear()
        widget.setFocus()
        for key, modifier in keys:
            QTest.keyClick(widget, key, modifier)
        return self.calls


NO = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


@pytest.mark.parametrize(
    ("key", "modifier", "command", "args"),
    [
        (Qt.Key.Key_D, NO, "go.next", ()),
        (Qt.Key.Key_D, SHIFT, "go.next_todo", ()),
        (Qt.Key.Key_3, NO, "label.digit", (2,)),
        (Qt.Key.Key_0, NO, "label.digit", (9,)),
        (Qt.Key.Key_B, NO, "tool.choose", ("brush",)),
        (Qt.Key.Key_BracketRight, NO, "tool.resize", (1,)),
        (Qt.Key.Key_Z, CTRL, "edit.undo", ()),
        (Qt.Key.Key_Return, NO, "instance.commit", ()),
        (Qt.Key.Key_Enter, NO, "instance.commit", ()),
        (Qt.Key.Key_Escape, NO, "edit.step_back", ()),
        (Qt.Key.Key_Tab, NO, "instance.cycle", (1,)),
        (Qt.Key.Key_Backtab, SHIFT, "instance.cycle", (-1,)),
        (Qt.Key.Key_Delete, NO, "instance.delete", ()),
        (Qt.Key.Key_Backspace, NO, "instance.backspace", ()),
        (Qt.Key.Key_PageUp, NO, "instance.order", ("up",)),
        (Qt.Key.Key_K, CTRL, "view.palette", ()),
        (Qt.Key.Key_H, CTRL, "view.masks", (True,)),
    ],
)
def test_keys_on_the_canvas(
    bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier, command: str, args: tuple[Any, ...]
) -> None:
    assert bench.press(bench.canvas, (key, modifier)) == [(command, args)]


def test_keys_do_not_fire_while_typing(bench: Bench) -> None:
    typed = [(key, NO) for key in (Qt.Key.Key_D, Qt.Key.Key_3, Qt.Key.Key_B, Qt.Key.Key_L, Qt.Key.Key_BracketLeft)]
    rest = [(Qt.Key.Key_Backspace, NO), (Qt.Key.Key_Delete, NO), (Qt.Key.Key_Z, CTRL), (Qt.Key.Key_Return, NO)]
    assert bench.press(bench.field, *typed, *rest) == []
    assert bench.field.text() != ""


def test_canvas_keys_stay_with_the_canvas(bench: Bench) -> None:
    assert bench.press(bench.list, (Qt.Key.Key_Delete, NO), (Qt.Key.Key_Escape, NO)) == []
    bench.registry.add_to(bench.list, ["instance.delete"])
    assert bench.press(bench.list, (Qt.Key.Key_Delete, NO)) == [("instance.delete", ())]
    assert bench.press(bench.canvas, (Qt.Key.Key_Delete, NO)) == [("instance.delete", ())]


def test_what_is_not_enabled_does_not_run(bench: Bench) -> None:
    bench.registry.refresh(UiContext())
    assert bench.press(bench.canvas, (Qt.Key.Key_D, NO), (Qt.Key.Key_Delete, NO)) == []
    assert not bench.registry.trigger("go.next")
    bench.registry.refresh(BUSY)
    assert bench.registry.trigger("go.next")
    assert bench.calls == [("go.next", ())]


def test_unbound_actions_are_off(qapp: QApplication) -> None:
    registry = ActionRegistry(None, Icons(DARK))
    registry.refresh(BUSY)
    assert not any(registry.action(spec.id).isEnabled() for spec in registry.specs)
    with pytest.raises(KeyError):
        registry.bind("no.such_command", lambda: None)


def test_one_tool_of_the_group_is_on(bench: Bench) -> None:
    assert bench.registry.trigger("tool.brush")
    assert bench.registry.trigger("tool.polygon")
    on = [
        spec.id
        for spec in bench.registry.specs
        if spec.exclusive == "tool" and bench.registry.action(spec.id).isChecked()
    ]
    assert on == ["tool.polygon"]
    assert bench.calls == [("tool.choose", ("brush",)), ("tool.choose", ("polygon",))]
    bench.registry.set_checked("tool.smart", True)
    assert bench.registry.action("tool.smart").isChecked()
    assert len(bench.calls) == 2


def test_the_signal_tells_what_was_run(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.registry.triggered) as told:
        bench.registry.trigger("view.fit")
    assert told.args == ["view.fit"]


def test_overrides_take_the_place_of_the_defaults(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.registry.shortcuts_changed):
        bench.registry.use_overrides({"go.next": ("J",), "view.fit": ()})
    assert bench.press(bench.canvas, (Qt.Key.Key_D, NO), (Qt.Key.Key_F, NO)) == []
    assert bench.press(bench.canvas, (Qt.Key.Key_J, NO)) == [("go.next", ())]
    assert "(J)" in bench.registry.action("go.next").toolTip()
    assert "(" not in bench.registry.action("view.fit").toolTip()
    assert bench.registry.conflicts({"go.next": ("F",)}) == {"F": ("view.fit", "go.next")}


def test_every_menu_action_is_in_the_menu_bar_once(bench: Bench) -> None:
    bar = QMenuBar(bench.window)
    bench.registry.fill_menu_bar(bar)
    assert tuple(action.text() for action in bar.actions()) == MENUS
    listed = [entry.objectName() for top in bar.actions() for entry in top.menu().actions() if not entry.isSeparator()]
    assert sorted(listed) == sorted(spec.id for spec in bench.registry.specs if spec.menu)


def test_a_context_menu_is_made_of_what_was_asked(bench: Bench) -> None:
    menu = bench.registry.menu(["instance.hide", None, "instance.delete"], bench.window)
    assert [entry.objectName() or "-" for entry in menu.actions()] == ["instance.hide", "-", "instance.delete"]


def test_palette_entries_name_key_and_group_and_run(bench: Bench) -> None:
    entries = {entry.id: entry for entry in bench.registry.entries()}
    assert (entries["go.next"].title, entries["go.next"].hint, entries["go.next"].group) == ("Next image", "D", "Go")
    assert entries["file.open_project"].title == "Open project"
    assert "view.palette" not in entries
    assert not entries["go.next_gap"].enabled
    run = entries["go.next"].run
    assert run is not None
    run()
    assert bench.calls == [("go.next", ())]


def test_icons_follow_the_theme(bench: Bench) -> None:
    before = bench.registry.action("tool.smart").icon().cacheKey()
    bench.icons.use(LIGHT)
    assert bench.registry.action("tool.smart").icon().cacheKey() != before
