"""COCO in and out, new projects and failures, through the window's own commands; only dialogs are answered for."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from PySide6.QtWidgets import QApplication

from annotator.dialogs.bug import BugDialog
from annotator.dialogs.export import Export, ExportDialog
from annotator.dialogs.import_file import Import, ImportDialog
from engine.records import ImageFilter, Stage, State
from engine.workspace import Workspace


def coco_file(folder: Path) -> Path:
    """Write two annotations on b.png, one of them with an unknown field, and one on an image that is not there."""
    file = folder / "in.json"
    file.write_text(
        json.dumps(
            {
                "info": {"year": 2026},
                "images": [
                    {"id": 7, "file_name": "b.png", "width": 320, "height": 240},
                    {"id": 8, "file_name": "gone.png", "width": 320, "height": 240},
                ],
                "categories": [{"id": 90, "name": "toothbrush", "supercategory": "indoor"}],
                "annotations": [
                    {
                        "id": 1,
                        "image_id": 7,
                        "category_id": 90,
                        "bbox": [10, 20, 30, 40],
                        "segmentation": [],
                        "mood": "blue",
                    },
                    {
                        "id": 2,
                        "image_id": 7,
                        "category_id": 90,
                        "iscrowd": 0,
                        "bbox": [100, 100, 50, 50],
                        "area": 2500,
                        "segmentation": [[100, 100, 150, 100, 150, 150, 100, 150]],
                    },
                    {"id": 3, "image_id": 8, "category_id": 90, "bbox": [1, 1, 2, 2], "segmentation": []},
                ],
            }
        )
    )
    return file


def test_import_then_export_keeps_ids_and_unknown_fields_and_tells_what_was_dropped(
    open_window, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_window()
    asked = Import("coco", coco_file(tmp_path), images=pictures, as_proposed=True)
    monkeypatch.setattr(ImportDialog, "ask", classmethod(lambda cls, parent: asked))
    driver.do("file.import")
    driver.wait(lambda: any("Imported in.json" in text for text in driver.messages))
    driver.settle()
    stored = driver.stored()
    assert [(each.state, each.provenance.stage) for each in stored] == [(State.PROPOSED, Stage.IMPORTED)] * 2
    driver.do("go.next")
    driver.ready()
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    driver.do("edit.select_all")
    driver.do("instance.accept")
    driver.wait(lambda: all(each.state is State.ACCEPTED for each in driver.desk.editing.instances.values()))
    out = Export("coco", tmp_path / "out.json", "polygon")
    monkeypatch.setattr(ExportDialog, "ask", classmethod(lambda cls, parent, default, counts=None: out))
    driver.do("file.export")
    driver.wait(lambda: any("Exported" in text for text in driver.messages))
    read = COCO(str(out.place))
    assert [each["name"] for each in read.loadCats([90])] == ["toothbrush"]
    annotations = {each["id"]: each for each in read.loadAnns(read.getAnnIds())}
    assert annotations[1]["mood"] == "blue"
    assert annotations[2]["area"] == 2500
    assert read.dataset["info"] == {"year": 2026}
    assert read.loadImgs([7])[0]["file_name"] == "b.png"
    each = Export("sa1b", tmp_path / "masks")
    monkeypatch.setattr(ExportDialog, "ask", classmethod(lambda cls, parent, default, counts=None: each))
    driver.do("file.export")
    driver.wait(lambda: any("Exported to" in text and "masks" in text for text in driver.messages))
    assert len(list(each.place.rglob("*.json"))) == 3


def test_a_yolo_dataset_goes_out_and_comes_back(
    open_window, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_window()
    asked = Import("coco", coco_file(tmp_path), images=pictures, as_proposed=False)
    monkeypatch.setattr(ImportDialog, "ask", classmethod(lambda cls, parent: asked))
    driver.do("file.import")
    driver.wait(lambda: any("Imported in.json" in text for text in driver.messages))
    out = Export("yolo", tmp_path / "set", task="detect")
    monkeypatch.setattr(ExportDialog, "ask", classmethod(lambda cls, parent, default, counts=None: out))
    driver.do("file.export")
    driver.wait(lambda: any("Exported to" in text for text in driver.messages))
    assert (out.place / "labels" / "b.txt").read_text().count("\n") == 2
    back = Import("yolo", out.place, images=pictures, as_proposed=True)
    monkeypatch.setattr(ImportDialog, "ask", classmethod(lambda cls, parent: back))
    driver.do("file.import")
    driver.wait(lambda: any("Imported set" in text for text in driver.messages))
    driver.settle()
    proposed = [each for each in driver.stored() if each.state is State.PROPOSED]
    assert [each.mask for each in proposed] == [None, None]
    assert {each.bbox for each in proposed} <= {each.bbox for each in driver.stored() if each not in proposed}


def test_a_coco_file_that_is_cut_off_changes_nothing_and_says_where(
    open_window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_window()
    file = coco_file(tmp_path)
    file.write_bytes(file.read_bytes()[:-40])
    asked = Import("coco", file, images=None, as_proposed=False)
    monkeypatch.setattr(ImportDialog, "ask", classmethod(lambda cls, parent: asked))
    driver.do("file.import")
    driver.wait(lambda: any("in.json" in text for text in driver.messages))
    driver.settle()
    assert driver.stored() == []
    assert driver.window.banner.current.kind == "error"


def test_a_dropped_folder_becomes_a_project(open_window, pictures: Path) -> None:
    driver = open_window(file=None)
    driver.window.dropped.emit([pictures])
    driver.ready()
    assert len(driver.desk.navigation.ids) == 3
    assert not driver.window.at_start
    made = list(pictures.parent.glob("pictures.maskwright"))
    assert len(made) == 1
    driver.do("file.close_project")
    driver.settle()
    assert driver.window.at_start
    workspace = Workspace.open(made[0])
    with workspace.read() as reader:
        assert reader.images.count() == 3
    workspace.close()


def test_a_bug_opens_a_dialog_with_the_traceback_and_the_window_lives_on(open_window) -> None:
    driver = open_window()

    def broken() -> None:
        raise ZeroDivisionError("a bug of ours")

    driver.app.lanes.post(broken)
    driver.wait(lambda: any(isinstance(each, BugDialog) for each in QApplication.topLevelWidgets()))
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, BugDialog))
    assert "a bug of ours" in dialog.text
    dialog.close()
    driver.do("go.next")
    driver.ready()
    assert driver.desk.navigation.index == 1


def test_what_is_drawn_while_the_database_is_locked_can_be_stored_again(open_window) -> None:
    driver = open_window()
    with contextlib.closing(sqlite3.connect(driver.project, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        driver.do("tool.box")
        driver.drag((10, 150), (90, 200))
        driver.wait(lambda: "saving" in driver.window.windowTitle())
        driver.wait(
            lambda: driver.window.banner.current is not None and driver.window.banner.current.action is not None
        )
        other.execute("ROLLBACK")
    assert "was not stored" in driver.window.banner.current.text
    assert driver.stored() == []
    driver.window.banner.current.action()
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    assert "saved" in driver.window.windowTitle()
    assert len(driver.stored()) == 1


def test_a_filter_that_nothing_matches_says_so(open_window) -> None:
    driver = open_window()
    driver.window.images.filter_changed.emit(ImageFilter(text="no such name"))
    driver.settle()
    driver.wait(lambda: not len(driver.window.images.ids))
    driver.window.images.filter_changed.emit(ImageFilter())
    driver.wait(lambda: len(driver.window.images.ids) == 3)
    driver.ready()
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, BugDialog)]
