from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from models.people import read


def folder_of(tmp_path, items, **table):
    for number in range(8):
        Image.fromarray(np.full((90, 80, 3), 60, dtype=np.uint8)).save(tmp_path / f"p{number}.png")
    (tmp_path / "index.json").write_text(json.dumps({"keypoint_names": ["Head", "left hand"], "items": items, **table}))
    return tmp_path


def test_a_folder_counted_from_one(tmp_path):
    items = [{"image": f"p{number}.png", "keypoints": [10.5, 20.5, 1, 30.5, 60.5, 1]} for number in range(8)]
    names, people = read([folder_of(tmp_path, items)])
    assert names == ("Head", "left hand")
    assert people[0].joints.tolist() == [[10, 20, 1], [30, 60, 1]]
    assert people[0].box == pytest.approx((6, 16, 34, 64))
    assert people[0].image().shape == (90, 80, 3)
    assert 0 < sum(person.held for person in people) < 8


def test_a_folder_of_objects_counted_as_coco_does(tmp_path):
    things = [
        {"ann_id": 3, "keypoints": [10, 20, 2, 30, 60, 1], "bbox": [5, 6, 40, 70], "area": 900},
        {"ann_id": 4, "keypoints": [10, 20, 2, 0, 0, 0], "bbox": [5, 6, 40, 70]},
        {"ann_id": 5, "keypoints": [10, 20, 2, 30, 60, 1], "iscrowd": 1},
        {"ann_id": 6, "bbox": [5, 6, 40, 70]},
    ]
    _, (one,) = read([folder_of(tmp_path, [{"image": "p1.png", "objects": things}])])
    assert one.joints.tolist() == [[10.5, 20.5, 1], [30.5, 60.5, 1]]
    assert (one.name, one.box, one.area) == ("p1.png#3", (5, 6, 45, 76), 900)


def test_a_coco_file(tmp_path):
    folder = folder_of(tmp_path, [])
    table = {
        "images": [{"id": 4, "file_name": "p3.png"}, {"id": 5, "file_name": "gone.png"}],
        "categories": [{"id": 1, "name": "tool", "keypoints": ["tip", "end"]}, {"id": 2, "name": "cup"}],
        "annotations": [
            {"id": 1, "category_id": 1, "image_id": 4, "keypoints": [10, 20, 2, 30, 40, 1], "bbox": [5, 6, 70, 80]},
            {"id": 2, "category_id": 1, "image_id": 4, "keypoints": [0, 0, 0, 0, 0, 0], "bbox": [5, 6, 70, 80]},
            {"id": 3, "category_id": 1, "image_id": 5, "keypoints": [10, 20, 2, 30, 40, 1]},
            {"id": 4, "category_id": 2, "image_id": 4, "bbox": [5, 6, 70, 80]},
        ],
    }
    file = tmp_path / "people.json"
    file.write_text(json.dumps(table))
    names, (person,) = read([], [(file, folder)])
    assert names == ("tip", "end")
    assert person.joints.tolist() == [[10.5, 20.5, 1], [30.5, 40.5, 1]]
    assert person.area == pytest.approx(0.53 * 70 * 80)
    (folder / "index.json").write_text(
        json.dumps({"keypoint_names": ["a", "b"], "items": [{"image": "p1.png", "keypoints": [1, 1, 1, 9, 9, 1]}]})
    )
    with pytest.raises(ValueError, match="one skeleton at a time"):
        read([folder], [(file, folder)])


def test_nobody_to_learn_from_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="index"):
        read([tmp_path])
    with pytest.raises(ValueError, match="names no joints"):
        read([folder_of(tmp_path, [], keypoint_names=[])])
    with pytest.raises(ValueError, match="Nobody"):
        read([folder_of(tmp_path, [])])
