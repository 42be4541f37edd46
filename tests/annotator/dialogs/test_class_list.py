from __future__ import annotations

from pathlib import Path

import pytest

from annotator.dialogs.class_list import MOST_BYTES, class_names, class_problem, load_classes
from engine.errors import BadFile


def test_one_class_a_line() -> None:
    assert class_names(" person\r\n\ntraffic light \n") == ("person", "traffic light")


def test_what_is_wrong() -> None:
    assert class_problem(("a", "b")) is None
    twice = class_problem(("a", "b", "a"))
    assert twice is not None and "'a' is listed twice" in twice.text
    tab = class_problem(("a\tb",))
    assert tab is not None and "control character" in tab.text


def test_a_file_with_a_mark_at_its_start(tmp_path: Path) -> None:
    file = tmp_path / "klässen.txt"
    file.write_bytes("\ufeffHünd\r\n\r\nKatze\r\n".encode())
    assert load_classes(file) == "Hünd\nKatze"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00d", b"x" * (MOST_BYTES + 1)])
def test_a_file_that_is_no_list(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "classes.txt"
    file.write_bytes(content)
    with pytest.raises(BadFile, match=r"classes\.txt"):
        load_classes(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        load_classes(tmp_path / "none.txt")
