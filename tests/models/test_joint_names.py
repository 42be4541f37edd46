from __future__ import annotations

from engine.measure.pose import COCO_SIGMAS
from models import joint_names

COCO = ["nose"] + [
    f"{side}_{kind}"
    for kind in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("left", "right")
]


def test_sigmas_by_name_are_cocos():
    assert joint_names.sigmas_named(COCO).tolist() == COCO_SIGMAS.tolist()
    assert joint_names.sigmas_named(["Right Hip", "tail"]).tolist() == [0.107, 0.08]


def test_left_and_right_mirror_each_other():
    assert joint_names.mirror_of(["nose", "Left Eye", "right_eye", "l-hand", "left foot"]) == (0, 2, 1, 3, 4)
    assert [joint_names.side_of(name) for name in ("L knee", "right-knee", "lower lip")] == ["left", "right", ""]


def test_limbs_are_those_with_both_ends():
    assert joint_names.limbs_in(["left_knee", "left_ankle", "left_hip", "right_knee"]) == [(2, 0), (0, 1)]
    assert joint_names.limbs_in(["tip", "tail"]) == []
    assert joint_names.place(["Head top", "neck"], "head_top") == 0
    assert joint_names.place(["neck"], "head_top") is None


def test_joints_are_matched_by_what_their_names_mean():
    lsp = ["right_ankle", "left_shoulder", "neck", "head_top"]
    wanted = ["LShoulder", "Head Top", "ankle_r", "upper neck", "nose", "left_ankle", "top of head"]
    assert joint_names.matched(lsp, wanted) == [1, 3, 0, 2, None, None, None]
    assert joint_names.matched(COCO, ["leftEye", "RIGHT-EYE", "l_hip"]) == [1, 2, 11]


def test_a_name_spelled_alike_goes_before_one_that_means_the_same():
    assert joint_names.matched(["neck"], ["upper_neck", "neck"]) == [None, 0]
    assert joint_names.matched(["neck", "upper_neck"], ["Neck", "Upper neck"]) == [0, 1]
