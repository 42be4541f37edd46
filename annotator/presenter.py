"""Shows what controllers know in the widgets of the main window: the one place where the two meet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from annotator.bus import Bus
from annotator.canvas import colors
from annotator.canvas.scene_data import Click, DraftView, InstanceView
from annotator.canvas.shapes import Shape, prepare_shapes
from annotator.controllers.image_cache import LoadedImage
from annotator.controllers.inference import BackendState
from annotator.controllers.instance_views import ColorBy, color_of, view_of
from annotator.controllers.posing import PoseState
from annotator.controllers.thumbs import candidate_thumbs
from annotator.lanes import Lanes
from annotator.messages import Message, MessageKind
from annotator.settings import Settings
from annotator.widgets.candidate_button import CandidateView
from annotator.widgets.context_bar import BackendView, KeyHints
from annotator.window import MainWindow
from engine.drafting.prompting import DraftState
from engine.inference.draft import Candidate
from engine.measure.words import size
from engine.records import ImageRecord, ImageRow, InstanceRecord, LabelRecord, Rle, SkeletonRecord, State

DRAWN_AT_ONCE = 20
"""Up to so many instances are prepared for drawing in less than a frame."""
LEVEL_WORDS = {"whole": "whole", "part": "part", "subpart": "subpart", "": ""}


class Presenter:
    """Implements the views that controllers ask for; every method runs on the GUI thread."""

    def __init__(self, window: MainWindow, *, bus: Bus, lanes: Lanes, settings: Settings) -> None:
        """Fill ``window``."""
        self._window = window
        self._bus = bus
        self._lanes = lanes
        self._settings = settings
        self._labels: dict[int, LabelRecord] = {}
        self._skeletons: Mapping[int, SkeletonRecord] = {}
        self._instances: dict[int, InstanceRecord] = {}
        self._loaded: LoadedImage | None = None
        self._place = -1
        self._unseen: frozenset[int] = frozenset()
        self._veiled: frozenset[int] = frozenset()
        self._drawing = 0
        self._preparing = False
        self._image: ImageRecord | None = None
        self._draft = DraftState()
        self._pose = PoseState()
        self._joint_hints: KeyHints | None = None
        self._tool = "smart"
        self._thumbs: tuple[tuple[Candidate, ...], list[QImage]] = ((), [])
        self._ready_hashes: frozenset[str] = frozenset()
        self._hash_ids: dict[str, int] = {}
        self._backend = BackendState()
        self.refresh_actions: Callable[[], None] = lambda: None
        self.backend_shown: Callable[[], None] = lambda: None

    def say(self, kind: MessageKind, text: str) -> None:
        """Show a message in the banner and keep it in the messages dock."""
        self._bus.message.emit(Message(kind, text))

    def offer(self, text: str, button: str, action: Callable[[], None]) -> None:
        """Show a failure with a way out; it stays until used or closed."""
        self._bus.message.emit(Message("error", text, button, action))

    # --- images --------------------------------------------------------------------------------------------------

    def show_ids(self, ids: Sequence[int], *, total: int) -> None:
        """Replace the image list."""
        self._window.images.set_total(total)
        self._window.images.set_ids(ids)
        if not ids and (self._image is None or not total):
            # A picture on screen stays there while a filter hides it from the list.
            self._show_nothing(total)

    def _show_nothing(self, total: int) -> None:
        if total:
            self._window.show_empty("image", "No image matches the filter", "Change the filter in the image list.")
        else:
            self._window.show_empty(
                "folder",
                "Drop images or a folder here",
                "They stay where they are; the project remembers them.",
                "Add images",
            )

    def show_current(self, image: ImageRecord | None, index: int) -> None:
        """Mark an image as current, before its pixels are there."""
        changed = (image.id if image else None) != (self._image.id if self._image else None)
        self._image = image
        self._place = index
        self._window.images.set_current(image.id if image else None)
        if image is None:
            self._loaded = None
            self._window.status.set_image(0, 0, "", 0, 0)
        else:
            total = len(self._window.images.ids)
            self._window.status.set_image(index + 1, total, image.path, image.width, image.height)
            self._hash_ids[image.content_hash] = image.id
        if changed:
            self._bus.image_changed.emit(image.id if image else None)
        self.refresh_actions()

    def show_pixels(self, image: ImageRecord, loaded: LoadedImage) -> None:
        """Put an image on the canvas and draw what was already read of its instances."""
        self._loaded = loaded
        self._window.canvas.show_image(loaded.levels, keep_view=False)
        self._window.canvas.set_hidden(self._unseen)
        self._window.show_canvas()
        self._draw_instances()
        total = len(self._window.images.ids)
        self._window.status.set_image(self._place + 1, total, image.path, loaded.width, loaded.height)
        self.refresh_actions()

    def show_unreadable(self, image: ImageRecord, reason: str) -> None:
        """Say on the canvas why there is no picture."""
        self._loaded = None
        self._window.show_empty("warning", f"{Path(image.path).name} cannot be shown", reason)

    def put_rows(self, rows: list[ImageRow]) -> None:
        """Fill rows of the image list."""
        for row in rows:
            self._hash_ids[row.image.content_hash] = row.image.id
        self._window.images.put_rows(rows)
        self._show_ready()

    def put_thumbnail(self, image_id: int, pixels: NDArray[np.uint8]) -> None:
        """Fill a picture of the image list."""
        self._window.images.put_thumb(image_id, to_qimage(pixels))

    # --- instances -----------------------------------------------------------------------------------------------

    def use_skeletons(self, skeletons: Mapping[int, SkeletonRecord]) -> None:
        """Know the skeletons by id."""
        self._skeletons = skeletons

    def show_instances(self, instances: Sequence[InstanceRecord]) -> None:
        """Replace everything shown of instances."""
        self._instances = {each.id: each for each in instances}
        self._draw_instances()
        self._list_instances()

    def patch_instances(self, changed: Sequence[InstanceRecord], removed: Collection[int]) -> None:
        """Refresh only these."""
        for each in removed:
            self._instances.pop(each, None)
        self._instances.update({each.id: each for each in changed})
        if self._preparing:
            self._draw_instances()  # shapes being made now may be of masks that have just changed
        else:
            self._window.canvas.patch_instances([self._view(each) for each in changed], removed)
        self._list_instances()

    def redraw(self) -> None:
        """Draw again with other colours or settings."""
        self._draw_instances()
        self._list_instances()

    def show_selection(self, ids: tuple[int, ...]) -> None:
        """Mark instances as selected."""
        self._window.canvas.set_selection(ids)
        self._window.instances.set_selection(frozenset(ids))
        self._bus.selection_changed.emit(frozenset(ids))
        self._show_hints()
        self.refresh_actions()

    def show_hidden(self, ids: frozenset[int]) -> None:
        """Draw everything but these."""
        self._unseen = ids
        self._window.canvas.set_hidden(ids)
        self._window.instances.set_hidden(ids)

    def show_veiled(self, ids: frozenset[int]) -> None:
        """List everything but these."""
        if ids != self._veiled:
            self._veiled = ids
            self._list_instances()

    def show_labels(self, labels: Sequence[LabelRecord], counts: Mapping[int | None, int]) -> None:
        """Refresh the label list."""
        self._labels = {label.id: label for label in labels}
        self._window.labels.set_labels(labels, {key: number for key, number in counts.items() if key is not None})
        self.refresh_actions()

    def _draw_instances(self) -> None:
        """Draw all instances; the shapes of many are made on the io lane first, so that the mouse never waits."""
        self._drawing += 1
        self._preparing = False
        if self._loaded is None or self._image is None or self._loaded.image_id != self._image.id:
            return
        views = [self._view(each) for each in self._instances.values()]
        if len(views) <= DRAWN_AT_ONCE:
            self._window.canvas.set_instances(views)
            return
        ticket = self._drawing
        self._preparing = True

        def show(shapes: dict[int, Shape]) -> None:
            if ticket == self._drawing:
                self._preparing = False
                self._window.canvas.set_instances([self._view(each) for each in self._instances.values()], shapes)

        self._lanes.io.run(lambda: prepare_shapes(views), done=show)

    def _list_instances(self) -> None:
        shown = {
            key: colors.to_hex(color_of(each, self._labels, self._color_by)) for key, each in self._instances.items()
        }
        # The topmost comes first, as in every list of layers.
        listed = [each for each in self._instances.values() if each.id not in self._veiled]
        ordered = sorted(listed, key=lambda each: (each.z, each.id), reverse=True)
        self._window.instances.set_instances(ordered, self._labels, shown)
        waiting = sum(each.state is State.PROPOSED for each in ordered)
        self._window.status.set_counts(len(ordered), waiting)

    def _view(self, instance: InstanceRecord) -> InstanceView:
        return view_of(instance, self._labels, self._skeletons, self._color_by)

    @property
    def _color_by(self) -> ColorBy:
        return "label" if self._settings.text("canvas.color_by") == "label" else "instance"

    # --- draft ---------------------------------------------------------------------------------------------------

    def show_draft(self, state: DraftState) -> None:
        """Show prompts, the chosen candidate and the choice."""
        self._draft = state
        self._show_canvas_draft()
        bar = self._window.context_bar
        bar.set_busy("Looking for the object" if state.waiting and not self._backend.note else self._backend.note)
        if state.problem:
            self.say("error", state.problem)
        if not state.candidates:
            bar.set_candidates((), 0)
        elif state.candidates == self._thumbs[0]:
            bar.set_candidates(self._candidate_views(state.candidates, self._thumbs[1]), state.chosen)
        else:
            bar.set_candidates(self._candidate_views(state.candidates, []), state.chosen)
            self._make_thumbs(state.candidates)
        self._show_hints()
        self.refresh_actions()

    def show_pose(self, state: PoseState) -> None:
        """Show the joints placed so far and which one is next."""
        self._pose = state
        self._show_canvas_draft()
        self._show_hints()
        self.refresh_actions()

    def show_joint_hints(self, hints: KeyHints | None) -> None:
        """Say what the keys do with the joint that is chosen; None: no joint is."""
        if hints != self._joint_hints:
            self._joint_hints = hints
            self._show_hints()

    def show_preview(self, mask: Rle | None) -> None:
        """Show what a click would give, while there is no draft."""
        if self._draft.draft is None and not self._pose.placed:
            self._window.canvas.set_draft(None if mask is None else DraftView(mask=mask, dashed=True))

    def show_tool(self, tool: str) -> None:
        """Show the options and hints of another tool."""
        self._tool = tool
        self._window.context_bar.set_tool(tool)
        self._show_hints()

    def _show_canvas_draft(self) -> None:
        state, canvas = self._draft, self._window.canvas
        if self._pose.placed:
            canvas.set_draft(DraftView(keypoints=self._pose.keypoints, skeleton=self._pose.skeleton))
            return
        if state.draft is None:
            canvas.set_draft(None)
            return
        clicks = tuple(Click(p.x0, p.y0, p.positive) for p in state.draft.prompts if p.kind == "point")
        box = next(
            ((p.x0, p.y0, p.x1, p.y1) for p in state.draft.prompts if p.x1 is not None and p.y1 is not None), None
        )
        mask = state.candidate.mask if state.candidate is not None else state.draft.base
        canvas.set_draft(DraftView(clicks=clicks, box=box, mask=mask, dashed=state.waiting))

    def _make_thumbs(self, candidates: tuple[Candidate, ...]) -> None:
        loaded = self._loaded
        if loaded is None:
            return

        def show(pixels: list[NDArray[np.uint8]]) -> None:
            self._thumbs = (candidates, [to_qimage(each) for each in pixels])
            if self._draft.candidates == candidates:
                views = self._candidate_views(candidates, self._thumbs[1])
                self._window.context_bar.set_candidates(views, self._draft.chosen)

        self._lanes.io.run(lambda: candidate_thumbs(loaded.levels, candidates), done=show)

    def _candidate_views(self, candidates: Sequence[Candidate], thumbs: Sequence[QImage]) -> list[CandidateView]:
        return [
            CandidateView(thumbs[i] if i < len(thumbs) else None, LEVEL_WORDS[each.level], each.score)
            for i, each in enumerate(candidates)
        ]

    def _show_hints(self) -> None:
        self._window.context_bar.set_hints(self._hints())

    def _hints(self) -> KeyHints:
        state = self._draft
        if state.draft is not None:
            enter = "store it" if state.draft.instance_id is None else "store the change"
            if state.waiting and state.candidate is None:
                enter = "store it as soon as it is found"
            tab = "next candidate" if len(state.candidates) > 1 else ""
            return KeyHints(enter=enter if state.candidate or state.waiting else "", tab=tab, esc="drop it")
        if self._joint_hints is not None and not self._pose.placed:
            return self._joint_hints
        if self._tool == "keypoints":
            if self._pose.skeleton is None:
                return KeyHints(note="This label has no skeleton. Give it one: right-click the label, Edit.")
            count = f"{len(self._pose.placed) + 1}/{len(self._pose.skeleton.joints)}"
            if not self._pose.placed:
                note = f"Click {self._pose.next_joint} ({count}), right-click it where it is hidden"
                return KeyHints(note=f"{note}; or drag a box for the whole skeleton.")
            note = f"{self._pose.next_joint} ({count}); right click: hidden, J: skip"
            return KeyHints(enter="finish the pose", note=note, esc="drop it")
        if self._tool == "select" and self._window.canvas.has_vertices:
            return KeyHints(note="Drag a point; double-click the outline adds one, Shift+click removes one.")
        return KeyHints(note=TOOL_NOTES.get(self._tool, ""))

    # --- backend -------------------------------------------------------------------------------------------------

    def show_backend(self, state: BackendState) -> None:
        """Show how the backend is doing."""
        self._backend = state
        tip = state.note or f"{running_words(state)}\nClick to choose another backend."
        self._window.context_bar.set_backend(BackendView(state.title, state.device, state.condition, tip))
        self._window.context_bar.set_busy(state.note if state.condition in ("busy", "loading") else "")
        self._window.status.set_backend(state.device, state.last_ms, memory_words(state), running_words(state))
        self._ready_hashes = state.ready
        self._show_ready()
        self.backend_shown()

    def _show_ready(self) -> None:
        self._window.images.set_ready({self._hash_ids[each] for each in self._ready_hashes if each in self._hash_ids})


def memory_words(state: BackendState) -> str:
    """Say how full the graphics card is, shortly; nothing on the processor."""
    gib = 1 << 30
    return f"{state.card_used / gib:.1f}/{state.card_total / gib:.0f} GB" if state.card_total else ""


def running_words(state: BackendState) -> str:
    """Say which backend computes where, and what memory it takes."""
    where = f" on {state.device.upper()}" if state.device else ""
    card = f" ({state.card}, {memory_words(state)} in use)" if state.card else ""
    process = f"; {size(state.process)} of main memory" if state.process else ""
    return f"{state.title}{where}{card}{process}"


TOOL_NOTES: Mapping[str, str] = {
    "smart": "Click an object, right-click what does not belong to it, or drag a box.",
    "brush": "Paint on the selected object; with nothing selected, a new one. Ctrl erases.",
    "eraser": "Erase from the selected object.",
    "polygon": "Click the corners; Enter or the first corner closes.",
    "scissors": "Click along the border, the line follows it; Enter closes.",
    "box": "Drag a box.",
    "select": "Click selects the smallest object; click again for the one beneath. Double-click refines.",
    "pan": "Drag the picture.",
}


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """Copy ``uint8[h, w, 3]`` RGB into an image of its own."""
    height, width = pixels.shape[:2]
    packed = np.ascontiguousarray(pixels)
    return QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
