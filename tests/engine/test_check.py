from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.check import check
from engine.ops.instances import AddInstance
from engine.project import add_images
from engine.records import PromptRecord
from engine.workspace import Workspace
from models import masks

MASK = masks.encode(np.eye(6, 8, dtype=bool))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 6)).save(tmp_path / name)
    opened = Workspace.create(tmp_path / "p.maskwright", author="tester")
    add_images(opened, [tmp_path])
    opened.execute(AddInstance(1, mask=MASK, prompts=(PromptRecord("point", 1, 1),)))
    opened.execute(AddInstance(2, box=(1, 1, 3, 3)))
    yield opened
    opened.close()


def _spoil(workspace: Workspace, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(workspace.place)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_sound_project(workspace: Workspace) -> None:
    report = check(workspace, images=True)
    assert report.ok, report.findings
    assert report.looked_at == {"instances": 2, "images": 2}
    assert check(workspace, images=False).looked_at["images"] == 0


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE instances SET mask = x'0000' WHERE id = 1", "its mask is damaged"),
        ("UPDATE instances SET mask = substr(mask, 1, length(mask) - 1) WHERE id = 1", "its mask is damaged"),
        ("UPDATE instances SET area = 5 WHERE id = 1", "its area is not its mask's"),
        ("UPDATE instances SET bbox_x = 3 WHERE id = 1", "its box is not its mask's"),
        ("UPDATE instances SET bbox_w = -1 WHERE id = 2", "its box has no size"),
        ("UPDATE instances SET bbox_h = NULL WHERE id = 2", "its box has no size"),
        ("UPDATE images SET width = 9 WHERE id = 1", "its mask has another size than its image"),
        ("UPDATE prompts SET instance_id = 99", "a prompt or candidate belongs to no instance"),
        ("UPDATE instances SET label_id = 99 WHERE id = 1", "a row points to one that is not there"),
    ],
)
def test_damage_is_found(workspace: Workspace, statement: str, finding: str) -> None:
    _spoil(workspace, statement)
    report = check(workspace, images=False)
    assert finding in [line.text for line in report.findings]
    assert not report.ok


def test_an_empty_mask_is_found(workspace: Workspace) -> None:
    empty = masks.encode(np.zeros((6, 8), dtype=bool))
    packed = (6).to_bytes(4, "big") + (8).to_bytes(4, "big") + empty.counts
    _spoil(workspace, f"UPDATE instances SET mask = x'{packed.hex()}' WHERE id = 1")
    assert [line.text for line in check(workspace, images=False).findings] == ["its mask is empty"]


def test_image_files_are_looked_at(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.png").unlink()
    Image.new("RGB", (8, 6), "red").save(tmp_path / "b.png")
    texts = {line.examples: line.text for line in check(workspace).findings}
    assert texts[("a.png",)].startswith("the file is missing")
    assert texts[("b.png",)] == "the file's contents changed since it was added"
    Image.new("RGB", (7, 6)).save(tmp_path / "b.png")
    (tmp_path / "a.png").write_bytes(b"")
    texts = {line.examples: line.text for line in check(workspace).findings}
    assert texts[("a.png",)].startswith("the file is empty")
    assert texts[("b.png",)] == "the file has another size than when it was added"


def test_nothing_is_changed(workspace: Workspace) -> None:
    with contextlib.closing(sqlite3.connect(workspace.place)) as connection:
        before = list(connection.iterdump())
    _ = check(workspace)
    with contextlib.closing(sqlite3.connect(workspace.place)) as connection:
        assert list(connection.iterdump()) == before


def test_a_damaged_file_is_a_finding(workspace: Workspace, tmp_path: Path) -> None:
    for _ in range(30):
        workspace.execute(AddInstance(1, mask=MASK))
    place = Path(workspace.place)
    workspace.close()
    with contextlib.closing(sqlite3.connect(place)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_instances_label'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(place.read_bytes())
    data[(page - 1) * size : page * size] = bytes(size)
    place.write_bytes(bytes(data))
    again = Workspace.open(place)
    report = check(again, images=False)
    again.close()
    assert any(line.what == "database" for line in report.findings)
