"""Commands on what is seen, on tools and on going from image to image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from annotator.actions.entry import PaletteEntry
from annotator.actions.view import DOCKS
from annotator.desk import Desk
from annotator.dialogs.about import AboutDialog, AboutView
from annotator.dialogs.palette import CommandPalette
from annotator.dialogs.settings_dialog import BackendChoice, SettingsDialog
from annotator.dialogs.shortcuts import ShortcutsDialog
from engine.inference.backends import choices
from engine.records import ImageState
from engine.versions import versions

ZOOM_STEP = 1.25
BRUSH_STEP = 1.15


class ViewCommands:
    """Binds view.*, tool.*, go.*, help.* and the settings."""

    def __init__(self, desk: Desk, *, log: Path, set_label: Callable[[int], None]) -> None:
        """``log`` is the log file; ``set_label`` makes a label the current one."""
        self._desk = desk
        self._set_label = set_label
        self._log = log
        registry, canvas, navigation = desk.registry, desk.window.canvas, desk.navigation
        registry.bind("view.palette", self.palette)
        registry.bind("view.fit", canvas.fit)
        registry.bind("view.actual_size", canvas.actual_size)
        registry.bind("view.zoom_selection", self.zoom_selection)
        registry.bind("view.zoom_in", lambda: canvas.zoom_by(ZOOM_STEP))
        registry.bind("view.zoom_out", lambda: canvas.zoom_by(1 / ZOOM_STEP))
        registry.bind("view.masks", self.show_masks)
        registry.bind("view.names", lambda on: desk.settings.set("canvas.show_labels", bool(on)))
        registry.bind("view.opacity", self.opacity)
        registry.bind("view.navigator", canvas.set_navigator_shown)
        registry.bind("view.dock", self.toggle_dock)
        registry.bind("view.theme", self.switch_theme)
        registry.bind("view.full_screen", self.full_screen)
        registry.bind("tool.choose", self.choose_tool)
        registry.bind("tool.resize", self.resize_brush)
        registry.bind("tool.hover_preview", lambda on: desk.settings.set("canvas.hover_preview", bool(on)))
        registry.bind("go.next", lambda: navigation.step(1))
        registry.bind("go.previous", lambda: navigation.step(-1))
        registry.bind("go.next_todo", navigation.next_todo)
        registry.bind("go.previous_todo", lambda: navigation.next_todo(backwards=True))
        registry.bind("go.next_unannotated", navigation.next_unannotated)
        registry.bind("go.first", lambda: navigation.step(-len(navigation.ids)))
        registry.bind("go.last", lambda: navigation.step(len(navigation.ids)))
        registry.bind("go.find", desk.window.images.start_finding)
        registry.bind("go.mark", self.mark)
        registry.bind("help.shortcuts", lambda: ShortcutsDialog.ask(desk.window, registry))
        registry.bind("help.log", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log.parent))))
        registry.bind("help.about", self.about)
        registry.bind("file.settings", self.settings)
        self._connect()

    def _connect(self) -> None:
        desk, window = self._desk, self._desk.window
        registry = desk.registry
        window.top_bar.palette_asked.connect(self.palette)
        window.mode_switch.mode_chosen.connect(lambda name: registry.trigger(f"view.mode.{name}"))
        window.context_bar.radius_changed.connect(
            lambda radius: desk.settings.set("canvas.brush_radius", float(radius))
        )
        window.context_bar.hover_preview_changed.connect(lambda on: desk.settings.set("canvas.hover_preview", bool(on)))
        window.status.opacity_changed.connect(lambda value: desk.settings.set("canvas.mask_opacity", round(value, 2)))
        window.images.leave.connect(window.canvas.setFocus)
        window.labels.leave.connect(window.canvas.setFocus)
        window.canvas.zoom_changed.connect(window.status.set_zoom)
        window.canvas.pointer.connect(window.status.set_pointer)
        window.images.rows_needed.connect(desk.navigation.rows_needed)
        window.images.thumbs_needed.connect(desk.navigation.thumbnails_needed)
        window.images.opened.connect(desk.navigation.go_to_id)
        window.images.filter_changed.connect(desk.navigation.narrow)
        window.images.state_asked.connect(
            lambda ids, state: desk.navigation.set_state(ImageState(state), image_ids=tuple(ids))
        )
        for dock, name in zip(window.docks, DOCKS, strict=True):
            dock.visibilityChanged.connect(
                lambda _shown, dock=dock, name=name: registry.set_checked(f"view.dock.{name}", not dock.isHidden())
            )
        desk.settings.changed.connect(lambda key, _value: self.use_setting(key))
        desk.settings.shortcuts_changed.connect(lambda: registry.use_overrides(desk.settings.shortcuts))
        desk.theme.changed.connect(window.canvas.set_tokens)
        window.canvas.set_tokens(desk.theme.tokens)
        registry.set_checked("view.masks", True)
        registry.set_checked("view.navigator", True)
        for key in (
            "canvas.mask_opacity",
            "canvas.show_labels",
            "canvas.brush_radius",
            "canvas.hover_preview",
            "canvas.wheel",
        ):
            self.use_setting(key)

    def use_setting(self, key: str) -> None:
        """Apply one setting at once."""
        desk, canvas = self._desk, self._desk.window.canvas
        match key:
            case "canvas.mask_opacity":
                canvas.set_opacity(desk.settings.real(key))
                desk.window.status.set_opacity(desk.settings.real(key))
            case "canvas.color_by":
                desk.presenter.redraw()
            case "canvas.show_labels":
                canvas.set_labels_shown(desk.settings.flag(key))
                desk.registry.set_checked("view.names", desk.settings.flag(key))
            case "canvas.brush_radius":
                canvas.set_brush_radius(desk.settings.real(key))
                desk.window.context_bar.set_radius(desk.settings.real(key))
            case "canvas.hover_preview":
                canvas.set_hover_preview(desk.settings.flag(key))
                desk.window.context_bar.set_hover_preview(desk.settings.flag(key))
                desk.registry.set_checked("tool.hover_preview", desk.settings.flag(key))
            case "canvas.wheel":
                canvas.set_wheel_zooms(desk.settings.text(key) == "zoom")
            case _:
                pass

    def palette(self) -> None:
        """Find any action, label or image by typing."""
        desk = self._desk

        def sources(text: str) -> Sequence[PaletteEntry]:
            labels = [
                PaletteEntry(
                    id=f"label:{label.id}",
                    title=f"Label: {label.name}",
                    group="Label",
                    icon="label",
                    run=partial(self._set_label, label.id),
                )
                for label in desk.editing.labels.values()
            ]
            return [*desk.registry.entries(), *labels]

        CommandPalette.open_on(desk.window, sources, desk.icons)

    def zoom_selection(self) -> None:
        """Zoom to the selected instances."""
        boxes = [box for i in self._desk.editing.selection if (box := self._desk.editing.instances[i].bbox) is not None]
        if boxes:
            x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
            x1, y1 = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
            self._desk.window.canvas.zoom_to((x0, y0, x1 - x0, y1 - y0))

    def show_masks(self, on: bool) -> None:
        """Show or hide all masks; the setting stays as it is."""
        self._desk.window.canvas.isolate(None if on else ())

    def opacity(self, step: float) -> None:
        """Make masks more opaque or clearer."""
        value = min(max(self._desk.settings.real("canvas.mask_opacity") + step, 0.0), 1.0)
        self._desk.settings.set("canvas.mask_opacity", round(value, 2))

    def toggle_dock(self, name: str) -> None:
        """Show or close a dock."""
        dock = self._desk.window.docks[DOCKS.index(name)]
        shown = dock.isHidden()
        dock.setVisible(shown)
        if shown:
            dock.raise_()

    def switch_theme(self) -> None:
        """Change between dark and light."""
        self._desk.settings.set("appearance.theme", "light" if self._desk.theme.tokens.name == "dark" else "dark")

    def full_screen(self, on: bool) -> None:
        """Fill the screen or not."""
        if on:
            self._desk.window.showFullScreen()
        else:
            self._desk.window.showNormal()

    def choose_tool(self, name: str) -> None:
        """Take a tool in hand."""
        self._desk.registry.set_checked(f"tool.{name}", True)
        self._desk.window.canvas.set_tool(name)
        self._desk.presenter.show_tool(name)

    def resize_brush(self, step: int) -> None:
        """Make the brush larger or smaller."""
        radius = self._desk.settings.real("canvas.brush_radius")
        larger = max(radius * BRUSH_STEP, radius + 0.5)
        smaller = min(radius / BRUSH_STEP, radius - 0.5)
        self._desk.settings.set("canvas.brush_radius", round(min(max(larger if step > 0 else smaller, 0.5), 500.0), 1))

    def mark(self, state: str) -> None:
        """Mark the image as done, to do or skipped."""
        self._desk.navigation.set_state(ImageState(state))
        if state != "todo" and self._desk.settings.flag("flow.next_after_done"):
            self._desk.navigation.step(1)

    def settings(self) -> None:
        """Open the settings."""
        known = [*choices("mask"), *(each for each in choices("pose") if each.task == "pose")]
        offered = [BackendChoice(each.name, each.title, each.available, each.reason, each.task) for each in known]
        SettingsDialog.ask(self._desk.window, self._desk.settings, self._desk.registry, offered)

    def about(self) -> None:
        """Show versions and the device."""
        state = self._desk.inference.state
        rows = (*versions(), ("Backend", f"{state.title} on {state.device}"), ("Log file", str(self._log)))
        version = next(value for name, value in rows if name == "Maskwright")
        AboutDialog.ask(self._desk.window, AboutView(version, tuple(row for row in rows if row[0] != "Maskwright")))
