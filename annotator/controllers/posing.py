"""A pose being placed joint by joint, in the skeleton's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.records import Keypoints, SkeletonRecord
from engine.skeletons.poses import replaced


@dataclass(frozen=True, slots=True)
class PoseState:
    """Joints placed so far; ``next_joint`` is the name of the one to click now, empty when all are placed."""

    skeleton: SkeletonRecord | None = None
    placed: Keypoints = ()

    @property
    def next_joint(self) -> str:
        """Name of the joint to place now."""
        if self.skeleton is None or len(self.placed) >= len(self.skeleton.joints):
            return ""
        return self.skeleton.joints[len(self.placed)]

    @property
    def keypoints(self) -> Keypoints:
        """All joints; those not placed are not labelled (v = 0)."""
        if self.skeleton is None:
            return ()
        return self.placed + ((0.0, 0.0, 0),) * (len(self.skeleton.joints) - len(self.placed))


class Posing:
    """Collects joints; a full or finished pose goes to ``commit``."""

    def __init__(self, show: Callable[[PoseState], None], commit: Callable[[Keypoints], None]) -> None:
        """``show`` is called after every change."""
        self._show = show
        self._commit = commit
        self.state = PoseState()

    @property
    def active(self) -> bool:
        """True while joints wait to be committed."""
        return bool(self.state.placed)

    def use(self, skeleton: SkeletonRecord | None) -> bool:
        """Choose the skeleton; joints placed for another one are dropped. True where some were."""
        now = self.state.skeleton
        if skeleton == now:
            return False
        if skeleton is not None and now is not None and skeleton.joints == now.joints:
            self._set(PoseState(skeleton, self.state.placed))  # other edges or colours: nothing is lost
            return False
        dropped = self.active
        self._set(PoseState(skeleton))
        return dropped

    def place(self, x: float, y: float, *, visible: bool) -> None:
        """Place the next joint (image pixels); the last one finishes the pose."""
        self._add((x, y, 2 if visible else 1))

    def move(self, joint: int, x: float, y: float) -> None:
        """Drag a joint of the draft."""
        if joint < len(self.state.placed):
            self._replace(joint, (x, y, self.state.placed[joint][2]))

    def toggle(self, joint: int) -> None:
        """Make a joint of the draft hidden, or visible again."""
        if joint < len(self.state.placed):
            x, y, v = self.state.placed[joint]
            self._replace(joint, (x, y, 1 if v == 2 else 2))

    def skip(self) -> None:
        """Leave the next joint out (not labelled)."""
        if self.active:
            self._add((0.0, 0.0, 0))

    def remove_last(self) -> bool:
        """Take back the last joint; False when there was none."""
        if not self.active:
            return False
        self._set(PoseState(self.state.skeleton, self.state.placed[:-1]))
        return True

    def finish(self) -> bool:
        """Commit what is placed; the rest is not labelled. False when nothing is."""
        if not any(v for _, _, v in self.state.placed):
            return False
        keypoints = self.state.keypoints
        self._set(PoseState(self.state.skeleton))
        self._commit(keypoints)
        return True

    def cancel(self) -> bool:
        """Drop the joints placed so far; False when there were none."""
        had = self.active
        self._set(PoseState(self.state.skeleton))
        return had

    def _replace(self, joint: int, place: tuple[float, float, int]) -> None:
        self._set(PoseState(self.state.skeleton, replaced(self.state.placed, joint, place)))

    def _add(self, joint: tuple[float, float, int]) -> None:
        if self.state.next_joint:
            self._set(PoseState(self.state.skeleton, (*self.state.placed, joint)))
            if not self.state.next_joint:
                self.finish()

    def _set(self, state: PoseState) -> None:
        self.state = state
        self._show(state)
