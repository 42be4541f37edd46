"""What a project gives its trainers."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidOp
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.skeletons import AddSkeleton
from engine.records import State
from engine.training_data import project_as_coco
from engine.workspace import Workspace
from models import masks
from models.compact.readers import read_coco
from models.people import read

POSE = ((30.25, 20.0, 2), (50.5, 60.0, 1), (10.0, 60.75, 2))


def disc(number):
    y, x = np.mgrid[:80, :100]
    return (x - 40 - number) ** 2 + (y - 40) ** 2 < 20**2


def photographs(tmp_path):
    """Return a workspace of eight photographs, and their ids."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(8):
        pixels = np.where(disc(number)[..., None], (200, 40, 40), (60, 90, 120)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"shape{number}.png")
    workspace = Workspace.create(tmp_path / "p.maskwright")
    new = tuple(NewImage(f"shape{number}.png", f"h{number}", 100, 80) for number in range(8))
    return workspace, workspace.execute(AddImages("photos", "photos", new)).value


def project_of_discs(tmp_path):
    """Return a project with one accepted and one proposed disc on each photograph."""
    workspace, ids = photographs(tmp_path)
    for number, image_id in enumerate(ids):
        workspace.execute(AddInstance(image_id, mask=masks.encode(disc(number))))
        workspace.execute(AddInstance(image_id, mask=masks.encode(disc(number + 9)), state=State.PROPOSED))
    workspace.close()
    return tmp_path / "p.maskwright"


def project_of_poses(tmp_path):
    """Return a project with tools of three joints, the last one with a mask, and one pair of eyes."""
    workspace, ids = photographs(tmp_path)
    tool = workspace.execute(AddSkeleton("tool", ("tip", "left edge", "right edge"))).value
    eyes = workspace.execute(AddSkeleton("eyes", ("left eye", "right eye"))).value
    label = workspace.execute(AddLabel("tool", skeleton_id=tool.id)).value
    other = workspace.execute(AddLabel("eyes", skeleton_id=eyes.id)).value
    for number, image_id in enumerate(ids):
        mask = masks.encode(disc(0)) if number == 7 else None
        workspace.execute(AddInstance(image_id, mask=mask, keypoints=POSE, label_id=label.id))
        workspace.execute(AddInstance(image_id, keypoints=POSE, label_id=label.id, state=State.PROPOSED))
    workspace.execute(AddInstance(ids[0], keypoints=POSE[:2], label_id=other.id))
    workspace.execute(AddInstance(ids[0], mask=masks.encode(disc(0)), label_id=label.id))
    workspace.close()
    return tmp_path / "p.maskwright"


def test_a_project_gives_its_accepted_masks(tmp_path):
    target = tmp_path / "out.json"
    assert project_as_coco(str(project_of_discs(tmp_path)), target) == 8
    items = list(read_coco(target, tmp_path))
    assert len(items) == 8
    for number, item in enumerate(items):
        (mask,) = item.masks
        assert np.array_equal(mask, disc(number))


def test_a_project_gives_its_accepted_poses_of_one_skeleton(tmp_path):
    project, target = str(project_of_poses(tmp_path)), tmp_path / "out.json"
    with pytest.raises(InvalidOp, match=r"several skeletons \(eyes, tool\)"):
        project_as_coco(project, target, task="pose")
    assert project_as_coco(project, target, task="pose", label="tool") == 8
    names, people = read([], [(target, tmp_path)])
    assert names == ("tip", "left edge", "right edge")
    assert len(people) == 8
    for person in people:
        assert person.joints.tolist() == [[x, y, 1] for x, y, _ in POSE]
        assert person.box[0] < 31 < person.box[2]
    assert people[0].box[0] == pytest.approx(10 - 0.1 * 40.75)
    assert people[-1].area == masks.area(masks.encode(disc(0)))
    assert project_as_coco(project, target, task="mask") == 2


def test_a_project_with_nothing_to_teach_is_refused(tmp_path):
    empty = str(tmp_path / "empty.maskwright")
    Workspace.create(tmp_path / "empty.maskwright").close()
    with pytest.raises(InvalidOp, match="no accepted mask"):
        project_as_coco(empty, tmp_path / "out.json")
    with pytest.raises(InvalidOp, match="no accepted pose"):
        project_as_coco(empty, tmp_path / "out.json", task="pose")
    with pytest.raises(InvalidOp, match="no label 'tool'"):
        project_as_coco(empty, tmp_path / "out.json", task="pose", label="tool")
