"""A small JSON object kept in a file: written whole or not at all, and put aside when damaged."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_object(path: Path) -> tuple[dict[str, Any], str]:
    """Return the object and "" (``{}`` where there is no file), or ``{}`` and what was wrong, in a sentence or two."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"{path} cannot be read ({error.strerror}); the defaults are used."
    except ValueError:
        return {}, _put_aside(path)
    if not isinstance(loaded, dict):
        return {}, _put_aside(path)
    return loaded, ""


def write_object(path: Path, value: Mapping[str, Any]) -> str:
    """Replace the file's content; return "" or why that failed, in one sentence."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2, sort_keys=True, ensure_ascii=False)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        return f"{path} cannot be written ({error.strerror}); the change lasts until the window is closed."
    return ""


def _put_aside(path: Path) -> str:
    aside = path.with_suffix(path.suffix + ".damaged")
    try:
        path.replace(aside)
    except OSError:
        return f"{path} is damaged; the defaults are used."
    return f"{path.name} was damaged; the defaults are used. The damaged file was kept as {aside}."
