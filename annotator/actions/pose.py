"""What can be done with a pose and its joints."""

from __future__ import annotations

from annotator.actions.action import Action, UiContext, with_image, with_selection
from annotator.actions.instance import MENU


def _with_pose(context: UiContext) -> bool:
    return context.has_image and context.pose_selected


def _with_joint(context: UiContext) -> bool:
    return context.has_image and context.joint_chosen


POSE_ACTIONS = (
    Action(
        "instance.pose",
        "Pose for selected",
        ("Ctrl+P",),
        "pose",
        MENU,
        "pose",
        enabled_when=with_selection,
        tip="Proposes a pose for each selected box or mask whose label has a skeleton",
    ),
    Action(
        "instance.pose_all",
        "Poses for the whole image",
        ("Ctrl+Alt+P",),
        "pose",
        MENU,
        "pose",
        enabled_when=with_image,
        tip="Proposes a pose for everything on the image that lacks one and whose label has a skeleton",
    ),
    Action(
        "joint.uncertain",
        "Next uncertain joint",
        ("U",),
        "keypoints",
        MENU,
        "pose",
        enabled_when=_with_pose,
        tip="Joints that are not labelled come first, then those that the backend was least sure of",
    ),
    Action(
        "joint.turn",
        "Joint visible, hidden or not labelled",
        ("Q",),
        "eye",
        MENU,
        "pose",
        enabled_when=_with_joint,
        tip="A right click on a joint does it, too",
    ),
    Action(
        "pose.swap",
        "Swap left and right",
        ("Shift+F",),
        "",
        MENU,
        "pose",
        enabled_when=_with_pose,
        tip="Changes the joints of every flip pair over",
    ),
    Action(
        "pose.copy",
        "Copy the pose from the image before",
        ("Shift+K",),
        "copy",
        MENU,
        "pose",
        enabled_when=lambda context: with_image(context) and context.image_count > 1,
        tip="Of the current label; a selected object without a pose gets it stretched into its box",
    ),
    Action(
        "pose.fill",
        "Whole skeleton in the object's box",
        ("Ctrl+J",),
        "box",
        MENU,
        "pose",
        enabled_when=lambda context: with_image(context) and context.selection_count == 1,
        tip="All joints at once, to be dragged; with the keypoint tool a dragged box does it, too",
    ),
)
