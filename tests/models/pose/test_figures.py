from __future__ import annotations

import json

import numpy as np
import pytest

from models.pose.augment import example, seen_in
from models.pose.figures import read
from models.pose.frames import SIDE, around
from models.pose.skeletons import joints_named
from tests.models.pose.conftest import NAMES, stick_figure


def test_names_mean_the_same_however_they_are_spelt():
    joints = joints_named(["nose", "left_knee", "right_knee"])
    assert joints.mirror == (0, 2, 1)
    assert joints.places(["Right Knee", "Nose", "tail"]) == [2, 0, None]


def test_a_mirror_of_a_mirror_is_nothing_new():
    mirror = joints_named(NAMES).mirror
    assert [mirror[number] for number in mirror] == list(range(len(NAMES)))


def test_a_folder_counted_from_one(people):
    joints, figures = read([people])
    assert joints.mirror == (0, 2, 1, 4, 3)
    assert len(figures) == 40
    first = next(figure for figure in figures if figure.path.name == "figure0.png")
    assert np.allclose(first.joints, stick_figure(0)[1])
    assert 0 < sum(figure.held for figure in figures) < 20


def test_a_coco_file(people, tmp_path):
    table = {
        "images": [{"id": 4, "file_name": "figure3.png"}],
        "categories": [{"id": 1, "name": "stick", "keypoints": ["head", "left_hand", "right_hand"]}],
        "annotations": [
            {"category_id": 1, "image_id": 4, "keypoints": [10, 20, 2, 30, 40, 1, 0, 0, 0], "bbox": [5, 6, 70, 80]},
            {"category_id": 1, "image_id": 4, "keypoints": [0, 0, 0, 0, 0, 0, 0, 0, 0], "bbox": [5, 6, 70, 80]},
        ],
    }
    file = tmp_path / "people.json"
    file.write_text(json.dumps(table))
    joints, figures = read([], [(file, people)])
    assert joints.names == ("head", "left_hand", "right_hand")
    (figure,) = figures
    assert figure.joints.tolist() == [[10.5, 20.5, 1], [30.5, 40.5, 1], [0.5, 0.5, 0]]
    assert figure.box == (5, 6, 75, 86)
    with pytest.raises(ValueError, match="other joints"):
        read([people], [(file, people)])


def test_nobody_to_learn_from_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="keypoint_names"):
        read([tmp_path])
    (tmp_path / "index.json").write_text(json.dumps({"items": []}))
    with pytest.raises(ValueError, match="nobody"):
        read([tmp_path])


def test_crops_keep_joints_on_what_they_mark(people):
    joints, figures = read([people])
    rng = np.random.default_rng(0)
    for figure in figures[:10]:
        seen = example(figure, joints, rng)
        assert seen.image.shape == (SIDE, SIDE, 3)
        assert ((seen.joints[:, :2] >= 0) | (seen.joints[:, 2:] == 0)).all()
    plain = seen_in(around(figures[0].box), figures[0], joints)
    x, y, shown = plain.joints[1]
    assert shown == 1
    red, green, blue = plain.image[int(y), int(x)].astype(int)
    assert red > 150 > green + 40
    assert blue < 110
