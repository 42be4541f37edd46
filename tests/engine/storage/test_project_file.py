"""What bad project files get: a clear error that names the file, and nothing changed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from engine.errors import (
    BadProject,
    CannotWrite,
    DiskFull,
    EngineError,
    ProjectBusy,
    ProjectReadOnly,
    ProjectTooNew,
)
from engine.ops.instances import DeleteInstances
from engine.ops.reviews import SetState
from engine.records import State
from engine.storage.connect import APPLICATION_ID
from engine.storage.project_file import HEAD, SUFFIX, back_up
from engine.workspace import Workspace


def touch_everything(file: Path) -> None:
    """Open a project and read and write each kind of row."""
    with Workspace.open(file) as workspace:
        with workspace.read() as read:
            read.project()
            read.labels.all()
            read.history(None)
            rows = read.images.rows(read.images.ids())
            ids = []
            for row in rows:
                for instance in read.instances.of_image(row.image.id, tuple(State)):
                    ids.append(instance.id)
                    read.instances.prompts(instance.id)
                    read.instances.candidates(instance.id)
            read.stats()
        for instance_id in ids:
            workspace.execute(SetState((instance_id,), State.REJECTED))
        if ids:
            workspace.execute(DeleteInstances(tuple(ids)))


def edit(file: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadProject, match=r"gone\.maskwright does not exist.*maskwright new"):
        Workspace.open(tmp_path / "gone.maskwright")
    with pytest.raises(BadProject, match="does not exist"):
        Workspace.open(tmp_path / "no" / "folder.maskwright")
    assert list(tmp_path.iterdir()) == []


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadProject, match="is a folder"):
        Workspace.open(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 some zip", "no SQLite file"),
        (b"SQLite format 3\x00", "another program"),
        (b"SQLite format 3\x00" + bytes(84), "another program"),
    ],
)
def test_another_file(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "öther.maskwright"
    file.write_bytes(content)
    with pytest.raises(BadProject, match=f"öther.maskwright.*{words}"):
        Workspace.open(file)
    assert file.read_bytes() == content and len(list(tmp_path.iterdir())) == 1


def test_another_programs_database(tmp_path: Path) -> None:
    file = tmp_path / "browser.sqlite"
    edit(file, "CREATE TABLE bookmarks (id INTEGER)")
    before = file.read_bytes()
    with pytest.raises(BadProject, match="another program"):
        Workspace.open(file)
    assert file.read_bytes() == before


def test_our_mark_on_an_empty_database(tmp_path: Path) -> None:
    file = tmp_path / "p.maskwright"
    edit(file, f"PRAGMA application_id={APPLICATION_ID}", "CREATE TABLE x (id INTEGER)")
    with pytest.raises(BadProject, match=r"p\.maskwright holds no Maskwright project"):
        Workspace.open(file)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("DELETE FROM alembic_version",), "which version"),
        (("INSERT INTO alembic_version VALUES ('zzz')",), "which version"),
        (("DROP TABLE prompts",), "lacks prompts"),
    ],
)
def test_a_project_that_lost_something(desk: Any, statements: tuple[str, ...], words: str) -> None:
    desk.workspace.close()
    edit(desk.file, *statements)
    with pytest.raises(BadProject, match=words):
        Workspace.open(desk.file)


def test_a_newer_project_is_left_alone(desk: Any) -> None:
    desk.workspace.close()
    edit(desk.file, "UPDATE alembic_version SET version_num = '9999'")
    before = desk.file.read_bytes()
    with pytest.raises(ProjectTooNew, match=r"newer Maskwright \(schema 9999.*Update Maskwright"):
        Workspace.open(desk.file)
    assert desk.file.read_bytes() == before
    assert [each.name for each in desk.file.parent.iterdir()] == [desk.file.name]


def test_the_head_is_the_newest_migration() -> None:
    from engine.storage.migrations import known_versions

    assert max(known_versions()) == HEAD


@pytest.mark.parametrize("share", [0.02, 0.1, 0.25, 0.5, 0.75, 0.97])
def test_a_truncated_project(desk: Any, share: float) -> None:
    for number in range(8):
        desk.add(number % 2, x=number)
    desk.workspace.close()
    data = desk.file.read_bytes()
    desk.file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadProject, match=r"100%\.maskwright.*damaged"):
        touch_everything(desk.file)


@pytest.mark.parametrize("fill", [b"\xff", b"\x00", b"\x81", b"A", b"\x05"])
def test_overwritten_pages(desk: Any, fill: bytes) -> None:
    for number in range(8):
        desk.add(number % 2, x=number)
    desk.workspace.close()
    data = desk.file.read_bytes()
    damaged = 0
    for page in range(0, len(data), 4096):
        # The first hundred bytes are the header that another check looks at.
        start = max(page, 100)
        desk.file.write_bytes(data[:start] + fill * 3000 + data[start + 3000 :])
        try:
            touch_everything(desk.file)
        except EngineError as error:
            assert desk.file.name in str(error)
            damaged += 1
    assert damaged > 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE instances SET mask = x'00'",
        "UPDATE instances SET attributes = '{'",
        "UPDATE instances SET created_at = 4611686018427387904",
        "UPDATE candidates SET logits = x'0000000100000001ff'",
        "UPDATE images SET path = CAST(x'ff' AS TEXT) WHERE id = 1",
        "UPDATE images SET tags = 'no json'",
    ],
)
def test_values_that_cannot_be(desk: Any, statement: str) -> None:
    desk.add()
    desk.workspace.close()
    edit(desk.file, statement)
    with pytest.raises(BadProject, match=r"100%\.maskwright is damaged"):
        touch_everything(desk.file)


def test_a_damaged_step_of_the_history(desk: Any) -> None:
    desk.add()
    edit(desk.file, "UPDATE history_rows SET after = x'00'")
    before = desk.dump(story=True)
    with pytest.raises(BadProject, match="a step of the history cannot be read"):
        desk.workspace.undo(desk.images[0])
    assert desk.dump(story=True) == before


HOLDER = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def held(file: Path) -> Iterator[None]:
    """Let another process hold the write lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.write("\n")


