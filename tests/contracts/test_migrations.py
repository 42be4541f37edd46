"""The schema of both databases: what migrations lead to, what an older project becomes, what a failure leaves."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, MetaData, Table, insert, inspect, text

from engine.ops.images import SetTags
from engine.storage import migrations, project_file
from engine.storage.connect import open_engine
from engine.storage.project_file import HEAD
from engine.storage.recorder import TABLES
from engine.storage.tables import Base
from engine.workspace import Workspace
from tests.contracts.databases import Place, add, square


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
