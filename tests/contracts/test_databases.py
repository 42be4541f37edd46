"""One suite for both databases: the same ops on SQLite and on PostgreSQL leave the same records behind."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from PIL import Image as PillowImage
from sqlalchemy import Column, Engine, MetaData, Table, create_engine, insert, inspect, text
from sqlalchemy.engine import make_url

from engine.errors import (
    BadProject,
    CannotWrite,
    DatabaseUnreachable,
    InvalidOp,
    LeaseLost,
    NothingToUndo,
    ProjectBusy,
    ProjectTooNew,
    UndoConflict,
)
from engine.formats import coco, sa1b
from engine.jobs.start import create_auto_job, spawn_job
from engine.measure.audit import audit_report
from engine.measure.engine_table import engine_table
from engine.ops.audits import CheckImage, StartAudit
from engine.ops.base import Op
from engine.ops.combine import MergeInstances
from engine.ops.decide import Decided, DecideMany, Decision
from engine.ops.images import AddImages, NewImage, SetImageState, SetTags
from engine.ops.imports import WithdrawJob, Withdrawn
from engine.ops.instances import AddInstance, DeleteInstances, RefineInstance
from engine.ops.job_items import Claim, ClaimItem, FinishItem, RenewLease
from engine.ops.jobs import CancelJob, CreateJob, EndJob, ResumeJob
from engine.ops.labels import AddLabel, DeleteLabel
from engine.ops.poses import StorePoses
from engine.ops.prefill import Confirmed, ConfirmPrefill, StorePrefill
from engine.ops.proposals import StoreProposals
from engine.ops.reviews import SetAttributes, SetLabel, SetState
from engine.ops.skeletons import AddSkeleton, EditSkeleton
from engine.ops.word_masks import StoreWordMasks
from engine.project import add_images
from engine.records import (
    CandidateRecord,
    ImageFilter,
    ImageState,
    JobState,
    Level,
    PromptRecord,
    Provenance,
    Stage,
    State,
)
from engine.review import NO_LABEL, Measure, ReviewBy, ReviewFilter, ReviewOrder
from engine.skeletons.migration import SkeletonUse
from engine.stages.auto_mask import AutoMask, Detection
from engine.stages.auto_pose import AutoPose
from engine.stages.params import AutoParams
from engine.stages.semi import FLOOR
from engine.stages.words import WordParams
from engine.storage import migrations, project_file
from engine.storage.connect import open_engine
from engine.storage.project_file import HEAD
from engine.storage.recorder import TABLES
from engine.storage.tables import Base
from engine.transaction import Tx
from engine.workspace import Workspace
from models import masks
from models.api import BackendInfo, BoxPrompt


@dataclass
class Place:
    """Where one test's database lives: a file or a URL, and an engine that looks at it past the workspace."""

    project: str | Path
    engine: Engine

    def dump(self, *, story: bool = False) -> dict[str, list[tuple[Any, ...]]]:
        names = [name for name in sorted(TABLES) if story or not name.startswith("history")]
        with self.engine.connect() as connection:
            return {
                name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY id"))]
                for name in names
            }

    def run(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Yield a fresh, empty place on each of the databases."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'p.maskwright'}")
        yield Place(tmp_path / "p.maskwright", engine)
        engine.dispose()
        return
    server = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"maskwright_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
    engine = create_engine(server.set(database=name))
    try:
        url = server.set(database=name, drivername="postgresql")
        yield Place(url.render_as_string(hide_password=False), engine)
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def workspace(place: Place) -> Iterator[Workspace]:
    with Workspace.create(place.project, author="ann") as made:
        yield made


@pytest.fixture
def images(workspace: Workspace) -> tuple[int, ...]:
    found = (NewImage("a.jpg", "h", 20, 10), NewImage("ordner/ä 日本.jpg", "h", 20, 10, extra={"$rle": [1]}))
    return workspace.execute(AddImages("photos", "photos", found)).value


def square(x: int, size: int = 3) -> masks.Rle:
    return masks.encode(masks.paste(np.ones((size, size), dtype=np.bool_), x=x, y=2, height=10, width=20))


