"""Makes the tables live: one QAction an action, its keys, its menus, and the function bound to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from annotator.actions.action import Action, UiContext
from annotator.actions.entry import PaletteEntry
from annotator.actions.shortcuts import Overrides, conflicts, keys_of
from annotator.actions.table import ALL_ACTIONS, MENUS
from annotator.icons import Icons


class ActionRegistry(QObject):
    """Holds every QAction by id. An action nobody is bound to is disabled."""

    triggered = Signal(str)
    """Id of an action that has just been run."""
    shortcuts_changed = Signal()

    def __init__(
        self,
        parent: QObject | None,
        icons: Icons,
        actions: Sequence[Action] = ALL_ACTIONS,
        overrides: Overrides | None = None,
    ) -> None:
        """``overrides`` are the person's own keys by action id."""
        super().__init__(parent)
        self._icons = icons
        self._specs = {spec.id: spec for spec in actions}
        self._commands: dict[str, Callable[..., Any]] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._context = UiContext()
        self._overrides: Overrides = dict(overrides or {})
        self._actions = {spec.id: self._make(spec) for spec in actions}
        self._recolor()
        icons.changed.connect(self._recolor)
        self.refresh(self._context)

    @property
    def icons(self) -> Icons:
        """The icons of the theme in use."""
        return self._icons

    @property
    def specs(self) -> tuple[Action, ...]:
        """All actions in the order of the menus."""
        return tuple(self._specs.values())

    def spec(self, action_id: str) -> Action:
        """Return the table's row; raises KeyError."""
        return self._specs[action_id]

    def action(self, action_id: str) -> QAction:
        """Return the live action; raises KeyError."""
        return self._actions[action_id]

    def keys(self, action_id: str) -> tuple[str, ...]:
        """Return the keys in use, in Qt's portable words."""
        return keys_of(self._specs[action_id], self._overrides)

    def key_text(self, action_id: str) -> str:
        """Return the first key as this system writes it, or ""."""
        keys = self.keys(action_id)
        return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def bind(self, command: str, fn: Callable[..., Any]) -> None:
        """Let ``fn`` do a command; raises KeyError for one that no action names."""
        if all(spec.command != command for spec in self._specs.values()):
            raise KeyError(command)
        self._commands[command] = fn
        self.refresh(self._context)

    def trigger(self, action_id: str) -> bool:
        """Do what a click on it would do; False when it is disabled."""
        action = self._actions[action_id]
        if not action.isEnabled():
            return False
        action.trigger()
        return True

    def refresh(self, context: UiContext) -> None:
        """Enable what makes sense now."""
        self._context = context
        for action_id, action in self._actions.items():
            spec = self._specs[action_id]
            action.setEnabled(spec.command in self._commands and spec.enabled_when(context))

    def set_checked(self, action_id: str, checked: bool) -> None:
        """Show a state without running anything."""
        self._actions[action_id].setChecked(checked)

    def set_text(self, action_id: str, text: str) -> None:
        """Show other words for an action (Undo "Merge", the names of labels)."""
        self._actions[action_id].setText(text)
        self._describe(action_id)

    def install(self, window: QWidget, canvas: QWidget) -> None:
        """Make the keys work: window-wide ones everywhere in ``window``, canvas ones while ``canvas`` has the focus."""
        for spec in self._specs.values():
            (window if spec.scope == "window" else canvas).addAction(self._actions[spec.id])

    def add_to(self, widget: QWidget, action_ids: Iterable[str]) -> None:
        """Let canvas keys work in another widget too (Delete in the list of instances)."""
        widget.addActions([self._actions[action_id] for action_id in action_ids])

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Add every menu, groups apart by a line."""
        for title in MENUS:
            specs = [spec for spec in self._specs.values() if spec.menu == title]
            if specs:
                self._fill(bar.addMenu(title), specs)

    def whole_menu(self, parent: QWidget) -> QMenu:
        """Return one menu that holds all menus, for a window without a menu bar."""
        menu = QMenu(parent)
        for title in MENUS:
            specs = [spec for spec in self._specs.values() if spec.menu == title]
            if specs:
                self._fill(menu.addMenu(title), specs)
        return menu

    def menu(self, action_ids: Iterable[str | None], parent: QWidget) -> QMenu:
        """Return a context menu of these actions; None is a line between."""
        menu = QMenu(parent)
        for action_id in action_ids:
            if action_id is None:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[action_id])
        return menu

    def entries(self) -> list[PaletteEntry]:
        """Return what the command palette offers, the enabled ones first."""
        entries = [
            PaletteEntry(
                id=spec.id,
                title=self._actions[spec.id].text().replace("&", "").rstrip("…"),
                group=spec.menu.replace("&", "") or "Mode",
                hint=self.key_text(spec.id),
                icon=spec.icon,
                enabled=self._actions[spec.id].isEnabled(),
                run=self._actions[spec.id].trigger,
            )
            for spec in self._specs.values()
            if spec.palette and spec.command in self._commands
        ]
        return sorted(entries, key=lambda entry: not entry.enabled)

    def use_overrides(self, overrides: Overrides) -> None:
        """Use the person's keys from now on."""
        self._overrides = dict(overrides)
        for action_id in self._actions:
            self._actions[action_id].setShortcuts([QKeySequence(key) for key in self.keys(action_id)])
            self._describe(action_id)
        self.shortcuts_changed.emit()

    def conflicts(self, overrides: Overrides | None = None) -> Mapping[str, tuple[str, ...]]:
        """Return the keys that more than one action claims, with these actions' ids."""
        return conflicts(self.specs, self._overrides if overrides is None else overrides)

    def _make(self, spec: Action) -> QAction:
        action = QAction(spec.title, self)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        action.setAutoRepeat(spec.repeat)
        action.setShortcuts([QKeySequence(key) for key in keys_of(spec, self._overrides)])
        in_canvas = spec.scope == "canvas"
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut if in_canvas else Qt.ShortcutContext.WindowShortcut
        action.setShortcutContext(context)
        if spec.exclusive:
            group = self._groups.setdefault(spec.exclusive, QActionGroup(self))
            group.addAction(action)
        action.setToolTip(self._tip(spec, action.text()))
        action.triggered.connect(lambda checked=False, spec=spec: self._run(spec, checked))
        return action

    def _run(self, spec: Action, checked: bool) -> None:
        command = self._commands[spec.command]
        if spec.argument is not None:
            command(spec.argument)
        elif spec.checkable:
            command(checked)
        else:
            command()
        self.triggered.emit(spec.id)

    def _describe(self, action_id: str) -> None:
        action = self._actions[action_id]
        action.setToolTip(self._tip(self._specs[action_id], action.text()))

    def _tip(self, spec: Action, title: str) -> str:
        keys = keys_of(spec, self._overrides)
        key = f" ({QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})" if keys else ""
        return f"{title.replace('&', '').rstrip('.')}{key}" + (f"\n{spec.tip}" if spec.tip else "")

    def _fill(self, menu: QMenu, specs: Sequence[Action]) -> None:
        group = specs[0].group
        for spec in specs:
            if spec.group != group:
                menu.addSeparator()
                group = spec.group
            menu.addAction(self._actions[spec.id])

    def _recolor(self) -> None:
        for spec in self._specs.values():
            if spec.icon:
                self._actions[spec.id].setIcon(self._icons.get(spec.icon))
