from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from engine.control import Cancelled, Control
from engine.errors import BadFile
from engine.formats import coco
from engine.ops.labels import AddLabel
from engine.records import InstanceRecord, Rle, Stage, State
from engine.report import Report
from engine.workspace import Workspace
from models import masks

CocoFile = Callable[..., Path]
Dump = Callable[[Workspace], list[str]]

ODD = "its polygon has fewer than three points or an odd number of values"
SQUARE = {"segmentation": [[2, 2, 6, 2, 6, 5, 2, 5]], "bbox": [2, 2, 4, 3], "area": 12, "iscrowd": 0}


def _stored(workspace: Workspace) -> list[InstanceRecord]:
    with workspace.read() as reader:
        return [each for image in reader.images.stream() for each in reader.instances.of_image(image.id, tuple(State))]


def _one(workspace: Workspace, coco_file: CocoFile, **fields: Any) -> tuple[Report, list[InstanceRecord]]:
    report = coco.read(workspace, coco_file([{"id": 1, "image_id": 10, "category_id": 3, **fields}]))
    return report, _stored(workspace)


def _reasons(report: Report, what: str = "annotations") -> list[str]:
    return [line.text for line in report.dropped if line.what == what]


def test_polygon_becomes_cocos_own_mask(workspace: Workspace, coco_file: CocoFile) -> None:
    report, (stored,) = _one(workspace, coco_file, **SQUARE)
    (expected,) = coco_mask.frPyObjects(SQUARE["segmentation"], 10, 20)
    assert stored.mask == Rle(10, 20, expected["counts"])
    assert (stored.bbox, stored.area) == ((2, 2, 4, 3), 12)
    assert (stored.state, stored.provenance.stage, stored.coco_id) == (State.ACCEPTED, Stage.IMPORTED, 1)
    assert report.count("annotations").went_out == 1
    assert report.dropped == ()


def test_several_polygons_add_up(workspace: Workspace, coco_file: CocoFile) -> None:
    parts = [[1, 1, 4, 1, 4, 4, 1, 4], [10, 5, 14, 5, 14, 9, 10, 9]]
    _, (stored,) = _one(workspace, coco_file, segmentation=parts)
    assert stored.mask is not None
    assert stored.area == 9 + 16


def test_both_run_length_forms_give_the_same_mask(workspace: Workspace, coco_file: CocoFile) -> None:
    mask = np.zeros((10, 20), dtype=bool)
    mask[3:8, 4:9] = True
    mask[5, 6] = False
    rle = masks.encode(mask)
    size = [10, 20]
    lists = {"id": 1, "image_id": 10, "category_id": 3, "segmentation": {"size": size, "counts": masks.runs(rle)}}
    text = {
        "id": 2, "image_id": 10, "category_id": 3, "iscrowd": 1,
        "segmentation": {"size": size, "counts": rle.counts.decode()},
    }  # fmt: skip
    coco.read(workspace, coco_file([lists, text]))
    first, second = _stored(workspace)
    assert first.mask == second.mask == rle
    assert (first.iscrowd, second.iscrowd) == (False, True)
    assert first.bbox == (4, 3, 5, 5)


def test_runs_of_no_pixels_do_not_mislead_the_box(workspace: Workspace, coco_file: CocoFile) -> None:
    counts = [43, 0, 0, 2, 155]
    _, (stored,) = _one(workspace, coco_file, segmentation={"size": [10, 20], "counts": counts})
    assert stored.bbox == (4, 3, 1, 2)
    assert stored.area == 2


@pytest.mark.parametrize("segmentation", [None, [], [[]], {}])
def test_empty_segmentation_leaves_the_box(workspace: Workspace, coco_file: CocoFile, segmentation: Any) -> None:
    report, (stored,) = _one(workspace, coco_file, segmentation=segmentation, bbox=[1.5, 2, 3, 4])
    assert stored.mask is None
    assert (stored.bbox, stored.area) == ((1.5, 2, 3, 4), 12)
    assert report.dropped == ()


