"""The window's title: there is no Save, and the title says why."""

from __future__ import annotations

from pathlib import PurePath


def window_title(place: str, *, saving: bool = False) -> str:
    """Return ``name - all changes saved`` for a project's file or URL, or the program's name without one."""
    if not place:
        return "Maskwright"
    return f"{project_name(place)} \u2014 {'saving' if saving else 'all changes saved'}"


def project_name(place: str) -> str:
    """Return the name of a project's file, or of its database on a server."""
    if "://" in place:
        return place.rstrip("/").rsplit("/", 1)[-1].split("?", 1)[0]
    return PurePath(place).name
