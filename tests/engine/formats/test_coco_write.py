from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools.coco import COCO

from engine.control import Cancelled, Control
from engine.errors import CannotWrite
from engine.formats import coco
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.proposals import StoreProposals
from engine.ops.reviews import SetState
from engine.ops.skeletons import AddSkeleton
from engine.project import add_images
from engine.records import Level, Stage, State
from engine.stages.auto_mask import AutoMask
from engine.workspace import Workspace
from models import masks
from models.api import BackendInfo


def _ring() -> NDArray[np.bool_]:
    mask = np.zeros((10, 20), dtype=bool)
    mask[1:9, 2:12] = True
    mask[3:6, 5:8] = False
    mask[2:5, 15:18] = True
    return mask


def _fill(workspace: Workspace) -> None:
    skeleton = workspace.execute(AddSkeleton("pose", ("nose", "tail"), ((0, 1),), sigmas=(0.1, 0.2))).value
    animal = workspace.execute(AddLabel("animal")).value
    cat = workspace.execute(AddLabel("cat", parent_id=animal.id, skeleton_id=skeleton.id)).value
    sky = workspace.execute(AddLabel("sky", is_thing=False)).value
    with workspace.read() as reader:
        first, second = (image.id for image in reader.images.stream())
    workspace.execute(AddInstance(first, mask=masks.encode(_ring()), label_id=cat.id, attributes={"b": 1, "a": [2]}))
    pose = ((1.5, 2.0, 2), (0.0, 0.0, 0))
    workspace.execute(AddInstance(second, box=(1.5, 2, 3, 4), keypoints=pose, label_id=cat.id))
    workspace.execute(AddInstance(second, mask=masks.encode(~_ring()), label_id=sky.id, iscrowd=True))
    workspace.execute(AddInstance(second, box=(0, 0, 2, 2), label_id=sky.id, state=State.PROPOSED))


GOLDEN = b"""{"info": {"description":"p"},
"licenses": [],
"categories": [
{"id":1,"name":"animal"},
{"id":2,"name":"cat","supercategory":"animal","keypoints":["nose","tail"],"skeleton":[[1,2]]},
{"id":3,"name":"sky","isthing":0}
],
"images": [
{"id":1,"file_name":"a.png","width":20,"height":10},
{"id":2,"file_name":"sub/b.png","width":20,"height":10}
],
"annotations": [
{"id":1,"image_id":1,"category_id":2,"segmentation":{"size":[10,20],"counts":"e0820000J11OO11OO11O5000000o0KVO000b0"},\
"area":80,"bbox":[2,1,16,8],"iscrowd":0,"attributes":{"a":[2],"b":1}},
{"id":2,"image_id":2,"category_id":2,"segmentation":[],"area":12,"bbox":[1.5,2,3,4],"iscrowd":0,\
"keypoints":[1.5,2.0,2,0.0,0.0,0],"num_keypoints":1},
{"id":3,"image_id":2,"category_id":3,"segmentation":{"size":[10,20],"counts":"0e08]O0000J11OO11OO11O5000000o0KVO000b0"\
},"area":120,"bbox":[0,0,20,10],"iscrowd":1}
]
}
"""


