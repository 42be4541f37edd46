"""The instances of the image on screen: what is selected and hidden, and every edit of them as an op."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal, Protocol, TypeVar

from annotator.controllers.store import Store
from engine.changes import Changes
from engine.errors import PASSING, EngineError
from engine.geometry.hit_test import HitIndex, HitItem
from engine.ops.base import Op
from engine.ops.combine import DuplicateInstances, MergeInstances, SubtractInstances
from engine.ops.instances import AddInstance, DeleteInstances, SetBox, SetKeypoints
from engine.ops.joints import CopyPoses, PlaceJoints, SwapSides
from engine.ops.reviews import Reorder, SetLabel, SetLocked, SetState
from engine.ops.shapes import AddRing, PaintStroke, Points, Repair, RepairMasks, SetRings, SplitParts
from engine.records import ImageRecord, InstanceRecord, Keypoints, LabelRecord, Provenance, SkeletonRecord, State
from engine.storage.reader import Reader
from engine.workspace import Outcome

T = TypeVar("T")


class EditingView(Protocol):
    """What shows the instances; called on the GUI thread only."""

    def show_instances(self, instances: Sequence[InstanceRecord]) -> None:
        """Replace everything shown."""

    def patch_instances(self, changed: Sequence[InstanceRecord], removed: Collection[int]) -> None:
        """Refresh only these."""

    def show_selection(self, ids: tuple[int, ...]) -> None:
        """Mark these as selected, in canvas and list."""

    def show_hidden(self, ids: frozenset[int]) -> None:
        """Draw everything but these."""

    def show_veiled(self, ids: frozenset[int]) -> None:
        """List everything but these: the mode the window is in passes over them."""

    def show_labels(self, labels: Sequence[LabelRecord], counts: Mapping[int | None, int]) -> None:
        """Refresh the label list with how many instances each has."""

    def say(self, kind: Literal["info", "warning", "error"], text: str) -> None:
        """Show a message."""

    def offer(self, text: str, button: str, action: Callable[[], None]) -> None:
        """Show a failure that stays until the person has used the button or closed it."""


class Editing:
    """Holds the records of the current image and turns intents into ops."""

    def __init__(self, store: Store, view: EditingView) -> None:
        """Nothing is read before ``load``."""
        self._store = store
        self._view = view
        self._hits = HitIndex()
        self._load = 0
        self.image: ImageRecord | None = None
        self.instances: dict[int, InstanceRecord] = {}
        self.labels: dict[int, LabelRecord] = {}
        self.skeletons: dict[int, SkeletonRecord] = {}
        self.selection: tuple[int, ...] = ()
        self.hidden: frozenset[int] = frozenset()
        self.veiled: frozenset[int] = frozenset()
        self.label_id: int | None = None
        self.unlabelled = False
        self.labels_read: Callable[[], None] = lambda: None
        self.instances_read: Callable[[], None] = lambda: None

    # --- what is shown -------------------------------------------------------------------------------------------

    def load(self, image: ImageRecord | None) -> None:
        """Turn to another image (or none): read its instances and the labels."""
        self.image = image
        self.instances = {}
        self._hits = HitIndex()
        self.hidden = self.veiled = frozenset()
        self._select(())
        self._view.show_hidden(self.hidden)
        self._view.show_veiled(self.veiled)
        self._view.show_instances(())
        if image is not None:
            self.reload()

    def begin_with(self, instance: InstanceRecord) -> None:
        """Show and select an instance that is known already, before the image's others were read."""
        if self.image is None or self.image.id != instance.image_id:
            return
        if instance.id not in self.instances and instance.state.shown:
            self.instances[instance.id] = instance
            self._hits.put(_hit_item(instance))
            self._view.patch_instances((instance,), ())
        self._select((instance.id,) if instance.id in self.instances else ())

    def forget(self) -> None:
        """Drop everything: no project is open."""
        self._load += 1
        self.load(None)
        self.labels, self.skeletons, self.label_id, self.unlabelled = {}, {}, None, False

    def reload(self) -> None:
        """Read everything shown again."""
        image = self.image
        self._load += 1
        ticket = self._load
        if image is not None:

            def show(found: list[InstanceRecord]) -> None:
                if ticket == self._load:
                    self.instances = {each.id: each for each in found}
                    self._hits = HitIndex(_hit_item(each) for each in found)
                    self._view.show_instances(found)
                    self._select(tuple(i for i in self.selection if i in self.instances))
                    self.instances_read()

            self._store.read(lambda reader: reader.instances.of_image(image.id), show)
        self.reload_labels()

    def reload_labels(self) -> None:
        """Read labels, their counts and the skeletons."""

        def query(reader: Reader) -> tuple[list[LabelRecord], dict[int | None, int], list[SkeletonRecord]]:
            return reader.labels.all(), reader.instances.count_by_label(), reader.skeletons.all()

        def show(found: tuple[list[LabelRecord], dict[int | None, int], list[SkeletonRecord]]) -> None:
            labels, counts, skeletons = found
            before = self.labels, self.skeletons
            self.labels = {label.id: label for label in labels}
            self.skeletons = {skeleton.id: skeleton for skeleton in skeletons}
            restyled = before != (self.labels, self.skeletons)
            if self.label_id not in self.labels and not self.unlabelled:
                self.label_id = labels[0].id if labels else None
            self._view.show_labels(labels, counts)
            self.labels_read()
            if restyled and self.instances:
                self._view.show_instances(self._ordered())

        self._store.read(query, show)

    def on_changed(self, changes: Changes) -> None:
        """Refresh what an op touched, and nothing else."""
        if self.image is None:
            if changes.labels or changes.skeletons or changes.everything:
                self.reload_labels()
            return
        if changes.everything or changes.labels or changes.skeletons:
            self.reload()
            return
        if self.image.id not in changes.image_contents:
            return
        image_id, ids, ticket = self.image.id, changes.instances, self._load

        def query(reader: Reader) -> dict[int, InstanceRecord]:
            found = reader.instances.some(sorted(ids))
            return {each.id: each for each in found if each.image_id == image_id and each.state.shown}

        def show(found: dict[int, InstanceRecord]) -> None:
            if ticket != self._load or self.image is None or self.image.id != image_id:
                return
            removed = {instance_id for instance_id in ids if instance_id in self.instances} - set(found)
            for instance_id in removed:
                del self.instances[instance_id]
                self._hits.remove(instance_id)
            self.instances.update(found)
            for each in found.values():
                self._hits.put(_hit_item(each))
            self._view.patch_instances(tuple(found.values()), removed)
            self._select(tuple(i for i in self.selection if i in self.instances))
            self.instances_read()

        self._store.read(query, show)
        self.reload_labels()

    def _ordered(self) -> list[InstanceRecord]:
        return sorted(self.instances.values(), key=lambda each: (each.z, each.id), reverse=True)

    # --- selection -----------------------------------------------------------------------------------------------

    def pick(self, x: float, y: float, *, add: bool = False, below: bool = False) -> None:
        """Select the smallest instance at a pixel; ``below`` goes on to the next one beneath the selected."""
        found = self.at(x, y)
        if not found:
            if not add:
                self._select(())
            return
        chosen = found[0]
        if below and len(self.selection) == 1 and self.selection[0] in found:
            chosen = found[(found.index(self.selection[0]) + 1) % len(found)]
        if add:
            rest = tuple(i for i in self.selection if i != chosen)
            self._select(rest if chosen in self.selection else (*self.selection, chosen))
        else:
            self._select((chosen,))

    def at(self, x: float, y: float) -> list[int]:
        """Return the shown instances under an image pixel, smallest first."""
        return [i for i in self._hits.at(x, y) if i not in self.unseen]

    def pick_area(self, box: tuple[float, float, float, float], *, add: bool = False) -> None:
        """Select what lies inside the corners (x0, y0, x1, y1)."""
        self.select([i for i in self._hits.inside(box) if i not in self.unseen], add=add)

    def select(self, ids: Sequence[int], *, add: bool = False) -> None:
        """Select instances by id (from the list or a rubber band)."""
        known = [i for i in ids if i in self.instances]
        kept = [i for i in self.selection if i not in known] if add else []
        self._select((*kept, *known))

    def select_next(self, step: int) -> InstanceRecord | None:
        """Select the next or previous instance in the list's order and return it."""
        order = [each.id for each in self._ordered() if each.id not in self.unseen]
        if not order:
            return None
        here = order.index(self.selection[-1]) if self.selection and self.selection[-1] in order else -1
        index = (here + step) % len(order) if here >= 0 else (0 if step > 0 else len(order) - 1)
        self._select((order[index],))
        return self.instances[order[index]]

    def _select(self, ids: tuple[int, ...]) -> None:
        if ids != self.selection:
            self.selection = ids
            self._view.show_selection(ids)

    def toggle_hidden(self) -> None:
        """Hide the selected instances; with nothing selected show everything again."""
        chosen = frozenset(self.selection)
        self._hide(self.hidden - chosen if chosen <= self.hidden else self.hidden | chosen if chosen else frozenset())

    def toggle_others(self) -> None:
        """Hide all but the selected instances, or show everything again."""
        others = frozenset(self.instances) - frozenset(self.selection)
        self._hide(frozenset() if self.hidden == others or not self.selection else others)

    def show_all(self) -> None:
        """Show everything again."""
        self._hide(frozenset())

    def set_hidden(self, instance_id: int, hidden: bool) -> None:
        """Hide or show one instance (the eye in the list)."""
        self._hide(self.hidden | {instance_id} if hidden else self.hidden - {instance_id})

    @property
    def unseen(self) -> frozenset[int]:
        """What is not drawn: hidden by the person, or veiled by the mode."""
        return self.hidden | self.veiled

    def veil(self, ids: frozenset[int]) -> None:
        """Do not show these because of the mode the window is in (below a threshold); nobody hid them by hand."""
        if ids != self.veiled:
            self.veiled = ids
            self._select(tuple(i for i in self.selection if i not in ids))
            self._view.show_hidden(self.unseen)
            self._view.show_veiled(ids)

    def _hide(self, ids: frozenset[int]) -> None:
        self.hidden = ids
        self._view.show_hidden(self.unseen)

    # --- edits ---------------------------------------------------------------------------------------------------

    def set_label(self, label_id: int | None) -> None:
        """Make a label the current one, and give it to the selected instances."""
        self.label_id = label_id
        # Somebody who wants no label must not get the first one back when the list is read anew.
        self.unlabelled = label_id is None
        if self.selection:
            self._do(SetLabel(self.selection, label_id))

    def set_state(self, state: State) -> None:
        """Accept or reject the selected instances."""
        if self._some():
            self._do(SetState(self.selection, state))

    def delete(self) -> None:
        """Delete the selected instances."""
        if self._some():
            self._do(DeleteInstances(self.selection))

    def merge(self) -> None:
        """Join the selected instances into the one selected first."""
        self._do(MergeInstances(self.selection))

    def subtract(self) -> None:
        """Cut the instances selected later out of the one selected first."""
        if self._some():
            self._do(SubtractInstances(self.selection[0], self.selection[1:]))

    def split(self) -> None:
        """Make an instance of each connected part."""
        if self._some():
            self._do(SplitParts(self.selection[0]), select=lambda ids: ids)

    def repair(self, repair: Repair, *, min_area: int = 100, radius: float = 3.0) -> None:
        """Fill holes, drop islands or smooth the selected masks."""
        if self._some():
            self._do(RepairMasks(self.selection, repair, min_area, radius))

    def reorder(self, to: Literal["top", "up", "down", "bottom"]) -> None:
        """Move the selected instances in the drawing order."""
        if self._some():
            self._do(Reorder(self.selection, to))

    def toggle_locked(self, instance_ids: tuple[int, ...] = ()) -> None:
        """Lock the given (else the selected) instances, or unlock them where all are locked."""
        ids = instance_ids or self.selection
        if ids or self._some():
            self._do(SetLocked(ids, not all(self.instances[i].locked for i in ids)))

    def duplicate_to(self, image_id: int, *, done: Callable[[], None]) -> None:
        """Copy the selected instances to another image."""
        if self._some():
            self._do(DuplicateInstances(self.selection, image_id), then=lambda _: done())

    def stroke(self, points: Points, radius: float, *, erase: bool, active_ms: int = 0) -> None:
        """Paint on the selected instance; without one a brush makes a new one, an eraser takes the one beneath."""
        if self.image is None:
            return
        target = self.selection[-1] if self.selection else None
        if target is None and erase:
            beneath = self.at(*points[0])
            if not beneath:
                self._view.say("info", "Start the eraser on an instance, or select one first.")
                return
            target = beneath[0]
            self._select((target,))
        op = PaintStroke(self.image.id, points, radius, erase, target, self.label_id, active_ms)
        self._do(op, select=lambda record: (record.id,))

    def ring(self, ring: Points, *, tool: str, active_ms: int = 0) -> None:
        """Make an instance of a closed outline."""
        if self.image is not None:
            self._do(AddRing(self.image.id, ring, tool, self.label_id, active_ms))

    def set_rings(self, instance_id: int, rings: tuple[Points, ...]) -> None:
        """Replace a mask by its dragged outline."""
        self._do(SetRings(instance_id, rings))

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Make an instance that is only a box."""
        if self.image is not None:
            x0, x1 = max(x0, 0.0), min(x1, float(self.image.width))
            y0, y1 = max(y0, 0.0), min(y1, float(self.image.height))
            story = Provenance(tool="box", clicks=1)
            op = AddInstance(self.image.id, box=(x0, y0, x1 - x0, y1 - y0), label_id=self.label_id, provenance=story)
            self._do(op, select=lambda record: (record.id,))

    def set_box(self, instance_id: int, x0: float, y0: float, x1: float, y1: float) -> None:
        """Move or resize a box."""
        self._do(SetBox(instance_id, (x0, y0, x1 - x0, y1 - y0)))

    def skeleton_of(self, label_id: int | None) -> SkeletonRecord | None:
        """Return the skeleton of a label, or None."""
        label = self.labels.get(label_id) if label_id is not None else None
        return self.skeletons.get(label.skeleton_id) if label is not None and label.skeleton_id is not None else None

    @property
    def unposed(self) -> InstanceRecord | None:
        """The one selected instance whose label has a skeleton and that has no pose yet: the next pose is its own."""
        chosen = self.instances.get(self.selection[0]) if len(self.selection) == 1 else None
        if chosen is None or chosen.locked or any(v for _, _, v in chosen.keypoints or ()):
            return None
        return chosen if self.skeleton_of(chosen.label_id) is not None else None

    def pose(self, keypoints: Keypoints, *, tool: str = "keypoints", clicks: int | None = None) -> None:
        """Store a placed pose: on the selected instance that has none yet, else as a new instance."""
        if self.image is None:
            return
        chosen = self.unposed
        if chosen is not None:
            self._do(SetKeypoints(chosen.id, keypoints), select=lambda _: (chosen.id,))
            return
        count = sum(v > 0 for _, _, v in keypoints) if clicks is None else clicks
        story = Provenance(tool=tool, clicks=count)
        op = AddInstance(self.image.id, keypoints=keypoints, label_id=self.label_id, provenance=story)
        self._do(op, select=(lambda record: (record.id,)) if tool != "keypoints" else None)

    def place_joints(
        self, instance_id: int, joints: tuple[tuple[int, float, float, int], ...], *, what: str = "Move joint"
    ) -> None:
        """Give joints (number, x, y, v) of a stored pose other places; shown at once, put back if it is refused."""
        instance = self.instances.get(instance_id)
        if instance is None or instance.keypoints is None:
            return
        points = list(instance.keypoints)
        for joint, x, y, v in joints:
            points[joint] = (x, y, v)
        self._shown_at_once(instance, tuple(points), PlaceJoints(instance_id, joints, what))

    def set_pose(self, instance_id: int, keypoints: Keypoints, *, what: str) -> None:
        """Give all joints of a stored pose other places (it was moved or scaled as a whole)."""
        places = tuple((joint, x, y, v) for joint, (x, y, v) in enumerate(keypoints) if v)
        self.place_joints(instance_id, places, what=what)

    def move_joint(self, instance_id: int, joint: int, x: float, y: float) -> None:
        """Drag a joint; one that was not labelled becomes visible."""
        instance = self.instances.get(instance_id)
        if instance is not None and instance.keypoints is not None:
            self.place_joints(instance_id, ((joint, x, y, instance.keypoints[joint][2] or 2),))

    def toggle_joint(self, instance_id: int, joint: int) -> None:
        """Give a joint the next visibility: visible, hidden, not labelled."""
        instance = self.instances.get(instance_id)
        if instance is not None and instance.keypoints is not None:
            x, y, v = instance.keypoints[joint]
            self.place_joints(instance_id, ((joint, x, y, {2: 1, 1: 0, 0: 2}[v]),), what="Change visibility")

    def swap_sides(self) -> None:
        """Change left and right of the selected poses over."""
        if self._some():
            self._do(SwapSides(self.selection))

    def copy_poses(self, from_image: int) -> None:
        """Copy the poses of another image: of the current label, or into the selected object that has none."""
        target = self.unposed
        label_id = target.label_id if target is not None else self.label_id
        if self.image is None or label_id is None:
            self._view.say("info", "Choose the label whose poses are wanted first.")
            return
        op = CopyPoses(from_image, self.image.id, label_id, None if target is None else target.id)
        self._do(op, select=lambda ids: ids)

    def _shown_at_once(self, instance: InstanceRecord, keypoints: Keypoints, op: Op[None]) -> None:
        # The next gesture starts from here, even before the store has answered.
        shown = replace(instance, keypoints=keypoints)
        self.instances[instance.id] = shown
        self._hits.put(_hit_item(shown))
        self._view.patch_instances((shown,), ())

        def failed(error: EngineError) -> None:
            self._view.say("warning", str(error))
            self.reload()

        self._store.execute(op, initiator=self, failed=failed)

    def _some(self) -> bool:
        if not self.selection:
            self._view.say("info", "Select an instance first: press V and click it.")
        return bool(self.selection)

    def _do(
        self,
        op: Op[T],
        *,
        select: Callable[[T], tuple[int, ...]] | None = None,
        then: Callable[[T], None] | None = None,
    ) -> None:
        def done(outcome: Outcome[T]) -> None:
            if select is not None:
                self._after_patch(select(outcome.value))
            if then is not None:
                then(outcome.value)

        def failed(error: EngineError) -> None:
            if isinstance(error, PASSING):
                # What was drawn is in the op: kept here, it is not lost.
                self._view.offer(f"{op.title} was not stored. {error}", "Try again", again)
            else:
                self._view.say("warning", str(error))

        def again() -> None:
            self._do(op, select=select, then=then)

        self._store.execute(op, initiator=self, done=done, failed=failed)

    def _after_patch(self, ids: tuple[int, ...]) -> None:
        """Select instances that the refresh brings: reads are answered in order, so one more comes after it."""
        self._store.read(lambda _: None, lambda _: self.select(ids))


def _hit_item(instance: InstanceRecord) -> HitItem:
    return HitItem(instance.id, instance.area, instance.mask, instance.bbox, instance.keypoints)
