"""Commands on the draft and the selection, and what gestures on the canvas mean."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint

from annotator.desk import Desk
from annotator.intents import (
    AreaPicked,
    BoxAdded,
    BoxDrawn,
    BoxEdited,
    HoverMoved,
    Intent,
    MenuAsked,
    Opened,
    Picked,
    PointAdded,
    PolygonClosed,
    RadiusChanged,
    RingEdited,
    StrokeDrawn,
)
from engine.ops.combine import DuplicateInstances
from engine.records import CandidateRecord, State

MENU = (
    "instance.refine",
    "instance.replay",
    "instance.relabel",
    None,
    "instance.accept",
    "instance.reject",
    None,
    "instance.merge",
    "instance.subtract",
    "instance.split",
    "instance.fill_holes",
    "instance.drop_islands",
    "instance.smooth",
    None,
    "instance.to_top",
    "instance.to_bottom",
    "instance.hide",
    "instance.hide_others",
    "instance.lock",
    None,
    "joint.uncertain",
    "pose.swap",
    "pose.fill",
    None,
    "edit.copy",
    "instance.duplicate",
    "instance.delete",
)


class InstanceCommands:
    """Binds instance.* and edit.* and answers the canvas."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self.clipboard: tuple[int, ...] = ()
        self.decide_elsewhere: Callable[[State], bool] = lambda _: False
        self.undo_elsewhere: Callable[[int | None], bool] = lambda _: False
        self.redo_elsewhere: Callable[[], bool] = lambda: False
        self.select_elsewhere: Callable[[], bool] = lambda: False
        self.step_elsewhere: Callable[[int], bool] = lambda _: False
        self.end_elsewhere: Callable[[], bool] = lambda: False
        self.pose_intent: Callable[[Intent], bool] = lambda _: False
        self.step_joint: Callable[[int], bool] = lambda _: False
        self.unlabel_joint: Callable[[], bool] = lambda: False
        self.drop_joint: Callable[[], bool] = lambda: False
        self.flush_joint: Callable[[], None] = lambda: None
        self.labelled_first: Callable[[Callable[[], object]], None] = _at_once
        registry, editing = desk.registry, desk.editing
        registry.bind("instance.commit", self.commit)
        registry.bind("instance.cycle", self.cycle)
        registry.bind("instance.backspace", self.backspace)
        registry.bind("instance.skip_joint", desk.posing.skip)
        registry.bind("instance.refine", self.refine)
        registry.bind("instance.accept", lambda: self._decide(State.ACCEPTED))
        registry.bind("instance.reject", lambda: self._decide(State.REJECTED))
        registry.bind("instance.merge", editing.merge)
        registry.bind("instance.subtract", editing.subtract)
        registry.bind("instance.split", editing.split)
        registry.bind("instance.repair", lambda what: editing.repair(what.replace("_", " ")))
        registry.bind("instance.order", editing.reorder)
        registry.bind("instance.hide", editing.toggle_hidden)
        registry.bind("instance.hide_others", editing.toggle_others)
        registry.bind("instance.show_all", editing.show_all)
        registry.bind("instance.lock", editing.toggle_locked)
        registry.bind("instance.duplicate", self.duplicate)
        registry.bind("instance.delete", editing.delete)
        registry.bind("edit.undo", self.undo)
        registry.bind("edit.redo", self.redo)
        registry.bind("edit.copy", self.copy)
        registry.bind("edit.paste", self.paste)
        registry.bind("edit.select_all", self.select_all)
        registry.bind("edit.step_back", self.step_back)
        self._connect()

    def _connect(self) -> None:
        window, editing = self._desk.window, self._desk.editing
        window.canvas.intent.connect(self.on_intent)
        window.canvas.pointer.connect(self._moved)
        window.context_bar.candidate_chosen.connect(self._desk.prompting.choose)
        window.instances.selected.connect(lambda ids: editing.select(sorted(ids)))
        window.instances.hovered.connect(window.canvas.set_hover)
        window.instances.hide_toggled.connect(lambda i: editing.set_hidden(i, i not in editing.hidden))
        window.instances.lock_toggled.connect(lambda i: editing.toggle_locked((i,)))
        window.instances.opened.connect(self._open)
        window.instances.menu_asked.connect(lambda _ids, place: self._menu(place.x(), place.y()))
        self._desk.registry.add_to(window.instances.view, ("instance.delete", "instance.commit"))

    @property
    def _image_id(self) -> int | None:
        image = self._desk.navigation.image
        return image.id if image is not None else None

    # --- the canvas ----------------------------------------------------------------------------------------------

    def on_intent(self, intent: Intent) -> None:
        """Do what a gesture means."""
        editing, prompting = self._desk.editing, self._desk.prompting
        if self.pose_intent(intent):
            return
        match intent:
            case PointAdded(x, y, positive):
                editing.select(())
                prompting.add_point(x, y, positive=positive)
            case BoxAdded(x0, y0, x1, y1):
                editing.select(())
                prompting.add_box(x0, y0, x1, y1)
            case HoverMoved(x, y):
                self._desk.preview.show(x, y)
            case BoxDrawn(x0, y0, x1, y1):
                self.labelled_first(lambda: editing.box(x0, y0, x1, y1))
            case StrokeDrawn(points, radius, erase):
                if editing.selection or erase:
                    editing.stroke(points, radius, erase=erase)
                else:
                    self.labelled_first(lambda: editing.stroke(points, radius, erase=erase))
            case PolygonClosed(ring, tool):
                self.labelled_first(lambda: editing.ring(ring, tool=tool))
            case RingEdited(instance_id, rings):
                editing.set_rings(instance_id, rings)
            case BoxEdited(instance_id, x0, y0, x1, y1):
                editing.set_box(instance_id, x0, y0, x1, y1)
            case Picked(x, y, add, below):
                again = len(editing.selection) == 1
                editing.pick(x, y, add=add, below=below or (again and not add))
            case AreaPicked(x0, y0, x1, y1, add):
                editing.pick_area((x0, y0, x1, y1), add=add)
            case Opened(x, y):
                editing.pick(x, y)
                self.refine()
            case RadiusChanged(radius):
                self._desk.window.context_bar.set_radius(radius)
                self._desk.settings.set("canvas.brush_radius", radius)
            case MenuAsked(x, y, screen_x, screen_y):
                if not set(editing.at(x, y)) & set(editing.selection):
                    editing.pick(x, y)
                self._menu(screen_x, screen_y)

    def _moved(self, x: float | None, _y: float | None) -> None:
        if x is None:
            self._desk.preview.clear()
        else:
            self._desk.prompting.touch()

    def _menu(self, x: int, y: int) -> None:
        if self._desk.editing.selection:
            menu = self._desk.registry.menu(MENU, self._desk.window)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(QPoint(x, y))

    # --- draft and selection -------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Enter: close the running gesture, store the draft, finish the pose, or refine the selected instance."""
        desk = self._desk
        if desk.window.canvas.gesture_key("enter"):
            return
        if desk.prompting.active:
            draft = desk.prompting.state.draft
            if draft is not None and draft.instance_id is not None:
                desk.prompting.commit()
            else:
                self.labelled_first(desk.prompting.commit)
        elif desk.posing.active:
            desk.posing.finish()
        elif any(desk.editing.instances[i].state is State.PROPOSED for i in desk.editing.selection):
            self._decide(State.ACCEPTED)

    def cycle(self, step: int) -> None:
        """Tab: the next candidate of a draft, the next joint of a pose, else the next instance."""
        if self.step_elsewhere(step) or self.step_joint(step):
            return
        if self._desk.prompting.state.candidates:
            self._desk.prompting.cycle(step)
        elif not self._desk.prompting.active:
            instance = self._desk.editing.select_next(step)
            if instance is not None and instance.bbox is not None:
                self._desk.window.canvas.reveal(instance.bbox)

    def backspace(self) -> None:
        """Take back the last vertex, joint or click."""
        desk = self._desk
        if desk.window.canvas.gesture_key("backspace") or desk.posing.remove_last():
            return
        if not desk.prompting.remove_last():
            self.unlabel_joint()

    def step_back(self) -> None:
        """Esc: one level back - gesture, draft, pose, joint, selection, tool."""
        desk = self._desk
        if self.end_elsewhere():
            return
        if desk.window.canvas.gesture_key("escape") or desk.prompting.cancel() or desk.posing.cancel():
            return
        if self.drop_joint():
            return
        if desk.editing.selection:
            desk.editing.select(())
        else:
            desk.registry.trigger("tool.select")

    def undo(self) -> None:
        """Ctrl+Z: while a draft exists undo belongs to it."""
        desk = self._desk
        if desk.window.canvas.gesture_key("backspace") or desk.posing.remove_last() or desk.prompting.remove_last():
            return
        self.flush_joint()
        if not self.undo_elsewhere(self._image_id):
            desk.store.undo(self._image_id)

    def select_all(self) -> None:
        """Select every instance of the image."""
        if not self.select_elsewhere():
            self._desk.editing.select(list(self._desk.editing.instances))

    def redo(self) -> None:
        """Ctrl+Y: do again what was undone last."""
        if not self.redo_elsewhere():
            self._desk.store.undo(self._image_id, redo=True)

    def refine(self) -> None:
        """Reopen the selected instance in the smart tool, with its logits."""
        desk = self._desk
        if not desk.editing.selection:
            return
        instance = desk.editing.instances[desk.editing.selection[-1]]
        if instance.mask is None:
            desk.presenter.say("info", "Only masks can be refined with clicks; this instance has none.")
            return
        if instance.locked:
            desk.presenter.say("info", "This instance is locked. Unlock it first (Ctrl+L).")
            return

        def reopen(candidates: tuple[CandidateRecord, ...]) -> None:
            desk.registry.trigger("tool.smart")
            desk.editing.select(())
            desk.prompting.reopen(instance, candidates)

        desk.store.read(lambda reader: reader.instances.candidates(instance.id), reopen)

    def _open(self, instance_id: int) -> None:
        self._desk.editing.select((instance_id,))
        self.refine()

    def _decide(self, state: State) -> None:
        if self.decide_elsewhere(state):
            return
        editing = self._desk.editing
        chosen = [editing.instances[i] for i in editing.selection if i in editing.instances]
        if state is State.ACCEPTED and chosen and all(each.label_id is None for each in chosen):
            self.labelled_first(lambda: editing.set_state(state))
        else:
            editing.set_state(state)

    def copy(self) -> None:
        """Remember the selected instances for pasting on this or another image."""
        self.clipboard = self._desk.editing.selection
        self._desk.presenter.say("info", f"Copied {len(self.clipboard)}. Ctrl+V pastes here or on another image.")
        self._desk.presenter.refresh_actions()

    def paste(self) -> None:
        """Copy the remembered instances to this image."""
        if self.clipboard and self._image_id is not None:
            self._desk.store.execute(DuplicateInstances(self.clipboard, self._image_id))

    def duplicate(self) -> None:
        """Copy the selected instances to the next image and go there."""
        navigation = self._desk.navigation
        if 0 <= navigation.index < len(navigation.ids) - 1:
            following = navigation.ids[navigation.index + 1]
            self._desk.editing.duplicate_to(following, done=lambda: navigation.go_to_id(following))
        else:
            self._desk.presenter.say("info", "This is the last image of the list.")


def _at_once(then: Callable[[], object]) -> None:
    then()
