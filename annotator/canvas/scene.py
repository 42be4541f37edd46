"""All that lies on the canvas: the image, its masks, and the light items above them; no mouse and no zoom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsScene

from annotator.canvas import looks
from annotator.canvas.colors import to_rgb
from annotator.canvas.coverage_item import CoverageItem
from annotator.canvas.draft_item import DraftItem
from annotator.canvas.editable_rings import EditableRings, Rings
from annotator.canvas.handle_item import HandleItem
from annotator.canvas.image_item import ImageItem
from annotator.canvas.label_item import Label, LabelItem
from annotator.canvas.mark_item import MarkItem
from annotator.canvas.overlay_item import OverlayItem, Sheet
from annotator.canvas.picking import Picker, box_handles
from annotator.canvas.pose_item import Pose, PoseItem
from annotator.canvas.scene_data import DraftView, InstanceView, Rgb
from annotator.canvas.shapes import Shape, prepare_shapes
from annotator.canvas.sketch_item import SketchItem
from annotator.canvas.tag_item import TagItem
from annotator.canvas.tools.gesture import Xy
from annotator.canvas.veil_item import VeilItem
from annotator.intents import DRAFT
from annotator.tokens import Tokens
from engine.records import Box, Keypoints, Rle, SkeletonRecord
from engine.skeletons.poses import Corners, extent

FILL = 0.35


class CanvasScene(QGraphicsScene):
    """Holds the items and keeps them in step with the instances shown."""

    def __init__(self, parent: QObject, tokens: Tokens) -> None:
        """Make the items, empty."""
        super().__init__(parent)
        # The items are few and large: an index would only cost time.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._tokens = tokens
        self.image = ImageItem()
        self.coverage = CoverageItem(z=0.5)
        self.veil = VeilItem(z=0.5)
        self.masks, self.chosen = OverlayItem(z=1), OverlayItem(z=2)
        self.hover_mask, self.draft_mask = OverlayItem(z=3), OverlayItem(z=4)
        self.poses, self.draft_pose = PoseItem(z=5), PoseItem(z=9)
        self.labels, self.hover_label = LabelItem(z=6), LabelItem(z=10)
        self.handles = HandleItem(tokens, z=7)
        self.pairs, self.marks = MarkItem(z=6.5), MarkItem(z=7.5)
        self.draft_marks, self.sketch = DraftItem(tokens, z=8), SketchItem(tokens, z=11)
        self.tag = TagItem(z=12)
        self.overlays = (self.hover_mask, self.draft_mask, self.chosen, self.masks)
        self._light = (
            *(self.poses, self.labels, self.pairs, self.handles, self.marks),
            *(self.draft_marks, self.draft_pose, self.hover_label),
        )
        for item in (self.image, self.coverage, self.veil, *self.overlays, *self._light, self.sketch, self.tag):
            self.addItem(item)
        self.instances: dict[int, InstanceView] = {}
        self._shapes: dict[int, Shape] = {}
        self._hidden: frozenset[int] = frozenset()
        self._isolated: frozenset[int] | None = None
        self.selection: frozenset[int] = frozenset()
        self.hover: int | None = None
        self._draft: DraftView | None = None
        self._opacity, self._ratio, self._labels_shown = FILL, 1.0, True
        self._picker = Picker((), {}, ())
        self._rings = EditableRings()
        self._posing = False
        self._chosen_joint: tuple[int, int, str] | None = None
        self._previews: dict[int, Keypoints] = {}

    def set_image(self, levels: Sequence[NDArray[np.uint8]]) -> None:
        """Show another image, without any instance or draft."""
        self.image.set_levels(levels)
        self.coverage.set_pixels(None, 0, 0)
        for overlay in self.overlays:
            overlay.set_size(*self.image.size)
        self.selection, self.hover, self._isolated, self._hidden = frozenset(), None, None, frozenset()
        self.set_draft(None)
        self.set_spotlight(None, None)
        self.marks.set_marks(())
        self.pairs.set_marks(())
        self._rings.clear()
        self.set_instances(())

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        for item in (self.handles, self.draft_marks, self.sketch):
            item.set_tokens(tokens)
        self.set_draft(self._draft)

    def set_unit(self, unit: float, ratio: float) -> None:
        """Tell the image pixels a screen pixel covers, and the device pixels a screen pixel has."""
        for item in (*self._light, self.sketch, self.tag):
            item.set_unit(unit)
        if ratio != self._ratio:
            self._ratio = ratio
            self._restyle()

    def set_instances(self, views: Sequence[InstanceView], shapes: Mapping[int, Shape] | None = None) -> None:
        """Replace all instances; ``shapes`` from ``prepare_shapes`` saves making them here."""
        shown = [view for view in views if view.state.shown]
        self.instances = {view.id: view for view in shown}
        self._shapes = prepare_shapes(shown, shapes)
        self._previews.clear()
        self._rings.look_again()
        self._restyle()

    def patch_instances(self, changed: Sequence[InstanceView], removed: Collection[int]) -> None:
        """Change, add or remove some instances; only their boxes are composited anew."""
        gone = {*removed, *(view.id for view in changed if not view.state.shown)}
        fresh = [view for view in changed if view.id not in gone]
        for key in gone:
            self.instances.pop(key, None)
            self._shapes.pop(key, None)
        self._rings.forget(gone)
        for view in fresh:
            self._previews.pop(view.id, None)
            old = self.instances.get(view.id)
            if old is None or old.mask != view.mask or old.bbox != view.bbox:
                self._shapes.pop(view.id, None)
                self._rings.forget((view.id,))
            self.instances[view.id] = view
        self._shapes.update(prepare_shapes(fresh, self._shapes))
        without = [view.id for view in fresh if view.id not in self._shapes]
        sheets = [self._sheet(view) for view in fresh if view.id in self._shapes]
        self.masks.patch(sheets, [*gone, *without])
        self._follow()

    def set_hidden(self, hidden: Collection[int], isolated: Collection[int] | None) -> None:
        """Do not draw or hit these, nor (where ``isolated`` is given) any other than those."""
        self._hidden = frozenset(hidden)
        self._isolated = None if isolated is None else frozenset(isolated)
        self._follow()

    @property
    def invisible(self) -> frozenset[int]:
        """What is hidden now, by either way."""
        others = frozenset() if self._isolated is None else frozenset(self.instances) - self._isolated
        return (self._hidden | others) & frozenset(self.instances)

    @property
    def hidden(self) -> frozenset[int]:
        """What ``set_hidden`` hid one by one."""
        return self._hidden

    @property
    def isolated(self) -> frozenset[int] | None:
        """What alone is shown, if so."""
        return self._isolated

    def set_selection(self, ids: Collection[int]) -> None:
        """Mark these as selected."""
        self.selection = frozenset(ids)
        self._mark_selection()
        self._mark_labels()
        self._mark_poses()

    def set_posing(self, on: bool) -> None:
        """Give the selected pose, whatever else it has, the frame that stretches it; the keypoint tool does."""
        self._posing = on
        self._mark_selection()

    def set_joint(self, chosen: tuple[int, int, str] | None) -> None:
        """Mark a joint by its instance, number and name."""
        if chosen != self._chosen_joint:
            self._chosen_joint = chosen
            self._mark_poses()

    def preview_pose(self, instance_id: int, keypoints: Keypoints | None) -> None:
        """Draw a pose elsewhere while a gesture runs; None: where it is."""
        if keypoints is None:
            self._previews.pop(instance_id, None)
        else:
            self._previews[instance_id] = keypoints
        if instance_id == DRAFT:
            self._mark_draft_pose()
        else:
            self._mark_poses()
            self._mark_selection()

    def pose_of(self, instance_id: int) -> Keypoints:
        """Return the joints shown of an instance, or of the pose being placed (DRAFT)."""
        if instance_id in self._previews:
            return self._previews[instance_id]
        if instance_id == DRAFT:
            return (self._draft.keypoints if self._draft is not None else None) or ()
        view = self.instances.get(instance_id)
        return (view.keypoints if view is not None else None) or ()

    @property
    def posed_selection(self) -> InstanceView | None:
        """The one selected instance, where it has a pose that can be edited."""
        chosen = next(iter(self.selection - self.invisible), None)
        view = self.instances.get(chosen) if chosen is not None and len(self.selection) == 1 else None
        return view if view is not None and not view.locked and extent(view.keypoints or ()) is not None else None

    @property
    def pose_frame(self) -> Corners | None:
        """The box around the joints of the selected pose, where its frame is shown: two joints are needed."""
        view = self.posed_selection
        if view is None or not (self._posing or view.pose_only):
            return None
        keypoints = self.pose_of(view.id)
        return extent(keypoints) if sum(v > 0 for _, _, v in keypoints) > 1 else None

    def set_hover(self, instance_id: int | None) -> None:
        """Brighten one instance and name it."""
        self.hover = instance_id if instance_id in self.instances else None
        self._mark_hover()

    def set_spotlight(self, mask: Rle | None, box: Box | None) -> None:
        """Darken everything but a mask, else a box; with neither nothing."""
        self.veil.set_hole(self.image.boundingRect(), mask, box)

    def set_opacity(self, fill: float) -> None:
        """Set the fill of masks, 0..1."""
        opacity = min(1.0, max(0.0, fill))
        if opacity != self._opacity:
            self._opacity = opacity
            self._restyle()

    def set_labels_shown(self, shown: bool) -> None:
        """Show or hide the names at the instances; the hovered one is always named."""
        self._labels_shown = shown
        self._mark_labels()

    def set_draft(self, draft: DraftView | None) -> None:
        """Show prompts and their mask."""
        self._draft = draft
        self.draft_marks.set_draft(draft)
        accent = QColor(self._tokens.accent)
        color = (draft.color if draft else None) or (accent.red(), accent.green(), accent.blue())
        before = self.draft_mask.sheets.keys()
        if draft is None or draft.mask is None:
            self.draft_mask.patch([], list(before))
        else:
            look = looks.draft(color, self._ratio, dashed=draft.dashed)
            self.draft_mask.patch([Sheet(0, 0.0, Shape.of_rle(draft.mask), look)])
        self._mark_draft_pose()

    def at(self, x: float, y: float) -> int | None:
        """Return the smallest visible instance under an image place."""
        return self._picker.at(x, y)

    @property
    def has_vertices(self) -> bool:
        """Whether exactly one instance is selected and its outline shows vertices."""
        chosen = next(iter(self.selection - self.invisible), None)
        return len(self.selection) == 1 and chosen is not None and bool(self.editable_rings(chosen))

    def keep_rings(self, instance_id: int, rings: Rings) -> None:
        """Go on showing these vertices while they give the instance's mask: tracing it would lose some."""
        self._rings.keep(instance_id, rings)
        self._mark_selection()

    def editable_rings(self, instance_id: int) -> Rings:
        """Return the outline of a mask when it has few enough vertices to be edited, else nothing."""
        view = self.instances.get(instance_id)
        if view is None or view.mask is None or view.locked:
            return ()
        return self._rings.of(instance_id, view.mask)

    def editable_box(self, instance_id: int) -> tuple[float, float, float, float] | None:
        """Return the box (x0, y0, x1, y1) of an instance that is only a box."""
        view = self.instances.get(instance_id)
        if view is None or view.mask is not None or view.bbox is None or view.locked:
            return None
        # The box of a mere pose follows from its joints; the frame stretches both.
        if view.pose_only:
            return None
        x, y, width, height = view.bbox
        return x, y, x + width, y + height

    def _restyle(self) -> None:
        self.masks.set_sheets([self._sheet(view) for view in self.instances.values() if view.id in self._shapes])
        self.set_draft(self._draft)
        self._follow()

    def _follow(self) -> None:
        """Bring everything that depends on the instances up to date."""
        self.selection &= frozenset(self.instances)
        if self.hover not in self.instances:
            self.hover = None
        self.masks.set_hidden(self.invisible)
        self._picker = Picker(self.instances.values(), self._shapes, self.invisible)
        self._mark_selection()
        self._mark_hover()
        self._mark_labels()
        self._mark_poses()

    def _sheet(self, view: InstanceView) -> Sheet:
        return Sheet(view.id, view.area, self._shapes[view.id], looks.stored(view, self._opacity, self._ratio))

    def _mark_selection(self) -> None:
        shown = [self.instances[i] for i in self.selection - self.invisible if i in self._shapes]
        framed = self.pose_frame is not None
        # A mere pose has its frame; another rectangle at the joints would only hide them.
        marked = [v for v in shown if not (framed and v.pose_only)]
        wanted = {v.id: Sheet(v.id, v.area, self._shapes[v.id], looks.selected(v, self._ratio)) for v in marked}
        now = self.chosen.sheets
        changed = [sheet for key, sheet in wanted.items() if now.get(key) != sheet]
        self.chosen.patch(changed, [key for key in now if key not in wanted])
        places: tuple[Xy, ...] = ()
        if len(shown) == 1 and len(self.selection) == 1:
            box = self.editable_box(shown[0].id)
            rings = self.editable_rings(shown[0].id)
            places = box_handles(box) if box else tuple(place for ring in rings for place in ring)
        frame = self.pose_frame
        self.handles.set_places(() if self._posing else places, frame)

    def _mark_hover(self) -> None:
        view = self.instances.get(self.hover) if self.hover is not None else None
        if view is None or view.id in self.invisible:
            self.hover_mask.patch([], list(self.hover_mask.sheets))
            self.hover_label.set_labels(())
            return
        if view.id in self._shapes:
            sheet = Sheet(view.id, view.area, self._shapes[view.id], looks.hovered(view, self._ratio))
            self.hover_mask.patch([sheet], [key for key in self.hover_mask.sheets if key != view.id])
        box = self._box(view)
        self.hover_label.set_labels([Label(view.title, box, view.color, always=True)] if box and view.title else ())

    def _mark_labels(self) -> None:
        labels: list[Label] = []
        if self._labels_shown:
            order = sorted(
                self.instances.values(), key=lambda view: (view.id not in self.selection, -view.area, view.id)
            )
            invisible = self.invisible
            for view in order:
                box = self._box(view)
                wanted = view.title and (view.named or view.id in self.selection)
                if box is not None and wanted and view.id not in invisible:
                    labels.append(Label(view.title, box, view.color, always=view.id in self.selection))
        self.labels.set_labels(labels)

    def _mark_poses(self) -> None:
        invisible = self.invisible
        self.poses.set_poses(
            [self._pose(view) for view in self.instances.values() if view.keypoints and view.id not in invisible]
        )

    def _pose(self, view: InstanceView) -> Pose:
        joint = self._chosen_joint
        mine = joint is not None and joint[0] == view.id
        return Pose(
            self.pose_of(view.id),
            view.skeleton.edges if view.skeleton else (),
            view.color,
            strong=view.id in self.selection,
            joint_colors=_joint_colors(view.skeleton),
            scores=view.joint_scores,
            chosen=joint[1] if joint is not None and mine else None,
            name=joint[2] if joint is not None and mine else "",
        )

    def _mark_draft_pose(self) -> None:
        draft, keypoints = self._draft, self.pose_of(DRAFT)
        if draft is None or not keypoints:
            self._previews.pop(DRAFT, None)
            self.draft_pose.set_poses(())
            return
        accent = QColor(self._tokens.accent)
        color = draft.color or (accent.red(), accent.green(), accent.blue())
        edges = draft.skeleton.edges if draft.skeleton else ()
        self.draft_pose.set_poses([Pose(keypoints, edges, color, True, _joint_colors(draft.skeleton))])

    def _box(self, view: InstanceView) -> Box | None:
        if view.bbox is not None:
            return view.bbox
        places = [(x, y) for x, y, v in view.keypoints or () if v]
        if not places:
            return None
        xs, ys = zip(*places, strict=True)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _joint_colors(skeleton: SkeletonRecord | None) -> tuple[Rgb, ...]:
    return tuple(to_rgb(color) for color in skeleton.colors) if skeleton is not None else ()


def whole(scene: CanvasScene) -> QRectF:
    """Return the image's rectangle."""
    return scene.image.boundingRect()
