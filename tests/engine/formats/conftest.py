"""What the format tests share: a folder of small pictures, a project over it, and COCO files made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.project import add_images
from engine.workspace import Workspace


def write_picture(path: Path, width: int = 20, height: int = 10, *, orientation: int = 1, value: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.full((height, width, 3), value, dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(path, exif=exif.tobytes() if orientation != 1 else b"")
    return path


def coco_dict(annotations: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "info": {"year": 2017},
        "licenses": [{"id": 1, "name": "CC"}],
        "images": [
            {"id": 10, "file_name": "a.png", "width": 20, "height": 10, "license": 1},
            {"id": 12, "file_name": "sub/b.png", "width": 20, "height": 10},
        ],
        "categories": [{"id": 3, "name": "cat", "supercategory": "animal"}, {"id": 90, "name": "dog"}],
        "annotations": annotations,
    }
    whole.update(changes)
    return whole


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    write_picture(folder / "a.png")
    write_picture(folder / "sub" / "b.png", value=9)
    return folder


@pytest.fixture
def workspace(tmp_path: Path, pictures: Path) -> Iterator[Workspace]:
    opened = Workspace.create(tmp_path / "p.maskwright", author="tester")
    add_images(opened, [pictures])
    yield opened
    opened.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.create(tmp_path / "empty.maskwright", author="tester")
    yield opened
    opened.close()


@pytest.fixture
def coco_file(tmp_path: Path) -> Callable[..., Path]:
    def write(annotations: list[dict[str, Any]] | None = None, **changes: Any) -> Path:
        path = tmp_path / "in.json"
        path.write_text(json.dumps(coco_dict(annotations or [], **changes)), encoding="utf-8")
        return path

    return write


@pytest.fixture
def dump() -> Callable[[Workspace], list[str]]:
    """Return every row of every table as text, to prove that nothing changed."""

    def everything(opened: Workspace) -> list[str]:
        import contextlib
        import sqlite3

        with contextlib.closing(sqlite3.connect(opened.place)) as connection:
            return list(connection.iterdump())

    return everything
