"""A place for a database and the instances that the suites of both databases store in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, text

from engine.ops.instances import AddInstance
from engine.records import (
    CandidateRecord,
    Level,
    PromptRecord,
    Provenance,
)
from engine.storage.recorder import TABLES
from models import masks


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
