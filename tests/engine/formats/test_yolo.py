"""YOLO datasets: what goes out comes back, and what cannot come in is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from engine.control import Cancelled, Control
from engine.errors import BadFile, CannotWrite
from engine.formats import yolo
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import InstanceRecord, State
from engine.workspace import Workspace
from models import masks
from tests.engine.formats.conftest import write_picture


def _instances(workspace: Workspace) -> dict[str, list[InstanceRecord]]:
    with workspace.read() as reader:
        return {image.path: reader.instances.of_image(image.id) for image in reader.images.stream()}


def _labels(workspace: Workspace) -> list[str]:
    with workspace.read() as reader:
        return [label.name for label in reader.labels.all()]


def _dataset(folder: Path, labels: dict[str, str], names: str = "names: [cat, dog]\n") -> Path:
    for name, text in labels.items():
        write_picture((folder / "images" / name).with_suffix(".png"), value=len(name))
        file = (folder / "labels" / name).with_suffix(".txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "data.yaml").write_text(names, encoding="utf-8")
    return folder


def _holed() -> np.ndarray:
    mask = np.zeros((10, 20), dtype=np.bool_)
    mask[1:8, 2:12] = True
    mask[3:5, 4:9] = False
    mask[2:4, 15:19] = True
    return mask


def _filled(workspace: Workspace) -> None:
    cat = workspace.execute(AddLabel("cat")).value.id
    dog = workspace.execute(AddLabel("big dog")).value.id
    with workspace.read() as reader:
        first, second = reader.images.ids()
    workspace.execute(AddInstance(first, label_id=dog, mask=masks.encode(_holed())))
    workspace.execute(AddInstance(first, label_id=cat, box=(1.25, 2.0, 7.5, 3.0)))
    workspace.execute(AddInstance(second, mask=masks.encode(np.eye(10, 20, dtype=np.bool_))))


def test_outlines_come_back_bit_for_bit(workspace: Workspace, empty: Workspace, tmp_path: Path) -> None:
    _filled(workspace)
    out = tmp_path / "out"
    report = yolo.write(workspace, out, pictures=True)
    assert report.count("annotations").went_out == 2
    assert [line.text for line in report.dropped] == ["it has no mask, and a file of outlines holds nothing else"]
    assert any("bridges" in line.text for line in report.notes)
    back = yolo.read(empty, out)
    assert back.count("annotations").went_out == 2
    found = _instances(empty)
    assert {path: [each.mask for each in there] for path, there in found.items()} == {
        "images/a.png": [masks.encode(_holed())],
        "images/sub/b.png": [masks.encode(np.eye(10, 20, dtype=np.bool_))],
    }
    assert _labels(empty) == ["cat", "big dog", "unlabelled"]


def test_boxes_come_back_to_a_thousandth_of_a_pixel(workspace: Workspace, empty: Workspace, tmp_path: Path) -> None:
    _filled(workspace)
    report = yolo.write(workspace, tmp_path / "out", task="detect", pictures=True)
    assert report.count("annotations").went_out == 3 and not report.dropped
    assert {line.text for line in report.notes} >= {"only its box was written"}
    yolo.read(empty, tmp_path / "out" / "data.yaml", state=State.PROPOSED)
    found = _instances(empty)["images/a.png"]
    assert [each.bbox for each in found] == [(2, 1, 17, 7), (1.25, 2.0, 7.5, 3.0)]
    assert {each.state for each in found} == {State.PROPOSED}
    assert all(each.mask is None for each in found)


def test_the_same_project_gives_the_same_files_and_importing_twice_stores_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    _filled(workspace)
    for name in ("one", "two"):
        yolo.write(workspace, tmp_path / name)
    one, two = (
        {file.relative_to(tmp_path / name): file.read_bytes() for file in (tmp_path / name).rglob("*.*")}
        for name in ("one", "two")
    )
    assert one == two
    config = yaml.safe_load((tmp_path / "one" / "data.yaml").read_text(encoding="utf-8"))
    assert config["names"] == {0: "cat", 1: "big dog", 2: "unlabelled"}
    report = yolo.read(workspace, tmp_path / "one")
    # The mask with a label is here already; the other one comes back under the label 'unlabelled'.
    assert [(line.text, line.count) for line in report.dropped] == [("already here", 1)]
    assert yolo.read(workspace, tmp_path / "one").count("annotations").went_out == 0


def test_an_earlier_export_is_replaced_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    _filled(workspace)
    out = tmp_path / "out"
    yolo.write(workspace, out, pictures=True)
    yolo.write(workspace, out)
    assert not (out / "images").exists()
    (out / "labels" / "mine.txt").write_text("0 1 1 1 1")
    before = sorted(out.rglob("*"))
    with pytest.raises(CannotWrite, match=r"labels/mine\.txt"):
        yolo.write(workspace, out)
    assert sorted(out.rglob("*")) == before
    assert sorted(each.name for each in tmp_path.glob(".*")) == []


def test_a_cancelled_export_leaves_the_old_one(workspace: Workspace, tmp_path: Path) -> None:
    yolo.write(workspace, tmp_path / "out")
    before = (tmp_path / "out" / "labels" / "a.txt").read_text()
    _filled(workspace)
    with pytest.raises(Cancelled):
        yolo.write(workspace, tmp_path / "out", control=Control(should_stop=lambda: True))
    assert (tmp_path / "out" / "labels" / "a.txt").read_text() == before == ""
    assert not list(tmp_path.glob(".out*"))


def test_lines_that_cannot_be_read_are_told_with_their_reason(empty: Workspace, tmp_path: Path) -> None:
    lines = [
        "0 0.5 0.5 0.5 0.5",
        "1 0.5 0.5 0.5 0.5 0.75",
        "7 0.5 0.5 0.1 0.1",
        "0 0.5 0.5 0 0.1",
        "0 10 5 4 4",
        "0 0.5 0.5 nan 0.1",
        "0 0.5 cat 0.1 0.1",
        "0 0.5 0.5",
        "0 0.1 0.1 0.1 0.1 0.1 0.1",
        "0.5 0.5 0.5 0.1 0.1",
    ]
    report = yolo.read(empty, _dataset(tmp_path / "set", {"x": "\n".join(lines)}))
    assert (report.count("annotations").came_in, report.count("annotations").went_out) == (10, 2)
    assert sorted((line.text, line.count) for line in report.dropped) == [
        ("its box has no size (zero or negative)", 1),
        ("its class number is not in the list of classes", 2),
        ("its line has fewer than five values", 1),
        ("its line holds something that is no finite number", 1),
        ("its line holds something that is no number", 1),
        ("its outline encloses no pixel", 1),
        ("its values are not shares of the image between 0 and 1", 1),
    ]
    assert report.dropped[0].examples[0].startswith("x.txt, line ")
    first, second = _instances(empty)["images/x.png"]
    assert first.bbox == (5.0, 2.5, 10.0, 5.0) and first.provenance.score is None
    assert second.provenance.score == 0.75


def test_keypoint_lines_give_their_box(empty: Workspace, tmp_path: Path) -> None:
    folder = _dataset(
        tmp_path / "set", {"x": "0 0.5 0.5 0.5 0.5 0.1 0.1 2 0.2 0.2 1\n"}, "names: {0: person}\nkpt_shape: [2, 3]\n"
    )
    report = yolo.read(empty, folder)
    assert any("keypoints" in line.text for line in report.notes)
    (person,) = _instances(empty)["images/x.png"]
    assert person.mask is None and person.bbox == (5.0, 2.5, 10.0, 5.0)


@pytest.mark.parametrize("how", ["folder", "labels", "data.yaml", "classes.txt"])
def test_every_way_to_name_a_dataset(empty: Workspace, tmp_path: Path, how: str) -> None:
    folder = _dataset(tmp_path / "set", {"train/x": "1 0.5 0.5 0.5 0.5\n", "val/x": ""})
    if how == "classes.txt":
        (folder / "data.yaml").unlink()
        (folder / "classes.txt").write_text("cat\ndog\n\n", encoding="utf-8")
    report = yolo.read(empty, folder if how == "folder" else folder / how)
    assert report.count("images").went_out == 2
    assert [len(there) for there in _instances(empty).values()] == [1, 0]
    assert _labels(empty) == ["cat", "dog"]


def test_label_files_beside_their_pictures_without_a_list_of_classes(empty: Workspace, tmp_path: Path) -> None:
    write_picture(tmp_path / "set" / "x.png")
    (tmp_path / "set" / "x.txt").write_text("2 0.5 0.5 0.5 0.5\n", encoding="utf-8")
    (tmp_path / "set" / "train.txt").write_text("x.png\n", encoding="utf-8")
    report = yolo.read(empty, tmp_path / "set")
    assert report.count("annotations").went_out == 1
    assert _labels(empty) == ["class 0", "class 1", "class 2"]
    assert any("no list of classes" in line.text for line in report.notes)


def test_a_file_without_picture_and_one_that_is_none(empty: Workspace, tmp_path: Path) -> None:
    folder = _dataset(tmp_path / "set", {"x": "0 0.5 0.5 0.5 0.5\n", "y": "hello world\n", "z": "0 .5 .5 .5 .5\n"})
    (folder / "images" / "z.png").unlink()
    report = yolo.read(empty, folder)
    assert report.count("annotations").went_out == 1
    assert {line.text for line in report.dropped} == {
        "no picture has its name",
        "its image was not taken: no picture has its name",
    }
    assert any("no YOLO label file" in line.text for line in report.notes)
    for line in report.counts:
        assert line.came_in == line.went_out + report.drops(line.what)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("names: [cat", "no valid YAML"),
        ("just words", "has 'names' and paths"),
        ("names: 3", "must list the classes"),
        ("names: !!python/object/apply:os.system ['true']", "no valid YAML"),
    ],
)
def test_a_bad_config_changes_nothing(
    workspace: Workspace, tmp_path: Path, dump: Callable[[Workspace], list[str]], text: str, words: str
) -> None:
    folder = _dataset(tmp_path / "set", {"x": "0 0.5 0.5 0.5 0.5\n"}, text)
    before = dump(workspace)
    with pytest.raises(BadFile, match=words):
        yolo.read(workspace, folder / "data.yaml")
    assert dump(workspace) == before


def test_what_is_no_dataset_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    for place in (tmp_path / "nothing", tmp_path / "missing", write_picture(tmp_path / "a.png")):
        with pytest.raises(BadFile):
            yolo.read(workspace, place)


def test_two_pictures_that_would_share_a_label_file(empty: Workspace, tmp_path: Path) -> None:
    from engine.project import add_images

    write_picture(tmp_path / "in" / "x.png")
    write_picture(tmp_path / "in" / "x.bmp", value=5)
    add_images(empty, [tmp_path / "in"])
    report = yolo.write(empty, tmp_path / "out")
    assert report.count("images").went_out == 1
    assert "same name but for its ending" in report.dropped[0].text
