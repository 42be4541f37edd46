"""Every suite that asks for ``place`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from engine.ops.images import AddImages, NewImage
from engine.workspace import Workspace
from tests.contracts.databases import Place


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
