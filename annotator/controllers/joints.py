"""The one joint of a stored pose that keys and clicks are about: choosing, nudging, seeing, placing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from annotator.controllers.editing import Editing
from engine.records import InstanceRecord, Keypoints, SkeletonRecord
from engine.skeletons.poses import by_doubt, replaced

VISIBLE_NEXT = {2: 1, 1: 0, 0: 2}


@dataclass(frozen=True, slots=True)
class ChosenJoint:
    """A joint by its number, with the pose as it is now (what was nudged and not stored yet included)."""

    instance: InstanceRecord
    joint: int
    keypoints: Keypoints
    skeleton: SkeletonRecord | None

    @property
    def name(self) -> str:
        """What the skeleton calls it."""
        named = self.skeleton is not None and self.joint < len(self.skeleton.joints)
        return self.skeleton.joints[self.joint] if self.skeleton is not None and named else f"joint {self.joint + 1}"

    @property
    def visibility(self) -> int:
        """COCO's v: 0 not labelled, 1 hidden, 2 visible."""
        return self.keypoints[self.joint][2]


class Joints:
    """Follows the selection: another selection lets go of the joint."""

    def __init__(self, editing: Editing, show: Callable[[ChosenJoint | None], None]) -> None:
        """``show`` is called whenever the joint or its place changes."""
        self._editing = editing
        self._show = show
        self._at: tuple[int, int] | None = None
        self._nudged: Keypoints | None = None
        self._seen: frozenset[int] = frozenset()

    @property
    def chosen(self) -> ChosenJoint | None:
        """The joint, while its instance is the one selected."""
        pose = self._pose()
        if self._at is None or pose is None or pose.id != self._at[0]:
            return None
        keypoints = self._nudged or pose.keypoints or ()
        if self._at[1] >= len(keypoints):
            return None
        return ChosenJoint(pose, self._at[1], keypoints, self.skeleton_of(pose))

    def choose(self, instance_id: int, joint: int) -> None:
        """Select an instance and one of its joints."""
        self.flush()
        self._editing.select((instance_id,))
        self._set((instance_id, joint))

    def step(self, step: int) -> bool:
        """Go to the next or previous joint of the selected pose; False where no single pose is selected."""
        pose = self._pose()
        if pose is None:
            return False
        self.flush()
        count, now = len(pose.keypoints or ()), self.chosen
        joint = (now.joint + step) % count if now is not None else (0 if step > 0 else count - 1)
        self._set((pose.id, joint))
        return True

    def uncertain(self) -> bool:
        """Go to the joint not looked at yet that is least certain: not labelled, or a low score of the backend."""
        pose = self._pose()
        if pose is None:
            return False
        self.flush()
        scores = pose.joint_scores or ()
        order = by_doubt(pose.keypoints or (), scores)
        left = [joint for joint in order if joint not in self._seen]
        if not left:
            self._seen, left = frozenset(), list(order)
        self._set((pose.id, left[0]))
        return True

    def place(self, x: float, y: float, *, visible: bool) -> None:
        """Put the chosen joint here; one that was not labelled makes way for the next such one."""
        now = self.chosen
        if now is None:
            return
        self._nudged = None
        was = now.visibility
        # A left click on a joint known to be hidden does not make it visible: it only corrects its place.
        v = (was or 2) if visible else 1
        self._editing.place_joints(now.instance.id, ((now.joint, x, y, v),))
        left = [joint for joint, (_, _, seen) in enumerate(now.keypoints) if not seen and joint != now.joint]
        following = next((joint for joint in left if joint > now.joint), left[0] if left else None)
        self._set((now.instance.id, following) if not was and following is not None else self._at)

    def nudge(self, dx: float, dy: float) -> bool:
        """Move the chosen joint a little; stored by ``flush`` when the keys rest. False without a labelled joint."""
        now, image = self.chosen, self._editing.image
        if now is None or not now.visibility or image is None:
            return False
        x, y, v = now.keypoints[now.joint]
        width, height = float(image.width), float(image.height)
        place = (min(max(x + dx, 0.0), width), min(max(y + dy, 0.0), height), v)
        self._nudged = replaced(now.keypoints, now.joint, place)
        self._show(self.chosen)
        return True

    def flush(self) -> bool:
        """Store what was nudged as one step; False where nothing was."""
        now, nudged = self.chosen, self._nudged
        self._nudged = None
        if nudged is None or now is None:
            return False
        self._editing.place_joints(now.instance.id, ((now.joint, *nudged[now.joint]),), what="Nudge joint")
        self._show(self.chosen)
        return True

    def turn(self) -> bool:
        """Give the chosen joint the next visibility: visible, hidden, not labelled."""
        self.flush()
        now = self.chosen
        if now is None:
            return False
        x, y, v = now.keypoints[now.joint]
        if not v and not (x or y):
            return False
        self._see(now, VISIBLE_NEXT[v])
        return True

    def unlabel(self) -> bool:
        """Take the chosen joint's label away; False where it has none."""
        self.flush()
        now = self.chosen
        if now is None or not now.visibility:
            return False
        self._see(now, 0)
        return True

    def drop(self) -> bool:
        """Let go of the joint; False where none was chosen."""
        self.flush()
        had = self.chosen is not None
        self._set(None)
        return had

    def sync(self) -> None:
        """Look again: the selection or the pose may be another one."""
        if self._at is not None and self.chosen is None:
            self._nudged = None
            self._set(None)
        elif self._at is not None:
            self._show(self.chosen)

    def skeleton_of(self, instance: InstanceRecord) -> SkeletonRecord | None:
        """Return the skeleton of an instance's label."""
        return self._editing.skeleton_of(instance.label_id)

    def _pose(self) -> InstanceRecord | None:
        selection = self._editing.selection
        found = self._editing.instances.get(selection[0]) if len(selection) == 1 else None
        return found if found is not None and found.keypoints else None

    def _see(self, now: ChosenJoint, v: int) -> None:
        x, y, _ = now.keypoints[now.joint]
        self._editing.place_joints(now.instance.id, ((now.joint, x, y, v),), what="Change visibility")
        self._show(self.chosen)

    def _set(self, at: tuple[int, int] | None) -> None:
        if at is None or self._at is None or at[0] != self._at[0]:
            self._seen = frozenset()
        self._at = at
        if at is not None:
            self._seen |= {at[1]}
        self._show(self.chosen)