def test_golden_bytes(workspace: Workspace, tmp_path: Path) -> None:
    _fill(workspace)
    target = tmp_path / "out.json"
    report = coco.write(workspace, target)
    assert target.read_bytes() == GOLDEN
    assert [(line.what, line.came_in, line.went_out) for line in report.counts] == [
        ("images", 2, 2),
        ("categories", 3, 3),
        ("annotations", 4, 3),
    ]
    assert [(line.text, line.count) for line in report.dropped] == [
        ("its state is proposed, which was not asked for", 1)
    ]
    assert any("flip pairs, sigmas and colours" in line.text for line in report.notes)
    coco.write(workspace, target)
    assert target.read_bytes() == GOLDEN


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("segmentation", ["rle", "polygon"])
def test_pycocotools_reads_it(
    workspace: Workspace, tmp_path: Path, segmentation: coco.Segmentation, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(workspace)
    report = coco.write(workspace, tmp_path / "out.json", segmentation=segmentation)
    read = COCO(str(tmp_path / "out.json"))
    first, _, crowd = read.loadAnns([1, 2, 3])
    assert np.array_equal(read.annToMask(crowd), ~_ring())
    lost = int(np.count_nonzero(read.annToMask(first) != _ring()))
    told = [line for line in report.notes if "polygons" in line.text]
    if segmentation == "rle":
        assert (lost, told) == (0, [])
    else:
        assert lost >= 9
        assert [line.count for line in told] == [1]
        assert told[0].examples == (f"1 on a.png: {lost} pixels",)
        assert first["area"] == 80


def test_which_states_are_written(workspace: Workspace, tmp_path: Path) -> None:
    _fill(workspace)
    workspace.execute(SetState((1,), State.REJECTED))
    report = coco.write(workspace, tmp_path / "out.json", states=(State.ACCEPTED, State.PROPOSED))
    written = json.loads((tmp_path / "out.json").read_text())["annotations"]
    assert [each["id"] for each in written] == [2, 3, 4]
    assert [line.text for line in report.dropped] == ["its state is rejected, which was not asked for"]


def test_instances_without_a_label_come_back_without_one(
    workspace: Workspace, empty: Workspace, pictures: Path, tmp_path: Path
) -> None:
    workspace.execute(AddLabel("cat"))
    workspace.execute(AddInstance(1, box=(1, 1, 3, 3)))
    report = coco.write(workspace, tmp_path / "one.json")
    assert any("no label" in line.text for line in report.notes)
    coco.read(empty, tmp_path / "one.json", images=pictures)
    with empty.read() as reader:
        assert [label.name for label in reader.labels.all()] == ["cat"]
        assert [each.label_id for each in reader.instances.of_image(1)] == [None]
    coco.write(empty, tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_equal_paths_in_two_folders_get_their_folders_name(
    workspace: Workspace, pictures: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes((pictures / "a.png").read_bytes())
    add_images(workspace, [other])
    report = coco.write(workspace, tmp_path / "out.json")
    names = [image["file_name"] for image in json.loads((tmp_path / "out.json").read_text())["images"]]
    assert names == ["pictures/a.png", "sub/b.png", "other/a.png"]
    assert [line.count for line in report.notes] == [2]
    again = coco.read(workspace, tmp_path / "out.json")
    assert again.count("images").went_out == 3


def test_images_of_unknown_size_are_told(workspace: Workspace, tmp_path: Path) -> None:
    (image_id,) = workspace.execute(AddImages("x", "x", (NewImage("broken.png", error="truncated"),))).value
    workspace.execute(AddInstance(image_id, box=(1, 1, 2, 2)))
    report = coco.write(workspace, tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text())
    assert (len(written["images"]), written["annotations"]) == (2, [])
    assert (report.drops("images"), report.drops("annotations")) == (1, 1)


def test_ids_that_came_stay_and_new_ones_never_collide(workspace: Workspace, tmp_path: Path) -> None:
    source = {
        "images": [{"id": 2, "file_name": "a.png"}],
        "categories": [{"id": 7, "name": "cat"}],
        "annotations": [{"id": 5, "image_id": 2, "category_id": 7, "bbox": [1, 1, 2, 2]}],
    }
    (tmp_path / "in.json").write_text(json.dumps(source))
    workspace.execute(AddInstance(2, box=(1, 1, 4, 4)))
    coco.read(workspace, tmp_path / "in.json")
    workspace.execute(AddInstance(2, box=(1, 1, 3, 3)))
    coco.write(workspace, tmp_path / "out.json")
    written = json.loads((tmp_path / "out.json").read_text())
    assert [(image["id"], image["file_name"]) for image in written["images"]] == [(2, "a.png"), (4, "sub/b.png")]
    assert [(each["id"], each["image_id"]) for each in written["annotations"]] == [(5, 2), (6, 4), (8, 4)]


def test_a_failed_export_leaves_the_old_file(workspace: Workspace, tmp_path: Path) -> None:
    _fill(workspace)
    target = tmp_path / "out.json"
    target.write_text("old")
    with pytest.raises(Cancelled):
        coco.write(workspace, target, control=Control(should_stop=lambda: True))
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_places_that_must_not_be_written(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    cases = [
        (tmp_path, "is a folder"),
        (Path(workspace.place), "is a project"),
        (tmp_path / "file" / "out.json", "cannot be written"),
    ]
    for target, words in cases:
        with pytest.raises(CannotWrite, match=words):
            coco.write(workspace, target)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(CannotWrite, match="locked"):
        coco.write(workspace, folder / "out.json")


def test_scores_are_extra_fields_where_they_are_known(workspace: Workspace, tmp_path: Path) -> None:
    found = AutoMask(masks.encode(_ring()), 0.93, 0.97, (5.5, 4.5), (0.0, 0.0, 10.0, 10.0), Level.WHOLE)
    workspace.execute(StoreProposals(1, (found,), Stage.AUTO, BackendInfo("fake", "mask", "cpu", "ab12")))
    workspace.execute(AddInstance(2, box=(1, 1, 3, 3)))
    states = (State.ACCEPTED, State.PROPOSED)
    coco.write(workspace, tmp_path / "plain.json", states=states)
    coco.write(workspace, tmp_path / "out.json", states=states, scores=True)
    read, plain = COCO(str(tmp_path / "out.json")), COCO(str(tmp_path / "plain.json"))
    auto, hand = read.loadAnns([1, 2])
    fields = {"predicted_iou": 0.93, "point_coords": [[5.5, 4.5]], "crop_box": [0, 0, 10, 10], "stability_score": 0.97}
    assert {name: auto.pop(name) for name in fields} == fields
    assert [auto, hand] == plain.loadAnns([1, 2])