def test_missing_area_box_and_crowd_are_made_up_for(workspace: Workspace, coco_file: CocoFile) -> None:
    _, (stored,) = _one(workspace, coco_file, segmentation=SQUARE["segmentation"])
    assert (stored.area, stored.bbox, stored.iscrowd) == (12, (2, 2, 4, 3), False)


def test_mask_too_small_for_a_pixel_keeps_its_box(workspace: Workspace, coco_file: CocoFile) -> None:
    sliver = [[2.1, 2.1, 2.2, 2.1, 2.2, 2.2]]
    report, (stored,) = _one(workspace, coco_file, segmentation=sliver, bbox=[2, 2, 1, 1])
    assert stored.mask is None
    assert [line.text for line in report.notes] == ["its segmentation covers no pixel; its box was taken"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bbox": [1, 2, -3, 4]}, "its box has no size (zero or negative)"),
        ({"bbox": [1, 2, 0, 4]}, "its box has no size (zero or negative)"),
        ({"bbox": [30, 2, 3, 4]}, "its box lies outside the image"),
        ({"bbox": [1, 2, 3]}, "its box is not four finite numbers"),
        ({"bbox": [1, 2, float("nan"), 4]}, "its box is not four finite numbers"),
        ({"bbox": [1, 2, float("-inf"), 4]}, "its box is not four finite numbers"),
        ({"bbox": "1 2 3 4"}, "its box is not four finite numbers"),
        ({}, "it has no mask, box or keypoints"),
        ({"segmentation": 7}, "its segmentation is neither polygons nor run lengths"),
        ({"segmentation": [[1, 2, 3, 4]]}, ODD),
        ({"segmentation": [[1, 2, 3, 4, 5, 6, 7]]}, ODD),
        ({"segmentation": [[1, 2, float("nan"), 4, 5, 6]]}, "its polygon holds something that is no finite number"),
        ({"segmentation": [[1, 2, 1e9, 4, 5, 6]]}, "its polygon lies far outside the image"),
        ({"segmentation": {"size": [11, 20], "counts": [220]}}, "its mask has another size than the image"),
        ({"segmentation": {"size": [20, 10], "counts": [200]}}, "its mask has another size than the image"),
        ({"segmentation": {"counts": [200]}}, "its run-length mask has no size"),
        ({"segmentation": {"size": [10, 20], "counts": [100]}}, "its run-length mask is damaged"),
        ({"segmentation": {"size": [10, 20], "counts": [-1, 201]}}, "its run-length mask is damaged"),
        ({"segmentation": {"size": [10, 20], "counts": [200, None]}}, "its run-length mask is damaged"),
        ({"segmentation": {"size": [10, 20], "counts": "\u00e9"}}, "its run-length mask is damaged"),
        ({"segmentation": {"size": [10, 20], "counts": "123"}}, "its run-length mask is damaged"),
        ({"segmentation": {"size": [10, 20]}}, "its run-length mask is damaged"),
        ({**SQUARE, "iscrowd": 2}, "iscrowd is neither 0 nor 1"),
        ({"keypoints": [1, 2]}, "its keypoints are no x, y, visibility triples"),
        ({"keypoints": [1, 2, 5]}, "a keypoint's visibility is not 0, 1 or 2"),
        ({"keypoints": [1, None, 2]}, "its keypoints hold something that is no finite number"),
        ({**SQUARE, "category_id": 4}, "its category_id names no category of the file"),
        ({**SQUARE, "image_id": 11}, "its image_id names no image of the file"),
        ({**SQUARE, "image_id": None}, "its image_id names no image of the file"),
    ],
)  # fmt: skip
def test_bad_annotation_is_dropped_with_its_reason_and_the_rest_goes_on(
    workspace: Workspace, coco_file: CocoFile, fields: dict[str, Any], reason: str
) -> None:
    bad = {"id": 1, "image_id": 10, "category_id": 3, **fields}
    good = {"id": 2, "image_id": 10, "category_id": 3, **SQUARE}
    report = coco.read(workspace, coco_file([bad, good, "no object"]))
    assert sorted(_reasons(report)) == sorted([reason, "it is no object"])
    assert [stored.coco_id for stored in _stored(workspace)] == [2]
    line = report.count("annotations")
    assert line.came_in == line.went_out + report.drops("annotations") == 3


