from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from engine.control import QUIET
from engine.formats.match import Finder, tidy
from engine.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", ("a.png", "a.png")),
        ("sub/a.png", ("sub/a.png", "a.png")),
        (".\\sub\\a.png", ("sub/a.png", "a.png")),
        ("sub//./a.png", ("sub/a.png", "a.png")),
        ("..a/b..png", ("..a/b..png", "b..png")),
        ("/etc/passwd", ("", "passwd")),
        ("\\\\server\\share\\a.png", ("", "a.png")),
        ("C:\\x\\a.png", ("", "a.png")),
        ("c:a.png", ("", "a.png")),
        ("../a.png", ("", "a.png")),
        ("sub/../../a.png", ("", "a.png")),
        ("https://example.org/a.png", ("", "a.png")),
        ("a/..", ("", "")),
        ("..", ("", "")),
        ("a\x00.png", ("", "")),
        ("", ("", "")),
        ("/", ("", "")),
    ],
)
def test_tidy_names(name: str, expected: tuple[str, str]) -> None:
    assert tidy(name) == expected


def test_an_exact_path_beats_a_base_name_whatever_the_order(empty: Workspace, pictures: Path) -> None:
    with empty.read() as reader:
        finder = Finder(empty, reader, pictures)
    found, reasons = finder.find([(1, "elsewhere/a.png"), (2, "a.png"), (3, "/x/b.png")], control=QUIET)
    assert sorted(found) == [2, 3]
    assert reasons == {1: "another entry of the file names the same picture"}
    assert found[3].new is not None
    assert found[3].new.path == "sub/b.png"


def test_the_project_is_searched_too(workspace: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    Image.new("L", (3, 3)).save(other / "only.png")
    with workspace.read() as reader:
        finder = Finder(workspace, reader, other)
    names = [(1, "only.png"), (2, "sub/b.png"), (3, "deep/a.png"), (4, "pictures/a.png")]
    found, reasons = finder.find(names, control=QUIET)
    assert {key: place.image_id for key, place in found.items()} == {1: None, 2: 2, 4: 1}
    assert list(reasons) == [3]
