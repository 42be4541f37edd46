from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.imaging.scan import ScanProblem, find_images, natural_key


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(root: Path, found) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found]


def test_natural_order_files_before_folders(tmp_path: Path) -> None:
    touch(tmp_path, "img10.png", "img2.png", "IMG1.JPG", "b/2.png", "b/10.png", "a9/x.tif", "a10/x.tif", "notes.txt")
    expected = ["IMG1.JPG", "img2.png", "img10.png", "a9/x.tif", "a10/x.tif", "b/2.png", "b/10.png"]
    assert names(tmp_path, find_images([tmp_path])) == expected
    assert names(tmp_path, find_images([tmp_path], recursive=False)) == expected[:3]


def test_hidden_things_are_skipped_but_a_named_file_never(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden/a.png", "._b.png", ".c.png", "seen.png", "odd.name")
    assert names(tmp_path, find_images([tmp_path])) == ["seen.png"]
    assert names(tmp_path, find_images([tmp_path / "odd.name", tmp_path / ".hidden"])) == ["odd.name", ".hidden/a.png"]


def test_same_path_is_given_once(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "a/2.png")
    assert len(list(find_images([tmp_path / "a" / "1.png", tmp_path, tmp_path / "a"]))) == 2


def test_missing_path_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    touch(tmp_path, "1.png")
    problems: list[ScanProblem] = []
    found = list(find_images([tmp_path / "gone", tmp_path], report=problems.append))
    assert names(tmp_path, found) == ["1.png"]
    assert problems == [ScanProblem(tmp_path / "gone", "there is no such file or folder")]


def test_loop_of_links_ends_and_broken_link_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png")
    try:
        (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "dead.png").symlink_to(tmp_path / "nowhere.png")
    except OSError:
        pytest.skip("links may not be made here")
    problems: list[ScanProblem] = []
    assert names(tmp_path, find_images([tmp_path], report=problems.append)) == ["a/1.png"]
    assert [problem.path.name for problem in problems] == ["dead.png"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_forbidden_folder_is_reported(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/2.png")
    (tmp_path / "a").chmod(0)
    problems: list[ScanProblem] = []
    found = names(tmp_path, find_images([tmp_path], report=problems.append))
    (tmp_path / "a").chmod(0o755)
    assert found == ["b/2.png"]
    assert problems == [ScanProblem(tmp_path / "a", "reading is not permitted")]


def test_natural_key_handles_any_characters() -> None:
    assert sorted(["x²", "x10", "X9", "x", "9x"], key=natural_key) == ["9x", "x", "X9", "x10", "x²"]