def test_box_over_the_edge_is_cut_there(workspace: Workspace, coco_file: CocoFile) -> None:
    report, (stored,) = _one(workspace, coco_file, bbox=[-5, 2, 10, 20])
    assert stored.bbox == (0, 2, 5, 8)
    assert [line.text for line in report.notes] == ["its box reaches over the image's edge and was cut there"]


def test_box_far_from_its_mask_is_told(workspace: Workspace, coco_file: CocoFile) -> None:
    report, _ = _one(workspace, coco_file, **{**SQUARE, "bbox": [2, 2, 9, 3]})
    assert [line.text for line in report.notes] == [
        "its box differs from its mask by more than 2 pixels; the mask counts"
    ]


def test_unknown_fields_ids_and_categories_survive(workspace: Workspace, coco_file: CocoFile, tmp_path: Path) -> None:
    annotation = {
        "id": 77, "image_id": 12, "category_id": 90, **SQUARE, "score": 0.5,
        "attributes": {"occluded": True}, "mine": {"z": 1, "a": [1.5]},
    }  # fmt: skip
    source = coco_file([annotation], extra_top={"x": 1})
    coco.read(workspace, source)
    coco.write(workspace, tmp_path / "out.json")
    before, after = json.loads(source.read_text()), json.loads((tmp_path / "out.json").read_text())
    for section in ("info", "licenses", "extra_top", "images", "categories"):
        assert after[section] == before[section]
    (written,) = after["annotations"]
    for field in ("id", "image_id", "category_id", "attributes", "mine", "score", "iscrowd", "bbox", "area"):
        assert written[field] == annotation[field]
    assert _stored(workspace)[0].provenance.score == 0.5


def test_keypoints_keep_their_numbers_and_skeleton(workspace: Workspace, coco_file: CocoFile, tmp_path: Path) -> None:
    category = {"id": 1, "name": "person", "keypoints": ["nose", "tail"], "skeleton": [[1, 2]]}
    annotation = {"id": 5, "image_id": 10, "category_id": 1, "keypoints": [1, 2.25, 2, 0, 0, 0], "num_keypoints": 1}
    coco.read(workspace, coco_file([annotation], categories=[category]))
    coco.write(workspace, tmp_path / "out.json")
    text = (tmp_path / "out.json").read_text()
    assert '"keypoints":[1,2.25,2,0,0,0],"num_keypoints":1' in text
    assert json.loads(text)["categories"] == [category]
    with workspace.read() as reader:
        assert reader.skeletons.all()[0].edges == ((0, 1),)


def test_keypoints_that_do_not_fit_the_skeleton_are_dropped(workspace: Workspace, coco_file: CocoFile) -> None:
    category = {"id": 1, "name": "person", "keypoints": ["nose", "tail"], "skeleton": [[1, 2], [1, 9]]}
    annotation = {"id": 5, "image_id": 10, "category_id": 1, "keypoints": [1, 2, 2]}
    report = coco.read(workspace, coco_file([annotation], categories=[category]))
    assert _reasons(report) == ["it has 1 keypoints, its label's skeleton 2 joints"]
    assert any("names a joint that is not there" in line.text for line in report.notes)


def test_text_and_sparse_ids(workspace: Workspace, coco_file: CocoFile) -> None:
    report = coco.read(
        workspace,
        coco_file(
            [
                {"id": "x-1", "image_id": "img", "category_id": "c", **SQUARE},
                {"id": 9_000_000_000, "image_id": "img", "category_id": "c", **SQUARE},
            ],
            images=[{"id": "img", "file_name": "a.png", "width": 20, "height": 10}],
            categories=[{"id": "c", "name": "cat"}],
        ),
    )
    first, second = _stored(workspace)
    assert (first.coco_id, first.extra) == (None, {"original_id": "x-1"})
    assert second.coco_id == 9_000_000_000
    assert any("numbered anew" in line.text for line in report.notes)
    assert report.count("annotations").went_out == 2


def test_numbers_written_as_text_refer_to_numbers(workspace: Workspace, coco_file: CocoFile) -> None:
    report = coco.read(workspace, coco_file([{"id": 1, "image_id": "10", "category_id": 3.0, **SQUARE}]))
    assert report.count("annotations").went_out == 1


