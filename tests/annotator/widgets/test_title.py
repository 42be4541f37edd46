"""The title names the project and says that nothing needs saving."""

from __future__ import annotations

import pytest

from annotator.widgets.title import project_name, window_title


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("/data/str\u00e9et.maskwright", "str\u00e9et.maskwright"),
        ("postgresql://anna@host:5432/cells?sslmode=require", "cells"),
        ("", ""),
    ],
)
def test_the_projects_name(place: str, name: str) -> None:
    assert project_name(place) == name


def test_the_title() -> None:
    assert window_title("") == "Maskwright"
    assert window_title("/p/a.maskwright") == "a.maskwright — all changes saved"
    assert window_title("/p/a.maskwright", saving=True) == "a.maskwright — saving"
