"""Pascal VOC's XML: boxes and their marks go out and come back; what cannot come in is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadFile
from engine.formats import voc
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import InstanceRecord
from engine.workspace import Workspace
from models import masks
from tests.engine.formats.conftest import write_picture


def _instances(workspace: Workspace) -> dict[str, list[InstanceRecord]]:
    with workspace.read() as reader:
        return {image.path: reader.instances.of_image(image.id) for image in reader.images.stream()}


def _xml(
    objects: str, *, name: str = "a.png", database: str = "", size: str = "<width>20</width><height>10</height>"
) -> str:
    source = f"<source><database>{database}</database></source>"
    return f"<annotation><filename>{name}</filename>{source}<size>{size}</size>{objects}</annotation>"


def _object(name: str, box: tuple[object, ...], more: str = "") -> str:
    corners = "".join(
        f"<{key}>{value}</{key}>" for key, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    )
    return f"<object><name>{name}</name>{more}<bndbox>{corners}</bndbox></object>"


def _file(folder: Path, text: str, name: str = "a.xml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_boxes_and_marks_come_back(workspace: Workspace, empty: Workspace, tmp_path: Path) -> None:
    cat = workspace.execute(AddLabel("cat & <dog>")).value.id
    with workspace.read() as reader:
        first, second = reader.images.ids()
    box = AddInstance(first, label_id=cat, box=(1.25, 2.0, 7.5, 3.0), attributes={"difficult": True, "pose": "Left"})
    workspace.execute(box)
    workspace.execute(AddInstance(second, mask=masks.encode(np.eye(10, 20, dtype=np.bool_)), attributes={"fur": "red"}))
    report = voc.write(workspace, tmp_path / "out", pictures=True)
    assert report.count("annotations").went_out == 2 and not report.dropped
    assert {line.text for line in report.notes} == {
        "Pascal VOC's XML holds boxes only; its mask was not written",
        "they have no label; written as 'unlabelled'",
        "this format has no place for attributes and other tools' fields; theirs were not written",
    }
    back = voc.read(empty, tmp_path / "out")
    assert back.count("annotations").went_out == 2 and not back.dropped
    found = _instances(empty)
    (one,), (two,) = found["JPEGImages/a.png"], found["JPEGImages/sub/b.png"]
    assert one.bbox == (1.25, 2.0, 7.5, 3.0) and one.attributes == {"difficult": True, "pose": "Left"}
    assert two.bbox == (0, 0, 10, 10) and two.attributes == {}
    with empty.read() as reader:
        assert [label.name for label in reader.labels.all()] == ["cat & <dog>", "unlabelled"]


def test_the_challenge_counts_pixels_from_one_and_other_tools_from_zero(workspace: Workspace, tmp_path: Path) -> None:
    _file(tmp_path / "in", _xml(_object("cat", (1, 1, 20, 10)), database="The VOC2007 Database"))
    _file(tmp_path / "in", _xml(_object("cat", (1, 1, 20, 10)), name="sub/b.png", database="Unknown"), "b.xml")
    voc.read(workspace, tmp_path / "in")
    found = _instances(workspace)
    assert found["a.png"][0].bbox == (0, 0, 20, 10)
    assert found["sub/b.png"][0].bbox == (1, 1, 19, 9)


def test_objects_that_cannot_be_read_are_told(workspace: Workspace, tmp_path: Path) -> None:
    objects = (
        _object("cat", (1, 1, 5, 5))
        + _object("cat", (5, 5, 5, 9))
        + _object("cat", ("x", 1, 2, 3))
        + _object("cat", (1, 1, "inf", 3))
        + _object("cat", (30, 30, 40, 40))
        + "<object><name>cat</name><robndbox><cx>3</cx></robndbox></object>"
        + _object("", (1, 1, 6, 6))
        + _object("cat", (15, 1, 30, 5))
    )
    report = voc.read(workspace, _file(tmp_path / "in", _xml(objects)))
    assert sorted((line.text, line.count) for line in report.dropped) == [
        ("it has no upright box (bndbox)", 1),
        ("its box has no size (zero or negative)", 1),
        ("its box is not four finite numbers", 2),
        ("its box lies outside the image", 1),
    ]
    assert {line.text for line in report.notes} == {
        "it has no class name; stored without a label",
        "its box reaches over the image's edge and was cut there",
    }
    assert [each.bbox for each in _instances(workspace)["a.png"]] == [(1, 1, 4, 4), (1, 1, 5, 5), (15, 1, 5, 4)]
    again = voc.read(workspace, tmp_path / "in")
    assert again.count("annotations").went_out == 0


def test_one_bad_file_among_good_ones_and_another_size(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    _file(folder / "Annotations", _xml(_object("cat", (1, 1, 5, 5))))
    _file(folder / "Annotations", "<annotation>", "broken.xml")
    _file(folder / "Annotations", "<!DOCTYPE a [<!ENTITY b 'c'>]><annotation/>", "bomb.xml")
    size = "<width>10</width><height>20</height>"
    _file(folder / "Annotations", _xml(_object("cat", (1, 1, 5, 5)), name="b.png", size=size), "b.xml")
    report = voc.read(workspace, folder / "Annotations")
    assert report.count("annotations").went_out == 1
    reasons = {line.text for line in report.dropped if line.what == "images"}
    assert reasons == {
        "it is no well-formed XML",
        "it declares a document type, which no VOC file does",
        "the picture has another size than the file says",
    }
    for line in report.counts:
        assert line.came_in == line.went_out + report.drops(line.what)


@pytest.mark.parametrize("text", ["<annotation>", "<html/>", "no xml", "<!DOCTYPE a><annotation/>"])
def test_a_file_that_is_none_changes_nothing(
    workspace: Workspace, tmp_path: Path, dump: Callable[[Workspace], list[str]], text: str
) -> None:
    before = dump(workspace)
    with pytest.raises(BadFile, match="no Pascal VOC file"):
        voc.read(workspace, _file(tmp_path / "in", text))
    assert dump(workspace) == before


def test_what_is_not_there_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    for place in (tmp_path / "nothing", tmp_path / "missing.xml"):
        with pytest.raises(BadFile):
            voc.read(workspace, place)
    with pytest.raises(BadFile, match="no such folder of images"):
        voc.read(workspace, _file(tmp_path / "in", _xml("")), images=tmp_path / "missing")


def test_a_picture_in_the_dataset_is_added(empty: Workspace, tmp_path: Path) -> None:
    write_picture(tmp_path / "set" / "JPEGImages" / "a.png")
    _file(tmp_path / "set" / "Annotations", _xml(_object("cat", (1, 1, 5, 5))))
    report = voc.read(empty, tmp_path / "set")
    assert (report.count("images").went_out, report.count("annotations").went_out) == (1, 1)
