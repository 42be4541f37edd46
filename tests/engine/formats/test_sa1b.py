from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as peer

from engine.control import Cancelled, Control
from engine.errors import CannotWrite
from engine.formats import sa1b
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.proposals import StoreProposals
from engine.project import add_images
from engine.records import Level, PromptRecord, Provenance, Rle, Stage, State
from engine.stages.auto_mask import AutoMask
from engine.workspace import Workspace
from models import masks
from models.api import BackendInfo

BOTH = (State.ACCEPTED, State.PROPOSED)


def patch(x: int, y: int, width: int, height: int) -> Rle:
    whole = np.zeros((10, 20), dtype=np.bool_)
    whole[y : y + height, x : x + width] = True
    return masks.encode(whole)


def fill(workspace: Workspace) -> None:
    """On a.png a whole with its part, found by a grid; on sub/b.png a clicked mask with a label, and a box."""
    found = (
        AutoMask(patch(2, 1, 10, 8), 0.93, 0.97, (5.5, 4.5), (0.0, 0.0, 20.0, 10.0), Level.WHOLE),
        AutoMask(patch(3, 2, 4, 3), 0.89, 0.9625, (4.0, 3.25), (0.0, 0.0, 10.0, 10.0), Level.PART, 0),
    )
    workspace.execute(StoreProposals(1, found, Stage.AUTO, BackendInfo("fake", "mask", "cpu", "ab12")))
    cat = workspace.execute(AddLabel("cat")).value
    clicks = (
        PromptRecord("point", 12.0, 5.0),
        PromptRecord("point", 19.5, 9.0, positive=False, at_ms=800),
        PromptRecord("point", 14.0, 6.0, at_ms=900),
    )
    clicked = Provenance(backend="fake", score=0.8, clicks=3)
    workspace.execute(AddInstance(2, mask=patch(10, 3, 7, 5), label_id=cat.id, prompts=clicks, provenance=clicked))
    workspace.execute(AddInstance(2, box=(1, 2, 3, 4)))


def read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_bytes())


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_fields_are_those_of_sa1b_and_the_masks_are_exact(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    sa1b.write(workspace, tmp_path / "out", states=BOTH)
    first = read(tmp_path / "out" / "a.json")
    assert first["image"] == {"image_id": 1, "width": 20, "height": 10, "file_name": "a.png"}
    whole, part = first["annotations"]
    assert list(whole) == [
        "bbox", "area", "segmentation", "predicted_iou", "point_coords", "crop_box", "id", "stability_score",
    ]  # fmt: skip
    assert (whole["predicted_iou"], whole["stability_score"], whole["area"]) == (0.93, 0.97, 80)
    assert (whole["point_coords"], whole["crop_box"], whole["bbox"]) == ([[5.5, 4.5]], [0, 0, 20, 10], [2, 1, 10, 8])
    assert (part["point_coords"], part["crop_box"], part["stability_score"]) == ([[4, 3.25]], [0, 0, 10, 10], 0.9625)
    for each, truth in ((whole, patch(2, 1, 10, 8)), (part, patch(3, 2, 4, 3))):
        assert np.array_equal(peer.decode(each["segmentation"]), masks.decode(truth))
        assert peer.area(each["segmentation"]) == each["area"]
        assert list(peer.toBbox(each["segmentation"])) == each["bbox"]


def test_what_people_clicked_and_what_is_lost(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    report = sa1b.write(workspace, tmp_path / "out", states=BOTH)
    (clicked,) = read(tmp_path / "out" / "sub" / "b.json")["annotations"]
    assert clicked["point_coords"] == [[12, 5], [14, 6]]
    assert (clicked["predicted_iou"], clicked["stability_score"]) == (0.8, None)
    assert clicked["crop_box"] == [0, 0, 20, 10]
    assert [(line.what, line.came_in, line.went_out) for line in report.counts] == [
        ("images", 2, 2),
        ("annotations", 4, 3),
    ]
    assert [(line.text, line.count, line.examples) for line in report.dropped] == [
        ("it has no mask, and SA-1B holds nothing else", 1, ("4 on sub/b.png",))
    ]
    told = {line.text.split(";")[0].split(",")[0]: line.count for line in report.notes}
    assert told == {
        "SA-1B has no place for labels": 1,
        "SA-1B has no place for what is part of what": 1,
        "SA-1B has no place for exclude clicks and prompt boxes": 1,
        "they were never scored": 1,
    }


def test_the_same_project_gives_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    sa1b.write(workspace, tmp_path / "one", states=BOTH)
    for _ in range(2):
        sa1b.write(workspace, tmp_path / "two", states=BOTH)
    for name in ("a.json", "sub/b.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "two").rglob("*")) == ["a.json", "b.json", "sub"]


def test_only_the_states_asked_for_and_empty_images_too(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    report = sa1b.write(workspace, tmp_path / "out")
    assert read(tmp_path / "out" / "a.json")["annotations"] == []
    assert report.dropped[0].text == "its state is proposed, which was not asked for"
    assert report.count("annotations").came_in == report.count("annotations").went_out + report.drops("annotations")


def test_images_of_one_stem_keep_their_endings(workspace: Workspace, pictures: Path, tmp_path: Path) -> None:
    for name in ("a.jpg", "a.jpg.png"):
        Image.new("RGB", (20, 10)).save(pictures / name)
    add_images(workspace, [pictures])
    sa1b.write(workspace, tmp_path / "out")
    files = {path.name: read(path)["image"]["file_name"] for path in (tmp_path / "out").glob("*.json")}
    assert len(files) == 3
    assert sorted(files.values()) == ["a.jpg", "a.jpg.png", "a.png"]
    assert files["a.png.json"] == "a.png"


def test_other_tools_files_are_never_replaced(workspace: Workspace, pictures: Path) -> None:
    """Annotations of labelme and others lie beside the images under the very names we would write."""
    fill(workspace)
    (pictures / "sub" / "b.json").write_text('{"version": "5.0", "shapes": []}')
    with pytest.raises(CannotWrite, match="no SA-1B file"):
        sa1b.write(workspace, pictures)
    assert not (pictures / "a.json").exists()
    assert (pictures / "sub" / "b.json").read_text().startswith('{"version"')


def test_files_of_an_earlier_export_are_told(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gone.json").write_text('{"image": {}}')
    report = sa1b.write(workspace, tmp_path / "out")
    assert [line.examples for line in report.notes] == [("gone.json",)]


def test_a_cancelled_export_leaves_whole_files(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    asked: list[int] = []

    def second_time() -> bool:
        asked.append(1)
        return len(asked) == 2

    with pytest.raises(Cancelled, match="are whole"):
        sa1b.write(workspace, tmp_path / "out", states=BOTH, control=Control(should_stop=second_time))
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["a.json"]
    assert len(read(tmp_path / "out" / "a.json")["annotations"]) == 2


def test_what_has_no_size_or_leads_out_is_told(workspace: Workspace, tmp_path: Path) -> None:
    broken, outside = NewImage("broken.png", error="truncated"), NewImage("../out.png", width=20, height=10)
    _, outer = workspace.execute(AddImages("x", "x", (broken, outside))).value
    workspace.execute(AddInstance(outer, mask=patch(1, 1, 2, 2)))
    report = sa1b.write(workspace, tmp_path / "deep" / "out")
    assert (report.drops("images"), report.drops("annotations")) == (2, 1)
    assert not (tmp_path / "deep" / "out.json").exists()


def test_a_file_in_the_folders_place(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(CannotWrite, match="Name a folder"):
        sa1b.write(workspace, tmp_path / "out")
