"""What the window tells a person in passing: a frozen value from anywhere to the banner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

MessageKind: TypeAlias = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence or two; ``action`` is what the button called ``action_text`` does.

    ``brief`` ones confirm what can be seen anyway and leave after a moment.
    """

    kind: MessageKind
    text: str
    action_text: str = ""
    action: Callable[[], None] | None = None
    brief: bool = False


@dataclass(frozen=True, slots=True)
class BugReport:
    """An exception nobody expected: one line, and the traceback to copy."""

    summary: str
    details: str
