from __future__ import annotations

import pytest

from models.assets import asset


def test_shipped_file_is_found():
    assert asset("README.md").is_file()


@pytest.mark.parametrize("name", ["nothing-here.bin", "../pyproject.toml"])
def test_other_files_are_not(name):
    with pytest.raises(FileNotFoundError, match="shipped"):
        asset(name)
