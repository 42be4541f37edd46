from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from engine.ops.images import AddImages, NewImage
from engine.ops.imports import ImportFile
from engine.ops.incoming import IncomingImage, IncomingInstance
from engine.ops.instances import AddInstance
from engine.records import State
from engine.report import ReportBuilder
from engine.storage import exports
from engine.workspace import Workspace


def test_no_page_sorts_the_whole_table(tmp_path: Path) -> None:
    """A plan that sorts makes a million instances take hours: every page would read them all."""
    workspace = Workspace.create(tmp_path / "p.maskwright")
    plans: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("SELECT"):
            found = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(str(row[3]) for row in found)

    with workspace.read() as reader:
        tops = reader.exports.tops()
        engine = reader.exports._connection.engine
        event.listen(engine, "before_cursor_execute", explain)
        assert list(reader.exports.images()) == []
        assert list(reader.exports.instances((State.ACCEPTED, State.PROPOSED))) == []
        event.remove(engine, "before_cursor_execute", explain)
    workspace.close()
    assert tops.instances == 0
    assert len(plans) >= 4
    assert [plan for plan in plans if "TEMP B-TREE" in plan] == []


def test_order_is_that_of_exported_ids_across_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 2)
    workspace = Workspace.create(tmp_path / "p.maskwright")
    images = tuple(NewImage(f"{n}.png", width=9, height=9, coco_id=n) for n in (30, 10, 20))
    workspace.execute(AddImages("x", "x", images))
    workspace.execute(AddImages("y", "y", tuple(NewImage(f"{n}.png", width=9, height=9) for n in (30, 40, 50))))
    workspace.execute(AddInstance(4, box=(1, 1, 2, 2)))
    incoming = [IncomingInstance(0, None, str(n), box=(0, 0, 1, n), area=n, coco_id=n) for n in (7, 3, 5)]
    workspace.execute(
        ImportFile("t", "t", (), (IncomingImage(0, image_id=1),), incoming, ReportBuilder("t"), state=State.PROPOSED)
    )
    for _ in range(3):
        workspace.execute(AddInstance(5, box=(1, 1, 2, 2), state=State.REJECTED))
    with workspace.read() as reader:
        tops = reader.exports.tops()
        assert (tops.images, tops.labels, tops.instances) == (30, 0, 7)
        assert [image.coco_id or 30 + image.id for image in reader.exports.images()] == [10, 20, 30, 34, 35, 36]
        every = list(reader.exports.instances(tuple(State)))
        assert [each.coco_id or 7 + each.id for each in every] == [3, 5, 7, 8, 12, 13, 14]
        assert [each.image_coco_id for each in every][:4] == [30, 30, 30, None]
        assert len(list(reader.exports.instances((State.PROPOSED,)))) == 3
        assert reader.exports.shared_paths() == {"30.png"}
    workspace.close()
