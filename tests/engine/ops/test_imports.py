from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InvalidOp, NotFound
from engine.ops.images import AddImages, NewImage
from engine.ops.imports import ImportFile, WithdrawJob, Withdrawn
from engine.ops.incoming import IncomingImage, IncomingInstance, IncomingLabel
from engine.ops.instances import AddInstance, ReplaceMask
from engine.ops.labels import AddLabel
from engine.ops.reviews import SetLocked, SetState
from engine.records import JobState, State
from engine.report import Report, ReportBuilder
from engine.workspace import Workspace
from models import masks

MASK = masks.encode(np.ones((4, 6), dtype=bool))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.create(tmp_path / "p.maskwright", author="tester")
    opened.execute(AddImages(".", "root", (NewImage("a.png", width=6, height=4),)))
    yield opened
    opened.close()


def _import(workspace: Workspace, count: int = 3, *, first: int = 1, state: State = State.ACCEPTED) -> Report:
    instances = (
        IncomingInstance(0, 0, f"{n}", mask=MASK, box=(0, 0, 6, 4), area=24, coco_id=n)
        for n in range(first, first + count)
    )
    op = ImportFile(
        kind="test",
        file="x.json",
        labels=(IncomingLabel(0, "cat", coco_id=4, extra={"k": 1}),),
        images=(IncomingImage(0, image_id=1, coco_id=9, extra={"license": 2}),),
        instances=instances,
        report=ReportBuilder("Import x.json"),
        info={"info": {"year": 1}},
        state=state,
    )
    return workspace.execute(op).value


def test_an_import_is_a_job_with_its_report(workspace: Workspace) -> None:
    report = _import(workspace, state=State.PROPOSED)
    with workspace.read() as reader:
        (job,) = reader.jobs.all()
        instances = reader.instances.of_image(1)
        assert (job.kind, job.state, job.params["file"]) == ("import", JobState.DONE, "x.json")
        assert job.params["report"]["counts"] == report.to_json()["counts"]
        assert {each.job_id for each in instances} == {job.id} == {report.job_id}
        assert [each.z for each in instances] == [0, 1, 2]
        assert {each.state for each in instances} == {State.PROPOSED}
        assert (reader.images.get(1).coco_id, reader.images.get(1).extra) == (9, {"license": 2})
        assert reader.project().info == {"info": {"year": 1}}
        assert reader.history(None)[0].undoable is False


def test_what_the_project_has_wins(workspace: Workspace) -> None:
    _import(workspace)
    op = ImportFile(
        kind="test",
        file="y.json",
        labels=(IncomingLabel(0, "cat", coco_id=5, supercategory="animal", extra={"k": 2, "l": 3}),),
        images=(IncomingImage(0, image_id=1, coco_id=10, extra={"license": 5, "date": "x"}),),
        instances=(),
        report=ReportBuilder("Import y.json"),
        info={"info": {"year": 2}, "more": 1},
    )
    report = workspace.execute(op).value
    with workspace.read() as reader:
        (label,) = reader.labels.all()
        assert (label.coco_id, label.supercategory, label.extra) == (4, "animal", {"k": 1, "l": 3})
        assert reader.images.get(1).coco_id == 9
        assert reader.images.get(1).extra == {"license": 2, "date": "x"}
        assert reader.project().info == {"info": {"year": 1}, "more": 1}
    assert len(report.notes) == 3


def test_an_error_in_the_stream_leaves_nothing(workspace: Workspace) -> None:
    def broken() -> Iterator[IncomingInstance]:
        for number in range(1, 2500):
            yield IncomingInstance(0, None, str(number), box=(0, 0, 1, 1), area=1, coco_id=number)
        raise InvalidOp("enough")

    with contextlib.closing(sqlite3.connect(workspace.place)) as connection:
        before = list(connection.iterdump())
    images = (IncomingImage(0, image_id=1),)
    with pytest.raises(InvalidOp, match="enough"):
        workspace.execute(ImportFile("test", "x", (), images, broken(), ReportBuilder("x")))
    with contextlib.closing(sqlite3.connect(workspace.place)) as connection:
        assert list(connection.iterdump()) == before


def test_withdrawing_keeps_what_a_person_touched(workspace: Workspace) -> None:
    own = workspace.execute(AddInstance(1, mask=MASK)).value
    report = _import(workspace, 6)
    assert report.job_id is not None
    with workspace.read() as reader:
        ids = [each.id for each in reader.instances.of_image(1) if each.job_id == report.job_id]
    half = np.ones((4, 6), dtype=bool)
    half[:, 3:] = False
    workspace.execute(ReplaceMask(ids[0], masks.encode(half)))
    workspace.execute(SetState((ids[1],), State.REJECTED))
    workspace.execute(SetLocked((ids[2],), True))
    done = workspace.execute(WithdrawJob(report.job_id)).value
    assert done == Withdrawn(removed=3, kept=3)
    with workspace.read() as reader:
        assert [each.id for each in reader.instances.of_image(1, tuple(State))] == [own.id, *ids[:3]]
        assert reader.jobs.get(report.job_id).state is JobState.WITHDRAWN
        assert [label.name for label in reader.labels.all()] == ["cat"]
        assert reader.health.broken_links() == []
    with pytest.raises(InvalidOp, match="withdrawn already"):
        workspace.execute(WithdrawJob(report.job_id))


def test_parts_of_withdrawn_instances_stay_without_parent(workspace: Workspace) -> None:
    report = _import(workspace, 1)
    assert report.job_id is not None
    with workspace.read() as reader:
        (parent,) = reader.instances.of_image(1)
    part = workspace.execute(AddInstance(1, mask=MASK, parent_id=parent.id)).value
    workspace.execute(WithdrawJob(report.job_id))
    with workspace.read() as reader:
        assert reader.instances.get(part.id).parent_id is None


def test_a_withdrawn_file_can_be_imported_again(workspace: Workspace) -> None:
    report = _import(workspace)
    assert report.job_id is not None
    workspace.execute(WithdrawJob(report.job_id))
    assert _import(workspace).count("annotations").went_out == 3


def test_withdrawing_an_unknown_job(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        workspace.execute(WithdrawJob(5))


def test_labels_added_later_do_not_take_an_imported_id(workspace: Workspace) -> None:
    _import(workspace)
    workspace.execute(AddLabel("dog"))
    with workspace.read() as reader:
        assert [label.coco_id for label in reader.labels.all()] == [4, None]
