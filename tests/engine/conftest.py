"""A small project to work on, and raw table dumps that show whether anything changed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import CandidateRecord, Level, PromptRecord, Provenance, Rle, State
from engine.workspace import Workspace
from models import masks

STORY = ("history", "history_rows")


@dataclass
class Desk:
    """A project of two images of 20 x 10 pixels and one of 8 x 8, with two labels."""

    file: Path
    workspace: Workspace
    images: tuple[int, ...]
    cat: int
    dog: int

    def square(self, x: int, y: int = 2, size: int = 3, *, width: int = 20, height: int = 10) -> Rle:
        return masks.encode(masks.paste(np.ones((size, size), dtype=np.bool_), x=x, y=y, height=height, width=width))

    def add(self, image: int = 0, *, x: int = 1, size: int = 3, **more: Any) -> int:
        """Store a square with two prompts and three candidates, and return its id."""
        seed = np.random.default_rng(x)
        logits = seed.normal(size=(4, 4)).astype(np.float16)
        told: dict[str, Any] = {
            "label_id": self.cat,
            "prompts": (PromptRecord("point", 1.5, 2.5), PromptRecord("point", 3.0, 4.0, positive=False, at_ms=70)),
            "candidates": tuple(
                CandidateRecord(rank, 0.9 - rank / 10, 0.8, 9, Level.PART, rank == 0, logits if rank == 0 else None)
                for rank in range(3)
            ),
            "provenance": Provenance(backend="fake", score=0.9, clicks=2, active_ms=700, tool="smart"),
        }
        op = AddInstance(self.images[image], **({"mask": self.square(x, size=size)} | told | more))
        return self.workspace.execute(op).value.id

    def add_box(self, image: int = 0, **more: Any) -> int:
        return self.workspace.execute(AddInstance(self.images[image], box=(1.0, 2.0, 3.0, 4.0), **more)).value.id

    def add_proposed(self, image: int = 0, **more: Any) -> int:
        return self.add(image, state=State.PROPOSED, **more)

    def dump(self, *, story: bool = False) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table as SQLite holds it; the history only if ``story``."""
        with contextlib.closing(sqlite3.connect(self.file)) as raw:
            names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = [name for name in names if not name.startswith("sqlite_") and (story or name not in STORY)]
            return {name: raw.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in sorted(kept)}

    def reopen(self) -> None:
        self.workspace.close()
        self.workspace = Workspace.open(self.file, author="ann")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    file = tmp_path / "pröject 日本 100%.maskwright"
    workspace = Workspace.create(file, author="ann")
    images = workspace.execute(
        AddImages(
            "photos",
            "photos",
            (
                NewImage("a.jpg", "hash-a", 20, 10),
                NewImage("b/ä.jpg", "hash-b", 20, 10),
                NewImage("small.png", "hash-c", 8, 8),
            ),
        )
    ).value
    cat, dog = (workspace.execute(AddLabel(name)).value.id for name in ("cat", "dog"))
    made = Desk(file, workspace, images, cat, dog)
    yield made
    made.workspace.close()