def test_a_project_held_by_another_process(desk: Any) -> None:
    instance = desk.add()
    before = desk.dump(story=True)
    desk.workspace.close()
    desk.workspace = Workspace.open(desk.file, busy_ms=50)
    with held(desk.file):
        for change in (
            lambda: desk.workspace.execute(SetState((instance,), State.REJECTED)),
            lambda: desk.workspace.undo(desk.images[0]),
        ):
            with pytest.raises(ProjectBusy, match="another process"):
                change()
        assert desk.dump(story=True) == before
        with desk.workspace.read() as read, Workspace.open(desk.file, busy_ms=50) as second:
            assert read.instances.get(instance).state is State.ACCEPTED
            assert second.place == desk.workspace.place
    desk.workspace.execute(SetState((instance,), State.REJECTED))


def test_a_full_disk(desk: Any) -> None:
    """SQLite refuses to grow the file just as it does when the disk has no more pages."""
    desk.add()
    desk.workspace.close()
    with contextlib.closing(sqlite3.connect(desk.file)) as raw:
        (pages,) = raw.execute("PRAGMA page_count").fetchone()

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    event.listen(Engine, "connect", limit)
    try:
        desk.workspace = Workspace.open(desk.file)
        good = desk.dump(story=True)
        with pytest.raises(DiskFull, match=r"100%\.maskwright is full"):
            for number in range(100):
                desk.add(x=number % 9)
                good = desk.dump(story=True)
        assert desk.dump(story=True) == good
        with desk.workspace.read() as read:
            assert read.instances.count() >= 1
        desk.workspace.close()
    finally:
        event.remove(Engine, "connect", limit)
    desk.workspace = Workspace.open(desk.file)
    assert desk.dump(story=True) == good
    desk.add()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    place = tmp_path / "tiny"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_really_full_disk(tiny_disk: Path, desk: Any) -> None:
    desk.workspace.close()
    desk.file = tiny_disk / "full.maskwright"
    back_up(Path(desk.workspace.place), desk.file)
    desk.workspace = Workspace.open(desk.file, author="ann")
    acknowledged = []
    with pytest.raises(DiskFull, match=r"full\.maskwright"):
        acknowledged.extend(desk.add(x=number % 9) for number in range(5000))
    with desk.workspace.read() as read:
        assert [each.id for each in read.instances.of_image(desk.images[0])] == acknowledged
    with pytest.raises(DiskFull, match=r"new\.maskwright"):
        Workspace.create(tiny_disk / "new.maskwright")
    assert not (tiny_disk / "new.maskwright").exists()
    desk.reopen()
    with desk.workspace.read() as read:
        assert [each.id for each in read.instances.of_image(desk.images[0])] == acknowledged


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere, so step down while it lasts."""
    if sys.platform == "win32":
        pytest.skip("Windows has other permissions")
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def guarded(desk: Any) -> Iterator[Path]:
    """A project in a folder of its own, to which everybody finds the way."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / desk.file.name
        back_up(desk.file, file)
        Path(folder).chmod(0o777)
        yield file
        Path(folder).chmod(0o777)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_read_only_place(guarded: Path, what: str) -> None:
    before = guarded.read_bytes()
    guarded.parent.chmod(0o555 if what == "folder" else 0o777)
    guarded.chmod(0o666 if what == "folder" else 0o444)
    with as_nobody(), pytest.raises(ProjectReadOnly, match=r"100%\.maskwright or its folder is read-only"):
        Workspace.open(guarded)
    assert guarded.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_secret_file(guarded: Path) -> None:
    guarded.chmod(0o000)
    with as_nobody(), pytest.raises(BadProject, match="may not be read by you"):
        Workspace.open(guarded)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_creating_in_a_read_only_folder(guarded: Path) -> None:
    guarded.parent.chmod(0o555)
    with as_nobody(), pytest.raises(CannotWrite, match=r"new\.maskwright cannot be created.*may not be written"):
        Workspace.create(guarded.parent / "new.maskwright")
    with as_nobody(), pytest.raises(CannotWrite, match=r"new\.maskwright cannot be created"):
        Workspace.create(guarded.parent / "deeper" / "new.maskwright")


def test_creating_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotWrite, match="cannot be created"):
        Workspace.create(tmp_path / "file" / "p.maskwright")


def test_a_backup_is_whole_while_others_write(desk: Any, tmp_path: Path) -> None:
    desk.add()
    copy = tmp_path / "copy.maskwright"
    back_up(desk.file, copy)
    with Workspace.open(copy) as workspace, workspace.read() as read:
        assert read.instances.count() == 1


def test_an_impossible_backup(desk: Any, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="could not be made"):
        back_up(desk.file, tmp_path / "nowhere" / "copy.maskwright")


def test_the_marks_of_a_new_project(desk: Any) -> None:
    head = desk.file.read_bytes()[:100]
    assert head[68:72] == b"MSKW"
    with contextlib.closing(sqlite3.connect(desk.file)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert desk.file.suffix == SUFFIX
