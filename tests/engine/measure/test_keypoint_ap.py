"""COCO's keypoint figures, held against pycocotools on random people."""

from __future__ import annotations

import contextlib
import io
import math
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from engine.measure.keypoint_ap import FoundPose, KeypointAp, TruePose, keypoint_ap
from engine.measure.pose import COCO_SIGMAS


def _people(seed: int) -> tuple[list[TruePose], list[FoundPose]]:
    """People of all sizes, crowds, some without joints; found ones near them, far from them, and too many."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for image in range(1, 9):
        for _ in range(int(rng.integers(0, 6))):
            size = float(rng.choice([15, 50, 80, 150, 300]))
            x, y = rng.uniform(0, 400, 2).tolist()
            joints = rng.uniform(0, size, (17, 2)) + np.array([x, y])
            visible = rng.integers(0, 3, 17) * int(rng.random() > 0.15)
            keypoints = tuple((float(a), float(b), int(v)) for (a, b), v in zip(joints, visible, strict=True))
            area = size**2 * float(rng.uniform(0.4, 0.9))
            truth.append(TruePose(image, keypoints, area, (x, y, size, size), bool(rng.random() < 0.1)))
            for _ in range(int(rng.integers(0, 3))):
                moved = joints + rng.normal(size=(17, 2)) * size * float(rng.choice([0.005, 0.03, 0.08, 0.3]))
                score = float(rng.choice([0.2, 0.5, round(float(rng.random()), 3)]))
                found.append(FoundPose(image, tuple(map(tuple, moved.tolist())), score))
    found += [
        FoundPose(1, tuple(map(tuple, rng.uniform(0, 400, (17, 2)).tolist())), float(rng.random())) for _ in range(30)
    ]
    return truth, found


def _reference(truth: list[TruePose], found: list[FoundPose]) -> KeypointAp:
    people: list[dict[str, Any]] = [
        {
            "id": number,
            "image_id": each.image,
            "category_id": 1,
            "keypoints": [value for joint in each.keypoints for value in joint],
            "num_keypoints": sum(1 for joint in each.keypoints if joint[2]),
            "area": each.area,
            "bbox": list(each.box),
            "iscrowd": int(each.iscrowd),
        }
        for number, each in enumerate(truth, start=1)
    ]
    answers = [
        {
            "image_id": each.image,
            "category_id": 1,
            "keypoints": [value for joint in each.keypoints for value in (*joint, 1)],
            "score": each.score,
        }
        for each in found
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        images = sorted({each.image for each in truth} | {each.image for each in found})
        coco.dataset = {
            "info": {}, "images": [{"id": image} for image in images], "categories": [{"id": 1}], "annotations": people
        }  # fmt: skip
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(answers), "keypoints")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return KeypointAp(*(math.nan if value == -1 else float(value) for value in evaluation.stats))


@pytest.mark.parametrize("seed", range(12))
def test_the_same_figures_as_pycocotools(seed: int) -> None:
    truth, found = _people(seed)
    # pycocotools goes through images in the order of their ids, which decides between equal scores.
    truth.sort(key=lambda each: each.image)
    found.sort(key=lambda each: each.image)
    ours, theirs = astuple(keypoint_ap(truth, found, COCO_SIGMAS)), astuple(_reference(truth, found))
    assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)
    assert ours[0] > 0


def test_perfect_and_hopeless() -> None:
    truth, _ = _people(3)
    perfect = [FoundPose(each.image, tuple((x, y) for x, y, _ in each.keypoints), 1.0) for each in truth]
    figures = keypoint_ap(truth, perfect, COCO_SIGMAS)
    assert (figures.ap, figures.ar) == (1.0, 1.0)
    assert keypoint_ap(truth, [], COCO_SIGMAS).ap == 0
    assert math.isnan(keypoint_ap([], perfect, COCO_SIGMAS).ap)
