from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.errors import BackendFailed, BadFile, InvalidOp
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.records import State
from engine.training import TrainingOrder, project_as_coco, train
from engine.workspace import Workspace
from models import masks
from models.compact.readers import read_coco
from models.errors import BackendUnavailable


def disc(number):
    y, x = np.mgrid[:80, :100]
    return (x - 40 - number) ** 2 + (y - 40) ** 2 < 20**2


@pytest.fixture
def project(tmp_path):
    """A project of eight photographs with one accepted and one proposed disc each."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(8):
        pixels = np.where(disc(number)[..., None], (200, 40, 40), (60, 90, 120)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"shape{number}.png")
    workspace = Workspace.create(tmp_path / "p.maskwright")
    new = tuple(NewImage(f"shape{number}.png", f"h{number}", 100, 80) for number in range(8))
    ids = workspace.execute(AddImages("photos", "photos", new)).value
    for number, image_id in enumerate(ids):
        workspace.execute(AddInstance(image_id, mask=masks.encode(disc(number))))
        workspace.execute(AddInstance(image_id, mask=masks.encode(disc(number + 9)), state=State.PROPOSED))
    workspace.close()
    return tmp_path / "p.maskwright"


def test_a_project_gives_its_accepted_masks(project, tmp_path):
    target = tmp_path / "out.json"
    assert project_as_coco(str(project), target) == 8
    items = list(read_coco(target, tmp_path))
    assert len(items) == 8
    for number, item in enumerate(items):
        (mask,) = item.masks
        assert np.array_equal(mask, disc(number))


def test_a_project_without_masks_is_refused(tmp_path):
    Workspace.create(tmp_path / "empty.maskwright").close()
    with pytest.raises(InvalidOp, match="no accepted mask"):
        project_as_coco(str(tmp_path / "empty.maskwright"), tmp_path / "out.json")


def test_training_on_a_project_ends_with_weights(project, tmp_path):
    lines = []
    order = TrainingOrder("compact", (project,), tmp_path / "run", minutes=0.01, threads=1, device="cpu")
    weights = train(order, lines.append)
    assert weights.is_file()
    assert any("loss" in line for line in lines)
    again = train(
        TrainingOrder("compact", (project,), tmp_path / "run", minutes=0.01, resume=True, device="cpu"), print
    )
    assert again == weights


def test_what_cannot_be_trained_is_named(tmp_path):
    with pytest.raises(InvalidOp, match="cannot be trained"):
        train(TrainingOrder("classic", (tmp_path,), tmp_path), print)
    with pytest.raises(BackendUnavailable, match="no backend"):
        train(TrainingOrder("none", (tmp_path,), tmp_path), print)
    with pytest.raises(BadFile, match="does not exist"):
        train(TrainingOrder("compact", (tmp_path / "gone",), tmp_path), print)
    with pytest.raises(BackendFailed, match="no labels"):
        train(TrainingOrder("compact", (tmp_path,), tmp_path / "run", device="cpu"), lambda line: None)
