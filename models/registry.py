"""Finds backends by entry point without importing torch, and loads one by name."""

from __future__ import annotations

import importlib
import importlib.util
from importlib.metadata import entry_points
from pathlib import Path

from models.api import Backend, BackendSpec, BackendStatus, Task
from models.errors import BackendUnavailable

GROUP = "maskwright.backends"


def available(task: Task | None = None) -> list[BackendStatus]:
    """List every registered backend in order of rank; one whose package is missing is listed with the remedy."""
    found = [_status(entry.name, _spec(entry)) for entry in entry_points(group=GROUP)]
    return sorted(
        (status for status in found if task is None or status.spec.task == task),
        key=lambda status: (status.spec.rank, status.spec.name),
    )
