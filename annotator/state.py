"""What the window remembers by itself: recent projects, its place on the screen, the last folder. Kept apart from the
settings, so that a lost or damaged state costs nobody a choice."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotator.json_file import read_object, write_object
from annotator.settings import config_folder

MOST_RECENT = 12
MOST_REVIEWS = 50
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class RecentProject:
    """A project opened before: its file or URL, and when."""

    place: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class WindowLayout:
    """``QMainWindow``'s geometry and docks, as it saves them; empty the first time."""

    geometry: bytes = b""
    docks: bytes = b""


class AppState:
    """Reads ``state.json`` once, writes it at every change."""

    def __init__(self, folder: Path | None = None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``folder`` is the user's configuration folder unless told."""
        self._file = (folder or config_folder()) / "state.json"
        self._now = now
        self._stored, self.problem = read_object(self._file)

    @property
    def recent(self) -> tuple[RecentProject, ...]:
        """Projects opened before, newest first."""
        found = []
        entries = self._stored.get("recent", [])
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict):
                continue
            place, at = entry.get("place"), _time(entry.get("opened_at"))
            if isinstance(place, str) and place and at is not None:
                found.append(RecentProject(place, at))
        return tuple(found)

    def opened(self, place: str) -> None:
        """Put a project at the top of the recent ones."""
        rest = [project for project in self.recent if project.place != place]
        self._keep([RecentProject(place, self._now()), *rest][:MOST_RECENT])

    def forget(self, place: str) -> None:
        """Take a project off the list; its file is not touched."""
        self._keep([project for project in self.recent if project.place != place])

    @property
    def last_folder(self) -> Path:
        """Where a file dialog should start."""
        stored = self._stored.get("last_folder")
        folder = Path(stored) if isinstance(stored, str) and stored else Path.home()
        return folder if folder.is_dir() else Path.home()

    @last_folder.setter
    def last_folder(self, folder: Path) -> None:
        self._set("last_folder", str(folder))

    @property
    def window(self) -> WindowLayout:
        """Where the window and its docks were."""
        stored = self._stored.get("window", {})
        if not isinstance(stored, dict):
            return WindowLayout()
        return WindowLayout(_bytes(stored.get("geometry")), _bytes(stored.get("docks")))

    def save_window(self, geometry: bytes, docks: bytes) -> None:
        """Remember where the window and its docks are."""
        encoded = {"geometry": base64.b64encode(geometry).decode(), "docks": base64.b64encode(docks).decode()}
        self._set("window", encoded)

    def review(self, project: str) -> dict[str, Any]:
        """Return where a project's review (by its uuid) was left; empty where it never began."""
        stored = self._stored.get("review", {})
        found = stored.get(project) if isinstance(stored, dict) else None
        return found if isinstance(found, dict) else {}

    def save_review(self, project: str, mark: dict[str, Any]) -> None:
        """Remember where a project's review was left, of the last projects reviewed."""
        stored = self._stored.get("review", {})
        rest = {key: value for key, value in stored.items() if key != project} if isinstance(stored, dict) else {}
        kept = [*rest.items(), (project, mark)][-MOST_REVIEWS:]
        if self.review(project) != mark:
            self._set("review", dict(kept))

    @property
    def find(self) -> dict[str, Any]:
        """How things were last looked for by words; empty where they never were."""
        stored = self._stored.get("find")
        return stored if isinstance(stored, dict) else {}

    def save_find(self, words: str, detector: str, min_score: float | None, *, new_labels: bool = False) -> None:
        """Remember it, and the words before the others; ``min_score`` None is the detector's own."""
        rest = [each for each in self.found_words if each != words]
        chosen = {"detector": detector, "min_score": min_score, "new_labels": new_labels}
        self._set("find", {"recent": [words, *rest][:MOST_WORDS], **chosen})

    @property
    def found_words(self) -> tuple[str, ...]:
        """What was looked for, the last first."""
        stored = self.find.get("recent", [])
        return tuple(each for each in stored if isinstance(each, str)) if isinstance(stored, list) else ()

    def _keep(self, projects: list[RecentProject]) -> None:
        self._set("recent", [{"place": each.place, "opened_at": each.opened_at.isoformat()} for each in projects])

    def _set(self, key: str, value: Any) -> None:
        self._stored[key] = value
        self.problem = write_object(self._file, self._stored)


def _time(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
