"""Says what is wrong with this machine. Needs neither Qt nor torch, nor any package but Python's own library.

Anything that might crash on import (Qt, torch, OpenCV) is tried in a process of its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

Level = Literal["ok", "note", "problem"]

_NEEDED = (
    "numpy", "opencv-python-headless", "pycocotools", "shapely", "Pillow", "scikit-image", "SQLAlchemy", "alembic",
    "typer", "rich", "platformdirs", "orjson", "ijson", "blake3", "psutil",
)  # fmt: skip
_OTHER_OPENCV = ("opencv-python", "opencv-contrib-python")
_OLDEST_PYTHON = (3, 11)
# RETURNING, which every bulk insert uses, came with this version (sqlite.org/lang_returning.html).
_OLDEST_SQLITE = (3, 35, 0)
_LITTLE_SPACE = 2 * 1024**3
_SECONDS = 120
_GET_TORCH = "pip install 'maskwright[torch]'"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination: what was looked at, how it is, and what to do about it."""

    topic: str
    level: Level
    text: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Yield findings one by one; some take seconds (each tried in a process of its own)."""
    yield _python()
    yield from _packages()
    yield _loads("OpenCV", "cv2", "import cv2; print(cv2.__version__)", required=True)
    yield _sqlite()
    yield from _window()
    yield from _torch()
    yield from _folders()
    yield from _backends()


def _python() -> Finding:
    text = f"{platform.python_version()} ({platform.machine()}) on {platform.system()} {platform.release()}"
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return Finding("Python", "problem", text, "install Python 3.11 or newer")
    return Finding("Python", "ok", text)


def _packages() -> Iterator[Finding]:
    missing = [name for name in _NEEDED if _version(name) is None]
    if missing:
        yield Finding("packages", "problem", f"missing: {', '.join(missing)}", "pip install maskwright")
    else:
        yield Finding("packages", "ok", f"all {len(_NEEDED)} are installed")
    clash = [name for name in _OTHER_OPENCV if _version(name) is not None]
    if clash:
        yield Finding(
            "OpenCV",
            "problem",
            f"{', '.join(clash)} is installed beside opencv-python-headless; its Qt libraries break our window",
            f"pip uninstall {' '.join(clash)} && pip install --force-reinstall opencv-python-headless",
        )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _run(code: str, **environment: str) -> tuple[int, str]:
    """Run Python code apart; return (exit code, the last line it said)."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", code],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, **environment},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    said = (done.stdout if done.returncode == 0 else done.stderr or done.stdout).strip().splitlines()
    return done.returncode, said[-1] if said else f"ended with code {done.returncode}"


def _loads(topic: str, module: str, code: str, *, required: bool) -> Finding:
    if not _there(module):
        level: Level = "problem" if required else "note"
        return Finding(topic, level, f"{module} is not installed", "pip install maskwright" if required else "")
    status, said = _run(code)
    if status == 0:
        return Finding(topic, "ok", said)
    return Finding(topic, "problem", f"{module} does not load: {said}", f"reinstall it, or install what '{said}' names")


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _sqlite() -> Finding:
    text = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        return Finding("SQLite", "problem", text, "use a Python built with SQLite 3.35 or newer")
    return Finding("SQLite", "ok", text)


def has_display() -> bool:
    """Tell whether a window could be shown here."""
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def _window() -> Iterator[Finding]:
    if not _there("PySide6"):
        yield Finding("window", "problem", "PySide6 is not installed", "pip install maskwright")
        return
    code = "import PySide6; from PySide6.QtGui import QGuiApplication; {run}print('Qt ' + PySide6.__version__)"
    status, said = _run(code.format(run=""))
    if status != 0:
        remedy = (
            "install the system library it names"
            if ".so" in said
            else "pip install --force-reinstall PySide6-Essentials"
        )
        if sys.platform.startswith("linux"):
            remedy += "; on Debian and Ubuntu: apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1"
        yield Finding("window", "problem", f"Qt does not load: {said}", remedy)
        return
    yield Finding("window", "ok", said)
    if not has_display():
        yield Finding("display", "note", "there is none, so no window can open", "the command line works without")
        return
    status, said = _run(code.format(run="app = QGuiApplication([]); "))
    if status == 0:
        yield Finding("display", "ok", "a window can open")
    else:
        yield Finding(
            "display",
            "problem",
            f"Qt cannot use the display: {said}",
            "on Debian and Ubuntu: apt-get install libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0",
        )


def _torch() -> Iterator[Finding]:
    smi = shutil.which("nvidia-smi")
    if not _there("torch"):
        yield Finding("torch", "note", "not installed; learned backends need it", "pip install 'maskwright[torch]'")
        if smi:
            yield Finding(
                "GPU", "note", "an NVIDIA driver is there, but torch is not", "pip install 'maskwright[torch]'"
            )
        return
    code = (
        "import json, torch; cuda = torch.cuda.is_available(); "
        "mps = getattr(torch.backends, 'mps', None); "
        "it = torch.cuda.get_device_properties(0) if cuda else None; "
        "card = f'{it.name}, {it.total_memory / 2**30:.0f} GB (cuda)' if cuda else ''; "
        "print(json.dumps([torch.__version__, card, bool(mps and mps.is_available())]))"
    )
    status, said = _run(code)
    if status != 0:
        yield Finding("torch", "problem", f"torch does not load: {said}", "pip install --force-reinstall torch")
        return
    number, card, apple = json.loads(said)
    yield Finding("torch", "ok", str(number))
    if card:
        yield Finding("GPU", "ok", str(card))
    elif apple:
        yield Finding("GPU", "ok", "Apple graphics (mps)")
    elif smi:
        yield Finding(
            "GPU",
            "problem",
            "an NVIDIA driver is there, but torch cannot use it",
            "update the driver, or install the torch build that fits it (pytorch.org); until then the CPU is used",
        )
    else:
        yield Finding("GPU", "note", "none found; the CPU is used (cpu)")


def _folders() -> Iterator[Finding]:
    if not _there("platformdirs"):
        return
    import platformdirs

    places = {
        "cache": platformdirs.user_cache_path("maskwright", appauthor=False),
        "settings": platformdirs.user_config_path("maskwright", appauthor=False),
        "data": platformdirs.user_data_path("maskwright", appauthor=False),
    }
    for topic, folder in places.items():
        problem = _unwritable(folder)
        if problem:
            yield Finding(
                topic, "problem", f"{folder} cannot be written: {problem}", "give yourself write access to it"
            )
            continue
        free = shutil.disk_usage(_existing(folder)).free
        text = f"{folder} ({free / 1024**3:.1f} GB free)"
        if free < _LITTLE_SPACE:
            yield Finding(topic, "note", text, "free some space: caches and projects need it")
        else:
            yield Finding(topic, "ok", text)


def _existing(folder: Path) -> Path:
    """Return the nearest folder above that is there: the examination makes none."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _unwritable(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _backends() -> Iterator[Finding]:
    if not _there("numpy") or not _there("cv2") or not _there("pycocotools"):
        yield Finding("backends", "problem", "cannot be listed while packages are missing", "pip install maskwright")
        return
    try:
        from models import registry
    except ImportError as error:
        yield Finding("backends", "problem", f"cannot be listed: {error}", "pip install --force-reinstall maskwright")
        return
    for status in registry.available():
        if status.spec.hidden:
            continue
        topic = f"backend {status.spec.name}"
        if status.available:
            yield Finding(topic, "ok", status.spec.title)
        else:
            yield Finding(topic, "note", status.reason)