def test_one_id_on_two_objects_gives_the_second_a_new_one(workspace: Workspace, coco_file: CocoFile) -> None:
    one = {"id": 1, "image_id": 10, "category_id": 3, **SQUARE}
    other = {"id": 1, "image_id": 10, "category_id": 3, "bbox": [1, 1, 5, 5]}
    source = coco_file([one, other])
    report = coco.read(workspace, source)
    assert report.count("annotations").went_out == 2
    assert [(each.coco_id, each.extra) for each in _stored(workspace)] == [(1, {}), (None, {"original_id": 1})]
    assert coco.read(workspace, source).count("annotations").went_out == 0


@pytest.mark.parametrize("ids", [(1, 2), ("a", "b"), (None, None)])
def test_importing_twice_stores_nothing_twice(workspace: Workspace, coco_file: CocoFile, ids: tuple[Any, Any]) -> None:
    shapes = [SQUARE, {"bbox": [1, 1, 5, 5]}]
    annotations = [{"image_id": 10, "category_id": 3, **shape} for shape in shapes]
    for annotation, number in zip(annotations, ids, strict=True):
        if number is not None:
            annotation["id"] = number
    source = coco_file(annotations)
    coco.read(workspace, source)
    before = _stored(workspace)
    again = coco.read(workspace, source)
    assert _reasons(again) == ["already here"]
    assert again.drops("annotations") == 2
    assert _stored(workspace) == before


def test_a_second_file_with_the_same_ids_gets_new_ones(workspace: Workspace, coco_file: CocoFile) -> None:
    coco.read(workspace, coco_file([{"id": 1, "image_id": 10, "category_id": 3, **SQUARE}]))
    other = coco_file(
        [{"id": 1, "image_id": 10, "category_id": 3, "bbox": [0, 0, 2, 2]}],
        images=[{"id": 10, "file_name": "sub/b.png", "width": 20, "height": 10}],
        categories=[{"id": 3, "name": "bird"}],
    )
    report = coco.read(workspace, other)
    assert report.count("annotations").went_out == 1
    assert coco.read(workspace, other).count("annotations").went_out == 0
    with workspace.read() as reader:
        ids = {label.name: label.coco_id for label in reader.labels.all()}
    assert ids == {"cat": 3, "dog": 90, "bird": None}


def test_labels_are_matched_by_name(workspace: Workspace, coco_file: CocoFile) -> None:
    label = workspace.execute(AddLabel("cat", color="#123456")).value
    coco.read(workspace, coco_file([{"id": 1, "image_id": 10, "category_id": 3, **SQUARE}]))
    assert _stored(workspace)[0].label_id == label.id
    with workspace.read() as reader:
        found = reader.labels.get(label.id)
    assert (found.coco_id, found.supercategory, found.color) == (3, "animal", "#123456")


def test_categories_with_bad_ids_or_names(workspace: Workspace, coco_file: CocoFile) -> None:
    categories = [
        {"id": 1, "name": "cat"},
        {"id": 1, "name": "dog"},
        {"id": 2, "name": "cat"},
        {"name": "x"},
        5,
        {"id": 7},
    ]
    annotations = [{"id": n, "image_id": 10, "category_id": n, **SQUARE} for n in (1, 2, 7)]
    report = coco.read(workspace, coco_file(annotations, categories=categories))
    assert report.drops("categories") == 4
    assert report.count("annotations").went_out == 3
    with workspace.read() as reader:
        assert [label.name for label in reader.labels.all()] == ["cat", "category 7"]


def test_import_as_proposed(workspace: Workspace, coco_file: CocoFile) -> None:
    source = coco_file([{"id": 1, "image_id": 10, "category_id": 3, **SQUARE}])
    coco.read(workspace, source, state=State.PROPOSED)
    assert _stored(workspace)[0].state is State.PROPOSED


