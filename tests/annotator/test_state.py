"""The window's memory: recent projects, layout, last folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from annotator.state import MOST_RECENT, AppState


def test_recent_projects_are_newest_first_once_each_and_bounded(tmp_path: Path) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    state = AppState(tmp_path, now=lambda: now)
    for number in range(MOST_RECENT + 3):
        now += timedelta(hours=1)
        state.opened(f"/p/{number}.maskwright")
    state.opened("/p/5.maskwright")
    places = [project.place for project in AppState(tmp_path).recent]
    assert places[0] == "/p/5.maskwright"
    assert places.count("/p/5.maskwright") == 1
    assert len(places) == MOST_RECENT
    assert AppState(tmp_path).recent[0].opened_at == now


def test_forget_takes_one_off(tmp_path: Path) -> None:
    state = AppState(tmp_path)
    state.opened("a")
    state.opened("b")
    state.forget("b")
    assert [project.place for project in AppState(tmp_path).recent] == ["a"]


def test_the_layout_survives(tmp_path: Path) -> None:
    AppState(tmp_path).save_window(b"\x00geometry", b"docks\xff")
    layout = AppState(tmp_path).window
    assert (layout.geometry, layout.docks) == (b"\x00geometry", b"docks\xff")


def test_the_last_folder_falls_back_to_home(tmp_path: Path) -> None:
    state = AppState(tmp_path)
    assert state.last_folder == Path.home()
    state.last_folder = tmp_path
    assert AppState(tmp_path).last_folder == tmp_path
    state.last_folder = tmp_path / "gone"
    assert AppState(tmp_path).last_folder == Path.home()


@pytest.mark.parametrize(
    "content",
    [
        '{"recent": 3, "window": [], "last_folder": 7}',
        '{"recent": [1, {"place": 4}, {"place": "x", "opened_at": "noon"}], "window": {"geometry": "%%"}}',
    ],
)
def test_nonsense_in_the_file_is_as_if_it_were_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content, encoding="utf-8")
    state = AppState(tmp_path)
    assert state.recent == ()
    assert state.window.geometry == b""
    assert state.last_folder == Path.home()
