"""Commands on poses: what the joint keys do, what gestures on joints mean, and the small figure beside the picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from annotator.canvas.colors import to_rgb
from annotator.canvas.pose_figure import FigureView
from annotator.controllers.joints import ChosenJoint, Joints
from annotator.desk import Desk
from annotator.intents import (
    DRAFT,
    Intent,
    JointChosen,
    JointMoved,
    JointPlaced,
    JointToggled,
    PoseBoxDrawn,
    PoseEdited,
)
from annotator.widgets.context_bar import KeyHints
from engine.joint_scores import BY_HAND
from engine.records import InstanceRecord, Keypoints, SkeletonRecord
from engine.skeletons.poses import Corners, inset, laid, rest_places

REST_MS = 350
"""Nudges are one step until the arrow keys rest for so long."""
_SEEN = {2: "visible", 1: "hidden", 0: "not labelled"}


class PoseCommands:
    """Binds joint.* and pose.*; ``labelled_first`` stands before everything that stores a new object."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self.labelled_first: Callable[[Callable[[], object]], object] = lambda then: then()
        self.joints = Joints(desk.editing, self._show_joint)
        self._had_joint = False
        self._rest = QTimer(desk.window)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.joints.flush)
        registry = desk.registry
        registry.bind("joint.uncertain", self.joints.uncertain)
        registry.bind("joint.turn", self.joints.turn)
        registry.bind("pose.swap", desk.editing.swap_sides)
        registry.bind("pose.copy", self._copy)
        registry.bind("pose.fill", self._fill)
        desk.window.canvas.arrow.connect(self._nudge)

    # --- gestures ------------------------------------------------------------------------------------------------

    def on_intent(self, intent: Intent) -> bool:
        """Do what a gesture on a pose means; False where it is about something else."""
        desk, joints = self._desk, self.joints
        match intent:
            case JointPlaced(x, y, visible):
                if joints.chosen is not None and not desk.posing.active:
                    joints.place(x, y, visible=visible)
                else:
                    desk.posing.place(x, y, visible=visible)
            case JointMoved(instance_id, joint, x, y):
                joints.flush()
                if instance_id == DRAFT:
                    desk.posing.move(joint, x, y)
                else:
                    desk.editing.move_joint(instance_id, joint, x, y)
                    joints.choose(instance_id, joint)
            case JointToggled(instance_id, joint):
                joints.flush()
                if instance_id == DRAFT:
                    desk.posing.toggle(joint)
                else:
                    desk.editing.toggle_joint(instance_id, joint)
            case JointChosen(instance_id, joint):
                if instance_id != DRAFT:
                    joints.choose(instance_id, joint)
            case PoseEdited(instance_id, keypoints, scaled):
                joints.flush()
                desk.editing.set_pose(instance_id, keypoints, what="Stretch pose" if scaled else "Move pose")
            case PoseBoxDrawn(x0, y0, x1, y1):
                self._lay((x0, y0, x1, y1))
            case _:
                return False
        return True

    def _lay(self, box: Corners) -> None:
        desk = self._desk
        skeleton = desk.posing.state.skeleton
        if desk.posing.active:
            desk.presenter.say("info", "Finish the pose with Enter, or drop it with Esc, before drawing another one.")
        elif skeleton is None:
            desk.presenter.say("info", "This label has no skeleton. Give it one: right-click the label, Edit.")
        else:
            self._store(laid(skeleton.joints, box))

    def _store(self, keypoints: Keypoints) -> None:
        editing = self._desk.editing
        if editing.unposed is not None:
            editing.pose(keypoints, tool="skeleton box", clicks=1)
        else:
            self.labelled_first(lambda: editing.pose(keypoints, tool="skeleton box", clicks=1))

    # --- keys ----------------------------------------------------------------------------------------------------

    def step(self, step: int) -> bool:
        """Tab: the next joint, with the keypoint tool or while a joint is chosen; False where Tab is for others."""
        with_tool = self._desk.window.canvas.tool == "keypoints" and not self._desk.posing.active
        return (with_tool or self.joints.chosen is not None) and self.joints.step(step)

    def backspace(self) -> bool:
        """Take the chosen joint's label away."""
        return not self._desk.posing.active and self.joints.unlabel()

    def flush(self) -> None:
        """Store what was nudged before anything else happens."""
        self._rest.stop()
        self.joints.flush()

    def _nudge(self, dx: int, dy: int) -> None:
        if self.joints.nudge(dx, dy):
            self._rest.start()

    def _copy(self) -> None:
        navigation = self._desk.navigation
        if navigation.index <= 0:
            self._desk.presenter.say("info", "This is the first image of the list, so there is none before it.")
        else:
            self._desk.editing.copy_poses(navigation.ids[navigation.index - 1])

    def _fill(self) -> None:
        desk = self._desk
        target = desk.editing.unposed
        skeleton = desk.editing.skeleton_of(target.label_id) if target is not None else None
        if target is None or skeleton is None or target.bbox is None:
            desk.presenter.say("info", "Select an object without a pose whose label has a skeleton.")
            return
        x, y, w, h = target.bbox
        desk.editing.pose(laid(skeleton.joints, inset((x, y, x + w, y + h))))

    # --- what is shown -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The selection, the tool, the label or an instance may be another one."""
        desk = self._desk
        target = desk.editing.unposed
        label_id = target.label_id if target is not None else desk.editing.label_id
        if desk.posing.use(desk.editing.skeleton_of(label_id)):
            desk.presenter.say("warning", "The label has another skeleton now, so the joints placed were dropped.")
        self.joints.sync()
        self._show_figure()

    @property
    def pose_selected(self) -> bool:
        """Whether one pose is selected."""
        return self._posed() is not None

    def _posed(self) -> InstanceRecord | None:
        selection = self._desk.editing.selection
        found = self._desk.editing.instances.get(selection[0]) if len(selection) == 1 else None
        return found if found is not None and found.keypoints else None

    def _show_joint(self, chosen: ChosenJoint | None) -> None:
        canvas = self._desk.window.canvas
        if chosen is None:
            canvas.set_joint(None)
            self._desk.presenter.show_joint_hints(None)
        else:
            canvas.set_joint((chosen.instance.id, chosen.joint, self._title(chosen)))
            stored = chosen.keypoints == chosen.instance.keypoints
            canvas.preview_pose(chosen.instance.id, None if stored else chosen.keypoints)
            self._desk.presenter.show_joint_hints(_hints(chosen, self._desk.window.canvas.tool))
        self._show_figure()
        if self._had_joint != (chosen is not None):
            self._had_joint = chosen is not None
            self._desk.presenter.refresh_actions()

    def _title(self, chosen: ChosenJoint) -> str:
        scores = chosen.instance.joint_scores or ()
        score = scores[chosen.joint] if chosen.joint < len(scores) else BY_HAND
        sure = f"  {score:.0%}" if score < BY_HAND and chosen.visibility else ""
        return f"{chosen.name}{' (hidden)' if chosen.visibility == 1 else ''}{sure}"

    def _show_figure(self) -> None:
        desk = self._desk
        canvas, state = desk.window.canvas, desk.posing.state
        if canvas.tool != "keypoints" or desk.editing.image is None:
            canvas.set_figure(None)
            canvas.set_tag("")
            return
        chosen, posed = self.joints.chosen, self._posed()
        if chosen is not None and not desk.posing.active:
            note = _SEEN[chosen.visibility]
            count = f"{chosen.joint + 1}/{len(chosen.keypoints)}"
            figure = _figure(chosen.skeleton, chosen.keypoints, chosen.joint, chosen.name, f"{count}  {note}")
        elif state.skeleton is not None and (desk.posing.active or posed is None):
            count = f"{len(state.placed) + 1}/{len(state.skeleton.joints)}"
            figure = _figure(state.skeleton, state.keypoints, len(state.placed), state.next_joint, f"{count}  next")
        elif posed is not None:
            skeleton = desk.editing.skeleton_of(posed.label_id)
            labelled = sum(v > 0 for _, _, v in posed.keypoints or ())
            words = f"{labelled} of {len(posed.keypoints or ())} joints"
            figure = _figure(skeleton, posed.keypoints or (), None, words, "Tab: first joint")
        else:
            figure = None
        canvas.set_figure(figure)
        self._show_tag(chosen, figure)

    def _show_tag(self, chosen: ChosenJoint | None, figure: FigureView | None) -> None:
        """Name the joint that a click would place; one that is on the picture carries its own name."""
        now = figure.now if figure is not None else None
        placed = chosen is not None and chosen.visibility and not self._desk.posing.active
        if figure is None or now is None or placed:
            self._desk.window.canvas.set_tag("")
            return
        color = figure.colors[now] if now < len(figure.colors) else (255, 255, 255)
        self._desk.window.canvas.set_tag(figure.title, color)


def _figure(
    skeleton: SkeletonRecord | None, keypoints: Keypoints, now: int | None, title: str, note: str
) -> FigureView | None:
    if skeleton is None or len(skeleton.joints) != len(keypoints):
        return None
    return FigureView(
        places=rest_places(skeleton.joints),
        edges=skeleton.edges,
        seen=tuple(v for _, _, v in keypoints),
        now=now if now is None or now < len(keypoints) else None,
        title=title,
        note=note,
        colors=tuple(to_rgb(color) for color in skeleton.colors),
    )


def _hints(chosen: ChosenJoint, tool: str) -> KeyHints:
    place = "click places it" if not chosen.visibility else "click moves it"
    with_tool = f"{place}, " if tool == "keypoints" else ""
    arrows = "arrows nudge, " if chosen.visibility else ""
    return KeyHints(
        tab="next joint",
        esc="let go",
        note=f"{chosen.name}, {_SEEN[chosen.visibility]}: {with_tool}{arrows}Q: visibility, U: next uncertain",
    )
