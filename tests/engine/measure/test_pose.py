"""Closed forms and golden values of the pose metrics."""

from __future__ import annotations

import numpy as np
import pytest

from engine.measure import pose
from models.api import BoxPrompt

ALL = np.ones((1, 17), dtype=np.bool_)
TRUTH = np.random.default_rng(1).uniform(0, 200, (1, 17, 2))


@pytest.mark.parametrize(("joint", "value"), [(0, 0.7936), (11, 0.9864), (15, 0.9805)])
def test_golden_similarities_of_one_joint_five_pixels_off(joint: int, value: float) -> None:
    only = np.zeros((1, 17), dtype=np.bool_)
    only[0, joint] = True
    found = pose.oks(TRUTH + np.array([3.0, 4.0]), TRUTH, only, np.array([20_000.0]), pose.COCO_SIGMAS)
    assert found[0] == pytest.approx(value, abs=5e-5)


def test_similarity_is_the_mean_over_labelled_joints() -> None:
    some = ALL.copy()
    some[0, 5:] = False
    moved = TRUTH.copy()
    moved[0, :5] += (1e6, 0)
    assert pose.oks(TRUTH, TRUTH, ALL, np.array([100.0]), pose.COCO_SIGMAS)[0] == 1
    assert pose.oks(moved, TRUTH, ALL, np.array([100.0]), pose.COCO_SIGMAS)[0] == pytest.approx(12 / 17)
    assert pose.oks(moved, TRUTH, some, np.array([100.0]), pose.COCO_SIGMAS)[0] == 0
    assert np.isnan(pose.oks(TRUTH, TRUTH, ~ALL, np.array([100.0]), pose.COCO_SIGMAS)[0])


def test_detected_joints_follow_the_torso() -> None:
    truth = np.array([[[0.0, 0.0], [30.0, 40.0], [100.0, 0.0]]])
    labelled = np.array([[True, True, True]])
    torso = pose.torso_lengths(truth, labelled, 0, 1)
    assert torso.tolist() == [50.0]
    predicted = truth + np.array([[[0.0, 10.0], [0.0, 10.1], [0.0, 0.0]]])
    found = pose.joints_found(predicted, truth, labelled, torso, np.array([0.1, 0.2, 0.5]))
    assert found.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]
    curve = pose.joints_found(predicted, truth, labelled, torso, pose.PDJ_SHARES)
    assert curve.shape == (50, 3) and (np.diff(curve, axis=0) >= 0).all()


def test_who_has_no_torso_and_what_is_not_labelled_is_left_out() -> None:
    truth = np.zeros((2, 2, 2))
    truth[:, 1] = (3, 4)
    labelled = np.array([[True, True], [True, False]])
    torso = pose.torso_lengths(truth, labelled, 0, 1)
    assert torso[0] == 5 and np.isnan(torso[1])
    found = pose.joints_found(truth, truth, labelled, torso, np.array([0.2]))
    assert found.tolist() == [[1.0, 1.0]]
    nobody = pose.joints_found(truth, truth, np.zeros_like(labelled), torso, np.array([0.2]))
    assert np.isnan(nobody).all()


def test_boxes_and_heads_measure_too() -> None:
    assert pose.box_lengths([BoxPrompt(0, 0, 30, 40), BoxPrompt(5, 5, 25, 6)]).tolist() == [40, 20]
    assert pose.head_lengths(np.array([[[0.0, 0.0], [0.0, 7.0]]]), np.array([[True, True]]), 0, 1).tolist() == [7]


def test_limbs_need_both_ends_within_half_their_length() -> None:
    truth = np.array([[[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]]] * 2)
    labelled = np.ones((2, 3), dtype=np.bool_)
    predicted = truth.copy()
    predicted[0, 0] += (0, 5.0)
    predicted[1, 2] += (0, 5.1)
    assert pose.limbs_found(predicted, truth, labelled, [(0, 1), (1, 2)]).tolist() == [1.0, 0.5]
    labelled[1, 2] = False
    assert pose.limbs_found(predicted, truth, labelled, [(0, 1), (1, 2)]).tolist() == [1.0, 1.0]


def test_sigmas_are_found_again_from_repeated_annotation() -> None:
    rng = np.random.default_rng(0)
    areas = rng.uniform(1e4, 4e4, 400)
    truth = rng.uniform(0, 500, (400, 17, 2))
    # A joint's distance has sigma squared as its mean square, shared by x and y.
    noise = rng.normal(size=(4, 400, 17, 2)) * (pose.COCO_SIGMAS[:, None] / np.sqrt(2)) * np.sqrt(areas)[:, None, None]
    found = pose.sigmas_of(truth + noise, np.ones((400, 17), dtype=np.bool_), areas)
    assert found == pytest.approx(pose.COCO_SIGMAS, rel=0.05)
    with pytest.raises(ValueError, match="two annotators"):
        pose.sigmas_of(truth[None], np.ones((400, 17), dtype=np.bool_), areas)


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        pose.oks(TRUTH[:, :3], TRUTH, ALL, np.array([1.0]), pose.COCO_SIGMAS)
