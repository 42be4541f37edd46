"""Weights brought to a backend from the window: fetched, added from a file, removed; errors are the engine's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine.control import QUIET, Cancelled, Control
from engine.errors import BackendFailed
from engine.processes import own_environment
from models import keeping
from models.errors import ModelError

_TICK_SECONDS = 0.2
_OURS = "maskwright: "


def fetch(name: str, control: Control = QUIET) -> Path:
    """Fetch the weights of ``name``, going on where an earlier try stopped; progress is in bytes.

    Raises BackendFailed (no answer, disk full, other content) or Cancelled; what came until then is kept.
    """
    try:
        kept = keeping.pull(name, progress=control.on_progress, should_stop=control.should_stop)
    except ModelError as error:
        raise BackendFailed(str(error)) from error
    if kept is None:
        raise Cancelled("Stopped. What came is kept, and the next try goes on from there.")
    return kept


def add(name: str, source: Path, control: Control = QUIET) -> None:
    """Copy the weights at ``source`` to where ``name`` finds them, after loading them once in a process of its own.

    Loading needs the backend's packages, which the asking process may not want to import. Raises BackendFailed (what
    is wrong with them, in one sentence) or Cancelled; nothing was changed then.
    """
    command = [sys.executable, "-P", "-m", "engine.cli", "backends", "add", name, str(source.absolute())]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=own_environment(),
            encoding="utf-8",
            errors="replace",
            # Windows alone has it: without, a black window flashes up.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise BackendFailed(f"The weights cannot be checked ({error}). Close other programs.") from error
    with process:
        said = _wait(process, control.should_stop)
    if said is None:
        raise Cancelled("Stopped. Nothing was changed.")
    if process.returncode != 0:
        raise BackendFailed(_reason(said, process.returncode))


def remove(name: str) -> int:
    """Delete the weights kept for ``name``; return the bytes freed. Raises BackendFailed."""
    try:
        return keeping.remove(name)
    except ModelError as error:
        raise BackendFailed(str(error)) from error


def _wait(process: subprocess.Popen[str], should_stop: Callable[[], bool]) -> str | None:
    """Return what the process wrote to stderr, or None when it was stopped."""
    while True:
        try:
            return process.communicate(timeout=_TICK_SECONDS)[1]
        except subprocess.TimeoutExpired:
            if should_stop():
                process.kill()
                return None


def _reason(said: str, code: int) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    ours = [line.removeprefix(_OURS) for line in lines if line.startswith(_OURS)]
    if code == 1 and ours:
        return ours[-1]
    return f"The weights could not be checked (exit code {code}). {lines[-1] if lines else ''}".strip()
