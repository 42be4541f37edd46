"""One suite for both databases: the same ops on SQLite and on PostgreSQL leave the same records behind."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sqlalchemy.engine import make_url

from engine.errors import (
    BadProject,
    CannotWrite,
    DatabaseUnreachable,
    InvalidOp,
    NothingToUndo,
    ProjectBusy,
    ProjectTooNew,
    UndoConflict,
)
from engine.ops.base import Op
from engine.ops.combine import MergeInstances
from engine.ops.images import AddImages, NewImage, SetImageState, SetTags
from engine.ops.instances import AddInstance, DeleteInstances, RefineInstance
from engine.ops.labels import AddLabel, DeleteLabel
from engine.ops.reviews import SetAttributes, SetLabel, SetState
from engine.ops.skeletons import AddSkeleton, EditSkeleton
from engine.records import (
    CandidateRecord,
    ImageFilter,
    ImageState,
    Level,
    PromptRecord,
    State,
)
from engine.skeletons.migration import SkeletonUse
from engine.transaction import Tx
from engine.workspace import Workspace
from models import masks
from tests.contracts.databases import Place, add, square


def test_a_project_comes_back(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    label = workspace.execute(AddLabel("Größe 🦊", supercategory="日本")).value
    told = {"ünï": [1, 2.5, True, None, {"$json": "x\u0000y"}]}
    made = workspace.execute(add(images[1], label_id=label.id, attributes=told)).value
    workspace.close()
    with Workspace.open(place.project) as again, again.read() as read:
        assert read.instances.get(made.id) == made and made.attributes == told
        assert made.provenance.score == 0.1 + 0.2
        assert read.labels.all() == [label]
        image = read.images.get(images[1])
        assert (image.path, image.extra) == ("ordner/ä 日本.jpg", {"$rle": [1]})
        prompts, candidates = read.instances.prompts(made.id), read.instances.candidates(made.id)
        assert prompts == (PromptRecord("point", 1.5, 2), PromptRecord("box", 0, 0, 5, 5, at_ms=7))
        assert [each.logits is not None for each in candidates] == [False, True, False]
        assert np.array_equal(candidates[1].logits, np.array([[1, -0.5], [1e4, 0]], dtype=np.float16))


def steps(workspace: Workspace, images: tuple[int, ...]) -> list[Op[Any]]:
    cat = workspace.execute(AddLabel("cat")).value.id
    first = workspace.execute(add(images[0], label_id=cat)).value.id
    second = workspace.execute(add(images[0], 8, state=State.PROPOSED, parent_id=first)).value.id
    return [
        AddSkeleton("pair", ("a", "b"), ((0, 1),), (), (0.1, 0.2)),
        AddInstance(images[1], keypoints=((1, 2, 2), (3, 4.5, 1))),
        SetState((second,), State.ACCEPTED, 5),
        SetAttributes(first, {"a": {"b": [1, 2]}, "$rle": 1}, iscrowd=True),
        RefineInstance(first, square(2), candidates=(CandidateRecord(0, 0.5, 0.5, 9, Level.NONE, True),)),
        SetImageState(images, ImageState.DONE),
        SetTags(images[0], ("x", "y"), "val"),
        DeleteLabel(cat),
        MergeInstances((first, second)),
        DeleteInstances((first,)),
    ]


def test_everything_undone_and_redone(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    dumps = []
    scopes = []
    for op in steps(workspace, images):
        dumps.append(place.dump())
        workspace.execute(op)
        with workspace.read() as read:
            scopes.append(read.history(None)[0].image_id)
    dumps.append(place.dump())
    for scope, expected in zip(reversed(scopes), reversed(dumps[:-1]), strict=True):
        workspace.undo(scope)
        assert place.dump() == expected
    for scope, expected in zip(scopes, dumps[1:], strict=True):
        workspace.redo(scope)
        assert place.dump() == expected


def test_a_changed_skeleton_takes_poses_along(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    skeleton = workspace.execute(AddSkeleton("pair", ("a", "b"), ((0, 1),), colors=("#000000", "#ffffff"))).value
    label = workspace.execute(AddLabel("thing", skeleton_id=skeleton.id)).value.id
    pose = AddInstance(images[1], keypoints=((1, 2, 2), (3, 4.5, 1)), label_id=label)
    made = workspace.execute(pose).value.id
    before = place.dump()
    with workspace.read() as read:
        assert read.skeletons.use(skeleton.id) == SkeletonUse(("thing",), {0b11: 1})
        assert read.skeletons.pose_counts() == {skeleton.id: 1}
        assert read.skeletons.get(skeleton.id).colors == ("#000000", "#ffffff")
    workspace.execute(EditSkeleton(skeleton.id, "trio", ("b", "c", "a"), (1, None, 0)))
    with workspace.read() as read:
        assert read.instances.get(made).keypoints == ((3, 4.5, 1), (0, 0, 0), (1, 2, 2))
    after = place.dump()
    workspace.undo(None)
    assert place.dump() == before
    workspace.redo(None)
    assert place.dump() == after
    workspace.execute(AddInstance(images[0], keypoints=((1, 2, 2), (3, 4, 1), (5, 6, 2)), label_id=label))
    with pytest.raises(UndoConflict, match="do not fit the skeleton pair"):
        workspace.undo(images[1])


def test_ids_go_on_after_a_deletion_is_undone(workspace: Workspace, images: tuple[int, ...]) -> None:
    first = workspace.execute(add(images[0])).value.id
    workspace.execute(DeleteInstances((first,)))
    workspace.undo(images[0])
    second = workspace.execute(add(images[0])).value.id
    assert second > first
    workspace.undo(images[0])
    assert workspace.execute(add(images[0])).value.id > second


def test_a_refused_op_changes_nothing(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    workspace.execute(add(images[0]))
    before = place.dump(story=True)
    for op in (AddInstance(images[0]), AddInstance(99, mask=square(1)), add(images[0], parent_id=99), AddLabel(" ")):
        with pytest.raises(InvalidOp):
            workspace.execute(op)
        assert place.dump(story=True) == before


def test_a_conflict_changes_nothing(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    label = workspace.execute(AddLabel("locked")).value.id
    made = workspace.execute(add(images[0])).value.id
    workspace.execute(SetLabel((made,), label))
    before = place.dump(story=True)
    with pytest.raises(UndoConflict, match="Nothing was changed"):
        workspace.undo(images[1])
    assert place.dump(story=True) == before
    workspace.undo(images[0])
    workspace.undo(images[0])
    workspace.undo(images[1])
    with pytest.raises(NothingToUndo):
        workspace.undo(images[1])


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (ImageFilter(), [0, 1]),
        (ImageFilter(text="A.JPG"), [0]),
        (ImageFilter(text="ordner/Ä"), [1]),
        (ImageFilter(text="_"), []),
        (ImageFilter(states=frozenset({ImageState.DONE})), [1]),
        (ImageFilter(tag='"x" \\ ü'), [1]),
        (ImageFilter(tag="x"), []),
        (ImageFilter(split="val"), [1]),
        (ImageFilter(label_id=1), [0]),
        (ImageFilter(has_proposed=True), [1]),
        (ImageFilter(has_proposed=False), [0]),
    ],
)
def test_filters(workspace: Workspace, images: tuple[int, ...], narrowed: ImageFilter, expected: list[int]) -> None:
    label = workspace.execute(AddLabel("cat")).value.id
    workspace.execute(add(images[0], label_id=label))
    workspace.execute(add(images[1], state=State.PROPOSED))
    workspace.execute(SetImageState((images[1],), ImageState.DONE))
    workspace.execute(SetTags(images[1], ('"x" \\ ü',), "val"))
    with workspace.read() as read:
        assert read.images.ids(narrowed) == [images[each] for each in expected]
        assert read.images.count(narrowed) == len(expected)
        assert read.instances.count_by_label() == {label: 1, None: 1}


def test_many_images_at_once_keep_their_order(workspace: Workspace) -> None:
    found = tuple(NewImage(f"{number:05}.png") for number in range(2500))
    ids = workspace.execute(AddImages("many", "many", found)).value
    with workspace.read() as read:
        assert [row.image.path for row in read.images.rows(ids)] == [image.path for image in found]
        assert sum(1 for _ in read.images.stream()) == 2500


def test_a_mask_of_many_runs(workspace: Workspace) -> None:
    noise = np.random.default_rng(0).random((1000, 1500)) < 0.5
    big = masks.encode(noise)
    (image,) = workspace.execute(AddImages("r", "r", (NewImage("big.png", "", 1500, 1000),))).value
    logits = np.random.default_rng(1).normal(size=(256, 256)).astype(np.float16)
    told = (CandidateRecord(0, 1, 1, 1, Level.NONE, True, logits),)
    made = workspace.execute(AddInstance(image, mask=big, candidates=told)).value
    workspace.undo(image)
    workspace.redo(image)
    with workspace.read() as read:
        stored = read.instances.get(made.id)
        assert stored.mask == big and stored.area == noise.sum()
        assert np.array_equal(read.instances.candidates(made.id)[0].logits, logits)


def test_a_snapshot_stands_still(workspace: Workspace, images: tuple[int, ...]) -> None:
    with workspace.read() as read:
        assert read.instances.count() == 0
        workspace.execute(add(images[0]))
        assert read.instances.count() == 0
    with workspace.read() as read:
        assert read.instances.count() == 1


def test_two_workspaces_write_at_once(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    def write(number: int) -> list[int]:
        with Workspace.open(place.project, author=f"writer {number}", busy_ms=60_000) as own:
            return [own.execute(add(images[0], x)).value.id for x in range(10)]

    with ThreadPoolExecutor(3) as pool:
        ids = [each for made in pool.map(write, range(3)) for each in made]
    with workspace.read() as read:
        found = read.instances.of_image(images[0])
        authors = {entry.author for entry in read.history(images[0])}
    assert sorted(each.id for each in found) == sorted(ids) and len(set(ids)) == 30
    # The place in the order is read and written in one transaction, so no two writers ever take the same.
    assert sorted(each.z for each in found) == list(range(30))
    assert authors == {"ann", "writer 0", "writer 1", "writer 2"}


PROCESS = """
import sys
from engine.ops.images import SetTags
from engine.workspace import Workspace
with Workspace.open(sys.argv[1], busy_ms=60_000) as workspace:
    for number in range(20):
        with workspace.read() as read:
            pass
        workspace.execute(SetTags(int(sys.argv[2]), (sys.argv[3] + str(number),), ""))