def add(image_id: int, x: int = 1, **more: Any) -> AddInstance:
    logits = np.array([[x, -0.5], [1e4, 0.0]], dtype=np.float16)
    told: dict[str, Any] = {
        "prompts": (PromptRecord("point", 1.5, 2), PromptRecord("box", 0, 0, 5, 5, at_ms=7)),
        "candidates": tuple(CandidateRecord(n, 0.9, 0.1, 9, Level.PART, n == 1, logits) for n in range(3)),
        "provenance": Provenance(backend="net", score=0.1 + 0.2, clicks=2, tool="smart"),
    }
    return AddInstance(image_id, mask=square(x), **(told | more))


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


def schema_of(engine: Engine) -> dict[str, Any]:
    """Return what reflection finds, in a form that compares."""
    found: dict[str, Any] = {}
    inspector = inspect(engine)
    for name in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        found[name] = {
            "columns": {
                each["name"]: (str(each["type"]), each["nullable"], str(each["default"]))
                for each in inspector.get_columns(name)
            },
            "primary": inspector.get_pk_constraint(name)["constrained_columns"],
            "foreign": sorted(
                (each["constrained_columns"], each["referred_table"], each["referred_columns"], each["options"])
                for each in inspector.get_foreign_keys(name)
            ),
            "unique": sorted(each["column_names"] for each in inspector.get_unique_constraints(name)),
            "indexes": sorted((str(each["name"]), each["column_names"]) for each in inspector.get_indexes(name)),
            "checks": sorted(each["sqltext"] for each in inspector.get_check_constraints(name)),
        }
    return found


def engine_of(place: Place) -> Engine:
    return open_engine(place.project)


