"""kill -9 at any moment: what was acknowledged is there, nothing is half-written, the project opens."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadProject
from engine.ops.images import AddImages, NewImage
from engine.records import State
from engine.workspace import Workspace
from models import masks
from tests.e2e.forge import Forge

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / "p.maskwright"
    with Workspace.create(file) as workspace:
        found = tuple(NewImage(name, "", 64, 64) for name in ("a.png", "b.png"))
        workspace.execute(AddImages("r", "r", found))
    return file


def check(file: Path, told: list[list[tuple[str, str, int]]]) -> None:
    """Hold the project against what its writers said."""
    with Workspace.open(file) as workspace, workspace.read() as read:
        present = {}
        for image_id in read.images.ids():
            for each in read.instances.of_image(image_id, tuple(State)):
                present[each.id] = each
                assert each.mask is not None and each.area == masks.area(each.mask)
                assert masks.decode(each.mask).shape == (64, 64)
                assert len(read.instances.prompts(each.id)) == 2
                candidates = read.instances.candidates(each.id)
                assert len(candidates) == 3
                assert candidates[0].logits is not None and candidates[0].logits.dtype == np.float16
        for words in told:
            hold_against(words, {key: each.state for key, each in present.items()})
    with contextlib.closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        told_of = {
            row_id
            for (row_id,) in raw.execute(
                "SELECT row_id FROM history_rows JOIN history ON history.id = history_id "
                "WHERE table_name = 'instances' AND op = 'AddInstance'"
            )
        }
        assert set(present) <= told_of
        empty = "SELECT count(*) FROM history WHERE undoable AND id NOT IN (SELECT history_id FROM history_rows)"
        assert raw.execute(empty).fetchone() == (0,)


def hold_against(words: list[tuple[str, str, int]], present: dict[int, State]) -> None:
    """What was done is there as it was left; what was only tried last may be either way."""
    left = {key: what for stage, what, key in words if stage == "did"}
    stage, tried, doubtful = words[-1]
    for key, what in left.items():
        if stage == "try" and key == doubtful:
            assert key in present or tried == "delete"
        elif what == "delete":
            assert key not in present
        else:
            # Refining accepts what had been rejected.
            assert present[key] is (State.REJECTED if what == "reject" else State.ACCEPTED)


def test_a_writer_killed_twenty_times(forge: Forge, project: Path) -> None:
    rng = random.Random(20)
    told = []
    for round_number in range(20):
        pid = forge.start("write", project, round_number)
        forge.listen(pid, rng.randrange(1, 30))
        forge.hear(rng.random() * 0.004)
        forge.kill(pid)
        told.append(forge.said[pid])
        check(project, told if round_number % 5 == 4 else told[-1:])
    assert sum(stage == "did" for words in told for stage, _, _ in words) > 50


def test_one_of_two_writers_killed(forge: Forge, project: Path) -> None:
    rng = random.Random(2)
    told = []
    for round_number in range(5):
        first = forge.start("write", project, f"first {round_number}")
        second = forge.start("write", project, f"second {round_number}")
        forge.listen(first, rng.randrange(1, 12))
        forge.kill(first)
        # The survivor goes on at once: no lock is left behind.
        forge.listen(second, 10)
        forge.kill(second)
        told += [forge.said[first], forge.said[second]]
        check(project, told)


def test_killed_while_creating(forge: Forge, tmp_path: Path) -> None:
    rng = random.Random(7)
    whole = 0
    for round_number in range(6):
        pid = forge.start("create", tmp_path, round_number)
        forge.listen(pid, rng.randrange(1, 5))
        forge.hear(rng.random() * 0.03)
        forge.kill(pid)
        for stage, _, number in forge.said[pid]:
            file = tmp_path / f"{round_number}-{number}.maskwright"
            if stage == "did":
                assert file.exists()
            if file.exists():
                with Workspace.open(file) as workspace, workspace.read() as read:
                    assert read.project().name == file.stem and read.images.count() == 0
                whole += 1
            else:
                with pytest.raises(BadProject, match="does not exist"):
                    Workspace.open(file)
    assert whole
