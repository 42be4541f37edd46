"""Versions of ourselves and of what we stand on, without importing any of it."""

from __future__ import annotations

import platform
import sqlite3
from importlib import metadata

PACKAGES = ("PySide6-Essentials", "numpy", "opencv-python-headless", "SQLAlchemy", "pycocotools", "torch")


def versions() -> tuple[tuple[str, str], ...]:
    """Return (name, version) pairs for the about box and the doctor; "not installed" where that is so."""
    rows = [("Maskwright", _version("maskwright")), ("Python", platform.python_version())]
    rows += [(name, _version(name)) for name in PACKAGES]
    rows += [("SQLite", sqlite3.sqlite_version), ("System", platform.platform())]
    return tuple(rows)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
