from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from engine import project
from engine.control import Cancelled, Control
from engine.errors import BadFile, InvalidOp
from engine.project import add_classes, add_images, read_classes, require_images
from engine.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.create(tmp_path / "home" / "p.maskwright", author="tester")
    yield opened
    opened.close()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos \u00fc"
    (folder / "sub").mkdir(parents=True)
    for name in ("img10.png", "img2.png", "sub/img2.png"):
        Image.new("RGB", (8, 6)).save(folder / name)
    return folder


def _paths(workspace: Workspace) -> list[str]:
    with workspace.read() as reader:
        return [image.path for image in reader.images.stream()]


def test_a_folder_becomes_a_root_relative_to_the_project(workspace: Workspace, photos: Path, tmp_path: Path) -> None:
    report = add_images(workspace, [photos])
    assert [path.name for path in report.added] == ["img2.png", "img10.png", "img2.png"]
    assert _paths(workspace) == ["img2.png", "img10.png", "sub/img2.png"]
    with workspace.read() as reader:
        images = list(reader.images.stream())
        assert reader.images.root_names() == {1: "photos \u00fc"}
    assert all(image.file.is_file() and (image.width, image.height) == (8, 6) for image in images)
    assert all(image.content_hash for image in images)


def test_project_and_images_may_move_together(workspace: Workspace, photos: Path, tmp_path: Path) -> None:
    add_images(workspace, [photos])
    workspace.close()
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.move(tmp_path / "home", moved / "home")
    shutil.move(photos, moved / photos.name)
    again = Workspace.open(moved / "home" / "p.maskwright")
    with again.read() as reader:
        assert all(image.file.is_file() for image in reader.images.stream())
    again.close()


def test_what_is_there_is_not_added_twice_however_it_is_named(
    workspace: Workspace, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_images(workspace, [photos])
    monkeypatch.chdir(photos)
    report = add_images(workspace, [Path("sub"), photos / "sub" / ".." / "img2.png", Path("img10.png"), photos])
    assert (len(report.added), len(report.unreadable)) == (0, 0)
    assert len(report.known) >= 3
    assert len(_paths(workspace)) == 3


def test_single_files_are_rooted_in_their_folder(workspace: Workspace, photos: Path) -> None:
    add_images(workspace, [photos / "sub" / "img2.png", photos / "img2.png"])
    with workspace.read() as reader:
        assert sorted(folder.name for folder in reader.images.roots().values()) == ["photos \u00fc", "sub"]
    assert _paths(workspace) == ["img2.png", "img2.png"]


def test_unreadable_images_are_listed_with_their_reason(workspace: Workspace, photos: Path) -> None:
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "text.jpg").write_text("no image")
    report = add_images(workspace, [photos, photos / "nowhere"])
    assert sorted(problem.path.name for problem in report.unreadable) == ["empty.jpg", "nowhere", "text.jpg"]
    assert len(report.added) == 3
    with workspace.read() as reader:
        errors = {image.path: image.error for image in reader.images.stream() if image.error}
    assert sorted(errors) == ["empty.jpg", "text.jpg"]
    assert "0 bytes" in errors["empty.jpg"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no names that are not Unicode")
def test_a_name_that_is_no_text_is_reported(workspace: Workspace, photos: Path) -> None:
    shutil.copy(photos / "img2.png", os.fsdecode(os.fsencode(photos) + b"/\xff.png"))
    report = add_images(workspace, [photos])
    assert [problem.reason for problem in report.unreadable] == ["its name is not valid Unicode. Rename the file"]
    assert len(report.added) == 3


def test_a_cancelled_run_can_be_gone_on_with(
    workspace: Workspace, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "_STORED_AT_ONCE", 1)
    calls: list[tuple[int, int | None]] = []
    control = Control(lambda done, total: calls.append((done, total)), lambda: len(calls) > 2)
    with pytest.raises(Cancelled, match="stays"):
        add_images(workspace, [photos], control=control)
    assert _paths(workspace) == ["img2.png"]
    report = add_images(workspace, [photos])
    assert (len(report.added), len(report.known)) == (2, 1)


def test_class_lists(workspace: Workspace, tmp_path: Path) -> None:
    listed = tmp_path / "classes.txt"
    listed.write_bytes("\ufeff__ignore__\n_background_\r\ncat\n\n  dog \ncat\n\u732b\n".encode())
    names = read_classes(listed)
    report = add_classes(workspace, names)
    assert report.added == ("cat", "dog", "\u732b")
    assert report.known == ("cat",)
    assert report.skipped == ("__ignore__", "_background_")
    assert add_classes(workspace, names).added == ()
    with workspace.read() as reader:
        assert [label.name for label in reader.labels.all()] == ["cat", "dog", "\u732b"]


def test_bad_class_lists(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9t\xe9")
    (tmp_path / "binary").write_bytes(b"a\x00b")
    for name, words in (("none", "no such file"), ("latin", "UTF-8"), ("binary", "no text file")):
        with pytest.raises(BadFile, match=words):
            read_classes(tmp_path / name)


def test_missing_paths_are_refused_before_anything_is_made(photos: Path) -> None:
    require_images([photos])
    with pytest.raises(InvalidOp, match="no such file or folder"):
        require_images([photos, photos / "nowhere"])
