"""Classes as text: one a line, typed or read from a classes.txt."""

from __future__ import annotations

from pathlib import Path

from annotator.dialogs.form import Problem
from annotator.dialogs.label_edit import has_control_characters
from engine.errors import BadFile

MOST_BYTES = 1_000_000
"""More than any list of classes has; a larger file is something else."""


def class_names(text: str) -> tuple[str, ...]:
    """Return one name a line, empty lines left out."""
    return tuple(name for each in text.splitlines() if (name := each.strip()))


def class_problem(names: tuple[str, ...]) -> Problem | None:
    """Return what is wrong with a list of classes."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return Problem(f"The class '{name}' is listed twice. Remove one of them.")
        if has_control_characters(name):
            return Problem(f"The class '{name.expandtabs(1)}' has a control character in it. Type it again.")
        seen.add(name)
    return None


def load_classes(file: Path) -> str:
    """Return the text of a classes file without empty lines; raises BadFile for anything else."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadFile(f"{file} is too large for a list of classes. Choose a text file with one class a line.")
        return "\n".join(class_names(file.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError as error:
        raise BadFile(f"{file} is not a text file in UTF-8. Save it as UTF-8 and load it again.") from error
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror or error}. Choose another file.") from error