"""


def test_two_processes_write_at_once(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    command = [sys.executable, "-c", PROCESS, str(place.project), str(images[0])]
    writers = [subprocess.Popen([*command, name]) for name in "ab"]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    with workspace.read() as read:
        entries = [each for each in read.history(images[0]) if each.op == "SetTags"]
    assert len(entries) == 40
    for _ in entries:
        workspace.undo(images[0])
    with workspace.read() as read:
        assert read.images.get(images[0]).tags == ()


def test_a_writer_does_not_wait_for_ever(place: Place, workspace: Workspace, images: tuple[int, ...]) -> None:
    @dataclass(frozen=True)
    class Long(SetTags):
        """Tries to write through another workspace while its own transaction is open."""

        def apply(self, tx: Tx) -> None:
            super().apply(tx)
            with pytest.raises(ProjectBusy):
                other.execute(SetTags(self.image_id, ("other",), ""))

    with Workspace.open(place.project, busy_ms=50) as other:
        workspace.execute(Long(images[0], ("first",), ""))
        with other.read() as read:
            assert read.images.get(images[0]).tags == ("first",)


def test_a_place_that_is_taken(place: Place, workspace: Workspace) -> None:
    before = place.dump(story=True)
    with pytest.raises(CannotWrite, match="already"):
        Workspace.create(place.project)
    assert place.dump(story=True) == before


def test_a_newer_schema_is_refused(place: Place, workspace: Workspace) -> None:
    workspace.close()
    place.run("UPDATE alembic_version SET version_num = '9999'")
    before = place.dump(story=True)
    with pytest.raises(ProjectTooNew, match="9999"):
        Workspace.open(place.project)
    assert place.dump(story=True) == before


def test_a_lost_table_is_told(place: Place, workspace: Workspace) -> None:
    workspace.close()
    place.run("DROP TABLE candidates")
    with pytest.raises(BadProject, match="lacks candidates"):
        Workspace.open(place.project)


# Migrations


# PostgreSQL alone


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/x", "Only postgresql"),
        ("postgresql://localhost:port/x", "not a database URL"),
        ("://", "not a database URL"),
    ],
)
def test_another_url(url: str, words: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=words):
        Workspace.open(url)


@pytest.mark.skipif(importlib.util.find_spec("psycopg") is None, reason="needs psycopg")
def test_a_server_that_is_not_there() -> None:
    with pytest.raises(
        DatabaseUnreachable, match=r"postgresql://ann:\*\*\*@127\.0\.0\.1:1/p cannot be reached"
    ) as found:
        Workspace.open("postgresql://ann:secret@127.0.0.1:1/p")
    assert "secret" not in str(found.value)


@pytest.mark.postgres
def test_a_database_that_is_not_there(postgres_url: str) -> None:
    url = make_url(postgres_url).set(database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(DatabaseUnreachable, match="no_such_database"):
        Workspace.open(url)
