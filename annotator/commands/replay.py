"""Commands that show again how an instance came to be."""

from __future__ import annotations

from typing import Literal

from annotator.canvas.scene_data import Click, DraftView
from annotator.controllers.replay import Replay, ReplayState
from annotator.desk import Desk
from annotator.intents import HoverMoved, Intent, RadiusChanged
from annotator.widgets.replay_strip import ReplayStrip
from engine.records import InstanceRecord, PromptRecord


class ReplayCommands:
    """Binds instance.replay; Tab, Shift+Tab and Esc step and end it."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self.strip = ReplayStrip(desk.icons)
        desk.window.add_strip(self.strip)
        self.replay = Replay(self, ask=desk.inference.ask, post=desk.lanes.post)
        desk.registry.bind("instance.replay", self.begin)
        self.strip.step_asked.connect(self.replay.step)
        self.strip.end_asked.connect(self.replay.end)
        desk.window.canvas.intent.connect(self._on_intent)
        desk.bus.image_changed.connect(lambda _: self.replay.end())
        desk.bus.project_changed.connect(lambda _: self.replay.end())

    def begin(self) -> None:
        """Show the first click of the selected instance."""
        desk = self._desk
        image = desk.prompting.image
        if desk.prompting.active:
            desk.presenter.say("info", "Store the open draft with Enter, or drop it with Esc, first.")
            return
        if image is None or len(desk.editing.selection) != 1:
            desk.presenter.say("info", "Select one instance on the picture first.")
            return
        instance = desk.editing.instances[desk.editing.selection[0]]

        def show(prompts: tuple[PromptRecord, ...]) -> None:
            if desk.prompting.image is image and not desk.prompting.active:
                self.replay.begin(image, instance, prompts, self._note(instance))

        desk.store.read(lambda reader: reader.instances.prompts(instance.id), show)

    def show_replay(self, state: ReplayState | None) -> None:
        """Show a step on the canvas and in the strip."""
        self.strip.show_state(state)
        canvas = self._desk.window.canvas
        canvas.isolate(None if state is None else ())
        if state is None:
            canvas.set_draft(None)
            return
        clicks = tuple(Click(each.x0, each.y0, each.positive) for each in state.step.prompts if each.kind == "point")
        box = next((each for each in state.step.prompts if each.kind == "box"), None)
        corners = None if box is None or box.x1 is None or box.y1 is None else (box.x0, box.y0, box.x1, box.y1)
        canvas.set_draft(DraftView(clicks=clicks, box=corners, mask=state.mask))

    def _on_intent(self, intent: Intent) -> None:
        """Whoever works on the picture has seen enough; moving the pointer is no work."""
        if not isinstance(intent, HoverMoved | RadiusChanged):
            self.replay.end()

    def say(self, kind: Literal["info", "warning", "error"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    def _note(self, instance: InstanceRecord) -> str:
        """Say where another answers than the one that made the instance."""
        told, info = instance.provenance, self._desk.inference.info
        if info is None or not told.backend:
            return ""
        if info.name != told.backend:
            return f"Made with {told.backend}; {info.name} answers now, so masks may differ."
        if info.weights_hash != told.weights_hash:
            return f"The weights of {info.name} have changed since, so masks may differ."
        if instance.edits:
            return "The mask was changed by hand or refined since."
        return ""