def test_sections_in_any_order_and_a_byte_order_mark(workspace: Workspace, coco_file: CocoFile, tmp_path: Path) -> None:
    whole = json.loads(coco_file([{"id": 1, "image_id": 10, "category_id": 3, **SQUARE}]).read_text())
    turned = {name: whole[name] for name in ("annotations", "info", "categories", "images", "licenses")}
    source = tmp_path / "turned.json"
    source.write_bytes(b"\xef\xbb\xbf" + json.dumps(turned).encode())
    assert coco.read(workspace, source).count("annotations").went_out == 1


def test_not_a_number_outside_of_geometry_is_read_as_null(workspace: Workspace, coco_file: CocoFile) -> None:
    fields = {**SQUARE, "area": float("nan"), "note": 'NaN, Infinity \\ " stay in texts', "mine": float("inf")}
    report, (stored,) = _one(workspace, coco_file, **fields)
    assert stored.area == 12
    assert stored.extra == {"note": 'NaN, Infinity \\ " stay in texts', "mine": None}
    assert [(line.text, line.count) for line in report.notes] == [("NaN or Infinity is no JSON; read as null", 2)]


def _whole_text(coco_file: CocoFile) -> str:
    return coco_file([{"id": 1, "image_id": 10, "category_id": 3, **SQUARE}]).read_text()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[: len(text) // 2], "truncated"),
        (lambda text: text[:-1], "truncated"),
        (lambda text: "", "empty (0 bytes)"),
        (lambda text: "hello", "not valid JSON"),
        (lambda text: text + " more", "not valid JSON"),
        (lambda text: text.replace(":", "=", 3), "not valid JSON"),
        (lambda text: "[1, 2]", "a list, as results files"),
        (lambda text: "5", "a single value"),
        (lambda text: '{"a": 1}', "not a COCO dataset"),
        (lambda text: '{"images": 5}', "'images' should be a list"),
        (lambda text: '{"images": [], "annotations": {"a": 1}}', "'annotations' should be a list"),
        (lambda text: '{"images": [], "annotations": [' + "[" * 300 + "]" * 300 + "]}", "nested more than"),
        (lambda text: '{"annotations": ' + "[" * 3_000_000, "nested more than"),
    ],
)
def test_a_bad_file_is_named_and_changes_nothing(
    workspace: Workspace, coco_file: CocoFile, dump: Dump, tmp_path: Path, damage: Callable[[str], str], words: str
) -> None:
    source = tmp_path / "bad.json"
    source.write_text(damage(_whole_text(coco_file)), encoding="utf-8")
    before = dump(workspace)
    with pytest.raises(BadFile) as caught:
        coco.read(workspace, source)
    assert words in str(caught.value)
    assert str(source) in str(caught.value)
    assert dump(workspace) == before


def test_missing_file_folder_and_wrong_encoding(workspace: Workspace, coco_file: CocoFile, tmp_path: Path) -> None:
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"images": [], "info": "\xe9"}')
    for source, words in ((tmp_path / "none.json", "no such file"), (tmp_path, "folder"), (latin, "UTF-8")):
        with pytest.raises(BadFile, match=words):
            coco.read(workspace, source)
    with pytest.raises(BadFile, match="no such folder of images"):
        coco.read(workspace, coco_file(), images=tmp_path / "nowhere")


def test_cancelling_changes_nothing(workspace: Workspace, coco_file: CocoFile, dump: Dump) -> None:
    many = [{"id": n, "image_id": 10, "category_id": 3, **SQUARE} for n in range(1, 3001)]
    source = coco_file(many)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 4

    before = dump(workspace)
    with pytest.raises(Cancelled, match="Nothing was imported"):
        coco.read(workspace, source, control=Control(should_stop=stop))
    assert dump(workspace) == before


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../../secret.png", "C:\\secret.png", "C:secret.png", "..", "a\x00b", "sub/../../secret.png", ""],
)
def test_hostile_names_are_never_followed(empty: Workspace, coco_file: CocoFile, pictures: Path, name: str) -> None:
    Image.new("RGB", (20, 10)).save(pictures.parent / "secret.png")
    images = [{"id": 1, "file_name": name, "width": 20, "height": 10}]
    report = coco.read(
        empty, coco_file([{"id": 1, "image_id": 1, "category_id": 3, **SQUARE}], images=images), images=pictures
    )
    assert _reasons(report, "images") == ["image not found"]
    assert report.drops("annotations") == 1
    with empty.read() as reader:
        assert reader.images.count() == 0


