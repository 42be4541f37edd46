from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.errors import CannotWrite, DiskFull
from engine.formats.output import writing_file


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "x"
    with writing_file(target) as file:
        file.write(b"1")
        assert not target.exists()
    assert target.read_bytes() == b"1"
    assert _names(target.parent) == ["x"]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (OSError(errno.EIO, "Input/output error"), CannotWrite),
        (ValueError("bug"), ValueError),
    ],
)
def test_a_failure_keeps_the_old_file_and_leaves_no_rest(
    tmp_path: Path, raised: Exception, expected: type[Exception]
) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    with pytest.raises(expected), writing_file(target) as file:
        file.write(b"new")
        raise raised
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["x"]
