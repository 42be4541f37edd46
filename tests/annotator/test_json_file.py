"""A small file is replaced whole, and a damaged one is kept aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.json_file import read_object, write_object


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "s\u00e9ttings.json"
    assert write_object(file, {"name": "J\u00f6rg", "n": 3}) == ""
    assert read_object(file) == ({"name": "J\u00f6rg", "n": 3}, "")
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert read_object(tmp_path / "none.json") == ({}, "")


@pytest.mark.parametrize("content", [b"{ broken", b"[1, 2]", b"\xff\xfe\x00", b""])
def test_a_damaged_file_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    value, problem = read_object(file)
    aside = tmp_path / "settings.json.damaged"
    assert value == {}
    assert str(aside) in problem
    assert aside.read_bytes() == content
    assert not file.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    assert "cannot be written" in write_object(blocker / "settings.json", {})


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "settings.json"
    folder.mkdir()
    assert "cannot be read" in read_object(folder)[1]
    assert "cannot be written" in write_object(folder, {"a": 1})
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.json"]
