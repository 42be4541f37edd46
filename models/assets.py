"""Where files shipped with the program lie: in the installed package, or in the source tree's ``assets`` folder."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).resolve().parent / "_assets"
_SOURCE = Path(__file__).resolve().parent.parent / "assets"


def asset(name: str) -> Path:
    """Return the path of the shipped file ``name`` (may hold folders); raises FileNotFoundError if it is not there."""
    for root in (_INSTALLED, _SOURCE):
        found = (root / name).resolve()
        if found.is_file() and found.is_relative_to(root.resolve()):
            return found
    raise FileNotFoundError(f"'{name}' is not among the files shipped with Maskwright")
