"""The twins together: what is written and read again is written the same."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.formats import coco
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.skeletons import AddSkeleton
from engine.records import State
from engine.workspace import Workspace
from models import masks

HEIGHT, WIDTH = 6, 9
JOINTS = ("a", "b", "c")

_coordinate = st.one_of(st.integers(0, 5).map(float), st.floats(0, 5, allow_nan=False))
_mask = st.lists(st.booleans(), min_size=HEIGHT * WIDTH, max_size=HEIGHT * WIDTH).filter(any)
_box = st.tuples(_coordinate, _coordinate, st.floats(0.25, 4), st.floats(0.25, 1))
_joint = st.tuples(_coordinate, _coordinate, st.sampled_from([0, 1, 2]))
_attributes = st.dictionaries(st.text(max_size=4), st.one_of(st.integers(-5, 5), st.text(max_size=4)), max_size=2)
_instance = st.fixed_dictionaries(
    {
        "image": st.integers(1, 2),
        "label": st.sampled_from([None, 1, 2]),
        "shape": st.one_of(_mask.map(lambda bits: ("mask", bits)), _box.map(lambda box: ("box", box))),
        "pose": st.one_of(st.none(), st.tuples(_joint, _joint, _joint)),
        "crowd": st.booleans(),
        "attributes": _attributes,
        "state": st.sampled_from(list(State)),
    }
)


def _add(workspace: Workspace, given_: dict[str, Any]) -> None:
    kind, value = given_["shape"]
    mask = np.array(value, dtype=bool).reshape(HEIGHT, WIDTH) if kind == "mask" else None
    workspace.execute(
        AddInstance(
            given_["image"],
            mask=None if mask is None else masks.encode(mask),
            box=None if mask is not None else value,
            keypoints=given_["pose"],
            label_id=given_["label"],
            iscrowd=given_["crowd"],
            attributes=given_["attributes"],
            state=given_["state"],
        )
    )


@contextmanager
def _project(folder: Path, name: str) -> Iterator[Workspace]:
    opened = Workspace.create(folder / name, name="round", author="tester")
    try:
        yield opened
    finally:
        opened.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(instances=st.lists(_instance, max_size=6))
def test_written_read_and_written_again_is_the_same(instances: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in (1, 2):
            Image.new("L", (WIDTH, HEIGHT), number).save(folder / f"{number}.png")
        with _project(folder, "one.maskwright") as one:
            images = tuple(NewImage(f"{number}.png", width=WIDTH, height=HEIGHT) for number in (1, 2))
            one.execute(AddImages(".", "root", images))
            skeleton = one.execute(AddSkeleton("pose", JOINTS, ((0, 1), (1, 2)))).value
            one.execute(AddLabel("person", skeleton_id=skeleton.id))
            one.execute(AddLabel("thing", is_thing=False, supercategory="stuff"))
            for each in instances:
                _add(one, each)
            first = coco.write(one, folder / "one.json", states=tuple(State))
        with _project(folder, "two.maskwright") as two:
            read = coco.read(two, folder / "one.json", images=folder)
            second = coco.write(two, folder / "two.json")
        assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
        assert read.dropped == ()
        assert first.count("annotations").went_out == second.count("annotations").went_out == len(instances)


def test_a_projects_own_export_brings_nothing_new(tmp_path: Path) -> None:
    Image.new("L", (WIDTH, HEIGHT)).save(tmp_path / "1.png")
    with _project(tmp_path, "p.maskwright") as workspace:
        workspace.execute(AddImages(".", "root", (NewImage("1.png", width=WIDTH, height=HEIGHT),)))
        workspace.execute(AddLabel("cat"))
        mask = masks.encode(np.eye(HEIGHT, WIDTH, dtype=bool))
        workspace.execute(AddInstance(1, mask=mask, label_id=1))
        workspace.execute(AddInstance(1, box=(0.5, 1, 2.25, 3), keypoints=((1, 2.5, 2),)))
        coco.write(workspace, tmp_path / "out.json")
        report = coco.read(workspace, tmp_path / "out.json")
        assert [(line.text, line.count) for line in report.dropped] == [("already here", 2)]
        with workspace.read() as reader:
            assert reader.instances.count() == 2


@pytest.mark.shared_data
def test_a_real_file_comes_back_as_it_was(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "coco_train_mini"
    index = json.loads((source / "index.json").read_text(encoding="utf-8"))
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    names: list[str] = []
    for number, item in enumerate(index["items"][:40], start=1):
        with Image.open(source / item["image"]) as picture:
            width, height = picture.size
        images.append({"id": 1000 + number, "file_name": item["image"], "width": width, "height": height})
        for thing in item["objects"]:
            bits = np.array(Image.open(source / thing["mask"])) > 0
            if not bits.any():
                continue
            if thing["category"] not in names:
                names.append(thing["category"])
            rle = masks.encode(bits)
            record = {
                "id": 5000 + len(annotations),
                "image_id": 1000 + number,
                "category_id": 3 * names.index(thing["category"]) + 1,
                "segmentation": {"size": [height, width], "counts": rle.counts.decode()},
                "area": masks.area(rle),
                "bbox": [int(side) for side in masks.bbox(rle)],
                "iscrowd": int(thing["iscrowd"]),
            }
            flat = thing.get("keypoints") or []
            if flat:
                record |= {"keypoints": flat, "num_keypoints": sum(v > 0 for v in flat[2::3])}
            annotations.append(record)
    categories = [{"id": 3 * number + 1, "name": name} for number, name in enumerate(names)]
    whole = {"info": {"version": "x"}, "licenses": [], "categories": categories}
    whole |= {"images": images, "annotations": annotations}
    (tmp_path / "in.json").write_text(json.dumps(whole))
    with _project(tmp_path, "p.maskwright") as workspace:
        report = coco.read(workspace, tmp_path / "in.json", images=source)
        coco.write(workspace, tmp_path / "out.json")
    assert report.dropped == ()
    assert len(annotations) > 100
    assert json.loads((tmp_path / "out.json").read_text()) == whole