def test_migrations_lead_to_the_tables(place: Place) -> None:
    engine = engine_of(place)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []
    migrated = schema_of(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert schema_of(engine) == migrated
    if engine.dialect.name == "sqlite":
        # Only the statement itself tells that ids are never used twice.
        with engine.connect() as connection:
            tables = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        counted = {name for name, sql in tables if "AUTOINCREMENT" in sql}
        assert counted == set(TABLES) - {"project"}
    engine.dispose()


LATER = """
import sqlalchemy as sa
from alembic import op

revision = "tomorrow"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("images") as batch:
        batch.add_column(sa.Column("weather", sa.Text(), nullable=False, server_default="{default}"))
    {more}
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Turn this program into a later one with one more migration."""

    def become(more: str = "pass") -> None:
        folder = tmp_path / "migrations of 100% tomorrow"
        shutil.copytree(Path(migrations.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
        code = LATER.format(default="sunny", more=more, head=HEAD)
        (folder / "versions" / "tomorrow_weather.py").write_text(code, encoding="utf-8")
        monkeypatch.setattr(migrations, "_FOLDER", folder)
        monkeypatch.setattr(project_file, "HEAD", "tomorrow")

    return become


def test_a_project_of_the_first_schema_is_migrated(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest migration adds columns with defaults to rows that are there."""
    engine = engine_of(place)
    with engine.begin() as connection:
        migrations_to(connection, "0001")
        connection.execute(
            insert(TABLES["project"]).values(uuid="u", name="old", created_at=datetime.now(UTC), info={}, settings={})
        )
        connection.execute(text("INSERT INTO roots (path, name) VALUES ('photos', 'photos')"))
        image = {"root_id": 1, "path": "a.jpg", "added_at": datetime.now(UTC), "width": 9, "height": 9}
        connection.execute(insert(TABLES["images"]).values(image))
        old = {each["name"] for each in inspect(connection).get_columns("instances")}
        values = {"image_id": 1, "state": "accepted", "stage": "assisted", "mask": square(1), "level": "", "z": 0}
        values |= {"area": 9.0, "iscrowd": False, "locked": False, "attributes": {}, "backend": "", "weights_hash": ""}
        values |= {"device": "", "tool": "", "clicks": 0, "active_ms": 0, "author": "", "reviewed_by": ""}
        values |= {"created_at": datetime.now(UTC), "updated_at": datetime.now(UTC), "review_ms": 0, "extra": {}}
        assert set(values) <= old
        connection.execute(
            insert(Table("instances", MetaData(), *(Column(n, TABLES["instances"].c[n].type) for n in values))), values
        )
    engine.dispose()
    if isinstance(place.project, Path):
        with contextlib.closing(sqlite3.connect(place.project)) as raw:
            raw.execute(f"PRAGMA application_id = {project_file.APPLICATION_ID}")
    with Workspace.open(place.project) as opened, opened.read() as read:
        assert read.project().name == "old"
        (instance,) = read.instances.of_image(1)
        assert (instance.edits, instance.provenance.crop) == (0, None)


def migrations_to(connection: Any, revision: str) -> None:
    config = migrations._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_an_older_project_is_copied_then_migrated(
    place: Place, workspace: Workspace, images: tuple[int, ...], later: Any
) -> None:
    workspace.execute(add(images[0]))
    workspace.close()
    before = place.dump(story=True)
    later()
    with Workspace.open(place.project) as opened:
        opened.execute(SetTags(images[0], ("still works",), ""))
        opened.undo(images[0])
        with opened.read() as read:
            assert read.instances.count() == 1
    after = place.dump(story=True)
    assert [row[-1] for row in after["images"]] == ["sunny", "sunny"]
    assert after["instances"] == before["instances"] and after["candidates"] == before["candidates"]
    if isinstance(place.project, Path):
        copy = place.project.with_name("p.maskwright.before-tomorrow.bak")
        with contextlib.closing(sqlite3.connect(copy)) as raw:
            assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
            assert raw.execute("SELECT * FROM images ORDER BY id").fetchall() == before["images"]


def test_a_failed_migration_changes_nothing(
    place: Place, workspace: Workspace, images: tuple[int, ...], later: Any
) -> None:
    workspace.close()
    before, schema = place.dump(story=True), schema_of(place.engine)
    later("raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        Workspace.open(place.project)
    place.engine.dispose()
    assert place.dump(story=True) == before and schema_of(place.engine) == schema
    with place.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == HEAD


# Jobs of several workers


POSED_BY = BackendInfo("fake-pose", "pose", "cpu", "w1")
FOUND_BY = BackendInfo("net", "mask", "cpu", "w-1")


def found_at(*places: int) -> tuple[AutoMask, ...]:
    return tuple(
        AutoMask(square(x), 0.9, 0.97, (x + 0.5, 2.5), (0, 0, 20, 10), Level.WHOLE, None if n == 0 else 0)
        for n, x in enumerate(places)
    )


@pytest.fixture
def job(workspace: Workspace) -> int:
    """A job on thirty images."""
    found = tuple(NewImage(f"{number:02}.jpg", "h", 20, 10) for number in range(30))
    image_ids = workspace.execute(AddImages("many", "many", found)).value
    return workspace.execute(CreateJob(Stage.AUTO, "net", AutoParams(), image_ids)).value


def test_every_image_is_claimed_and_finished_once(place: Place, workspace: Workspace, job: int) -> None:
    def work(worker: str) -> list[int]:
        mine = []
        with Workspace.open(place.project, busy_ms=60_000) as own:
            while (item := own.execute(ClaimItem(job, worker, 60)).value.item) is not None:
                op = FinishItem(item.id, worker, found_at(1, 8), FOUND_BY, account={"asked": 4, "grid": 0.5})
                assert own.execute(op).value == 2
                with pytest.raises(LeaseLost):
                    own.execute(op)
                mine.append(item.image_id)
            own.execute(EndJob(job))
        return mine

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, "abcd"))
    claimed = sorted(image_id for each in done for image_id in each)
    with workspace.read() as read:
        assert claimed == read.images.ids()
        progress = read.jobs.progress(job)
        assert read.jobs.account(job) == {"asked": 120, "grid": 15.0}
        first, second = read.instances.of_image(claimed[0])
        assert second.parent_id == first.id and read.instances.prompts(second.id)[0].x0 == 8.5
    assert (progress.state, progress.done, progress.instances, progress.left) == (JobState.DONE, 30, 60, 0)
    assert workspace.execute(WithdrawJob(job)).value == Withdrawn(60, 0)
    assert place.dump()["instances"] == place.dump()["prompts"] == []


def test_what_is_filled_in_is_confirmed_and_frozen_alike(place: Place, workspace: Workspace) -> None:
    added = AddImages("many", "many", (NewImage("1.jpg", "h", 20, 10), NewImage("2.jpg", "h", 20, 10)))
    first, second = workspace.execute(added).value
    job = workspace.execute(CreateJob(Stage.SEMI, "net", AutoParams(), (first, second))).value
    workspace.execute(StorePrefill(first, found_at(1), FOUND_BY, FLOOR))
    workspace.execute(ConfirmPrefill(first, 0.8, 0.9))
    stored = []
    while (item := workspace.execute(ClaimItem(job, "a", 60)).value.item) is not None:
        stored.append(workspace.execute(FinishItem(item.id, "a", found_at(8, 8, 14), FOUND_BY)).value)
    # The image that a person has confirmed is left alone; of twins one is filled in.
    assert stored == [0, 2]
    workspace.execute(EndJob(job))
    with workspace.read() as read:
        assert [each.state for each in read.instances.of_image(first)] == [State.ACCEPTED]
        filled = read.instances.of_image(second)
    assert {(each.state, each.provenance.stage, each.job_id) for each in filled} == {(State.PROPOSED, Stage.SEMI, job)}
    before = place.dump()
    assert workspace.execute(ConfirmPrefill(second, 0.95, 0.9, 100)).value == Confirmed((), 2)
    confirmed = place.dump()
    workspace.undo(second)
    assert place.dump() == before
    workspace.redo(second)
    assert place.dump() == confirmed


def test_leases_run_out_on_both_databases(workspace: Workspace, job: int) -> None:
    first = workspace.execute(ClaimItem(job, "slow", 60)).value.item
    lost = workspace.execute(ClaimItem(job, "dead", -1)).value.item
    assert first is not None and lost is not None
    with workspace.read() as read:
        assert read.jobs.owners(job) == {"slow"}
    workspace.execute(RenewLease(lost.id, "dead", 60))
    with workspace.read() as read:
        assert read.jobs.owners(job) == {"slow", "dead"}
    workspace.execute(RenewLease(lost.id, "dead", -1))
    taken = [workspace.execute(ClaimItem(job, f"w{n}", 60)).value.item for n in range(29)]
    assert taken[-1] is not None and taken[-1].id == lost.id
    assert workspace.execute(ClaimItem(job, "late", 60)).value == Claim(None, JobState.RUNNING, 30)
    with pytest.raises(InvalidOp, match="Cancel it first"):
        workspace.execute(WithdrawJob(job))
    workspace.execute(CancelJob(job))
    with pytest.raises(LeaseLost):
        workspace.execute(FinishItem(first.id, "slow", found_at(1), FOUND_BY))
    assert workspace.execute(ResumeJob(job)).value == 30


def test_poses_are_proposed_ordered_joined_counted_and_parted(workspace: Workspace, images: tuple[int, ...]) -> None:
    skeleton = workspace.execute(AddSkeleton("two", ("a", "b"), ((0, 1),))).value.id
    person = workspace.execute(AddLabel("person", skeleton_id=skeleton)).value.id
    sources = [workspace.execute(add(images[0], x, label_id=person)).value.id for x in (1, 6, 12)]
    with workspace.read() as read:
        assert read.instances.images_to_pose([person]) == {images[0]}
    poses = tuple(
        AutoPose(source, ((1.5, 2.0, 2), (3.25, 4.0, 2)), (0.9, least), 0.7)
        for source, least in zip(sources, (0.5, 0.125, 0.25), strict=True)
    )
    first, second, third = workspace.execute(StorePoses(images[0], poses, POSED_BY)).value
    order = ReviewOrder(ReviewBy.JOINT)
    with workspace.read() as read:
        assert read.instances.images_to_pose([person]) == set()
        places = read.review.places(order, ReviewFilter(), limit=9)
        assert [(each.instance_id, each.key) for each in places] == [(second, 0.125), (third, 0.25), (first, 0.5)]
        doubt = read.review.places(ReviewOrder(), ReviewFilter(), limit=9)
        assert [each.instance_id for each in doubt] == [second, third, first]
    decided = workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter()))
    assert decided.value.done == (first, second, third)
    with workspace.read() as read:
        shown = read.instances.of_image(images[0])
        assert [each.id for each in shown] == sources and all(each.posed for each in shown)
        assert [each.state for each in read.instances.twins(sources)] == [State.JOINED] * 3
        (row,) = engine_table(read).poses
        assert (row.accepted, row.proposed, row.acceptance) == (3, 0, 1.0)
    workspace.execute(SetState((second,), State.REJECTED))
    workspace.execute(DeleteInstances((sources[0],)))
    with workspace.read() as read:
        assert [each.posed for each in read.instances.of_image(images[0])] == [False, True]
    for _ in range(3):
        workspace.undo(images[0])
    with workspace.read() as read:
        states = [(each.id, each.state, each.posed) for each in read.instances.of_image(images[0])]
    accepted = [(each, State.ACCEPTED, False) for each in sources]
    assert states == accepted + [(each, State.PROPOSED, True) for each in (first, second, third)]


def test_worker_processes_on_both_databases(place: Place, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(6):
        PillowImage.new("RGB", (60, 40), (number, 0, 0)).save(pictures / f"{number}.png")
    with Workspace.create(place.project, author="ann") as workspace:
        add_images(workspace, [pictures])
        job_id = create_auto_job(workspace, "fake", AutoParams(points_per_side=(3,)), ImageFilter())
        workers = spawn_job(place.project, job_id, 2)
        # A URL may hold a password, which a list of processes shows to everybody.
        shown = [" ".join(psutil.Process(pid).cmdline()) for pid in workers.pids]
        assert workers.wait(120)
        assert workers.complaints() == []
        workers.close()
        assert all("://" not in each for each in shown)
        with workspace.read() as read:
            progress = read.jobs.progress(job_id)
            assert {each.author for each in read.instances.of_image(1)} == {"ann"}
    assert (progress.state, progress.done, progress.instances) == (JobState.DONE, 6, 54)


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


def test_the_engines_table_and_an_audit_are_counted_alike(workspace: Workspace, images: tuple[int, ...]) -> None:
    run = workspace.execute
    for x, score in ((0, None), (3, 0.05), (6, 0.049), (9, 1.0), (12, 0.949)):
        told = Provenance(stage=Stage.AUTO, backend="net", score=score)
        instance = run(add(images[x % 2], x, state=State.PROPOSED, provenance=told)).value.id
        run(SetState((instance,), State.REJECTED if x == 9 else State.ACCEPTED, review_ms=250 * x))
    told = Provenance(clicks=2, active_ms=1234)
    kept = run(add(images[0], 15, provenance=told)).value.id
    with workspace.read() as read:
        table = engine_table(read)
    auto = table.stage(Stage.AUTO)
    assert (auto.accepted, auto.rejected, auto.decided, auto.images) == (4, 1, 5, 2)
    assert (auto.review_seconds, auto.timed_decisions, auto.acceptance) == (7.5, 4, 0.8)
    assert [(row.low, row.decided) for row in table.scores if row.decided] == [(0.0, 1), (0.05, 1), (0.9, 1), (0.95, 1)]
    assert table.unscored == 1
    assert table.stage(Stage.ASSISTED).median_seconds == pytest.approx(1.3)
    assert (table.total.images, table.coverage.sampled, table.last_7_days) == (2, 2, 5)
    audit = run(StartAudit(2, 0)).value
    run(DeleteInstances((kept,)))
    for image in images:
        run(CheckImage(audit.id, image))
    run(add(images[1], 1))
    with workspace.read() as read:
        report = audit_report(read, audit.id)
    assert (report.checked, report.masks, report.removed, report.untouched, report.added) == (2, 5, 1, 4, 1)
    assert (report.good.value, report.changed_since) == (0.8, 1)


def test_the_review_queue_is_ordered_counted_and_decided_alike(
    place: Place, workspace: Workspace, images: tuple[int, ...]
) -> None:
    run, order = workspace.execute, ReviewOrder
    # On the borders of hundredths, where a product of doubles may fall on either side.
    scores = (0.29, 0.57, 0.58, None, 0.88, 0.99, 1.0, 0.07, 0.14, 0.28) * 3
    ids = []
    for number, score in enumerate(scores):
        told = Provenance(stage=Stage.AUTO, backend="net", score=score, stability=None if number % 7 == 3 else 0.99)
        made = run(add(images[number % 2], number % 15, state=State.PROPOSED, provenance=told)).value
        ids.append(made.id)
    everything = ReviewFilter()
    with workspace.read() as read:
        queue = read.review
        for by in ReviewBy:
            whole = queue.places(order(by, seed=3), everything, limit=99)
            paged = queue.places(order(by, seed=3), everything, limit=13)
            paged += queue.places(order(by, seed=3), everything, after=paged[-1], limit=99)
            assert paged == whole and sorted(each.instance_id for each in whole) == ids
            assert queue.before(order(by, seed=3), everything, whole[11]) == 11
        first = [each.instance_id for each in queue.places(order(), everything, limit=4)]
        assert {scores[ids.index(each)] for each in first} <= {0.88, None}
        shuffled = [ids.index(each.instance_id) for each in queue.places(order(ReviewBy.RANDOM), everything, limit=5)]
        spread = queue.spread(Measure.SCORE)
        facets = queue.facets()
    # The same on both databases, so written down once.
    assert shuffled == [27, 14, 1, 20, 7]
    assert [(step, number) for step, number in enumerate(spread.counts) if number] == [
        (7, 3), (14, 3), (28, 3), (29, 3), (57, 3), (58, 3), (88, 3), (99, 6)
    ]  # fmt: skip
    assert (spread.unknown, facets.labels, facets.backends) == (3, {NO_LABEL: 30}, {"net": 30})
    before = place.dump()
    outcome = run(DecideMany(Decision.ACCEPT, among=everything.least(Measure.SCORE, 0.58), review_ms=1200))
    assert outcome.value == Decided(
        tuple(each for each, score in zip(ids, scores, strict=True) if (score or 0) >= 0.58)
    )
    assert len(outcome.value.done) == spread.from_on(58) == 12
    after = place.dump()
    workspace.undo(None)
    assert place.dump() == before
    workspace.redo(None)
    assert place.dump() == after


def test_what_words_found_keeps_words_box_and_scores(
    place: Place, workspace: Workspace, images: tuple[int, ...]
) -> None:
    params = WordParams(("dogs", "bird"), "detector", 0.3, new_labels=True)
    seen = Detection("dogs", BoxPrompt(8.5, 2.0, 12.25, 5.0), 0.1 + 0.2, "detector")
    found = AutoMask(square(9), 0.93, 0.9, (10, 3), (0, 0, 20, 10), Level.NONE, detection=seen)
    before = place.dump()
    op = StoreWordMasks(images[0], (found,), BackendInfo("net", "mask", "cpu", "w-1", "1"), params)
    (instance_id,) = workspace.execute(op).value
    after = place.dump()
    with workspace.read() as reader:
        assert reader.instances.words([instance_id]) == {instance_id: ("dogs", 0.30000000000000004)}
        assert reader.instances.prompts(instance_id) == (
            PromptRecord("box", 8.5, 2.0, 12.25, 5.0, text="dogs", detector="detector", score=0.30000000000000004),
        )
        assert [label.name for label in reader.labels.all()][-1] == "dog"
    workspace.undo(images[0])
    assert place.dump() == before
    workspace.redo(images[0])
    assert place.dump() == after


def test_exports_hold_the_same_bytes(workspace: Workspace, images: tuple[int, ...], tmp_path: Path) -> None:
    found = AutoMask(square(9), 0.93, 0.1 + 0.2, (10.5, 3.25), (5.0, 0.0, 15.0, 10.0), Level.WHOLE)
    workspace.execute(add(images[0]))
    workspace.execute(StoreProposals(images[0], (found,), Stage.AUTO, BackendInfo("net", "mask", "cpu", "w-1", "1")))
    both = (State.ACCEPTED, State.PROPOSED)
    report = sa1b.write(workspace, tmp_path / "out", states=both)
    assert report.count("annotations").went_out == 2
    counts = [masks.encode(masks.decode(square(x))).counts.decode() for x in (1, 9)]
    scored = (
        b'"predicted_iou":0.30000000000000004,"point_coords":[[1.5,2]],"crop_box":[0,0,20,10],"id":1,'
        b'"stability_score":null}',
        b'"predicted_iou":0.93,"point_coords":[[10.5,3.25]],"crop_box":[5,0,15,10],"id":2,'
        b'"stability_score":0.30000000000000004}',
    )
    whole = [
        orjson.dumps({"bbox": [x, 2, 3, 3], "area": 9, "segmentation": {"size": [10, 20], "counts": code}})[:-1]
        + b","
        + rest
        for x, code, rest in zip((1, 9), counts, scored, strict=True)
    ]
    head = b'{"image": {"image_id":1,"width":20,"height":10,"file_name":"a.jpg"},\n"annotations": [\n'
    assert (tmp_path / "out" / "a.json").read_bytes() == head + b",\n".join(whole) + b"\n]}\n"
    coco.write(workspace, tmp_path / "out.json", states=both, scores=True)
    written = (tmp_path / "out.json").read_bytes()
    assert b'"predicted_iou":0.30000000000000004,"point_coords":[[1.5,2]]}' in written
    assert scored[1].replace(b'"id":2,', b"") in written
