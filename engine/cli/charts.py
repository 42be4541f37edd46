"""Small pictures made of characters, for figures on the command line."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None]) -> str:
    """Draw values from 0 to their maximum, a character each; nothing (None or 0) is a dot on the ground."""
    top = max((value for value in values if value is not None), default=0)
    return "".join(_character(value, top) for value in values)


def _character(value: float | None, top: float) -> str:
    if not value or top <= 0:
        return "."
    return _STEPS[min(int(value / top * len(_STEPS)), len(_STEPS) - 1)]


def bar(share: float | None, width: int = 8) -> str:
    """Draw a share of 0 to 1 as a bar of ``width`` characters; empty for None."""
    if share is None:
        return ""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return "█" * filled + "░" * (width - filled)
