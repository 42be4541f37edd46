"""Poses in and out of COCO files: by pycocotools' own reading, by names, and with the shared photographs' people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from engine.formats import coco
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.skeletons import AddSkeleton
from engine.project import add_images
from engine.records import State
from engine.workspace import Workspace
from models import masks
from tests.engine.formats.conftest import coco_dict

PERSON = {
    "id": 1,
    "name": "person",
    "keypoints": ["Nose", "tail", "left_ear", "right_ear"],
    "skeleton": [[1, 3], [1, 4]],
}


def stored(workspace):
    with workspace.read() as reader:
        images = [image.id for image in reader.images.stream()]
        return list(reader.instances.of_images(images, set(State)))


def test_joints_are_matched_by_name_and_strange_ones_told(workspace, coco_file):
    joints = ("left ear", "right ear", "nose", "paw")
    skeleton = workspace.execute(AddSkeleton("mine", joints)).value
    workspace.execute(AddLabel("person", skeleton_id=skeleton.id))
    flat = [1, 2, 2, 3, 4, 1, 5.5, 6, 2, 0, 0, 0]
    source = coco_file(
        [
            {"id": 5, "image_id": 10, "category_id": 1, "keypoints": flat, "num_keypoints": 3},
            {
                "id": 6,
                "image_id": 12,
                "category_id": 1,
                "keypoints": [0, 0, 0, 3, 4, 1, *[0] * 6],
                "bbox": [1, 1, 5, 5],
            },
        ],
        categories=[PERSON],
    )
    report = coco.read(workspace, source)
    first, second = stored(workspace)
    assert first.keypoints == ((5.5, 6, 2), (0, 0, 0), (1, 2, 2), (0, 0, 0))
    assert second.keypoints is None and second.bbox == (1, 1, 5, 5)
    notes = {line.text: (line.count, line.examples) for line in report.notes}
    assert notes["a joint of the file is not in the label's skeleton; left out"] == (1, ("person: tail",))
    assert notes["a joint of the label's skeleton is not in the file"] == (1, ("person: paw",))
    assert notes["it has joints that the label's skeleton does not know"][0] == 2
    with workspace.read() as reader:
        assert [each.joints for each in reader.skeletons.all()] == [joints]
    again = coco.read(workspace, source)
    assert [line.text for line in again.dropped] == ["already here"]


def test_an_imported_skeleton_knows_its_mirror(workspace, coco_file):
    coco.read(workspace, coco_file([], categories=[PERSON]))
    with workspace.read() as reader:
        (skeleton,) = reader.skeletons.all()
    assert skeleton.flip_pairs == ((2, 3),)


def test_pycocotools_reads_masks_and_poses_of_one_record(workspace, tmp_path, capsys):
    names = tuple(f"joint {number}" for number in range(17))
    skeleton = workspace.execute(AddSkeleton("seventeen", names, edges=((0, 1), (3, 2)))).value
    label = workspace.execute(AddLabel("person", skeleton_id=skeleton.id)).value
    with workspace.read() as reader:
        image = next(reader.images.stream())
    mask = np.zeros((10, 20), dtype=bool)
    mask[2:8, 3:15] = True
    pose = tuple((number + 0.25, number / 2 + 0.125, number % 3) for number in range(17))
    workspace.execute(AddInstance(image.id, mask=masks.encode(mask), keypoints=pose, label_id=label.id))
    target = tmp_path / "out.json"
    coco.write(workspace, target)
    truth = COCO(str(target))
    (category,) = truth.loadCats(truth.getCatIds())
    assert category["keypoints"] == list(names)
    assert category["skeleton"] == [[1, 2], [4, 3]]
    (record,) = truth.loadAnns(truth.getAnnIds())
    assert record["keypoints"] == [value for joint in pose for value in joint]
    assert record["num_keypoints"] == sum(joint[2] > 0 for joint in pose)
    rows, columns = record["segmentation"]["size"]
    code = masks.Rle(rows, columns, record["segmentation"]["counts"].encode())
    assert np.array_equal(masks.decode(code), mask)
    answers = [{"image_id": record["image_id"], "category_id": category["id"], "keypoints": record["keypoints"]}]
    scorer = COCOeval(truth, truth.loadRes([answers[0] | {"score": 0.9}]), "keypoints")
    scorer.params.areaRng, scorer.params.areaRngLbl = [[0, 1e10]], ["all"]
    scorer.evaluate()
    scorer.accumulate()
    capsys.readouterr()
    assert scorer.eval["precision"].min() == pytest.approx(1)


@pytest.mark.shared_data
def test_people_of_shared_photographs_come_back_as_they_were(shared_data: Path, tmp_path, capsys):
    folder = shared_data / "coco_train_mini"
    index = json.loads((folder / "index.json").read_text())
    items = [item for item in index["items"] if any(thing.get("keypoints") for thing in item["objects"])][:25]
    images, annotations = [], []
    for number, item in enumerate(items, start=1):
        images.append({"id": number, "file_name": item["image"], "width": item["width"], "height": item["height"]})
        for thing in item["objects"]:
            if thing.get("keypoints"):
                mask = np.asfortranarray(np.asarray(Image.open(folder / thing["mask"])) > 0, dtype=np.uint8)
                code = coco_mask.encode(mask)
                flat = thing["keypoints"]
                annotations.append(
                    {
                        "id": thing["ann_id"], "image_id": number, "category_id": 1, "iscrowd": thing["iscrowd"],
                        "segmentation": {"size": code["size"], "counts": code["counts"].decode()},
                        "bbox": [float(value) for value in thing["bbox"]], "area": thing["area"],
                        "keypoints": flat, "num_keypoints": sum(v > 0 for v in flat[2::3]),
                    }
                )  # fmt: skip
    person = {"id": 1, "name": "person", "keypoints": index["keypoint_names"], "skeleton": [[16, 14], [14, 12]]}
    source, target = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text(json.dumps(coco_dict(annotations, images=images, categories=[person])))
    workspace = Workspace.create(tmp_path / "people.maskwright")
    try:
        add_images(workspace, [folder / item["image"] for item in items])
        report = coco.read(workspace, source, images=folder)
        assert report.drops("annotations") == 0
        coco.write(workspace, target)
    finally:
        workspace.close()
    truth, back = COCO(str(source)), COCO(str(target))
    capsys.readouterr()
    assert back.loadCats([1])[0]["keypoints"] == person["keypoints"]
    assert set(back.getAnnIds()) == set(truth.getAnnIds())
    assert len(annotations) > 25
    for before in truth.loadAnns(truth.getAnnIds()):
        (after,) = back.loadAnns([before["id"]])
        assert after["keypoints"] == before["keypoints"]
        assert after["num_keypoints"] == before["num_keypoints"]
        assert coco_mask.iou([after["segmentation"]], [before["segmentation"]], [0])[0, 0] == 1