def test_images_are_found_by_path_then_by_unique_name(empty: Workspace, coco_file: CocoFile, pictures: Path) -> None:
    source = coco_file(
        [{"id": n, "image_id": n, "category_id": 3, **SQUARE} for n in (1, 2, 3, 4)],
        images=[
            {"id": 1, "file_name": "elsewhere/b.png", "width": 20, "height": 10},
            {"id": 2, "file_name": ".\\a.png", "width": 20, "height": 10},
            {"id": 3, "file_name": "missing.png", "width": 20, "height": 10},
            {"id": 4, "width": 20, "height": 10},
        ],
    )
    report = coco.read(empty, source, images=pictures)
    with empty.read() as reader:
        assert {image.path: image.coco_id for image in reader.images.stream()} == {"a.png": 2, "sub/b.png": 1}
    assert report.count("images").went_out == 2
    assert {line.text: line.examples for line in report.dropped if line.what == "images"} == {
        "image not found": ("missing.png (1 annotation waiting)",),
        "it has no file name": ("4 (1 annotation waiting)",),
    }
    assert report.drops("annotations") == 2


def test_a_base_name_that_is_not_unique_is_refused(empty: Workspace, coco_file: CocoFile, pictures: Path) -> None:
    Image.open(pictures / "a.png").save(pictures / "sub" / "a.png")
    images = [{"id": 10, "file_name": "x/a.png"}, {"id": 11, "file_name": "a.png"}, {"id": 12, "file_name": "./a.png"}]
    report = coco.read(empty, coco_file([], images=images), images=pictures)
    assert sorted(_reasons(report, "images")) == [
        "another entry of the file names the same picture",
        "several pictures have this base name",
    ]


def test_images_below_a_known_root_join_it(workspace: Workspace, coco_file: CocoFile, pictures: Path) -> None:
    Image.open(pictures / "a.png").save(pictures / "sub" / "new.png")
    images = [{"id": 1, "file_name": "b.png"}, {"id": 2, "file_name": "new.png"}]
    coco.read(workspace, coco_file([], images=images), images=pictures / "sub")
    with workspace.read() as reader:
        paths = {image.path: image.coco_id for image in reader.images.stream()}
    assert paths == {"a.png": None, "sub/b.png": 1, "sub/new.png": 2}


def test_other_sizes_and_exif_frames_are_refused(empty: Workspace, coco_file: CocoFile, pictures: Path) -> None:
    turned = Image.new("RGB", (20, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(pictures / "turned.jpg", exif=exif.tobytes())
    (pictures / "broken.png").write_bytes(b"\x89PNG....")
    images = [
        {"id": 1, "file_name": "turned.jpg", "width": 20, "height": 10},
        {"id": 2, "file_name": "a.png", "width": 21, "height": 10},
        {"id": 3, "file_name": "broken.png", "width": 20, "height": 10},
    ]
    annotations = [{"id": n, "image_id": n, "category_id": 3, "bbox": [1, 1, 3, 3]} for n in (1, 2, 3)]
    report = coco.read(empty, coco_file(annotations, images=images), images=pictures)
    assert sorted(_reasons(report, "images")) == [
        "annotated on the picture before its EXIF turn was applied (width and height are swapped)",
        "the picture cannot be read",
        "the picture has another size than the file says",
    ]
    assert (report.count("annotations").went_out, report.drops("annotations")) == (0, 3)
    with empty.read() as reader:
        assert reader.images.count() == 0


def test_displayed_frame_of_a_turned_picture_is_taken(empty: Workspace, coco_file: CocoFile, pictures: Path) -> None:
    turned = Image.new("RGB", (20, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(pictures / "turned.jpg", exif=exif.tobytes())
    images = [{"id": 1, "file_name": "turned.jpg", "width": 10, "height": 20}]
    annotation = {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 15, 3, 3]}
    report = coco.read(empty, coco_file([annotation], images=images), images=pictures)
    assert report.count("annotations").went_out == 1
    assert any("EXIF turn" in line.text for line in report.notes)
