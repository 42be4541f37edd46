from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadProject, CannotWrite, InvalidOp, ProjectGone
from engine.ops.images import SetImageState, SetTags
from engine.ops.instances import AddInstance
from engine.records import ImageState, State
from engine.workspace import Workspace

OTHER = """
import sys
from engine.ops.images import SetTags
from engine.workspace import Workspace
with Workspace.open(sys.argv[1], author="other") as workspace:
    workspace.execute(SetTags(int(sys.argv[2]), (sys.argv[3],), ""))
"""


def from_elsewhere(desk: Any, tag: str) -> None:
    subprocess.run([sys.executable, "-c", OTHER, str(desk.file), str(desk.images[0]), tag], check=True)


def test_a_new_project_knows_itself(tmp_path: Any) -> None:
    with Workspace.create(tmp_path / "deep" / "er" / "my set.maskwright", author="eve") as workspace:
        with workspace.read() as read:
            project = read.project()
        assert (project.name, project.info, project.settings) == ("my set", {}, {})
        assert workspace.author == "eve" and workspace.base == tmp_path / "deep" / "er"
        assert workspace.place == str(tmp_path / "deep" / "er" / "my set.maskwright")


def test_a_project_is_never_overwritten(desk: Any) -> None:
    before = desk.dump()
    with pytest.raises(CannotWrite, match="exists already"):
        Workspace.create(desk.file)
    assert desk.dump() == before


def test_the_author_has_a_name_by_default(desk: Any) -> None:
    with Workspace.open(desk.file) as workspace:
        assert workspace.author


def test_a_snapshot_stands_still(desk: Any) -> None:
    with desk.workspace.read() as read:
        assert read.images.get(desk.images[0]).state is ImageState.TODO
        desk.workspace.execute(SetImageState(desk.images, ImageState.DONE))
        assert read.images.get(desk.images[0]).state is ImageState.TODO
        assert read.images.count_by_state() == {"todo": 3}
        with desk.workspace.read() as later:
            assert later.images.count_by_state() == {"done": 3}
    with desk.workspace.read() as read:
        assert read.images.count_by_state() == {"done": 3}


def test_the_version_moves_only_with_others(desk: Any) -> None:
    version = desk.workspace.version()
    desk.add()
    with desk.workspace.read() as outer, desk.workspace.read() as inner:
        assert outer.images.count() == inner.images.count()
        desk.add()
    desk.workspace.undo(desk.images[0])
    with pytest.raises(InvalidOp):
        desk.workspace.execute(AddInstance(99))
    assert desk.workspace.version() == version
    from_elsewhere(desk, "first")
    seen = desk.workspace.version()
    assert seen != version
    desk.add()
    assert desk.workspace.version() == seen
    from_elsewhere(desk, "second")
    assert desk.workspace.version() != seen


def test_the_last_one_out_folds_the_log_away(desk: Any) -> None:
    desk.add()
    second = Workspace.open(desk.file)
    log = desk.file.with_name(desk.file.name + "-wal")
    assert log.exists()
    desk.workspace.close()
    with second.read() as read:
        assert read.instances.count() == 1
    second.close()
    assert [each.name for each in desk.file.parent.iterdir()] == [desk.file.name]


def test_threads_read_and_write_at_once(desk: Any) -> None:
    start = threading.Barrier(6)

    def write(image: int) -> list[int]:
        start.wait()
        return [desk.add(image, x=place) for place in range(8)]

    def read_on() -> list[int]:
        start.wait()
        seen = []
        for _ in range(30):
            with desk.workspace.read() as read:
                instances = read.instances.of_image(desk.images[0])
                assert all(len(read.instances.prompts(each.id)) == 2 for each in instances)
                seen.append(len(instances))
        return seen

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, number % 2) for number in range(4)]
        readers = [pool.submit(read_on) for _ in range(2)]
        ids = [each for writer in writers for each in writer.result()]
        assert all(reader.result() == sorted(reader.result()) for reader in readers)
    assert len(set(ids)) == 32
    with desk.workspace.read() as read:
        assert read.instances.count() == 32
        assert sorted(each.z for each in read.instances.of_image(desk.images[0])) == list(range(16))


def test_a_bug_in_an_op_rolls_back_and_passes_through(desk: Any) -> None:
    class Faulty(SetTags):
        def apply(self, tx: Any) -> None:
            super().apply(tx)
            raise ZeroDivisionError

    before = desk.dump(story=True)
    with pytest.raises(ZeroDivisionError):
        desk.workspace.execute(Faulty(desk.images[0], ("a",), ""))
    assert desk.dump(story=True) == before
    desk.workspace.execute(SetTags(desk.images[0], ("a",), ""))


def test_stats_count(desk: Any) -> None:
    desk.add(0)
    desk.add_proposed(1, label_id=None)
    desk.add(1, state=State.REJECTED)
    with desk.workspace.read() as read:
        stats = read.stats()
    assert stats.images == 3 and stats.images_by_state == {"todo": 3}
    assert stats.instances_by_state == {"accepted": 1, "proposed": 1, "rejected": 1}
    assert stats.instances_by_stage == {"assisted": 3}
    assert stats.instances_by_label == {"cat": 1, "(no label)": 1}


def test_a_lost_project_row_is_told(desk: Any) -> None:
    with contextlib.closing(sqlite3.connect(desk.file)) as raw, raw:
        raw.execute("DELETE FROM project")
    with desk.workspace.read() as read, pytest.raises(BadProject, match="no project row"):
        read.project()


def test_a_project_that_was_moved_away_takes_nothing_more(desk: Any) -> None:
    before = desk.dump()
    elsewhere = desk.file.with_name("elsewhere.maskwright")
    desk.file.rename(elsewhere)
    with pytest.raises(ProjectGone, match="moved, deleted or replaced"):
        desk.add()
    with pytest.raises(ProjectGone):
        desk.workspace.undo(desk.images[0])
    elsewhere.rename(desk.file)
    assert desk.dump() == before
    assert desk.add()


def test_a_project_that_was_replaced_is_not_written_to(desk: Any, tmp_path: Path) -> None:
    desk.file.rename(tmp_path / "old.maskwright")
    Workspace.create(desk.file).close()
    with pytest.raises(ProjectGone):
        desk.add()
    with Workspace.open(desk.file) as other, other.read() as read:
        assert read.instances.count() == 0
